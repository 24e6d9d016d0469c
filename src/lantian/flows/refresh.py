"""Flow `refresh`: evaluates the station days that wait, and holds them for the pages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian import __version__
from lantian.errors import LakeBroken, NoRuleInForce
from lantian.flows.grounds import offsets_of, shelf_of
from lantian.flows.station_days import data_period
from lantian.lake.day_result import (
    Row,
    count_refresh,
    drop,
    fetch,
    held,
    lay_rows,
    no_days,
    pack,
    put,
    set_held,
    thresholds_of,
)
from lantian.lake.stale import (
    Mark,
    clear,
    lake_months,
    mark_all,
    marks,
    month_span,
    stale_months,
)
from lantian.lake.store import Lake
from lantian.rules.ruleset import RuleSet, Shelf, change_days, in_force, rule_set, set_names
from lantian.series.daily import Days, days_of
from lantian.terms.hour import BEIJING_H, day_of, first_hour

#: Stations of one write transaction: it then lasts some ten milliseconds, so that others
#: never wait long for the lock.
_AT_ONCE: Final = 300


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did.

    Attributes
    ----------
    sequence : int
        Lake sequence of the last hours that it read.
    station_months, station_days : int
        Rows written and station days evaluated, for each of the thresholds once.
    left : int
        Station days that still wait.
    """

    sequence: int
    station_months: int
    station_days: int
    left: int


def _silent(line: str) -> None:
    """Say nothing of progress."""


def refresh_days(
    lake: Lake,
    *,
    limit_days: int | None = None,
    shelf: Shelf | None = None,
    say: Callable[[str], None] = _silent,
) -> RefreshReport:
    """Evaluate what waits, newest months first; pages read what it wrote.

    Hours are read outside of any write transaction; what a batch touches meanwhile waits on.
    New thresholds of a rule set, and a new version of Lantian, make every day wait.

    Parameters
    ----------
    lake : Lake
    limit_days : int, optional
        Stop once this many station days are evaluated.
    shelf : mapping of str to Book, optional
        The national rule books and the lake's own unless said.
    say : callable
        Told each month.

    Returns
    -------
    RefreshReport

    Raises
    ------
    LakeBroken
        If a part is damaged, the lake cannot be written, or another process refreshes by
        other rules or another version of Lantian.
    """
    wanted = held_rules(lake, shelf_of(lake) if shelf is None else shelf)
    _settle(lake, wanted)
    worker = _Worker(lake, wanted)
    rows = done = 0
    for month, stations in _work(lake):
        if limit_days is not None and done >= limit_days:
            break
        written, days = worker.refresh(month, stations)
        rows, done = rows + written, done + days
        label = day_of(month_span(month)[0])
        say(f"{label:%Y-%m}: {len(stations)} 站 / stations, {days} 站日 / station days")
    left = sum(mark.days.bit_count() for mark in _all_marks(lake))
    return RefreshReport(lake.sequence, rows, done, left)


def _all_marks(lake: Lake) -> list[Mark]:
    months = [month for month, _ in stale_months(lake.ledger)]
    return marks(lake.ledger, months[-1], months[0]) if months else []


def held_rules(lake: Lake, shelf: Shelf) -> dict[str, RuleSet]:
    """Thresholds under which days are held, each with a rule set that asks for them.

    They are those of every named set, and of the rules in force on any day of the data. Sets
    whose days are valid under the same conditions share them, as all national ones do.
    """
    sets = [rule_set(name, shelf) for name in set_names(shelf)]
    if lake.span() is not None:
        period = data_period(lake)
        for day in (period.first, *change_days(period, shelf)):
            with suppress(NoRuleInForce):  # such days are judged only by a set that is named
                sets.append(in_force(day, shelf))
    return {thresholds_of(rules): rules for rules in sets}


def forget_days(lake: Lake) -> None:
    """Drop all days that are held; the next refresh makes the same ones anew."""
    for thresholds in held(lake.ledger):
        drop(lake.ledger, thresholds)


