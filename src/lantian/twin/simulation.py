"""Simulation: hours of the fictional county, as they truly are and as its monitors report them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lantian.errors import BadRequest
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import O3, POLLUTANTS
from lantian.terms.rounding import THOUSAND
from lantian.twin.background import boxed, regional, surges, swing
from lantian.twin.county import County
from lantian.twin.emission import emitters, neighbour_emission
from lantian.twin.monitor import Int32s, errors, report
from lantian.twin.place import Place, plane
from lantian.twin.plume import LAGS, Singles, contributions
from lantian.twin.station import Station
from lantian.twin.weather import Floats, Weather, weather

#: Seed of the county as everybody sees it.
SEED: Final = 22
#: The least that air holds, ug/m3: local NO cannot take more ozone than there is.
_LEAST: Final = 1.0
#: Share by which a county's slow swing moves its air and a neighbour's own emissions.
_SWING_AIR, _SWING_OWN = 0.04, 0.16
_O3: Final = POLLUTANTS.index(O3)
#: Hours worked on at once, so that memory does not grow with the years.
_STRIDE_H: Final = 8760


@dataclass(frozen=True, slots=True)
class Simulation:
    """Hours [h_from, h_to) of some stations.

    Attributes
    ----------
    county : County
    seed, h_from, h_to : int
    stations : tuple of str
        Codes.
    weather : Weather
        Arrays of shape (hours,).
    background : ndarray, shape (6, stations, hours)
        Air without the county's own sources: regional, surges, a neighbour's own sources.
    true : ndarray, shape (6, stations, hours)
        The air as it is; ug/m3, CO in mg/m3, in the order of `POLLUTANTS`.
    values : ndarray of int32, shape (6, stations, hours)
        What monitors report, thousandths, MISSING where nothing.
    """

    county: County
    seed: int
    h_from: int
    h_to: int
    stations: tuple[str, ...]
    weather: Weather
    background: Floats
    true: Floats
    values: Int32s

    def contributions(self) -> Singles:
        """What each source truly adds at each station: (6, sources, stations, hours).

        ug/m3, CO in mg/m3, in the order of `county.sources`. Ozone may be negative.
        """
        chosen = _chosen(self.county, self.stations)
        return _local(self.county, chosen, self.h_from, self.h_to, self.seed, by_source=True)

    def truth(self, station: str, h: int) -> dict[str, tuple[float, ...]]:
        """What makes up the true air at a station in an hour.

        Parameters
        ----------
        station : str
        h : int
            UTC hour number of the hour's end, within the simulation.

        Returns
        -------
        dict of str to tuple of float
            By source code, largest PM2.5 first, and `background`; six figures each in the order
            of `POLLUTANTS`. Sources that add nothing are left out.

        Raises
        ------
        BadRequest
            If the simulation has no such station or hour.
        """
        if station not in self.stations or not self.h_from <= h < self.h_to:
            raise BadRequest(
                f"no hour {h} of station {station!r} in the simulation",
                where="twin",
                fix=f"hours {self.h_from} … {self.h_to - 1}; stations as simulated",
            )
        chosen = _chosen(self.county, [station])
        parts = _local(self.county, chosen, h, h + 1, self.seed, by_source=True)[:, :, 0, 0]
        order = np.argsort(-parts[3], kind="stable")
        found = {
            self.county.sources[s].code: tuple(map(float, parts[:, s]))
            for s in order.tolist()
            if parts[:, s].any()
        }
        rest = self.background[:, self.stations.index(station), h - self.h_from]
        return {**found, "background": tuple(map(float, rest))}


def simulate(
    county: County,
    h_from: int,
    h_to: int,
    *,
    seed: int = SEED,
    stations: Sequence[str] | None = None,
) -> Simulation:
    """Simulate hours [h_from, h_to) of the county's stations.

    An hour does not depend on where a simulation begins or ends, nor a station on which
    others are simulated.

    Parameters
    ----------
    county : County
    h_from, h_to : int
        UTC hour numbers of the hours' ends.
    seed : int
    stations : sequence of str, optional
        Codes; all of the county's unless said.

    Returns
    -------
    Simulation

    Raises
    ------
    BadRequest
        If a station is unknown or `h_to` lies before `h_from`.

    Examples
    --------
    >>> from lantian.twin.county import county
    >>> day = simulate(county(), 490_000, 490_024, stations=["9901A"])
    >>> day.values.shape, day.values.dtype.name
    ((6, 1, 24), 'int32')
    """
    if h_to < h_from:
        raise BadRequest(
            f"hours {h_from} … {h_to} run backwards", where="twin", fix="give the earlier first"
        )
    chosen = _chosen(county, stations)
    shape = (len(POLLUTANTS), len(chosen), h_to - h_from)
    background, true = np.empty(shape), np.empty(shape)
    values = np.empty(shape, np.int32)
    air = weather(h_from, h_to, seed=seed)
    for begin in range(h_from, h_to, _STRIDE_H):
        end = min(begin + _STRIDE_H, h_to)
        now = slice(begin - h_from, end - h_from)
        part = Weather(*(getattr(air, name)[now] for name in Weather.__dataclass_fields__))
        background[:, :, now] = _background(county, chosen, part, begin, end, seed)
        local = _local(county, chosen, begin, end, seed, by_source=False)[:, 0]
        true[:, :, now] = np.maximum(background[:, :, now] + local, 0.0)
        true[_O3, :, now] = np.maximum(true[_O3, :, now], _LEAST)
        errs = errors(chosen, county.instruments, county.tampering, begin, end)
        values[:, :, now] = report(true[:, :, now], errs, part.rh_pct, begin, seed=seed)
    codes = tuple(s.code for s in chosen)
    return Simulation(county, seed, h_from, h_to, codes, air, background, true, values)


def _chosen(county: County, codes: Sequence[str] | None) -> list[Station]:
    if codes is None:
        return list(county.stations)
    known = {s.code: s for s in county.stations}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise BadRequest(
            f"no station {', '.join(unknown)}",
            where="twin",
            fix=f"the county has: {', '.join(known)}",
        )
    return [known[code] for code in codes]


def _local(
    county: County,
    stations: Sequence[Station],
    h_from: int,
    h_to: int,
    seed: int,
    *,
    by_source: bool,
) -> Singles:
    """What the county's own sources add, (6, sources or 1, stations, hours)."""
    before = h_from - LAGS + 1
    air = weather(before, h_to, seed=seed)
    points = emitters(county, before, h_to)
    sites = [site for s in stations for site in s.sites]
    x_km, y_km = np.array([plane(s.lon, s.lat) for s in sites]).reshape(-1, 2).T.copy()
    added = contributions(points, air, x_km, y_km, by_source=by_source)
    first = np.cumsum([0, *(len(s.sites) for s in stations)])[:-1].tolist()
    out = added[:, :, first]
    for row, station in enumerate(stations):
        for later, site in enumerate(station.sites[1:], 1):
            moved = max(first_hour(day_number(site.first)) - h_from, 0)
            out[:, :, row, moved:] = added[:, :, first[row] + later, moved:]
    return out


