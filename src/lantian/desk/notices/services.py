"""Writing notices: saying something to people, reading it, acknowledging it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from django.contrib.auth import get_user_model
from django.db import transaction

from lantian.desk.jobs.services import ensure
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.notices.models import FAILED, WAITING, Delivery, Notice, Outgoing, Robot
from lantian.desk.notices.wishes import outgoing_of
from lantian.desk.notices.words import KINDS
from lantian.errors import BadRequest, Conflict

#: Name of the job that sends, and of the machine in the log.
SEND: Final = "notices-send"
MACHINE: Final = "notices"
#: Kind of the entries in the log.
KIND: Final = "notices.notice"
_LONGEST: Final = {"title": 120, "title_en": 200, "text": 20_000, "text_en": 20_000}


def notify(
    *,
    kind: str,
    title: str,
    text: str,
    to: Collection[int],
    by: Actor,
    now: datetime,
    title_en: str = "",
    text_en: str = "",
    link: str = "",
    area: str = "/",
    needs_receipt: bool = False,
    due_at: datetime | None = None,
    urgent: bool = False,
    robots: Collection[int] = (),
    key: str = "",
) -> int:
    """Say something to accounts: into their inboxes, and out of the desk as each one wishes.

    Parameters
    ----------
    kind : str
        One of `words.KINDS`.
    title, text, title_en, text_en : str
        Chinese, and English where there is one. No personal fields; numbers that look
        like them are masked outside the desk.
    to : collection of int
        Accounts; those that are inactive are left out.
    by : Actor
    now : datetime
    link : str
        Address in the desk that it is about, as "/air/today".
    area : str
        Path of the place that it is about; its roster is called when receipts are overdue.
    needs_receipt : bool
        Whether each one must acknowledge it, until `due_at`.
    due_at : datetime, optional
    urgent : bool
        Sent at once, quiet hours or not.
    robots : collection of int
        Robots of chat groups that get it, too.
    key : str
        Makes it once: a second notice of the same key is not sent.

    Returns
    -------
    int
        Number of the notice; of the first one where `key` was used before.

    Raises
    ------
    BadRequest
        If there is nobody to get it, or something in it cannot be.
    """
    said = {"title": title, "title_en": title_en, "text": text, "text_en": text_en}
    _check(kind, said, link, needs_receipt=needs_receipt, due_at=due_at, now=now)
    with transaction.atomic():
        notice, new = _made(
            key,
            kind=kind,
            title_zh=_one_line(title),
            title_en=_one_line(title_en),
            text_zh=text.strip(),
            text_en=text_en.strip(),
            link=link,
            by_account=by.account,
            by_name=by.name,
            at=now,
            area=area,
            urgent=urgent,
            needs_receipt=needs_receipt,
            due_at=due_at,
        )
        if not new:
            return notice.pk
        accounts = get_user_model().objects.filter(pk__in=to, is_active=True)
        groups = list(Robot.objects.filter(pk__in=robots, active=True))
        deliver(notice, accounts, groups, now=now)
        reached = notice.deliveries.count()
        if not reached and not groups:
            raise BadRequest(
                "没有收件人 / nobody to get it", where="to", fix="另选收件人 / choose others"
            )
        record(
            by=by,
            now=now,
            action="notice.send",
            kind=KIND,
            key=str(notice.pk),
            after={
                "kind": kind,
                "title": notice.title_zh,
                "area": area,
                "accounts": reached,
                "robots": [robot.name for robot in groups],
                "urgent": urgent,
                "needs_receipt": needs_receipt,
                "due_at": due_at,
            },
        )
    return notice.pk


def deliver(
    notice: Notice,
    accounts: Iterable[object],
    robots: Sequence[Robot] = (),
    *,
    now: datetime,
    escalated: str = "",
) -> None:
    """Put a notice into inboxes and on its way out; inside the transaction of its cause."""
    pks = [account.pk for account in accounts]  # type: ignore[attr-defined]
    Delivery.objects.bulk_create(
        Delivery(notice=notice, account_id=pk, escalated=escalated) for pk in pks
    )
    made = notice.deliveries.filter(account__in=pks).select_related(
        "account__notice_preference", "account__person"
    )
    out = Outgoing.objects.bulk_create(outgoing_of(notice, list(made), robots, now))
    if any(row.not_before <= now for row in out):
        ensure(name=SEND, by=Actor.system(MACHINE), now=now)


def mark_read(*, notices: Collection[int] | None, account: int, now: datetime) -> int:
    """Mark notices of an account as read, all of them for None; return how many were not."""
    unread = Delivery.objects.filter(account=account, read_at=None)
    if notices is not None:
        unread = unread.filter(notice__in=notices)
    return unread.update(read_at=now)


def give_receipt(*, notice: int, by: Actor, now: datetime) -> None:
    """Acknowledge a notice; a second time changes nothing.

    Raises
    ------
    Delivery.DoesNotExist
        If the account did not get it.
    Conflict
        If it asks for no receipt.
    """
    with transaction.atomic():
        held = Delivery.objects.select_for_update(of=("self",)).select_related("notice")
        delivery = held.get(notice=notice, account=by.account)
        if not delivery.notice.needs_receipt:
            raise Conflict(
                "此消息不需回执 / this notice asks for no receipt",
                where=f"notices {notice}",
                fix="刷新页面 / load the page again",
            )
        if delivery.receipt_at is not None:
            return
        delivery.receipt_at = now
        delivery.read_at = delivery.read_at or now
        delivery.save(update_fields=["receipt_at", "read_at"])
        due = delivery.notice.due_at
        record(
            by=by,
            now=now,
            action="notice.receipt",
            kind=KIND,
            key=str(notice),
            after={"late": due is not None and now > due, "escalated": delivery.escalated},
        )


def receive(*, key: str, by: Actor, now: datetime) -> None:
    """Acknowledge the notice of a key for whoever got it and answered what it is about."""
    row = Delivery.objects.filter(
        notice__key=key, notice__needs_receipt=True, account=by.account, receipt_at=None
    ).first()
    if row is not None:
        give_receipt(notice=row.notice_id, by=by, now=now)


def send_again(*, notice: int, by: Actor, now: datetime) -> int:
    """Let what could not be sent of a notice be tried again; return how many that is."""
    with transaction.atomic():
        failed = Outgoing.objects.filter(notice=notice, state=FAILED)
        count = failed.update(state=WAITING, attempts=0, not_before=now)
        if count:
            record(
                by=by,
                now=now,
                action="notice.again",
                kind=KIND,
                key=str(notice),
                after={"messages": count},
            )
            ensure(name=SEND, by=Actor.system(MACHINE), now=now)
    return count


def _made(key: str, **values: object) -> tuple[Notice, bool]:
    if not key:
        return Notice.objects.create(**values), True
    return Notice.objects.get_or_create(key=key, defaults=values)


def _check(
    kind: str,
    said: dict[str, str],
    link: str,
    *,
    needs_receipt: bool,
    due_at: datetime | None,
    now: datetime,
) -> None:
    if kind not in KINDS:
        raise _bad("没有此类消息 / no such kind of notice", kind, ", ".join(KINDS))
    if not said["title"].strip():
        raise _bad("标题为空 / the title is empty", "title", "填写标题 / give a title")
    for name, longest in _LONGEST.items():
        if len(said[name]) > longest:
            raise _bad(f"超过 {longest} 字 / longer than {longest}", name, "缩短 / shorten it")
    if link and (not link.startswith("/") or link.startswith(("//", "/\\"))):
        raise _bad("链接须为本系统地址 / the link must lie in the desk", link, "/air/today")
    if needs_receipt and (due_at is None or due_at <= now):
        raise _bad(
            "回执时限须在将来 / a receipt needs a due time ahead",
            "due_at",
            "填写时限 / give the due time",
        )


def _bad(what: str, where: str, fix: str) -> BadRequest:
    return BadRequest(what, where=where, fix=fix)


def _one_line(text: str) -> str:
    return " ".join(text.split())
