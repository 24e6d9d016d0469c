"""What a calibration reads of the lake: raw hours, the reference that stands for them, weather."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.roster import Roster, Station
from lantian.lake.rows import WEATHER, Int32s
from lantian.lake.store import Lake
from lantian.quality.calibration_form import Weather
from lantian.quality.calibration_pairs import Pairs
from lantian.rules.clauses import CalibrationClause
from lantian.terms.hour import BEIJING_H, day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import NO2, O3, POLLUTANTS, Pollutant

#: Most stations beside its own whose references one is calibrated by.
DONORS: Final = 12
#: Fewest hours with a reference that make a station a donor.
_FEWEST_H: Final = 48
#: Kind of the stations that are calibrated.
MICRO: Final = "micro"
#: Sensors that interfere: an electrochemical cell for one answers to the other.
_CROSS: Final = {NO2: O3, O3: NO2}
_KM_A_DEGREE: Final = 111.19
_RH, _TEMP = WEATHER.columns.index("rh_pct"), WEATHER.columns.index("temp_c")

type Floats = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours in which no station moves.

    Attributes
    ----------
    hours : slice
        Places of the hours.
    km : ndarray of float64, shape (stations, others)
        Infinite where one has no site.
    """

    hours: slice
    km: Floats


@dataclass(frozen=True, slots=True)
class Ground:
    """Hours [h_from, h_to) of the micro-stations of a lake that have values in them.

    Attributes
    ----------
    stations : tuple of str
    h_from, h_to : int
        UTC hour numbers.
    raw, reference : ndarray of int32, shape (stations, hours)
        Thousandths; MISSING where there is no raw value, or no reference that stands for it.
    weather : Weather
        Each of shape (stations x hours,).
    references : tuple of str
        Station that is the reference of each one at the last hour, "" for none.
    km : ndarray of float64, shape (stations, stations)
        Between the last sites, infinite where one has none.
    sequence : int
        Lake sequence that was read.
    """

    stations: tuple[str, ...]
    h_from: int
    h_to: int
    raw: Int32s
    reference: Int32s
    weather: Weather
    references: tuple[str, ...]
    km: Floats
    sequence: int

    @property
    def hours(self) -> Int32s:
        """Hour numbers."""
        return np.arange(self.h_from, self.h_to, dtype=np.int32)

    def pairs(self, station: str) -> Pairs:
        """Rows with a raw value, of a station and of those near it that have a reference.

        The nearest donors are enough, and keep the work on a network of hundreds in bounds.
        """
        mine = self.stations.index(station)
        there = (self.raw != MISSING) & (self.reference != MISSING)
        donors = [
            int(n)
            for n in np.argsort(self.km[mine], kind="stable")
            if np.count_nonzero(there[n]) >= _FEWEST_H
        ]
        some = sorted({mine, *donors[:DONORS]})
        hours = self.raw.shape[1]
        rows = (np.array(some)[:, None] * hours + np.arange(hours)).ravel()
        whole = Pairs(
            tuple(self.stations[n] for n in some),
            np.repeat(np.arange(len(some), dtype=np.int32), hours),
            np.tile(self.hours, len(some)),
            self.raw[some].ravel(),
            self.reference[some].ravel(),
            self.weather.part(rows),
        )
        return whole.part(whole.raw != MISSING)

    def days(self, station: str) -> int:
        """Days on which a station has a value."""
        there = self.raw[self.stations.index(station)] != MISSING
        return len(np.unique(self.hours[there] // 24))

    def row(self, station: str) -> tuple[Int32s, Int32s, Weather]:
        """Raw and reference values and weather of one station."""
        n, hours = self.stations.index(station), self.raw.shape[1]
        return (
            self.raw[n],
            self.reference[n],
            self.weather.part(np.arange(n * hours, (n + 1) * hours)),
        )


def micro_stations(roster: Roster) -> dict[str, Station]:
    """Latest entry of each micro-station of a roster, by code."""
    held = sorted(roster.stations, key=lambda s: (s.station, str(s.first or "")))
    return {s.station: s for s in held if s.kind == MICRO}


def ground_of(
    lake: Lake,
    clause: CalibrationClause,
    item: Pollutant,
    h_from: int,
    h_to: int,
    *,
    only: str = "",
    sequence: int | None = None,
) -> Ground:
    """Read what calibrations of one pollutant rest on.

    Parameters
    ----------
    lake : Lake
    clause : CalibrationClause
        Says which stations are references of which, and when.
    item : Pollutant
    h_from, h_to : int
        UTC hour numbers, `h_to` not included.
    only : str
        One micro-station, where no other is of interest.
    sequence : int, optional
        Lake sequence at which to read; the last one unless said.

    Raises
    ------
    BadRequest
        If the lake never had that sequence.
    """
    at = lake.sequence if sequence is None else sequence
    roster = lake.roster(at)
    index = POLLUTANTS.index(item)
    stations = _with_values(
        lake, [only] if only else list(micro_stations(roster)), index, h_from, h_to, at
    )
    grade = tuple(sorted({s.station for s in roster.stations if s.kind in clause.reference_kinds}))
    raw = lake.block([*stations, *grade], h_from, h_to, as_of=at)
    count = len(stations)
    reference, last = _standing(
        raw[index, count:], _stretches(roster, stations, grade, h_from, h_to), clause
    )
    interfering = _CROSS.get(item)
    cross = (
        np.full(raw[index, :count].size, np.nan)
        if interfering is None
        else _floats(raw[POLLUTANTS.index(interfering), :count]).ravel()
    )
    rh_pct, temp_c = _weather(lake, roster, stations, h_from, h_to, at)
    return Ground(
        stations,
        h_from,
        h_to,
        np.ascontiguousarray(raw[index, :count]),
        reference,
        Weather(rh_pct.ravel(), temp_c.ravel(), cross),
        tuple(grade[n] if n >= 0 else "" for n in last),
        _apart(roster, stations, h_to),
        at,
    )


def _with_values(
    lake: Lake, stations: Sequence[str], index: int, h_from: int, h_to: int, at: int
) -> tuple[str, ...]:
    """Stations that have a value of a pollutant in some hours."""
    known = set(lake.stations(as_of=at))
    some = tuple(code for code in stations if code in known)
    held = (lake.block(some, h_from, h_to, as_of=at)[index] != MISSING).any(axis=1)
    return tuple(code for code, there in zip(some, held.tolist(), strict=True) if there)


def _apart(roster: Roster, stations: Sequence[str], h_to: int) -> Floats:
    """Kilometres between the sites of stations in the last hour."""
    return _stretches(roster, stations, stations, h_to - 1, h_to)[0].km


def _standing(
    references: Int32s, stretches: Sequence[Stretch], clause: CalibrationClause
) -> tuple[Int32s, Sequence[int]]:
    """Reference value of each micro-station and hour, and which station gave it last."""
    count = len(stretches[0].km)
    found = np.full((count, references.shape[1]), MISSING, np.int32)
    last = [-1] * count
    for stretch in stretches:
        here = references[:, stretch.hours]
        mixed: dict[bytes, Flags] = {}
        for n, km in enumerate(stretch.km):
            around = km <= clause.mixed_km
            key = around.tobytes()
            if key not in mixed:
                mixed[key] = _mixed(_floats(here[around]), clause)
            row = found[n, stretch.hours]
            # The farthest first, so that the nearest that has a value stays.
            for i in sorted(np.flatnonzero(km <= clause.near_km).tolist(), key=lambda i: -km[i]):
                stands = (here[i] != MISSING) & (mixed[key] | (km[i] <= clause.colocated_km))
                row[stands] = here[i, stands]
                if stands.any():
                    last[n] = i
    return found, last


def _mixed(around: Floats, clause: CalibrationClause) -> Flags:
    """Hours in which enough reference stations around agree: shape (hours,)."""
    told = np.isfinite(around).sum(axis=0) >= clause.mixed_least
    mixed = np.zeros(around.shape[1], np.bool_)
    if told.any():
        some = around[:, told]
        middle = np.nanmedian(some, axis=0)
        apart = np.nanmax(np.abs(some - middle), axis=0)
        mixed[told] = apart <= middle * clause.mixed_pct / 100.0
    return mixed


def _stretches(
    roster: Roster, stations: Sequence[str], others: Sequence[str], h_from: int, h_to: int
) -> list[Stretch]:
    """Stretches of hours in which no station moves, with the kilometres between them."""
    moves = {h_from, h_to}
    for entry in roster.stations:
        begin = _hour_of(entry.first, entry.offset_h, h_from)
        end = _hour_of(entry.last, entry.offset_h, h_to, days=1)
        moves |= {h for h in (begin, end) if h_from < h < h_to}
    found = []
    for begin, end in pairwise(sorted(moves)):
        here, there = (_sites(roster, codes, begin) for codes in (stations, others))
        lon, lat = here[:, :, None] - there[:, None]
        middle = np.deg2rad((here[1][:, None] + there[1][None]) / 2)
        km = np.hypot(lon * np.cos(middle), lat) * _KM_A_DEGREE
        found.append(
            Stretch(slice(begin - h_from, end - h_from), np.where(np.isnan(km), np.inf, km))
        )
    return found


def _sites(roster: Roster, codes: Sequence[str], h: int) -> Floats:
    """Longitude and latitude of stations in an hour, NaN where one has no site then."""
    place = {code: n for n, code in enumerate(codes)}
    found = np.full((2, len(codes)), np.nan)
    for entry in roster.stations:
        begin = _hour_of(entry.first, entry.offset_h, h)
        end = _hour_of(entry.last, entry.offset_h, h + 1, days=1)
        held = entry.station in place and entry.lon is not None and entry.lat is not None
        if held and begin <= h < end:
            found[:, place[entry.station]] = entry.lon, entry.lat
    return found


def _hour_of(day: date | None, offset_h: int, otherwise: int, *, days: int = 0) -> int:
    return otherwise if day is None else first_hour(day_number(day) + days, offset_h)


def _weather(
    lake: Lake, roster: Roster, stations: Sequence[str], h_from: int, h_to: int, at: int
) -> tuple[Floats, Floats]:
    """Humidity and temperature of each station and hour: its own, or of the nearest that has it."""
    known = lake.stations(WEATHER, at)
    rh_pct, temp_c = np.full((2, len(stations), h_to - h_from), np.nan)
    if not known:
        return rh_pct, temp_c
    block = lake.block(known, h_from, h_to, kind=WEATHER, as_of=at)
    columns = (_floats(block[_RH]) / 1000.0, _floats(block[_TEMP]) / 1000.0)
    for stretch in _stretches(roster, stations, known, h_from, h_to):
        taken: dict[tuple[int, ...], list[Floats]] = {}
        for n, code in enumerate(stations):
            order = _order(code, known, stretch.km[n])
            if order not in taken:
                taken[order] = [_first_of(c[:, stretch.hours], order) for c in columns]
            rh_pct[n, stretch.hours], temp_c[n, stretch.hours] = taken[order]
    return rh_pct, temp_c


def _order(code: str, known: Sequence[str], km: Floats) -> tuple[int, ...]:
    """Places of stations with weather: the station itself, then the nearest first."""
    some = [i for i in range(len(known)) if known[i] == code or np.isfinite(km[i])]
    return tuple(sorted(some, key=lambda i: (known[i] != code, km[i], known[i])))


def _first_of(values: Floats, order: Sequence[int]) -> Floats:
    """Hour by hour, the value of the first in order that has one."""
    found = np.full(values.shape[1], np.nan)
    for i in order:
        empty = np.isnan(found)
        if not empty.any():
            break
        found[empty] = values[i, empty]
    return found


def _floats(values: Int32s) -> Floats:
    return np.where(values == MISSING, np.nan, values.astype(np.float64))


def clock_of(roster: Roster) -> int:
    """Local time minus UTC of the micro-stations; Beijing's where there are none."""
    return next((s.offset_h for s in micro_stations(roster).values()), BEIJING_H)
