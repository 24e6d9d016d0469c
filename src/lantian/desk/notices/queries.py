"""Reading notices: what an account got, what it sent, what it must still acknowledge."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from lantian.desk.language import both
from lantian.desk.notices.models import (
    FAILED,
    SENDING,
    WAITING,
    Delivery,
    Notice,
    Outgoing,
    Robot,
)
from lantian.desk.notices.words import CHANNELS
from lantian.desk.rights.reach import Reach

PAGE: Final = 50
ALL: Final = ""
UNREAD: Final = "unread"
TO_ANSWER: Final = "receipt"
_UNANSWERED: Final = Q(notice__needs_receipt=True, receipt_at=None)
_NARROWED: Final = {ALL: Q(), UNREAD: Q(read_at=None), TO_ANSWER: _UNANSWERED}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that an account must acknowledge."""

    title: Any
    url: str
    overdue: bool
    due_at: datetime | None


def unread_count(account: int | None) -> int:
    """Count the notices that an account has not read."""
    return Delivery.objects.filter(account=account, read_at=None).count()


def waiting_for(account: int | None, now: datetime) -> list[Waiting]:
    """Return the notices that an account must acknowledge, the one due first at the top."""
    rows = Delivery.objects.filter(_UNANSWERED, account=account).select_related("notice")
    return [
        Waiting(
            title_of(row.notice),
            reverse("notices:detail", args=[row.notice_id]),
            row.notice.due_at is not None and row.notice.due_at < now,
            row.notice.due_at,
        )
        for row in rows.order_by("notice__due_at", "id")[:PAGE]
    ]


def title_of(notice: Notice) -> Any:
    """Title in the language of the page."""
    return both(notice.title_zh, notice.title_en or notice.title_zh)


def text_of(notice: Notice) -> Any:
    """Text in the language of the page."""
    return both(notice.text_zh, notice.text_en or notice.text_zh)


def sender_of(notice: Notice) -> Any:
    """Who sent it: a person, or the desk itself."""
    return both("蓝天", "Lantian") if notice.by_account is None else notice.by_name


def inbox(account: int | None, show: str = ALL) -> QuerySet[Delivery]:
    """Notices of an account, unread ones first, then the newest.

    Parameters
    ----------
    account : int or None
    show : str
        ALL, UNREAD or TO_ANSWER.
    """
    mine = Delivery.objects.filter(_NARROWED[show], account=account).select_related("notice")
    return mine.annotate(unread=Q(read_at=None)).order_by("-unread", "-id")


def received(notice: int, account: int | None) -> Delivery | None:
    """Return a notice as an account got it; None where it did not."""
    rows = Delivery.objects.filter(notice=notice, account=account)
    return rows.select_related("notice").first()


def sent(account: int | None, reach: Reach) -> QuerySet[Notice]:
    """Notices that an account sent, and those of the desk itself about its area."""
    own = Q(by_account=account) if account is not None else Q(pk__in=())
    of_desk = Q(by_account=None) & reach.q("notices.send", area="area")
    return (
        Notice.objects.filter(own | of_desk)
        .annotate(
            reached=Count("deliveries"),
            read=Count("deliveries__read_at"),
            acknowledged=Count("deliveries__receipt_at"),
        )
        .order_by("-id")
    )


def receipts(notice: Notice) -> QuerySet[Delivery]:
    """Who got a notice: those first who have not acknowledged or read it."""
    first = F("receipt_at").asc(nulls_first=True), F("read_at").asc(nulls_first=True)
    return notice.deliveries.select_related("account").order_by(*first, "account__name", "id")


def first_receipt(keys: Collection[str]) -> tuple[int, str, datetime] | None:
    """Who acknowledged one of some notices first, and when: account, name, moment."""
    rows = Delivery.objects.filter(notice__key__in=keys, receipt_at__isnull=False)
    row = rows.select_related("account").order_by("receipt_at", "id").first()
    if row is None or row.receipt_at is None:
        return None
    return row.account_id, row.account.name, row.receipt_at


def ways_out(notice: Notice) -> QuerySet[Outgoing]:
    """What left the desk of a notice, or shall leave it."""
    return notice.outgoing.select_related("delivery__account", "robot").order_by("id")


def robots_for(reach: Reach) -> QuerySet[Robot]:
    """Robots that somebody may send by."""
    return Robot.objects.filter(reach.q("notices.send", area="area"), active=True).order_by("name")


def last_by_robot(robot: Robot) -> Outgoing | None:
    """Return the last message of a robot."""
    return robot.outgoing.order_by("-id").first()


def channel_counts() -> dict[str, tuple[int, int]]:
    """Count of each channel what waits and what failed."""
    rows = Outgoing.objects.values_list("channel").annotate(
        waiting=Count("pk", filter=Q(state__in=(WAITING, SENDING))),
        failed=Count("pk", filter=Q(state=FAILED)),
    )
    found = {channel: (waiting, failed) for channel, waiting, failed in rows}
    return {channel: found.get(channel, (0, 0)) for channel in CHANNELS}
