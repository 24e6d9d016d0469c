"""The job that counts what is due from each monitor and what is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from lantian.desk.devices.models import Capture
from lantian.desk.devices.store import gate
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.lake.presence import Presence, presences, values_between

_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
_WEEK_S: Final = 7 * _DAY_S
#: An interval is missed once it is over for so long.
_GRACE_S: Final = 180
#: One that sends instants alone owes none.
_NONE: Final = Presence(0, 0, 0)


@job("count-captures", zh="统计设备获取率", en="Count what devices sent", every_s=300)
def count_captures(run: Run) -> Mapping[str, Any]:
    """Count, and keep what was counted."""
    made = captures(timezone.now())
    with run.effect():
        keep(made)
    return {"devices": len(made)}


def captures(now: datetime) -> list[Capture]:
    """Count intervals due and there over the last day and seven, and values of the last hour."""
    store = gate()
    if store is None:
        return []
    now_t = int(now.timestamp())
    until_t = now_t - _GRACE_S
    week = presences(store.ledger, since_t=until_t - _WEEK_S, until_t=until_t)
    day = presences(store.ledger, since_t=until_t - _DAY_S, until_t=until_t)
    values = values_between(store.ledger, since_t=now_t - _HOUR_S, until_t=now_t)
    return [
        Capture(
            mn=mn,
            at=now,
            span_s=week.get(mn, _NONE).span_s,
            due_day=day.get(mn, _NONE).due,
            there_day=day.get(mn, _NONE).there,
            due_week=week.get(mn, _NONE).due,
            there_week=week.get(mn, _NONE).there,
            values_hour=values.get(mn, 0),
        )
        for mn in sorted(week.keys() | values.keys())
    ]


def keep(made: list[Capture]) -> None:
    """Replace what was counted before."""
    Capture.objects.exclude(mn__in=[each.mn for each in made]).delete()
    fields = [field.name for field in Capture._meta.fields if field.name not in ("id", "mn")]
    Capture.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["mn"], update_fields=fields
    )
