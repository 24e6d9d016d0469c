"""Exceptional days: candidates for sand and fireworks, states of a claim, what one leaves out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.rules.book import Entry
from lantian.rules.clauses import ExceptionalClause
from lantian.terms.hour import day_number, first_hour, local_day
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS, PM10, PM25, POLLUTANTS
from lantian.terms.rounding import round_half_even

#: The scope of a claim that holds for every place.
EVERYWHERE: Final = "all"
#: Hours before a night of fireworks whose mean is set beside its highest hour.
_EVENING_H: Final = 6


class ClaimState(StrEnum):
    """States of a claim that a day is exceptional; only an approved one is excluded."""

    CANDIDATE = "candidate"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


type Claim = tuple[str, date, str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of hours that may be exceptional; it changes no figure.

    `first_h` and `last_h` are UTC hour numbers, both included; `pollutants` are symbols;
    the concentrations are thousandths of ug/m3 of PM10: the mean before the onset
    (MISSING where too few hours are there) and the highest hour.
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
    before and above 150 ug/m3; end when it is back within 10 % of that mean. Where hours
    are missing the project decides: a mean needs half of its hours, and a gap as long as
    the hours before the onset ends a run at the last hour that was measured.

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
    hour = clause.before_h
    while hour < pm10.size:
        earlier = slice(hour - clause.before_h, hour)
        before = _sum(pm10[earlier])
        if not _is_onset(int(pm10[hour]), before, clause):
            hour += 1
            continue
        last = _last_of_run(pm10, hour, before, clause)
        run = slice(hour, last + 1)
        fine = _share_fell(pm10, pm25, earlier, run, clause)
        found.append(
            Candidate(
                scope,
                entry.item,
                first_h + hour,
                first_h + last,
                (PM10.symbol, PM25.symbol) if fine else (PM10.symbol,),
                round_half_even(*before),
                int(pm10[run].max()),
                entry.source,
            )
        )
        hour = last + 1
    return found


def _sum(values: npt.NDArray[np.int32]) -> tuple[int, int]:
    """Sum and number of the values that are there; (0, 0) where fewer than half are."""
    there = values[values != MISSING]
    if there.size == 0 or there.size * 2 < values.size:
        return 0, 0
    return int(there.sum(dtype=np.int64)), int(there.size)


def _permille(ratio: float) -> int:
    """Ratio of a clause as a whole number, so that comparisons stay exact."""
    return round(ratio * 1000)


def _is_onset(value: int, before: tuple[int, int], clause: ExceptionalClause) -> bool:
    total, count = before
    if value == MISSING or count == 0:
        return False
    jumps = value * count * 1000 >= _permille(clause.onset_ratio) * total
    return jumps and value > clause.onset_ugm3 * 1000


def _last_of_run(
    pm10: npt.NDArray[np.int32], onset: int, before: tuple[int, int], clause: ExceptionalClause
) -> int:
    """Last measured hour before PM10 is back, or before a long gap."""
    total, count = before
    back = _permille(1 + clause.return_ratio) * total
    last = onset
    for hour in range(onset + 1, pm10.size):
        value = int(pm10[hour])
        if value == MISSING:
            if hour - last >= clause.before_h:
                break
            continue
        if value * count * 1000 <= back:
            break
        last = hour
    return last


def _share_fell(
    pm10: npt.NDArray[np.int32],
    pm25: npt.NDArray[np.int32],
    earlier: slice,
    run: slice,
    clause: ExceptionalClause,
) -> bool:
    """Whether the share of PM2.5 in PM10 fell as in blown sand, over hours that have both."""
    both = (pm10 != MISSING) & (pm25 != MISSING)
    fine, coarse = np.where(both, pm25, MISSING), np.where(both, pm10, MISSING)
    (fine_then, n_then), (coarse_then, _) = _sum(fine[earlier]), _sum(coarse[earlier])
    (fine_now, n_now), (coarse_now, _) = _sum(fine[run]), _sum(coarse[run])
    if 0 in (n_then, n_now, fine_then, coarse_then):
        return False
    limit = _permille(clause.pm25_share_ratio)
    return fine_now * coarse_then * 1000 <= limit * fine_then * coarse_now


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
    >>> found = firework_candidates("A", np.full(36, 90_000, np.int32), start, 8, nights)
    >>> [(c.first_h - start, c.last_h - start, c.pollutants) for c in found]
    [(18, 31, ('PM10', 'PM2.5', 'SO2'))]
    """
    clause = entry.clause
    named = [p.key for p in POLLUTANTS]
    symbols = tuple(POLLUTANTS[named.index(key)].symbol for key in clause.pollutants)
    found: list[Candidate] = []
    for night in clause.nights:
        low = first_hour(day_number(night), offset_h) + clause.from_hour - first_h
        high = low + clause.hours - 1
        if low < 0 or high >= pm10.size or (pm10[low : high + 1] == MISSING).all():
            continue
        total, count = _sum(pm10[max(low - _EVENING_H, 0) : low])
        found.append(
            Candidate(
                scope,
                entry.item,
                first_h + low,
                first_h + high,
                symbols,
                round_half_even(total, count) if count else MISSING,
                int(pm10[low : high + 1].max()),
                entry.source,
            )
        )
    return found


def excluded_days(
    claims: Sequence[Claim], scopes: set[str], first: date, last: date
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


def leave_out(
    values: npt.NDArray[np.int32], names: Sequence[str], first: date, claims: Collection[Claim]
) -> npt.NDArray[np.int32]:
    """Day values without the pollutant days of approved claims; the others stay.

    Parameters
    ----------
    values : ndarray of int32, shape (items, places, days)
        Thousandths in the order of DAY_ITEMS.
    names : sequence of str
        Places along the second axis.
    first : date
        The first day.
    claims : collection of (scope, day, pollutant, state)

    Returns
    -------
    ndarray of int32, a copy of the same shape

    Examples
    --------
    >>> day = np.full((7, 2, 1), 9000, np.int32)
    >>> claim = ("A", date(2019, 5, 1), "PM10", "approved")
    >>> (leave_out(day, ["A", "B"], date(2019, 5, 1), [claim]) == MISSING).nonzero()[:2]
    (array([2]), array([0]))
    """
    kept = values.copy()
    last = first + timedelta(days=values.shape[2] - 1)
    for row, name in enumerate(names):
        out = excluded_days(list(claims), {name, EVERYWHERE}, first, last)
        for i, item in enumerate(DAY_ITEMS):
            kept[i, row, sorted(out.get(item.pollutant.symbol, ()))] = MISSING
    return kept
