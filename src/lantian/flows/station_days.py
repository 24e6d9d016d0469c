"""Engine of the day stage: cuts the lake into blocks of one month, judges them on threads."""

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.errors import NoData
from lantian.evaluate.aqi import Index, day_index
from lantian.lake.store import Lake
from lantian.rules.ruleset import RuleSet, Shelf, change_days, for_period, in_force, rule_set
from lantian.series.daily import days_of, rounded
from lantian.terms.hour import BEIJING_H, day_number, day_of, first_hour, local_day
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import DAY_ITEMS, PERIOD_ITEMS, POLLUTANTS

#: Blocks judged side by side: one more than cores, so that one decodes while others wait.
_THREADS: Final = 3
IN_FORCE: Final = "in-force"


@dataclass(frozen=True, slots=True)
class StationDays:
    """Judged days of some stations under one rule set.

    Attributes
    ----------
    stations : tuple of str
    period : Period
    rules : RuleSet
    values, reported : ndarray of int32, shape (items, stations, days)
        Thousandths with the digits of statistics and with those of the index.
    hours : ndarray of int8, shape (pollutants, stations, days)
        Valid hours.
    index : Index
    """

    stations: tuple[str, ...]
    period: Period
    rules: RuleSet
    values: npt.NDArray[np.int32]
    reported: npt.NDArray[np.int32]
    hours: npt.NDArray[np.int8]
    index: Index

    def cut(self, period: Period) -> "StationDays":
        """Days of a period inside this one."""
        if period == self.period:
            return self
        days = period.within(self.period)
        return StationDays(
            self.stations,
            period,
            self.rules,
            self.values[..., days],
            self.reported[..., days],
            self.hours[..., days],
            self.index.of_days(days),
        )


def segments(
    period: Period, rules: str = IN_FORCE, shelf: Shelf | None = None
) -> list[tuple[Period, RuleSet]]:
    """Cut a period where the rules change, so that each day is judged by its own.

    Parameters
    ----------
    period : Period
    rules : str
        `in-force`, or the name of a rule set for every day.
    shelf : mapping of str to Book, optional

    Returns
    -------
    list of (Period, RuleSet)

    Examples
    --------
    >>> from lantian.terms.period import parse_period
    >>> cut = segments(parse_period("2026-02-01..2026-03-31"))
    >>> [(str(p.last), r.name) for p, r in cut]
    [('2026-02-28', 'HJ633-2012'), ('2026-03-31', 'HJ633-2026')]
    """
    if rules != IN_FORCE:
        return [(period, rule_set(rules, shelf))]
    edges = [period.first, *change_days(period, shelf), period.last + timedelta(days=1)]
    return [
        (Period(start, following - timedelta(days=1)), in_force(start, shelf))
        for start, following in pairwise(edges)
    ]


def crossings(period: Period, rules: str = IN_FORCE, shelf: Shelf | None = None) -> list[str]:
    """Say, one sentence each, which changes of the standard lie within a period.

    Examples
    --------
    >>> from lantian.terms.period import parse_period
    >>> crossings(parse_period("2018-08"))
    []
    >>> crossings(parse_period("2018-08-31..2018-09-01"))[0].partition(" / ")[2]
    'from 2018-09-01 on: state of gases 298.15 K, 1013.25 hPa, of particles as monitored'
    """
    if rules != IN_FORCE:
        return for_period(period, rules, shelf)[1]
    said = []
    for (_, before), (part, after) in pairwise(segments(period, rules, shelf)):
        new = after.limits.clause
        if after.limits == before.limits:
            continue
        old = before.limits.clause
        zh, en = f"按 {after.name} 评价", f"judged by {after.name}"
        if (old.state_gas, old.state_particles) != (new.state_gas, new.state_particles):
            zh = "浓度的状态改变，前后不可直接比较"
            en = f"state of gases {new.state_gas}, of particles {new.state_particles}"
        said.append(f"{part.first} 起执行{new.title_zh}：{zh} / from {part.first} on: {en}")
    return said


