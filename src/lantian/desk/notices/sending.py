"""Sending what waits: claimed under the lease, tried, written down; tried again when refused.

A row is claimed in one effect and its outcome written in another; between them stands the
server. A run that dies there leaves the row `sending`: the next run sends it again, under the
same identity, and says on the page that it may have come twice.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.jobs.queries import is_unfinished
from lantian.desk.log.actor import Actor
from lantian.desk.notices.channels.mail import MailServer
from lantian.desk.notices.channels.refusal import NotSent
from lantian.desk.notices.channels.robot import send_by_robot
from lantian.desk.notices.channels.sms import send_sms
from lantian.desk.notices.models import FAILED, SENDING, SENT, SKIPPED, WAITING, Outgoing
from lantian.desk.notices.outside import Text, digest_of, text_of
from lantian.desk.notices.services import MACHINE
from lantian.desk.notices.wishes import email_of, held_until
from lantian.desk.notices.words import EMAIL, ROBOT
from lantian.report.language import Language

type Fence = Callable[[], AbstractContextManager[None]]

#: Waits after each refusal; who is refused once more than these has failed.
BACK_OFF: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
_AGAIN: Final = "上次发送中断，可能收到两次 / the last try was cut off; it may arrive twice"
_UNSET: Final = "该渠道未配置 / this channel is not set up"


class Sender:
    """One run over all that is due.

    Parameters
    ----------
    run : str
        Identity of the job.
    fence : callable
        Context of each change, as `Run.effect`.
    between : callable
        Called before each message, as `Run.progress`; raises when the run shall end.
    clock : callable
        Tells the time.
    """

    def __init__(
        self,
        *,
        run: str,
        fence: Fence,
        between: Callable[[int], None],
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._run = run
        self._fence = fence
        self._between = between
        self._clock = clock
        self._mail = MailServer(env().settings.mail)
        self._gone: set[tuple[str, int | None]] = set()
        self._sent = self._refused = 0

    def send_due(self) -> dict[str, int]:
        """Send all that is due; return how many messages left, and how many were refused."""
        try:
            with self._fence():
                self._take_over()
            while batch := self._next():
                self._between(self._sent)
                self._send(batch)
        finally:
            self._mail.close()
        return {"count": self._sent, "refused": self._refused}

    def _take_over(self) -> None:
        """Let wait again what a run that is over, or an earlier try of this one, left."""
        left = Outgoing.objects.filter(state=SENDING)
        for run in left.values_list("run", flat=True).distinct():
            if run == self._run or not is_unfinished(run):
                left.filter(run=run).update(state=WAITING, error=_AGAIN)

    def _next(self) -> list[Outgoing]:
        """Return the next message: one row, or all rows of a digest."""
        due = self._due().exclude(self._unreachable())
        first = due.order_by("-notice__urgent", "not_before", "id").first()
        if first is None:
            return []
        if not first.digest:
            return [first]
        # What was tried as one message stays one; what was never tried joins the digest.
        if first.attempts:
            return list(due.filter(message=first.message).order_by("id"))
        fellows = due.filter(
            digest=True, attempts=0, channel=first.channel,
            delivery__account=first.delivery.account,  # type: ignore[union-attr]
        )  # fmt: skip
        return list(fellows.order_by("id"))

    def _due(self) -> QuerySet[Outgoing]:
        return Outgoing.objects.filter(state=WAITING, not_before__lte=self._clock()).select_related(
            "notice",
            "robot",
            "delivery__account__person",
            "delivery__account__notice_preference",
        )

    def _unreachable(self) -> Q:
        """Rows whose server did not answer in this run: they need not wait for it, too."""
        gone = Q(pk__in=())
        for channel, robot in self._gone:
            gone |= Q(channel=channel, robot=robot)
        return gone

    def _send(self, batch: Sequence[Outgoing]) -> None:
        if self._hold_back(batch) or not self._claim(batch):
            return
        try:
            self._hand_over(batch)
        except NotSent as error:
            self._refused += 1
            if error.gone:
                self._gone.add((batch[0].channel, batch[0].robot_id))
            self._settle_refused(batch, error)
            return
        self._sent += 1
        self._mark(batch, state=SENT, sent_at=self._clock(), error="", run="")

    def _hold_back(self, batch: Sequence[Outgoing]) -> bool:
        """Put off what falls into quiet hours; drop what was read in the desk."""
        delivery = batch[0].delivery
        if delivery is None:
            return False
        now = self._clock()
        until = held_until(batch[0].notice, delivery.account, now)
        if until > now:
            self._mark(batch, held=WAITING, not_before=until)
            return True
        left = delivery.account.is_active
        needless = [r for r in batch if r.delivery and (r.delivery.read_at or not left)]
        if needless:
            self._mark(needless, held=WAITING, state=SKIPPED)
        return bool(needless)

    def _claim(self, batch: Sequence[Outgoing]) -> bool:
        """Take the rows of a message; False where another run took one of them."""
        pks = [row.pk for row in batch]
        identity = batch[0].message
        with self._fence():
            free = Outgoing.objects.select_for_update().filter(pk__in=pks, state=WAITING)
            if len(free) != len(pks):
                return False
            Outgoing.objects.filter(pk__in=pks).update(
                state=SENDING, run=self._run, message=identity, attempts=F("attempts") + 1
            )
        return True

    def _hand_over(self, batch: Sequence[Outgoing]) -> None:
        """Give a message to its server.

        Raises
        ------
        NotSent
            If it was not taken.
        """
        first, now, identity = batch[0], self._clock(), str(batch[0].message)
        if first.channel == ROBOT:
            if first.robot is None or not first.robot.active:
                raise NotSent("机器人已停用 / the robot is switched off", again=False)
            text = text_of(first.notice, Language.ZH)
            send_by_robot(first.robot, text, message=identity, now=now)
        elif first.channel == EMAIL:
            self._send_mail(batch, identity, now)
        else:
            self._send_sms(first, identity, now)

    def _send_mail(self, batch: Sequence[Outgoing], identity: str, now: datetime) -> None:
        account = batch[0].delivery.account  # type: ignore[union-attr]
        if not env().settings.mail.host:
            raise NotSent(_UNSET, again=False)
        text = _said(batch, _language(account.language))
        self._mail.send(email_of(account), text, message=identity, now=now)

    def _send_sms(self, row: Outgoing, identity: str, now: datetime) -> None:
        account = row.delivery.account  # type: ignore[union-attr]
        person = getattr(account, "person", None)
        gateway = env().settings.sms
        if person is None or not person.phone or not gateway.url:
            raise NotSent(_UNSET, again=False)
        machine = Actor.system(MACHINE, self._run)
        phone = person.phone.use(by=machine, reason=f"消息 / notice {row.notice_id}", now=now)
        text = text_of(row.notice, _language(account.language))
        send_sms(gateway, phone, text.short, message=identity)

    def _settle_refused(self, batch: Sequence[Outgoing], error: NotSent) -> None:
        tried = batch[0].attempts  # before this try
        if error.again and tried < len(BACK_OFF):
            later = self._clock() + BACK_OFF[tried]
            self._mark(batch, state=WAITING, not_before=later, error=error.words, run="")
        else:
            self._mark(batch, state=FAILED, error=error.words, run="")

    def _mark(self, batch: Sequence[Outgoing], *, held: str = SENDING, **values: object) -> None:
        rows = Outgoing.objects.filter(pk__in=[row.pk for row in batch], state=held)
        with self._fence():
            rows.update(**values)


def _said(batch: Sequence[Outgoing], lang: Language) -> Text:
    if len(batch) == 1:
        return text_of(batch[0].notice, lang)
    return digest_of([row.notice for row in batch], lang)


def _language(name: str) -> Language:
    return Language.EN if name.startswith("en") else Language.ZH
