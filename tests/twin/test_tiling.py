"""Tiling: areas fill the outline, share their borders, and hold their points."""

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from lantian.errors import BadFile
from lantian.twin.tiling import Seed, join, tile

OUTLINE = [(0.0, 0.0), (40.0, 2.0), (42.0, 30.0), (3.0, 28.0)]
CORNERS = [(9.0, 8.0), (30.0, 9.0), (10.0, 21.0), (31.0, 22.0)]


@given(st.integers(0, 10_000), st.floats(0.0, 0.1))
def test_areas_tile_the_outline_without_gap_or_overlap(seed: int, roughness: float) -> None:
    parts = tuple(Seed(f"a{n}", 9.0 + x, 8.0 + y) for n, (x, y) in enumerate([(-3, 0), (3, 1)]))
    seeds = [Seed(str(n), x, y, parts if n == 0 else ()) for n, (x, y) in enumerate(CORNERS)]
    areas = tile(OUTLINE, seeds, roughness=roughness, seed=seed)
    whole = [areas[str(n)] for n in range(4)]
    assert shapely.coverage_is_valid(whole)
    assert shapely.coverage_is_valid([areas["a0"], areas["a1"], *whole[1:]])
    assert areas["a0"].union(areas["a1"]).equals(areas["0"])
    assert sum(a.area for a in whole) == pytest.approx(join(whole).area, rel=1e-9)
    assert all(a.is_valid and not a.interiors for a in areas.values())
    for point in (*seeds, *parts):
        assert areas[point.code].contains(Point(point.x_km, point.y_km))


def test_a_smooth_tiling_is_the_outline_itself() -> None:
    seeds = [Seed(str(n), x, y) for n, (x, y) in enumerate(CORNERS)]
    areas = tile(OUTLINE, seeds, roughness=0.0, seed=1)
    assert join(list(areas.values())).area == pytest.approx(Polygon(OUTLINE).area, rel=1e-4)


def test_the_same_seed_draws_the_same_borders_and_another_does_not() -> None:
    seeds = [Seed(str(n), x, y) for n, (x, y) in enumerate(CORNERS)]
    one, again, other = (tile(OUTLINE, seeds, roughness=0.1, seed=s) for s in (1, 1, 2))
    assert one == again
    assert one != other


def test_a_point_outside_the_area_it_parts_is_named() -> None:
    parts = (Seed("in", 9.0, 8.0), Seed("far", 35.0, 25.0))
    seeds = [Seed("w", 9.0, 14.0, parts), Seed("e", 31.0, 14.0)]
    with pytest.raises(BadFile, match="far"):
        tile(OUTLINE, seeds, roughness=0.0, seed=1)


def test_an_outline_that_crosses_itself_is_refused() -> None:
    bow = [(0.0, 0.0), (20.0, 20.0), (20.0, 0.0), (0.0, 20.0)]
    with pytest.raises(BadFile, match="outline"):
        tile(bow, [Seed("a", 15.0, 10.0), Seed("b", 18.0, 10.0)], roughness=0.0, seed=1)


@pytest.mark.parametrize("roughness", [0.5, 0.9])
def test_borders_that_would_never_end_are_refused(roughness: float) -> None:
    seeds = [Seed(str(n), x, y) for n, (x, y) in enumerate(CORNERS)]
    with pytest.raises(BadFile, match="roughness"):
        tile(OUTLINE, seeds, roughness=roughness, seed=4)


def test_borders_too_rough_to_part_the_points_are_refused() -> None:
    # Sides this short stay straight, so that only the borders inside are rough.
    rim = [(12 * math.cos(n / 16), 12 * math.sin(n / 16)) for n in range(100)]
    seeds = [Seed(f"{i}{j}", 1.9 * i - 6, 1.9 * j - 6) for i in range(7) for j in range(7)]
    with pytest.raises(BadFile, match="borders cross"):
        tile(rim, seeds, roughness=0.49, seed=4)