def _settle(lake: Lake, wanted: Mapping[str, RuleSet]) -> None:
    """Mark every day where thresholds or the program are new; drop what nobody asks for."""
    ledger = lake.ledger
    settled, begun = (dict.fromkeys(wanted, word) for word in (__version__, ""))
    if held(ledger) == settled:
        return
    # First the names: from now on, a refresh by other rules stops before it clears a mark.
    with ledger.write() as sql:
        found = held(ledger)  # another process that wants the same may have come first
        if found == settled:
            return
        if found != begun:
            for thresholds in wanted:
                set_held(sql, thresholds, "")
            count_refresh(sql)
    for thresholds in found.keys() - wanted.keys():
        drop(ledger, thresholds)
    stations = lake.stations()
    for month in lake_months(ledger):
        for some in batched(stations, _AT_ONCE * 4):
            with ledger.write():
                mark_all(ledger, some, [month])
    with ledger.write() as sql:
        for thresholds in wanted:
            set_held(sql, thresholds, __version__)
        count_refresh(sql)


def _work(lake: Lake) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Months and a few of their stations that wait, newest months first."""
    for month, _ in stale_months(lake.ledger):
        waiting = [mark.station for mark in marks(lake.ledger, month, month)]
        for some in batched(waiting, _AT_ONCE):
            yield month, some


@dataclass(slots=True)
class _Worker:
    """One refresh under way; `clocks` are the offsets of a sequence, kept while it stands."""

    lake: Lake
    wanted: Mapping[str, RuleSet]
    clocks: tuple[int, Mapping[str, int]] = (-1, {})

    def refresh(self, month: int, stations: Sequence[str]) -> tuple[int, int]:
        """Return the rows written and the station days evaluated."""
        ledger, names = self.lake.ledger, set(stations)
        with ledger.read():
            sequence = ledger.sequence
            waiting = [m for m in marks(ledger, month, month) if m.station in names]
        union = 0
        for mark in waiting:
            union |= mark.days
        if not union:  # another process was here first
            return 0, 0
        low, high = (union & -union).bit_length() - 1, union.bit_length()
        start, _ = month_span(month)
        fresh = self._evaluate(sequence, stations, start + low, high - low)
        rows = self._hold(sequence, month, stations, fresh, slice(low, high))
        return rows, len(stations) * (high - low)

    def _evaluate(
        self, sequence: int, stations: Sequence[str], first: int, days: int
    ) -> dict[str, Days]:
        """Days of the stations by their clocks, under each of the thresholds."""
        if self.clocks[0] != sequence:
            self.clocks = (sequence, offsets_of(self.lake.roster(sequence)))
        clocks = np.array([self.clocks[1].get(s, BEIJING_H) for s in stations])
        fresh = {t: no_days(len(stations), days) for t in self.wanted}
        for offset_h in np.unique(clocks).tolist():
            rows = np.flatnonzero(clocks == offset_h)
            h = first_hour(first, offset_h)
            names = [stations[i] for i in rows.tolist()]
            block = self.lake.block(names, h, h + 24 * days, as_of=sequence)
            for thresholds, rules in self.wanted.items():
                _put_days(fresh[thresholds], rows, slice(None), days_of(block, rules))
        return fresh

    def _hold(
        self,
        sequence: int,
        month: int,
        stations: Sequence[str],
        fresh: Mapping[str, Days],
        where: slice,
    ) -> int:
        """Write fresh days into the rows, unless someone wrote later ones, and clear marks."""
        ledger = self.lake.ledger
        start, length = month_span(month)
        written = 0
        with ledger.write() as sql:
            if held(ledger) != dict.fromkeys(self.wanted, __version__):
                raise LakeBroken(
                    "另一进程正按别的规则或版本更新 / another process refreshes by other rules "
                    "or another version of Lantian",
                    where=str(self.lake.folder),
                    fix="停掉旧进程后重做 / stop the older process, then repeat",
                )
            for thresholds, days in fresh.items():
                earlier = fetch(ledger, thresholds, stations, range(month, month + 1))
                later = {row.station for row in earlier if row.sequence > sequence}
                whole = no_days(len(stations), length)
                lay_rows(earlier, stations, start, whole)
                _put_days(whole, np.arange(len(stations)), where, days)
                rows = [
                    Row(month, station, sequence, __version__, packed)
                    for station, packed in zip(stations, pack(whole), strict=True)
                    if station not in later
                ]
                put(ledger, thresholds, month, rows)
                written += len(rows)
            clear(sql, month, stations, sequence)
            count_refresh(sql)
        return written


def _put_days(days: Days, rows: npt.NDArray[np.intp], where: slice, part: Days) -> None:
    """Write days of some stations to their place among others."""
    for name in ("total", "count", "hours"):
        getattr(days, name)[:, rows, where] = getattr(part, name)
    days.windows[rows, where] = part.windows
    days.window_end[rows, where] = part.window_end
