"""Overdue receipts: up the roster of who is on duty, one position after another."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from lantian.desk.duties.queries import on_duty
from lantian.desk.duties.words import POSITIONS
from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.notices.models import Delivery, Notice
from lantian.desk.notices.services import KIND, MACHINE, deliver

if TYPE_CHECKING:
    from lantian.desk.duties.models import Shift

_ORDER: Final = tuple(value for value, _, _ in POSITIONS)
_OF_IT: Final = Delivery.objects.filter(notice=OuterRef("pk"))
_UNANSWERED: Final = Exists(_OF_IT.filter(escalated="", receipt_at=None))
_TAKEN_ON: Final = Exists(_OF_IT.exclude(escalated="").filter(receipt_at__isnull=False))
#: Somebody to whom it was sent has not answered, and nobody called has taken it on.
_OPEN: Final = _UNANSWERED & ~_TAKEN_ON


def overdue(now: datetime) -> list[int]:
    """Notices that must go up one position now.

    A notice is overdue when its time is over, somebody to whom it was sent has not
    acknowledged it, and nobody to whom it was escalated has taken it on.
    """
    wait = timedelta(minutes=env().settings.notices.escalate_min)
    late = Notice.objects.filter(_OPEN, needs_receipt=True, due_at__lt=now, step__lt=len(_ORDER))
    ripe = late.filter(Q(step_at=None) | Q(step_at__lte=now - wait))
    return list(ripe.order_by("due_at", "id").values_list("pk", flat=True))


def escalate(pk: int, now: datetime) -> str:
    """Bring an overdue notice before the next on duty; return the position, "" for none left.

    Runs in the transaction of its caller, which decides whether it counts.
    """
    with transaction.atomic():
        notice = Notice.objects.select_for_update().get(pk=pk)
        if pk not in overdue(now):
            return ""  # another run has been here since this one looked
        position, shift = _next(notice, on_duty(timezone.localtime(now)))
        before = notice.step
        notice.step = _ORDER.index(position) + 1 if position else len(_ORDER)
        notice.step_at = now
        notice.save(update_fields=["step", "step_at"])
        if shift is not None:
            deliver(notice, [shift.person.account], now=now, escalated=position)
        record(
            by=Actor.system(MACHINE),
            now=now,
            action="notice.escalate",
            kind=KIND,
            key=str(pk),
            before={"step": before},
            after={
                "step": notice.step,
                "position": position,
                "shift": shift.code if shift else "",
            },
            reason="" if shift else "值班表上没有其他人 / nobody else is on duty",
        )
    return position


def _next(notice: Notice, shifts: Sequence["Shift"]) -> tuple[str, "Shift | None"]:
    """Return the next position near the notice's place whose holder has not got it yet."""
    have = {row.account_id for row in notice.deliveries.all()}
    reachable = [shift for shift in shifts if _reachable(shift) - have]
    for position in _ORDER[notice.step :]:
        held = [shift for shift in reachable if shift.position == position]
        shift = _nearest(notice.area, held)
        if shift is not None:
            return position, shift
    return "", None


def _reachable(shift: "Shift") -> set[int]:
    account = shift.person.account
    return {account.pk} if account and account.is_active else set()


def _nearest(area: str, shifts: Iterable["Shift"]) -> "Shift | None":
    """Return the shift of the lowest place that holds an area; the highest one below it else."""
    shifts = list(shifts)
    above = [shift for shift in shifts if area.startswith(shift.place.path)]
    if above:
        return max(above, key=lambda shift: len(shift.place.path))
    below = [shift for shift in shifts if shift.place.path.startswith(area)]
    return min(below, key=lambda shift: len(shift.place.path), default=None)
