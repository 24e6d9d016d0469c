"""Hourly means of places: the valid hours of their stations, background points left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.evaluate.place import Member
from lantian.flows.grounds import offsets_of
from lantian.flows.level_days import STATION, members_of
from lantian.lake.store import Lake
from lantian.terms.hour import BEIJING_H, day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import round_ratios

#: Days read beyond each end of a period, so that an episode across the end is seen whole.
_HALO_D = 10


@dataclass(frozen=True, slots=True)
class PlaceHours:
    """Hourly means of the places of one level.

    Attributes
    ----------
    names : tuple of str
    offsets_h : tuple of int
        Local time minus UTC of each place.
    first_h : int
        UTC hour number of the first hour.
    values : ndarray of int64, shape (pollutants, places, hours)
        Means in thousandths, MISSING where no station has a value.
    """

    names: tuple[str, ...]
    offsets_h: tuple[int, ...]
    first_h: int
    values: npt.NDArray[np.int64]


def place_hours(lake: Lake, level: str, period: Period, *, as_of: int | None = None) -> PlaceHours:
    """Mean of the stations' hours for each place of a level, with some days on either side.

    Parameters
    ----------
    lake : Lake
    level : str
        `station`, or a level of the roster's places.
    period : Period
    as_of : int, optional

    Returns
    -------
    PlaceHours
    """
    roster = lake.roster(as_of)
    held = lake.stations(as_of=as_of)
    if level == STATION:
        members: Sequence[Member] = [Member(s, s, -(10**6), 10**6) for s in held]
    else:
        members = members_of(roster, level)
    offsets = offsets_of(roster)
    day0, days = day_number(period.first) - _HALO_D, period.days + 2 * _HALO_D
    start = first_hour(day0, max([BEIJING_H, *offsets.values()]))
    stations = sorted({m.station for m in members} & set(held))
    block = lake.block(stations, start, start + (days + 1) * 24, as_of=as_of)
    names = tuple(dict.fromkeys(m.place for m in members))
    clocks = {m.place: offsets.get(m.station, BEIJING_H) for m in reversed(members)}
    return PlaceHours(
        names,
        tuple(clocks[name] for name in names),
        start,
        _means(block, stations, names, members, offsets, start),
    )


def _means(
    block: npt.NDArray[np.int32],
    stations: Sequence[str],
    names: Sequence[str],
    members: Sequence[Member],
    offsets: Mapping[str, int],
    start: int,
) -> npt.NDArray[np.int64]:
    shape = (len(POLLUTANTS), len(names), block.shape[2])
    total, count = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    row, at = {n: i for i, n in enumerate(names)}, {s: i for i, s in enumerate(stations)}
    hours = start + np.arange(block.shape[2])
    for m in members:
        if m.background or m.station not in at:
            continue
        day = (hours - 1 + offsets.get(m.station, BEIJING_H)) // 24
        values = block[:, at[m.station]]
        there = (values != MISSING) & (m.first <= day) & (day <= m.last)
        total[:, row[m.place]] += np.where(there, values, 0)
        count[:, row[m.place]] += there
    return round_ratios(total, count, 1, MISSING)
