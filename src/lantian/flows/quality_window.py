"""Months of the lake as marks and checks judge them: hours, what came before, weather."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.flows.grounds import offsets_of
from lantian.flows.quality_upkeep import upkeep_hours
from lantian.lake.roster import Roster, Station
from lantian.lake.rows import WEATHER
from lantian.lake.standing import with_marks
from lantian.lake.store import Lake
from lantian.quality.window import Weather, Window
from lantian.terms.hour import BEIJING_H, day_number, day_of, first_hour, local_day
from lantian.terms.mark import MISSING, Source, State
from lantian.terms.period import Period

#: Months before the judged one that are read: days near a limit need a year.
_BEFORE_M: Final = 12
#: A station without weather of its own takes that of the nearest station within so far.
_WEATHER_KM: Final = 30.0
_KM_A_DEGREE: Final = 111.2
#: Kind of station that measures particles by light scattering.
_SCATTERING: Final = "micro"
#: Kinds of one class: sited and kept alike.
_REFERENCE: Final = frozenset({"national", "provincial", "background"})
_WEATHER_COLUMNS: Final = ("wind_ms", "wind_from_deg", "rh_pct", "temp_c")

type Int32s = npt.NDArray[np.int32]
type Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgedMonth:
    """One month of the stations of one clock.

    Attributes
    ----------
    period : Period
        Whole calendar month.
    stations : tuple of str
        Those with any value in the month.
    h_from, h_to : int
        Hours of the month up to the last that the lake has, `h_to` not included.
    offset_h : int
    start : int
        Hour of the first column of `values`.
    values : ndarray of int32, shape (6, stations, h_to - start)
        Thousandths as measured: what a review withdrew is there, what the device or the file
        says does not count is not.
    weather : Weather or None
        Of the judged hours.
    upkeep : ndarray of bool, shape (stations, judged hours), or None
        Hours that a monitor flagged as calibration or maintenance; None where no gate ran.
    scattering : ndarray of bool, shape (stations,)
    classes : tuple of str
        Class of each station.
    sequence : int
        Of the lake.
    """

    period: Period
    stations: tuple[str, ...]
    h_from: int
    h_to: int
    offset_h: int
    start: int
    values: Int32s
    weather: Weather | None
    upkeep: npt.NDArray[np.bool_] | None
    scattering: npt.NDArray[np.bool_]
    classes: tuple[str, ...]
    sequence: int

    @property
    def last_day(self) -> date:
        """Last day of which there is an hour."""
        return day_of(local_day(self.h_to - 1, self.offset_h))

    @property
    def input(self) -> str:
        """sha256 of everything that is judged."""
        known = (self.stations, self.classes, self.h_from, self.start)
        found = hashlib.sha256(repr(known).encode())
        found.update(np.ascontiguousarray(self.values).tobytes())
        found.update(self.scattering.tobytes())
        if self.upkeep is not None:
            found.update(self.upkeep.tobytes())
        if self.weather is not None:
            for name in _WEATHER_COLUMNS:
                found.update(np.ascontiguousarray(getattr(self.weather, name)).tobytes())
        return found.hexdigest()

    def window(self, months_before: int) -> Window:
        """Return the month as a window with so many months before it."""
        split = self.h_from - self.start
        early = _month_start(self.period.first, months_before)
        first = max(first_hour(day_number(early), self.offset_h), self.start) - self.start
        return Window(
            stations=self.stations,
            first_hour=self.h_from,
            trailing=np.ascontiguousarray(self.values[:, :, first:split]),
            judged=np.ascontiguousarray(self.values[:, :, split:]),
            weather=self.weather,
            upkeep=self.upkeep,
            scattering=self.scattering,
            classes=self.classes,
            offset_h=self.offset_h,
        )


def month_number(day: date) -> int:
    """Count months since the year 0.

    Examples
    --------
    >>> month_number(date(2026, 3, 31)) - month_number(date(2025, 12, 1))
    3
    """
    return day.year * 12 + day.month - 1


def _month_start(day: date, months_before: int) -> date:
    year, month = divmod(month_number(day) - months_before, 12)
    return date(year, month + 1, 1)


def judged_months(
    lake: Lake, period: Period, *, stations: Sequence[str] = ()
) -> Iterator[JudgedMonth]:
    """Read every calendar month that a period touches, the stations of each clock by themselves.

    Parameters
    ----------
    lake : Lake
    period : Period
    stations : sequence of str, optional
        Only these; all that have hours unless said.

    Raises
    ------
    LakeBroken
        If a part of the lake is damaged or missing.
    """
    roster, sequence, span = lake.roster(), lake.sequence, lake.span()
    offsets = offsets_of(roster)
    held = [s for s in lake.stations() if not stations or s in stations]
    for cut in period.months():
        month = cut.whole_months()
        for offset_h in sorted({offsets.get(s, BEIJING_H) for s in held}):
            some = [s for s in held if offsets.get(s, BEIJING_H) == offset_h]
            found = _read(lake, roster, month, some, offset_h, span, sequence)
            if found is not None:
                yield found


def _read(
    lake: Lake,
    roster: Roster,
    month: Period,
    stations: Sequence[str],
    offset_h: int,
    span: tuple[int, int] | None,
    sequence: int,
) -> JudgedMonth | None:
    h_from = first_hour(day_number(month.first), offset_h)
    h_to = h_from + month.days * 24
    if span is None or span[1] < h_from or span[0] >= h_to:
        return None
    h_to = min(h_to, span[1] + 1)
    early = first_hour(day_number(_month_start(month.first, _BEFORE_M)), offset_h)
    start = min(max(early, span[0]), h_from)
    block = measured(lake, stations, start, h_to, sequence)
    there = (block[:, :, h_from - start :] != MISSING).any(axis=(0, 2))
    kept = tuple(s for s, here in zip(stations, there, strict=True) if here)
    if not kept:
        return None
    kinds = {s.station: s.kind for s in roster.stations}
    return JudgedMonth(
        month,
        kept,
        h_from,
        h_to,
        offset_h,
        start,
        block[:, there],
        _weather(lake, roster, kept, h_from, h_to, sequence),
        upkeep_hours(lake, kept, h_from, h_to),
        np.array([kinds.get(s) == _SCATTERING for s in kept], np.bool_),
        tuple("reference" if (k := kinds.get(s, "")) in _REFERENCE else k for s in kept),
        sequence,
    )


def measured(
    lake: Lake, stations: Sequence[str], h_from: int, h_to: int, sequence: int | None = None
) -> Int32s:
    """Values of hours [h_from, h_to) as measured: reviews blank none, flags of devices do.

    A review that withdraws a value must not take away the mark that it answers.
    """
    values, marks = with_marks(lake, stations, h_from, h_to, sequence)
    gone = (marks % 2 == int(State.WITHDRAWN)) & (marks // 2 != int(Source.REVIEWED))
    values[gone] = MISSING
    return values


def _weather(
    lake: Lake, roster: Roster, stations: Sequence[str], h_from: int, h_to: int, sequence: int
) -> Weather | None:
    """Weather of each station, its own or that of the nearest; None where nobody has any."""
    known = lake.stations(WEATHER)
    if not known:
        return None
    block = lake.block(known, h_from, h_to, kind=WEATHER, as_of=sequence)
    here = (block != MISSING).any(axis=(0, 2))
    if not here.any():
        return None
    nearest = _nearest(roster, stations, [s for s, any_ in zip(known, here, strict=True) if any_])
    rows = [known.index(nearest[s]) if s in nearest else -1 for s in stations]
    return Weather(
        **{name: _taken(block[WEATHER.columns.index(name)], rows) for name in _WEATHER_COLUMNS}
    )


def _taken(values: Int32s, rows: Sequence[int]) -> Floats:
    """Rows of a column in its unit, NaN where missing; -1 takes nothing."""
    found = np.where(values == MISSING, np.nan, values / 1000.0)
    return np.concatenate([found, np.full((1, found.shape[1]), np.nan)])[list(rows)]


def _nearest(roster: Roster, stations: Sequence[str], having: Sequence[str]) -> Mapping[str, str]:
    """Station with weather for each: itself, or the nearest one that is near enough."""
    sites = {s.station: s for s in roster.stations if s.lon is not None and s.lat is not None}
    found = {}
    for station in stations:
        if station in having:
            found[station] = station
        elif station in sites:
            near = {h: _km(sites[station], sites[h]) for h in having if h in sites}
            best = min(near, key=lambda h: (near[h], h), default="")
            if best and near[best] <= _WEATHER_KM:
                found[station] = best
    return found


def _km(a: Station, b: Station) -> float:
    """Distance of two near sites, km."""
    lon_a, lat_a, lon_b, lat_b = (float(x or 0.0) for x in (a.lon, a.lat, b.lon, b.lat))
    east = (lon_a - lon_b) * np.cos(np.deg2rad((lat_a + lat_b) / 2))
    return float(np.hypot(east, lat_a - lat_b)) * _KM_A_DEGREE
