"""A dense network of micro-stations for the fictional county, as many counties have one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import count, cycle
from typing import Final

from shapely.geometry import Point, Polygon

from lantian.twin.county import County
from lantian.twin.place import Place
from lantian.twin.station import Site, Station

#: Steps of the sequence R2 (Roberts, 2018): points fill an area evenly in any number.
_STEP: Final = (0.7548776662466927, 0.5698402909980532)


def with_grid(county: County, more: int, first: date) -> County:
    """Return the county with more micro-stations, spread over its own townships.

    Parameters
    ----------
    county : County
    more : int
        How many; none where it is 0 or less.
    first : date
        Day from which they report.

    Examples
    --------
    >>> from lantian.twin.county import county
    >>> denser = with_grid(county(), 24, date(2026, 11, 22))
    >>> len(denser.stations) - len(county().stations), denser.stations[-1].name_zh
    (24, '冬至乡网格微站02')
    """
    if more < 1:
        return county
    townships = [p for p in county.places if p.parent == county.code and p.ring]
    places = {p.code: _spots(p) for p in townships}
    found = []
    for number, township in zip(range(more), cycle(townships)):
        nth = number // len(townships) + 1
        lon, lat = next(places[township.code])
        found.append(
            Station(
                code=f"{county.code}G{number + 1:03d}",
                name_zh=f"{township.name_zh}网格微站{nth:02d}",
                name_en=f"{township.name_en} Grid Micro-station {nth:02d}",
                kind="micro",
                place=township.code,
                sites=(Site(lon, lat, first),),
            )
        )
    return replace(county, stations=(*county.stations, *found))


def monitor(station: Station) -> str:
    """Identity (MN) of the monitor of a station.

    Examples
    --------
    >>> from lantian.twin.county import county
    >>> monitor(county().stations[0])
    'QL9901A'
    """
    return f"QL{station.code}"


def _spots(place: Place) -> Iterator[tuple[float, float]]:
    area = Polygon(place.ring)
    west, south, east, north = area.bounds
    for n in count(1):
        lon = west + (east - west) * ((0.5 + n * _STEP[0]) % 1)
        lat = south + (north - south) * ((0.5 + n * _STEP[1]) % 1)
        if area.contains(Point(lon, lat)):
            yield round(lon, 5), round(lat, 5)