def data_period(lake: Lake, offset_h: int = BEIJING_H) -> Period:
    """Local days that the lake has hours of.

    Raises
    ------
    NoData
        If it has none.
    """
    span = lake.span()
    if span is None:
        raise NoData(
            "数据湖为空 / the lake is empty",
            where=str(lake.folder),
            fix="lantian lake add DIR FILES…",
        )
    first, last = span
    return Period(day_of(local_day(first, offset_h)), day_of(local_day(last, offset_h)))


def require_data(lake: Lake, period: Period, around: Period | None = None) -> Period:
    """Return the part of a period, or of a longer one around it, that the lake has data of.

    Raises
    ------
    NoData
        If the period lies outside the data.
    """
    held = data_period(lake)
    if period.last < held.first or held.last < period.first:
        raise NoData(
            f"no data in {period.label}: the lake holds {held.first} to {held.last}",
            where=str(lake.folder),
            fix="ask for a period inside, or add files with: lantian lake add",
        )
    whole = around or period
    return Period(max(whole.first, held.first), min(whole.last, held.last))


def station_days(
    lake: Lake,
    stations: Sequence[str],
    period: Period,
    rules: RuleSet,
    *,
    offsets: Mapping[str, int] | None = None,
    as_of: int | None = None,
    detail: bool = True,
) -> StationDays:
    """Judge every day of a period for some stations.

    Parameters
    ----------
    lake : Lake
    stations : sequence of str
    period : Period
    rules : RuleSet
    offsets : mapping of station to int, optional
        Local time minus UTC; 8 where nothing else is said.
    as_of : int, optional
        Lake sequence as of which the hours are taken.
    detail : bool
        Without it only what a ranking needs is kept, to hold ten years in memory: the
        six values with the digits of statistics, AQI, level and primary pollutant;
        `reported`, `hours` and the IAQI are empty.

    Returns
    -------
    StationDays
    """
    items = len(DAY_ITEMS if detail else PERIOD_ITEMS)
    shape = (len(stations), period.days)
    clause, held = rules.aqi.clause, rules.evaluation.clause
    same = (clause.decimals_ugm3, clause.decimals_mgm3) == (
        held.day_decimals_ugm3,
        held.day_decimals_mgm3,
    )
    values = np.full((items, *shape), MISSING, np.int32)
    reported = (values if same else values.copy()) if detail else values[:0]
    hours = np.zeros((len(POLLUTANTS) if detail else 0, *shape), np.int8)
    index = Index.empty(items if detail else 0, shape)
    desk = threading.local()

    def judge(block: tuple[int, npt.NDArray[np.intp], Period]) -> None:
        offset_h, rows, month = block
        names = [stations[i] for i in rows]
        start = first_hour(day_number(month.first), offset_h)
        cells = _cells(desk, (len(POLLUTANTS), len(names), month.days * 24))
        hourly = lake.block(names, start, start + month.days * 24, as_of=as_of, out=cells)
        days = days_of(hourly, rules)
        at = (month.first - period.first).days
        where = slice(at, at + month.days)
        found = rounded(days, clause.decimals_ugm3, clause.decimals_mgm3)
        kept = found
        if not same:
            kept = rounded(days, held.day_decimals_ugm3, held.day_decimals_mgm3)
        values[:, rows, where] = kept[:items]
        if detail:
            reported[:, rows, where] = found
            hours[:, rows, where] = days.hours
        index.put(rows, where, day_index(found, rules))

    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(judge, _blocks(stations, period, offsets or {})):
            pass
    return StationDays(tuple(stations), period, rules, values, reported, hours, index)


def _cells(desk: threading.local, shape: tuple[int, int, int]) -> npt.NDArray[np.int32]:
    """Room for a block, used again by the next block of the same thread."""
    size = math.prod(shape)
    held: npt.NDArray[np.int32] | None = getattr(desk, "cells", None)
    if held is None or held.size < size:
        held = desk.cells = np.empty(size, np.int32)
    return held[:size].reshape(shape)


def _blocks(
    stations: Sequence[str], period: Period, offsets: Mapping[str, int]
) -> Iterator[tuple[int, npt.NDArray[np.intp], Period]]:
    """Stations that share a clock, and months, as the blocks to judge."""
    clocks = np.array([offsets.get(s, BEIJING_H) for s in stations])
    for offset_h in np.unique(clocks):
        rows = np.flatnonzero(clocks == offset_h)
        for month in period.months():
            yield int(offset_h), rows, month
