"""Place days: a city's or county's day from the days of its stations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.rules.ruleset import RuleSet
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS
from lantian.terms.rounding import compiled, round_ratios, step_of

_MISSING = np.int32(MISSING)


@dataclass(frozen=True, slots=True)
class Member:
    """One station counted in one place over some days.

    `first` and `last` are day numbers, both included; a background point is listed
    and left out of the mean.
    """

    place: str
    station: str
    first: int
    last: int
    background: bool = False


@dataclass(frozen=True, slots=True)
class PlaceDays:
    """Days of places.

    Attributes
    ----------
    places : tuple of str
    values, reported : ndarray of int32, shape (items, places, days)
        Thousandths with the digits of statistics and with those of the index; MISSING
        where too few stations are valid.
    total : ndarray of int64, shape (items, places, days)
        Sum of the station days in the mean, in thousandths.
    valid, members : ndarray of int64, shapes (items, places, days) and (places, days)
        Stations in the mean, and stations that count on the day.
    """

    places: tuple[str, ...]
    values: npt.NDArray[np.int32]
    reported: npt.NDArray[np.int32]
    total: npt.NDArray[np.int64]
    valid: npt.NDArray[np.int64]
    members: npt.NDArray[np.int64]


def place_days(
    values: npt.NDArray[np.int32],
    stations: Sequence[str],
    day0: int,
    members: Sequence[Member],
    rules: RuleSet,
) -> PlaceDays:
    """Mean of the stations' day values for each place and day.

    Parameters
    ----------
    values : ndarray of int32, shape (items, stations, days)
        Rounded station days in thousandths.
    stations : sequence of str
        Codes along the second axis.
    day0 : int
        Day number of the first day.
    members : sequence of Member
        A station without a value in a calendar month does not count in that month: it was
        not in operation. Give whole calendar months and cut the days asked for afterwards:
        what lies outside of the block is not seen.
    rules : RuleSet
        Supplies the least share of valid stations and the digits.

    Returns
    -------
    PlaceDays

    Notes
    -----
    Source: HJ 663-2013 clause 5 (mean of the points; at least 75 % of them valid).

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> days = np.full((7, 2, 1), 10_000, np.int32)
    >>> days[:, 1] = 13_000
    >>> both = [Member("A", s, 0, 9) for s in ("1A", "2A")]
    >>> place_days(days, ["1A", "2A"], 5, both, rule_set("HJ633-2012")).values[0].tolist()
    [[12000]]
    """
    places = tuple(dict.fromkeys(m.place for m in members))
    at = {code: i for i, code in enumerate(stations)}
    counted = [m for m in members if not m.background and m.station in at]
    shape = (len(places), values.shape[2])
    total = np.zeros((values.shape[0], *shape), np.int64)
    valid = np.zeros_like(total)
    number = np.zeros(shape, np.int64)
    row = {place: i for i, place in enumerate(places)}
    table = np.array(
        [[row[m.place], at[m.station], m.first - day0, m.last - day0] for m in counted], np.int64
    ).reshape(-1, 4)
    _gather(values, working(values, day0), table, total, valid, number)
    enough = valid * 100 >= rules.threshold("place-day").minimum * number
    parts = np.where(enough, valid, 0)
    held, index = rules.evaluation.clause, rules.aqi.clause
    return PlaceDays(
        places,
        _means(total, parts, held.day_decimals_ugm3, held.day_decimals_mgm3),
        _means(total, parts, index.decimals_ugm3, index.decimals_mgm3),
        total,
        valid,
        number,
    )


def _means(
    total: npt.NDArray[np.int64], parts: npt.NDArray[np.int64], ugm3: int, mgm3: int
) -> npt.NDArray[np.int32]:
    """Round the mean of each item to its digits."""
    result = np.empty(total.shape, np.int32)
    for i, item in enumerate(DAY_ITEMS):
        step = step_of(mgm3 if item.pollutant.unit == "mg/m3" else ugm3)
        result[i] = round_ratios(total[i], parts[i], step, MISSING)
    return result


def working(values: npt.NDArray[np.int32], day0: int) -> npt.NDArray[np.bool_]:
    """Whether each station has any value in the month of each day, shape (stations, days).

    Parameters
    ----------
    values : ndarray of int32, shape (items, stations, days)
        Whole calendar months of station days.
    day0 : int
        Day number of the first day.

    Examples
    --------
    >>> june = np.full((7, 1, 30), MISSING, np.int32)
    >>> june[0, 0, 3] = 5_000
    >>> bool(working(june, 18_048).all())
    True
    """
    days = np.arange(day0, day0 + values.shape[2]).astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(np.int64)
    starts = np.flatnonzero(np.diff(months, prepend=months[0] - 1))
    there = (values != _MISSING).any(axis=0)
    by_month = np.logical_or.reduceat(there, starts, axis=1)
    return np.repeat(by_month, np.diff(starts, append=days.size), axis=1)


@compiled
def _gather(
    values: npt.NDArray[np.int32],
    working: npt.NDArray[np.bool_],
    table: npt.NDArray[np.int64],
    total: npt.NDArray[np.int64],
    valid: npt.NDArray[np.int64],
    number: npt.NDArray[np.int64],
) -> None:
    """Sum the station days of each place."""
    for m in range(table.shape[0]):
        place, station = table[m, 0], table[m, 1]
        for d in range(max(table[m, 2], 0), min(table[m, 3] + 1, values.shape[2])):
            if not working[station, d]:
                continue
            number[place, d] += 1
            for i in range(values.shape[0]):
                value = values[i, station, d]
                if value != _MISSING:
                    total[i, place, d] += value
                    valid[i, place, d] += 1
