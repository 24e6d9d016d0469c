"""Reading who is on duty and who answers for what."""

from datetime import date, datetime, timedelta

from lantian.desk.duties.models import Duty, Leader, Shift
from lantian.desk.duties.words import POSITIONS


def on_duty(now: datetime, path: str = "/") -> list[Shift]:
    """Shifts that run at a local time under a place, in the order in which they are called.

    Parameters
    ----------
    now : datetime
        Local time of the desk.
    path : str
        Path of the place.
    """
    order = [value for value, _, _ in POSITIONS]
    days = (now.date(), now.date() - timedelta(days=1))
    rows = Shift.objects.filter(day__in=days, place__path__startswith=path).select_related(
        "person__organisation", "person__account", "place"
    )
    running = [row for row in rows if _runs(row, now)]
    return sorted(running, key=lambda row: (row.place.path, order.index(row.position)))


def shifts_between(first: date, last: date) -> list[Shift]:
    """Shifts that begin on some days, both included, in the order in which they are called."""
    order = [value for value, _, _ in POSITIONS]
    rows = Shift.objects.filter(day__range=(first, last)).select_related(
        "person__organisation", "place"
    )
    return sorted(
        rows, key=lambda row: (row.day, row.from_hour, row.place.path, order.index(row.position))
    )


def _runs(shift: Shift, now: datetime) -> bool:
    begins_today = shift.day == now.date()
    return now.hour >= shift.from_hour if begins_today else now.hour < shift.from_hour


def leaders_of(path: str) -> list[Leader]:
    """Leaders who answer for a place now."""
    return list(
        Leader.objects.filter(place__path=path, last=None).select_related("person", "place")
    )


def duties_of(account: int) -> list[Duty]:
    """Duties of the posts that an account's person holds now."""
    return list(
        Duty.objects.filter(
            post__appointments__person__account=account, post__appointments__last=None, last=None
        )
        .select_related("organisation", "post")
        .order_by("code")
        .distinct()
    )
