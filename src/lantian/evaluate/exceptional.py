"""Exceptional days: candidates for sand and fireworks, and the states of a claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from lantian.rules.book import Entry
from lantian.rules.clauses import ExceptionalClause
from lantian.terms.hour import day_number, first_hour, local_day
from lantian.terms.mark import MISSING


class ClaimState(StrEnum):
    """States of a claim that a day is exceptional; only an approved one is excluded."""

    CANDIDATE = "candidate"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of hours that may be exceptional; it changes no figure.

    `first_h` and `last_h` are UTC hour numbers, both included; the concentrations are
    thousandths of ug/m3 of PM10: the mean before the onset and the highest hour.
    """

    scope: str
    kind: str
    first_h: int
    last_h: int
    pollutants: tuple[str, ...]
    before: int
    highest: int
    source: str

    def days(self, offset_h: int) -> tuple[int, ...]:
        """Local day numbers touched."""
        return tuple(range(local_day(self.first_h, offset_h), local_day(self.last_h, offset_h) + 1))


def sand_candidates(
    scope: str,
    pm10: npt.NDArray[np.int32],
    pm25: npt.NDArray[np.int32],
    first_h: int,
    entry: Entry[ExceptionalClause],
) -> list[Candidate]:
    """Find runs of hours in which PM10 jumps as in blown sand.

    Parameters
    ----------
    scope : str
        Place whose hourly means these are.
    pm10, pm25 : ndarray of int32, shape (hours,)
        Thousandths of ug/m3, MISSING where there is no value.
    first_h : int
        UTC hour number of the first element.
    entry : Entry of ExceptionalClause
        The clause `sand`.

    Returns
    -------
    list of Candidate
        PM2.5 is named where its share of PM10 in the run falls as the clause asks.

    Notes
    -----
    Source: 环办监测〔2016〕120号: onset when PM10 is at least twice the mean of the six hours
    before and above 150 ug/m3; end when it is back within 10 % of that mean.

    Examples
    --------
    >>> from lantian.rules.book import book
    >>> sand = book("exceptional").at(date(2019, 5, 1), "sand")
    >>> pm10 = np.array([60] * 8 + [400, 300] + [62] * 4, np.int32) * 1000
    >>> found = sand_candidates("A", pm10, pm10 // 4, 0, sand)
    >>> [(c.first_h, c.last_h, c.pollutants) for c in found]
    [(8, 9, ('PM10',))]
    """
    clause = entry.clause
    found: list[Candidate] = []
    hour, size = clause.before_h, pm10.size
    while hour < size:
        before = _mean(pm10[hour - clause.before_h : hour])
        if not _is_onset(pm10[hour], before, clause):
            hour += 1
            continue
        end = hour
        while end + 1 < size and not _is_over(pm10[end + 1], before, clause):
            end += 1
        run = slice(hour, end + 1)
        names = ["PM10"]
        if _share_fell(pm10, pm25, hour, run, clause):
            names.append("PM2.5")
        found.append(
            Candidate(
                scope,
                entry.item,
                first_h + hour,
                first_h + end,
                tuple(names),
                before,
                int(pm10[run].max()),
                entry.source,
            )
        )
        hour = end + 1
    return found


def _mean(values: npt.NDArray[np.int32]) -> int:
    """Whole mean of the values that are there; MISSING where fewer than half are."""
    there = values[values != MISSING]
    return int(there.mean()) if there.size * 2 >= max(values.size, 1) else MISSING


def _is_onset(value: np.int32, before: int, clause: ExceptionalClause) -> bool:
    if value == MISSING or before == MISSING:
        return False
    return bool(value >= clause.onset_ratio * before and value > clause.onset_ugm3 * 1000)


def _is_over(value: np.int32, before: int, clause: ExceptionalClause) -> bool:
    return bool(value != MISSING and value <= before * (1 + clause.return_ratio))


def _share_fell(
    pm10: npt.NDArray[np.int32],
    pm25: npt.NDArray[np.int32],
    hour: int,
    run: slice,
    clause: ExceptionalClause,
) -> bool:
    """Whether the share of PM2.5 in PM10 fell as in blown sand."""
    earlier = slice(hour - clause.before_h, hour)
    means = [_mean(a[s]) for s in (earlier, run) for a in (pm25, pm10)]
    if MISSING in means or min(means) <= 0:
        return False
    return means[2] * means[1] <= clause.pm25_share_ratio * means[0] * means[3]


def firework_candidates(
    scope: str,
    pm10: npt.NDArray[np.int32],
    first_h: int,
    offset_h: int,
    entry: Entry[ExceptionalClause],
) -> list[Candidate]:
    """Label the nights of the calendar of fireworks that the hours cover.

    They explain a peak; no rule excludes them.

    Examples
    --------
    >>> from lantian.rules.book import book
    >>> nights = book("exceptional").at(date(2019, 2, 1), "fireworks")
    >>> start = first_hour(day_number(date(2019, 2, 4)))
    >>> hours = np.full(72, 90_000, np.int32)
    >>> len(firework_candidates("A", hours, start, 8, nights)) > 0
    True
    """
    clause = entry.clause
    found: list[Candidate] = []
    for night in clause.nights:
        start = first_hour(day_number(night), offset_h) - 1 + clause.from_hour
        low, high = start + 1 - first_h, start + clause.hours - first_h
        if low < 0 or high >= pm10.size:
            continue
        there = pm10[low : high + 1]
        there = there[there != MISSING]
        if there.size:
            before = _mean(pm10[max(low - 6, 0) : low]) if low else MISSING
            found.append(
                Candidate(
                    scope,
                    entry.item,
                    first_h + low,
                    first_h + high,
                    clause.pollutants,
                    before,
                    int(there.max()),
                    entry.source,
                )
            )
    return found


def excluded_days(
    claims: Sequence[tuple[str, date, str, str]], scopes: set[str], first: date, last: date
) -> dict[str, set[int]]:
    """Days to leave out by pollutant symbol: approved claims only.

    Parameters
    ----------
    claims : sequence of (scope, day, pollutant, state)
    scopes : set of str
        Names under which the place or station is claimed.
    first, last : date

    Returns
    -------
    dict of str to set of int
        Offsets of days from `first`.

    Examples
    --------
    >>> claim = ("A", date(2019, 5, 2), "PM10", "approved")
    >>> excluded_days([claim], {"A"}, date(2019, 5, 1), date(2019, 5, 31))
    {'PM10': {1}}
    """
    found: dict[str, set[int]] = {}
    for scope, day, pollutant, state in claims:
        if scope in scopes and state == ClaimState.APPROVED and first <= day <= last:
            found.setdefault(pollutant, set()).add((day - first) // timedelta(days=1))
    return found
