"""What a calibration reads of the lake: raw hours, the reference that stands for them, weather."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
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

#: Kind of the stations that are calibrated.
MICRO: Final = "micro"
#: Sensors that interfere: an electrochemical cell for one answers to the other.
_CROSS: Final = {NO2: O3, O3: NO2}
_KM_A_DEGREE: Final = 111.19
_RH, _TEMP = WEATHER.columns.index("rh_pct"), WEATHER.columns.index("temp_c")

type Floats = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ground:
    """Hours [h_from, h_to) of all micro-stations of a lake.

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
    sequence: int

    @property
    def hours(self) -> Int32s:
        """Hour numbers."""
        return np.arange(self.h_from, self.h_to, dtype=np.int32)

    def pairs(self) -> Pairs:
        """All rows that have a raw value."""
        count, hours = self.raw.shape
        sensor = np.repeat(np.arange(count, dtype=np.int32), hours)
        whole = Pairs(
            self.stations,
            sensor,
            np.tile(self.hours, count),
            self.raw.ravel(),
            self.reference.ravel(),
            self.weather,
        )
        return whole.part(whole.raw != MISSING)

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
    sequence : int, optional
        Lake sequence at which to read; the last one unless said.

    Raises
    ------
    BadRequest
        If the lake never had that sequence.
    """
    at = lake.sequence if sequence is None else sequence
    roster = lake.roster(at)
    stations = tuple(micro_stations(roster))
    grade = tuple(sorted({s.station for s in roster.stations if s.kind in clause.reference_kinds}))
    raw = lake.block([*stations, *grade], h_from, h_to, as_of=at)
    index, count = POLLUTANTS.index(item), len(stations)
    references = raw[index, count:]
    km = _distances(roster, stations, grade, h_from, h_to)
    reference, last = _standing(references, km, clause)
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
        at,
    )


def _standing(
    references: Int32s, km: Floats, clause: CalibrationClause
) -> tuple[Int32s, Sequence[int]]:
    """Reference value of each micro-station and hour, and which station gave it last.

    `km` has shape (micro-stations, reference stations, hours), NaN where one has no site.
    """
    count, _, hours = km.shape
    found = np.full((count, hours), MISSING, np.int32)
    last = []
    values = _floats(references)
    for n in range(count):
        away = km[n]
        held = references != MISSING
        near = np.where(held & (away <= clause.near_km), away, np.inf)
        taken = near.argmin(axis=0) if len(near) else np.zeros(hours, np.intp)
        least = near[taken, np.arange(hours)] if len(near) else np.full(hours, np.inf)
        around = np.where(away <= clause.mixed_km, values, np.nan)
        stands = (least <= clause.colocated_km) | (np.isfinite(least) & _mixed(around, clause))
        if stands.any():
            found[n, stands] = references[taken[stands], np.flatnonzero(stands)]
        last.append(int(taken[stands][-1]) if stands.any() else -1)
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


def _distances(
    roster: Roster, stations: Sequence[str], others: Sequence[str], h_from: int, h_to: int
) -> Floats:
    """Kilometres between stations and others hour by hour; NaN where one has no site then."""
    here, there = (_sites(roster, codes, h_from, h_to) for codes in (stations, others))
    lon = here[0][:, None] - there[0][None]
    lat = here[1][:, None] - there[1][None]
    middle = np.deg2rad((here[1][:, None] + there[1][None]) / 2)
    return np.asarray(np.hypot(lon * np.cos(middle), lat) * _KM_A_DEGREE)


def _sites(roster: Roster, codes: Sequence[str], h_from: int, h_to: int) -> tuple[Floats, Floats]:
    """Longitude and latitude of stations hour by hour, by their dated entries."""
    place = {code: n for n, code in enumerate(codes)}
    lon, lat = np.full((2, len(codes), h_to - h_from), np.nan)
    for entry in roster.stations:
        if entry.station not in place or entry.lon is None or entry.lat is None:
            continue
        begin = _hour_of(entry.first, entry.offset_h, h_from)
        end = _hour_of(entry.last, entry.offset_h, h_to, days=1)
        some = slice(max(begin - h_from, 0), max(end - h_from, 0))
        lon[place[entry.station], some] = entry.lon
        lat[place[entry.station], some] = entry.lat
    return lon, lat


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
    known_rh, known_temp = _floats(block[_RH]) / 1000.0, _floats(block[_TEMP]) / 1000.0
    km = _distances(roster, stations, known, h_from, h_to)
    for n, code in enumerate(stations):
        away = np.where(np.isnan(km[n]), np.inf, km[n]).min(axis=1)
        order = sorted(range(len(known)), key=lambda i: (known[i] != code, away[i], known[i]))
        for i in order:
            if known[i] != code and not np.isfinite(away[i]):
                continue
            for held, given in ((rh_pct[n], known_rh[i]), (temp_c[n], known_temp[i])):
                empty = np.isnan(held)
                held[empty] = given[empty]
    return rh_pct, temp_c


def _floats(values: Int32s) -> Floats:
    return np.where(values == MISSING, np.nan, values.astype(np.float64))


def clock_of(roster: Roster) -> int:
    """Local time minus UTC of the micro-stations; Beijing's where there are none."""
    return next((s.offset_h for s in micro_stations(roster).values()), BEIJING_H)
