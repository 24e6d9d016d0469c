"""Hours of stations over a period, month by month, for files of any length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.desk.air.queries.ground import Ground
from lantian.errors import NoData
from lantian.flows.bulletin import members_of_place
from lantian.flows.grounds import offsets_of
from lantian.flows.station_days import require_data
from lantian.lake.part import Int32s
from lantian.terms.hour import BEIJING_H, day_number, first_hour, local_end
from lantian.terms.mark import MISSING
from lantian.terms.period import Period

#: Name of the job that writes them into a file.
EXPORT: Final = "air.export-hours"
#: Rows of a part: as text or Python's numbers they take ten times what they take here.
_ROWS: Final = 20_000
#: Stations of a block: a month of all of them is decoded at once otherwise.
_STATIONS: Final = 40


@dataclass(frozen=True, slots=True)
class Hours:
    """Some station hours that have a value, of one month and one clock, by station and hour.

    Attributes
    ----------
    stations : sequence of str
    first : datetime
        Local end of the first hour.
    station, step : ndarray of int, shape (n,)
        Index into the stations, and hours since the first.
    values : ndarray of int32, shape (6, n)
        Thousandths, MISSING where there is none.
    """

    stations: Sequence[str]
    first: datetime
    station: npt.NDArray[np.intp]
    step: npt.NDArray[np.intp]
    values: Int32s

    def __len__(self) -> int:
        """Count the rows."""
        return int(self.step.size)


@dataclass(frozen=True, slots=True)
class HoursAsked:
    """Which hours: stations with their clocks, months, and the lake's sequence at which to read."""

    stations: tuple[str, ...]
    offsets: tuple[int, ...]
    period: Period
    sequence: int

    @property
    def most(self) -> int:
        """Rows there would be if no hour were missing."""
        return len(self.stations) * self.period.days * 24


def hours_asked(ground: Ground, name: str, period: Period) -> HoursAsked:
    """Return the hours of a station or of a place's stations; of all in view for "".

    Raises
    ------
    NoData
        If there is no such place or station, it has no stations, or the period no data.
    """
    stations = _stations(ground, name)
    if not stations:
        raise NoData(
            "没有站点 / there are no stations", where="air", fix="检查名录 / check the roster"
        )
    clocks = offsets_of(ground.roster)
    return HoursAsked(
        tuple(stations),
        tuple(clocks.get(code, BEIJING_H) for code in stations),
        require_data(ground.lake, period),
        ground.lake.sequence,
    )


def _stations(ground: Ground, name: str) -> Sequence[str]:
    if not name:
        return ground.group.stations
    if ground.around(name).group.level_of(name) is None:
        return [name]
    return members_of_place(ground.roster, name)


def read_hours(ground: Ground, asked: HoursAsked) -> Iterator[Hours]:
    """Yield the hours, all read at one sequence, in parts of a month of the stations of a clock."""
    for month in asked.period.months():
        for offset_h in sorted(set(asked.offsets)):
            pairs = zip(asked.stations, asked.offsets, strict=True)
            names = [code for code, clock in pairs if clock == offset_h]
            start = first_hour(day_number(month.first), offset_h)
            first = local_end(start, offset_h)
            for few in batched(names, _STATIONS):
                block = ground.lake.block(few, start, start + month.days * 24, as_of=asked.sequence)
                there = (block != MISSING).any(axis=0)
                station, step = np.nonzero(there)
                values = block[:, there]
                for low in range(0, step.size, _ROWS):
                    some = slice(low, low + _ROWS)
                    yield Hours(few, first, station[some], step[some], values[:, some])