def _background(
    county: County, stations: Sequence[Station], air: Weather, h_from: int, h_to: int, seed: int
) -> Floats:
    """Air without the county's own sources, (6, stations, hours)."""
    region = regional(air, h_from, seed=seed)
    extra = surges(county.surges, h_from, h_to)
    emitted = neighbour_emission(county, h_from, h_to)
    over: dict[str, Floats] = {}
    for place in county.counties():
        slow = swing(place, h_from, h_to, seed=seed)
        air_of = region * (1.0 + _SWING_AIR * slow)
        if place.burden:
            own = emitted * np.maximum(1.0 + _SWING_OWN * slow, 0.2)
            air_of += boxed(own, air, place, county.neighbour.box_km)
        over[place.code] = np.maximum(air_of + extra, 0.0)
        over[place.code][_O3] = np.maximum(over[place.code][_O3], _LEAST)
    return np.stack([over[_county_of(county, s)] for s in stations], axis=1)


def _county_of(county: County, station: Station) -> str:
    place: Place = county.place(station.place)
    while place.level != "county":
        place = county.place(place.parent)
    return place.code


def weather_rows(simulation: Simulation) -> tuple[tuple[str, ...], Int32s]:
    """Weather as stations report it: their codes, and thousandths of shape (6, stations, hours).

    Speed, direction, temperature, humidity, pressure and rain, to the tenth, direction and
    humidity to the whole number. MISSING before a station's first day.
    """
    air = simulation.weather
    stations = [s for s in _chosen(simulation.county, simulation.stations) if s.weather]
    fields = (air.wind_ms, air.wind_from_deg, air.temp_c, air.rh_pct, air.pressure_hpa, air.rain_mm)
    decimals = (1, 0, 1, 0, 1, 1)
    rows = np.stack([_spelled(f, d) for f, d in zip(fields, decimals, strict=True)])
    values = np.repeat(rows[:, None], len(stations), axis=1)
    for row, station in enumerate(stations):
        before = first_hour(day_number(station.sites[0].first)) - simulation.h_from
        values[:, row, : max(before, 0)] = MISSING
    return tuple(s.code for s in stations), values


def _spelled(field: Floats, decimals: int) -> Int32s:
    step = THOUSAND // 10**decimals
    spelled: Int32s = (np.rint(field * 10**decimals) * step).astype(np.int32)
    return spelled


def scaled(county: County, factor: float) -> County:
    """Return the county with every one of its own sources' emissions times a factor."""
    sources = tuple(
        replace(s, rates={name: rate * factor for name, rate in (s.rates or {}).items()})
        for s in county.sources
    )
    return replace(county, sources=sources)
