"""The job that counts what is due from each monitor and what is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from lantian.desk.devices.models import Capture
from lantian.desk.devices.store import gate
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.lake.presence import presences

_DAY_S: Final = 86_400
_WEEK_S: Final = 7 * _DAY_S
#: An interval is missed once it is over for so long.
_GRACE_S: Final = 180


@job("count-captures", zh="统计设备获取率", en="Count what devices sent", every_s=300)
def count_captures(run: Run) -> Mapping[str, Any]:
    """Count, and keep what was counted."""
    made = captures(timezone.now())
    with run.effect():
        keep(made)
    return {"devices": len(made)}


def captures(now: datetime) -> list[Capture]:
    """Count intervals due and there over the last day and the last seven."""
    store = gate()
    if store is None:
        return []
    until_t = int(now.timestamp()) - _GRACE_S
    week = presences(store.ledger, since_t=until_t - _WEEK_S, until_t=until_t)
    day = presences(store.ledger, since_t=until_t - _DAY_S, until_t=until_t)
    return [
        Capture(
            mn=mn,
            at=now,
            span_s=over.span_s,
            due_day=day[mn].due,
            there_day=day[mn].there,
            due_week=over.due,
            there_week=over.there,
        )
        for mn, over in week.items()
        if mn in day and mn
    ]


def keep(made: list[Capture]) -> None:
    """Replace what was counted before."""
    Capture.objects.exclude(mn__in=[each.mn for each in made]).delete()
    Capture.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["mn"],
        update_fields=["at", "span_s", "due_day", "there_day", "due_week", "there_week"],
    )
