"""Areas of places: points of a tree tile an outline, each border drawn once and shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from lantian.errors import BadFile

#: Vertices lie on a grid of this size, so that lines that meet share a vertex.
_GRID_KM: Final = 0.01
#: A straight piece of a border is halved and pushed aside until it is shorter than this.
_PIECE_KM: Final = 1.2
#: From here on halves may be longer than what was halved, and a border would have no end.
_MOST_ROUGH: Final = 0.5
#: Borders run so far beyond the area that they part, and so surely meet its rim; what sticks
#: out closes no area and is dropped.
_BEYOND_KM: Final = 0.05


@dataclass(frozen=True, slots=True)
class Seed:
    """A point whose area is wanted, with the points that part this area; km east and north."""

    code: str
    x_km: float
    y_km: float
    parts: tuple["Seed", ...] = ()


def tile(
    outline: Sequence[tuple[float, float]], seeds: Sequence[Seed], *, roughness: float, seed: int
) -> dict[str, Polygon]:
    """Part an outline among points, and each part again among its own.

    Parameters
    ----------
    outline : sequence of (x, y)
        Corners, km; the ring is closed by itself.
    seeds : sequence of Seed
    roughness : float
        Greatest sideways step of a border as a share of its piece's length, below 0.5.
    seed : int
        Of the borders' shape.

    Returns
    -------
    dict of str to Polygon
        Area of each seed and part, in km; neighbours share every vertex of their border.

    Raises
    ------
    BadFile
        If the outline or borders cross, a point lies outside what it parts, or the
        roughness is none.

    Examples
    --------
    >>> square = [(0, 0), (4, 0), (4, 4), (0, 4)]
    >>> areas = tile(square, [Seed("w", 1, 2), Seed("e", 3, 2)], roughness=0.1, seed=1)
    >>> round(sum(a.area for a in areas.values()), 3) == round(areas["w"].union(areas["e"]).area, 3)
    True
    """
    if not 0 <= roughness < _MOST_ROUGH:
        raise BadFile(
            f"roughness is {roughness}", where="places.toml", fix=f"0 … {_MOST_ROUGH}, not included"
        )
    rng = np.random.default_rng(seed)
    ring = [LineString(pair) for pair in zip(outline, [*outline[1:], outline[0]], strict=True)]
    rim = [_roughen(side, roughness, rng) for side in ring]
    lines = [*rim]
    inside = _faces(rim)
    if len(inside) != 1:
        raise BadFile(
            f"the outline closes {len(inside)} areas, not one",
            where="places.toml",
            fix="draw it without crossing, or lower the roughness",
        )
    _part(inside[0], seeds, roughness, rng, lines)
    faces = _absorb(_faces(lines), [s for s in _walk(seeds) if not s.parts])
    areas: dict[str, Polygon] = {}
    for top in seeds:
        _gather(top, faces, areas)
    return areas


def _part(
    region: Polygon,
    seeds: Sequence[Seed],
    roughness: float,
    rng: np.random.Generator,
    lines: list[LineString],
) -> None:
    """Add the borders inside a region, and inside its parts."""
    astray = [s.code for s in seeds if not region.contains(Point(s.x_km, s.y_km))]
    if astray:
        raise BadFile(
            f"points outside the area they part: {', '.join(astray)}",
            where="places.toml",
            fix="move them inside",
        )
    points = MultiPoint([(s.x_km, s.y_km) for s in seeds])
    edges = shapely.voronoi_polygons(points, extend_to=region, only_edges=True)
    straight = [
        LineString(pair)
        for line in _lines(shapely.intersection(shapely.node(edges), region.buffer(_BEYOND_KM)))
        for pair in zip(line.coords, line.coords[1:], strict=False)
    ]
    borders = [_roughen(line, roughness, rng) for line in sorted(straight, key=lambda s: s.wkt)]
    lines += borders
    deeper = [s for s in seeds if s.parts]
    if deeper:
        sides = [LineString(region.exterior.coords), *borders]
        for area, within in _regions(sides, deeper):
            _part(area, within.parts, roughness, rng, lines)


def _regions(lines: Sequence[LineString], seeds: Sequence[Seed]) -> list[tuple[Polygon, Seed]]:
    faces = _faces(lines)
    return [(_face_of(s, faces), s) for s in seeds]


def _faces(lines: Sequence[LineString]) -> list[Polygon]:
    """Every area that lines close, its vertices on the grid."""
    drawn = shapely.union_all(list(lines), grid_size=_GRID_KM)
    return list(shapely.get_parts(shapely.polygonize(_lines(drawn))))


def _absorb(faces: Sequence[Polygon], seeds: Sequence[Seed]) -> list[Polygon]:
    """Give what borders cut off without a point in it to the neighbour along most of its rim."""
    points = [Point(s.x_km, s.y_km) for s in seeds]
    whole = [f for f in faces if any(f.contains(p) for p in points)]
    if len(whole) != len(points):
        raise BadFile(
            f"borders cross: {len(whole)} areas for {len(points)} points",
            where="places.toml",
            fix="lower the roughness",
        )
    for chip in (f for f in faces if f not in whole):
        shared = [chip.boundary.intersection(f.boundary).length for f in whole]
        at = int(np.argmax(shared))
        whole[at] = join([whole[at], chip])
    return whole


def _face_of(seed: Seed, faces: Sequence[Polygon]) -> Polygon:
    point = Point(seed.x_km, seed.y_km)
    found = [f for f in faces if f.contains(point)]
    if len(found) != 1:
        raise BadFile(
            f"{seed.code}: {len(found)} areas hold its point",
            where="places.toml",
            fix="move the point or lower the roughness",
        )
    return found[0]


def _gather(seed: Seed, faces: Sequence[Polygon], areas: dict[str, Polygon]) -> Polygon:
    """Area of a seed: its own face, or all of its parts'."""
    if seed.parts:
        parts = [_gather(part, faces, areas) for part in seed.parts]
        areas[seed.code] = join(parts)
    else:
        areas[seed.code] = _face_of(seed, faces)
    return areas[seed.code]


def join(areas: Sequence[Polygon]) -> Polygon:
    """Area of several that share their borders, as one polygon.

    Raises
    ------
    BadFile
        If they do not hang together.
    """
    whole = shapely.coverage_union_all(list(areas))
    if not isinstance(whole, Polygon):
        raise BadFile(
            "areas do not hang together", where="places.toml", fix="move the points of the parts"
        )
    return whole


def _walk(seeds: Sequence[Seed]) -> list[Seed]:
    return [s for top in seeds for s in (top, *_walk(top.parts))]


def _lines(shape: BaseGeometry) -> list[LineString]:
    return [g for g in shapely.get_parts(shape) if isinstance(g, LineString) and g.length > 0]


def _roughen(line: LineString, roughness: float, rng: np.random.Generator) -> LineString:
    """Halve a straight line again and again, pushing each middle aside; its ends stay."""
    points = np.array([line.coords[0], line.coords[-1]])
    while True:
        step = np.diff(points, axis=0)
        lengths = np.hypot(step[:, 0], step[:, 1])
        if lengths.max() < _PIECE_KM:
            return LineString(points)
        aside = np.column_stack([-step[:, 1], step[:, 0]])
        push = rng.uniform(-roughness, roughness, len(step))[:, None]
        middle = (points[:-1] + points[1:]) / 2 + push * aside
        points = np.insert(points, np.arange(1, len(points)), middle, axis=0)
