"""Places of the fictional county: divisions with their areas, from province to village."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import shapely
from shapely.geometry import Polygon

from lantian.rules.shape import fill
from lantian.twin.tiling import Seed, join, tile

Level = Literal["province", "city", "county", "township", "village"]
type Ring = tuple[tuple[float, float], ...]

#: Middle of the fictional county, degrees; plane coordinates are km east and north of it.
LON_0: Final = 115.5
LAT_0: Final = 35.9
_KM_PER_LAT: Final = 111.0
_KM_PER_LON: Final = 111.32 * math.cos(math.radians(LAT_0))
_WHERE: Final = "places.toml"


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative division or grid.

    Attributes
    ----------
    code : str
        Division code; all begin with 99, which no real one does.
    name_zh, name_en : str
    level : str
        province, city, county, township or village (a grid of supervision).
    parent : str
        Code of the place it belongs to; "" for the province.
    lon, lat : float
        Degrees of a point inside.
    ring : tuple of (lon, lat)
        Its border, closed, counter-clockwise (RFC 7946).
    burden, dust : float
        Strength of a neighbouring county's own sources, and of their coarse part.
    """

    code: str
    name_zh: str
    name_en: str
    level: Level
    parent: str
    lon: float
    lat: float
    ring: Ring
    burden: float = 0.0
    dust: float = 0.0

    @property
    def geojson(self) -> dict[str, Any]:
        """Its area as a GeoJSON geometry."""
        return {"type": "Polygon", "coordinates": [[list(point) for point in self.ring]]}


@dataclass(frozen=True, slots=True)
class _Division:
    """A division as declared."""

    name_zh: str
    name_en: str
    code: str = ""
    parent: str = ""
    lon: float = LON_0
    lat: float = LAT_0
    burden: float = 0.0
    dust: float = 0.0


@dataclass(frozen=True, slots=True)
class _Declared:
    """All of places.toml."""

    title_zh: str
    title_en: str
    seed: int
    roughness: float
    outline: tuple[tuple[float, ...], ...]
    province: _Division
    city: _Division
    county: tuple[_Division, ...]
    township: tuple[_Division, ...]
    village: dict[str, tuple[_Division, ...]]


def plane(lon: float, lat: float) -> tuple[float, float]:
    """Kilometres east and north of the county's middle.

    Examples
    --------
    >>> plane(115.5, 36.0)
    (0.0, 11.1)
    """
    return round((lon - LON_0) * _KM_PER_LON, 6), round((lat - LAT_0) * _KM_PER_LAT, 6)


def read_places(table: Mapping[str, Any]) -> tuple[Place, ...]:
    """Places of a declaration, from the province down, with their areas.

    Parameters
    ----------
    table : mapping
        places.toml as parsed. The townships belong to the county that is declared first.

    Raises
    ------
    RuleBookBroken
        On a key or value that does not belong there.
    BadFile
        If the points do not part the outline.
    """
    declared = fill(_Declared, dict(table), _WHERE)
    villages = {
        code: tuple(replace(v, code=f"{code}{n:03d}") for n, v in enumerate(group, 1))
        for code, group in declared.village.items()
    }
    townships = tuple(_seed(t, tuple(map(_seed, villages[t.code]))) for t in declared.township)
    first, *others = declared.county
    areas = tile(
        [plane(lon, lat) for lon, lat in declared.outline],
        [_seed(first, townships), *map(_seed, others)],
        roughness=declared.roughness,
        seed=declared.seed,
    )
    city = join([areas[c.code] for c in declared.county])
    areas |= {declared.city.code: city, declared.province.code: city}
    groups: list[tuple[Level, str, Sequence[_Division]]] = [
        ("province", "", [declared.province]),
        ("city", declared.province.code, [declared.city]),
        ("county", declared.city.code, declared.county),
        ("township", first.code, declared.township),
        *(("village", code, group) for code, group in villages.items()),
    ]
    return tuple(
        _place(division, level, parent, areas)
        for level, parent, group in groups
        for division in group
    )


def _seed(division: _Division, parts: tuple[Seed, ...] = ()) -> Seed:
    return Seed(division.code, *plane(division.lon, division.lat), parts)


def _place(division: _Division, level: Level, parent: str, areas: Mapping[str, Polygon]) -> Place:
    corners = shapely.orient_polygons(areas[division.code]).exterior.coords
    ring = tuple(
        (round(LON_0 + x / _KM_PER_LON, 6), round(LAT_0 + y / _KM_PER_LAT, 6)) for x, y in corners
    )
    return Place(
        division.code,
        division.name_zh,
        division.name_en,
        level,
        parent,
        division.lon,
        division.lat,
        ring,
        division.burden,
        division.dust,
    )
