"""Geometry as GeoJSON text: read, checked, brought into one form, measured, drawn."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import shapely
from django.urls import reverse
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from lantian.desk.register.faults import CellFault
from lantian.desk.register.kinds import Find, Kind
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register, Shown

#: About a centimetre; finer digits mean nothing.
DECIMALS: Final = 7
_LONGEST: Final = 2_000_000
#: Half axes of CGCS2000, m; WGS 84 differs in the tenth of a millimetre.
_A_M: Final = 6_378_137.0
_F: Final = 1 / 298.257222101
#: Room left around what a map opens on, degrees: about five kilometres.
_AROUND_DEG: Final = 0.05


@dataclass(frozen=True, slots=True)
class Shape(Kind):
    """A geometry as GeoJSON text in WGS 84, of some types."""

    types: tuple[str, ...]

    input: ClassVar[str] = "shape"

    @property
    def allowed(self) -> str:
        """The types."""
        names = ", ".join(self.types)
        return f"GeoJSON 几何 {names}，经纬度 / GeoJSON geometry {names}, longitude and latitude"

    def read(self, text: str, find: Find) -> str:
        """Read a geometry and spell it in its one form."""
        return spelled(self.geometry(text))

    def geometry(self, text: str) -> BaseGeometry:
        """Read and check a geometry.

        Raises
        ------
        CellFault
            As `read_geometry`.
        """
        return read_geometry(text, self.types, self.allowed)

    def brief(self, text: str) -> str:
        """Say its type and how many points it has."""
        if not text:
            return ""
        try:
            known = shape(json.loads(text))
        except (ValueError, KeyError, TypeError, shapely.errors.ShapelyError):
            return text[:40]
        return f"{known.geom_type} · {shapely.get_num_coordinates(known)}"

    def typed(self, value: Any) -> Any:
        """Give the text to the workbook; a cell cannot hold more than 32,767 characters."""
        return value if value and len(value) <= 32_767 else self.brief(value or "")


def read_geometry(text: str, types: Sequence[str], allowed: str) -> BaseGeometry:
    """Read GeoJSON, a geometry or a feature with one, and check it.

    Returns
    -------
    BaseGeometry
        Valid, outer rings counter-clockwise (RFC 7946), coordinates to 1e-7 degree.

    Raises
    ------
    CellFault
        If it is no GeoJSON, of another type, outside of the earth's degrees, or crosses
        itself: where it does is said.
    """
    found = _parsed(text, allowed)
    if found.geom_type not in types:
        raise CellFault(f"类型是 {found.geom_type} / its type is {found.geom_type}", allowed)
    if found.is_empty or found.has_z:
        raise CellFault("没有坐标或带高程 / it is empty or has heights", allowed)
    west, south, east, north = found.bounds
    if not all(map(math.isfinite, found.bounds)) or not (
        -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    ):
        raise CellFault(
            f"坐标 {west:g},{south:g}…{east:g},{north:g} 不是经纬度 / not longitude and latitude",
            allowed,
        )
    found = shapely.transform(found, lambda xy: xy.round(DECIMALS))
    if not found.is_valid:
        why = shapely.is_valid_reason(found)
        raise CellFault(f"图形自相交或不闭合 / the outline is not valid: {why}", allowed)
    return shapely.orient_polygons(found)


def _parsed(text: str, allowed: str) -> BaseGeometry:
    if len(text) > _LONGEST:
        raise CellFault(f"长于 {_LONGEST} 字符 / longer than that many characters", allowed)
    try:
        raw = json.loads(text)
        if isinstance(raw, dict) and raw.get("type") == "Feature":
            raw = raw["geometry"]
        return shape(raw)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError,
            shapely.errors.ShapelyError) as error:  # fmt: skip
        raise CellFault("不是 GeoJSON / not GeoJSON", allowed) from error


def spelled(found: BaseGeometry) -> str:
    """GeoJSON text of one spelling, without blanks.

    Examples
    --------
    >>> from shapely.geometry import Point
    >>> spelled(Point(116.4, 39.9))
    '{"type":"Point","coordinates":[116.4,39.9]}'
    """
    return json.dumps(mapping(found), separators=(",", ":"))


def loaded(text: str) -> BaseGeometry:
    """Return the geometry of a text that was read before."""
    return shape(json.loads(text))


def area_km2(found: BaseGeometry) -> float:
    """Area on the ellipsoid CGCS2000, km2.

    Each ring is laid flat by the authalic latitude (Snyder, Map Projections, 1987, eq. 3-12):
    cylindrical equal-area, so the area is exact for the lines drawn straight there; edges of
    a few kilometres bring less than 1e-5.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> round(area_km2(box(116, 36, 117, 37)), 1)
    9941.6
    """
    flat = shapely.transform(found, _equal_area)
    return float(abs(flat.area)) / 1e6


def _equal_area(lonlat: Any) -> Any:
    e2 = _F * (2 - _F)
    e = math.sqrt(e2)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    q = [_q(math.sin(math.radians(each)), e, e2) for each in lat]
    flat = lonlat.copy()
    flat[:, 0] = [_A_M * math.radians(each) for each in lon]
    flat[:, 1] = [_A_M * each / 2 for each in q]
    return flat


def _q(sine: float, e: float, e2: float) -> float:
    return (1 - e2) * (
        sine / (1 - e2 * sine * sine) + math.log((1 + e * sine) / (1 - e * sine)) / (2 * e)
    )


def drawn(register: Register, shown: Shown, rows: Iterable[Row]) -> dict[str, Any]:
    """Rows as the map of a page draws them: areas, lines, points, over the backdrop.

    A row without geometry is left out. The map opens on the rows, with a few kilometres around
    them, not on the whole backdrop.
    """
    data: dict[str, Any] = {
        "areas": {"type": "FeatureCollection", "features": list(shown.backdrop())},
        "lines": {"type": "FeatureCollection", "features": []},
        "points": [],
    }
    found = []
    for row in rows:
        geometry = geometry_of(shown, row)
        if geometry is not None:
            _draw(data, geometry, register, row)
            found.append(shape(geometry))
    if found:
        west, south, east, north = shapely.total_bounds(found).tolist()
        edge = _AROUND_DEG
        data["bounds"] = [west - edge, south - edge, east + edge, north + edge]
    return data


def _draw(data: dict[str, Any], geometry: dict[str, Any], register: Register, row: Row) -> None:
    name = register.title_of(row)
    href = reverse(register.route("detail"), args=[row.pk])
    if geometry["type"] == "Point":
        lon, lat = geometry["coordinates"]
        data["points"].append({"lon": lon, "lat": lat, "title": name, "href": href})
        return
    kind = "areas" if geometry["type"].endswith("Polygon") else "lines"
    told = {"name": name, "href": href, "own": True, "kind": "road"}
    feature = {"type": "Feature", "geometry": geometry, "properties": told}
    data[kind]["features"].append(feature)


def geometry_of(shown: Shown, row: Row) -> dict[str, Any] | None:
    """Geometry of a row: its outline where it has one, else its point."""
    if shown.shape and (text := getattr(row, shown.shape)):
        loaded: dict[str, Any] = json.loads(text)
        return loaded
    lon, lat = (getattr(row, name) if name else None for name in (shown.lon, shown.lat))
    if lon is None or lat is None:
        return None
    return {"type": "Point", "coordinates": [float(lon), float(lat)]}
