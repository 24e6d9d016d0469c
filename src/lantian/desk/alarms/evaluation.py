"""Evaluating alarm rules: which stations, which values, which exceedances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from lantian.desk.alarms.models import Alarm, Rule, Standing
from lantian.desk.alarms.words import MINUTE
from lantian.desk.stations.queries import StationNote, stations_by_code
from lantian.evaluate.alarm import Criterion, Exceedance, exceedances
from lantian.flows.alarm_values import hour_values, minute_values
from lantian.lake.store import Lake

#: How far back late values are looked for, in steps: a week of hours, a day of minutes.
_REACH: Final = {3600: 7 * 24, 60: 24 * 60}


@dataclass(frozen=True, slots=True)
class Looked:
    """What evaluating a rule found.

    Attributes
    ----------
    first : int
        First step that was looked at.
    found : dict
        By station: path of its place, exceedances in order.
    sequence : int
        Lake sequence that was read.
    """

    first: int
    found: dict[str, tuple[str, list[Exceedance]]]
    sequence: int


def rules_in_force(day: date) -> list[Rule]:
    """Rules that hold on a day, in order of their codes."""
    rows = Rule.objects.select_related("place").order_by("code")
    return [
        r for r in rows if (r.first is None or r.first <= day) and (r.last is None or day <= r.last)
    ]


def standing_of(rule: Rule, now: datetime) -> Standing:
    """How far a rule was evaluated; a new one begins now."""
    start = int(now.timestamp()) // rule.step_s
    return Standing.objects.get_or_create(rule=rule, defaults={"start": start})[0]


def must_look(rule: Rule, standing: Standing, sequence: int) -> bool:
    """Whether there is anything new for a rule: minutes always, hours when the lake changed."""
    changed = standing.sequence != sequence or standing.rule_version != rule.version
    return rule.step == MINUTE or changed


def look(lake: Lake, rule: Rule, now: datetime) -> Looked:
    """Find the exceedances of a rule in the last hours or minutes.

    What is looked at begins before every alarm that is open or ended within reach, so that
    none is cut in two.

    Raises
    ------
    LakeBroken
        If the lake cannot be read.
    """
    sequence = lake.sequence
    stations = chosen(rule)
    after = int(now.timestamp()) // rule.step_s + 1
    first = _first(rule, after - _REACH[rule.step_s])
    codes = sorted(stations)
    read = minute_values if rule.step == MINUTE else hour_values
    values = read(lake, codes, rule.item, first, after)
    found = {}
    for n, code in enumerate(codes):
        some, _ = exceedances(criterion_of(rule), first, values[n], scheduled(rule, first, after))
        found[code] = stations[code].path, some
    return Looked(first, found, sequence)


def _first(rule: Rule, reach: int) -> int:
    """First step to look at: before alarms that reach into the stretch."""
    held = Alarm.objects.filter(rule=rule, gone=False)
    straddling = [a.since for a in held.filter(cleared=None)]
    straddling += [a.since for a in held.filter(cleared__gte=reach, since__lt=reach)]
    return min([reach, *straddling]) - rule.steps


def chosen(rule: Rule) -> dict[str, StationNote]:
    """Stations that a rule watches, by code."""
    only, kinds = set(rule.stations.split()), set(rule.kinds.split())
    return {
        code: one
        for code, one in stations_by_code().items()
        if one.path.startswith(rule.place.path)
        and (not kinds or one.kind in kinds)
        and (not only or code in only)
    }


def criterion_of(rule: Rule) -> Criterion:
    """Criterion of a rule, in thousandths and steps."""
    return Criterion(int(rule.threshold * 1000), int(rule.clear * 1000), rule.steps)


def scheduled(rule: Rule, first: int, after: int) -> npt.NDArray[np.bool_]:
    """Which of the steps [first, after) lie in a rule's hours and weekdays, local time."""
    begins = datetime.fromtimestamp(first * rule.step_s, timezone.get_current_timezone())
    offset = begins.utcoffset()
    shift_s = int(offset.total_seconds()) if offset else 0
    # The hour in which a step lies: of its last second, as the value at 08:00 is of 07 to 08.
    inside_s = np.arange(first, after, dtype=np.int64) * rule.step_s - 1 + shift_s
    hour = inside_s // 3600 % 24
    weekday = (inside_s // 86_400 + 3) % 7 + 1  # 1970-01-01 was a Thursday
    begin, end = rule.from_hour, rule.to_hour
    within = (hour >= begin) & (hour < end) if begin < end else (hour >= begin) | (hour < end)
    days = [int(day) for day in rule.weekdays.split()]
    return np.asarray(within & np.isin(weekday, days) if days else within)


def told(counts: Sequence[Mapping[str, int]]) -> dict[str, Any]:
    """Sum of what rules changed."""
    return {name: sum(one[name] for one in counts) for name in ("raised", "cleared", "gone")}
