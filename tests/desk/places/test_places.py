"""Places: paths, levels, boundaries, areas; a subtree that moves."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.places.conftest import square

from lantian.desk.places.models import Place
from lantian.desk.places.queries import holding, outlines, subtree_choices
from lantian.desk.places.register import PLACES
from lantian.desk.register.faults import BadRow, CellFault
from lantian.desk.register.geometry import Shape, area_km2, loaded
from lantian.desk.register.kinds import find_one
from lantian.desk.register.services import change
from lantian.terms.coordinates import CoordinateSystem, to_wgs84

AREA = Shape(("Polygon", "MultiPolygon"))


def polygon(*points: tuple[float, float]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [[*points, points[0]]]})


def test_a_path_is_the_codes_from_the_root(county) -> None:
    paths = set(Place.objects.values_list("path", flat=True))
    assert paths == {
        "/990000/",
        "/990000/990100/",
        "/990000/990100/990101/",
        "/990000/990100/990102/",
    }
    assert [name for _, name in subtree_choices()] == [
        "地990000",
        "　地990100",
        "　　地990101",
        "　　地990102",
    ]


def test_a_subtree_moves_with_its_root(county, place, actor, now) -> None:
    village = place("V1", "village", Place.objects.get(code="990101"))
    other = place("980000", "city")
    change(PLACES, county.pk, {"parent": other}, version=1, by=actor, now=now)
    village.refresh_from_db()
    assert village.path == "/980000/990100/990101/V1/"
    assert not Place.objects.filter(path__startswith="/990000/9").exists()
    # Fiction follows the root as well.
    assert not village.fictional


def test_fiction_is_inherited_from_the_root(county, actor, now) -> None:
    assert set(Place.objects.values_list("fictional", flat=True)) == {True}
    root = Place.objects.get(code="990000")
    change(PLACES, root.pk, {"fictional": False}, version=1, by=actor, now=now)
    assert set(Place.objects.values_list("fictional", flat=True)) == {False}
    change(PLACES, county.pk, {"fictional": True}, version=1, by=actor, now=now)
    assert set(Place.objects.values_list("fictional", flat=True)) == {False}


def test_a_place_lies_in_one_of_a_higher_level_and_not_in_itself(county, place, actor, now) -> None:
    township = Place.objects.get(code="990101")
    with pytest.raises(BadRow, match="its level is not above"):
        place("X", "county", township)
    root = Place.objects.get(code="990000")
    with pytest.raises(BadRow, match="cannot lie in itself"):
        change(PLACES, root.pk, {"parent": township}, version=1, by=actor, now=now)
    with pytest.raises(BadRow, match="stays as it was made"):
        change(PLACES, root.pk, {"code": "990001"}, version=1, by=actor, now=now)


def test_a_boundary_gives_area_and_centre(county, place) -> None:
    one = place("V1", "village", county, boundary=square(116.0, 36.0, 0.02))
    assert float(one.area_km2) == pytest.approx(4.0012, abs=0.001)
    assert (float(one.centre_lon), float(one.centre_lat)) == pytest.approx((116.01, 36.01))
    kept = place("V2", "village", county, boundary=square(116, 36), centre_lon=1, centre_lat=2)
    assert (kept.centre_lon, kept.centre_lat) == (1, 2)


def test_a_centre_lies_inside_of_a_bent_place(county, place) -> None:
    bent = polygon((0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (1, 1), (1, 10), (0, 10))
    one = place("V1", "village", county, boundary=bent)
    point = shapely.Point(float(one.centre_lon), float(one.centre_lat))
    assert loaded(one.boundary).contains(point)


def test_a_ring_is_wound_as_rfc_7946_asks() -> None:
    ring = shapely.get_exterior_ring(loaded(AREA.read(square(116, 36), find_one)))
    assert ring.is_ccw


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("not json", "不是 GeoJSON"),
        ("[1, 2]", "不是 GeoJSON"),
        ('{"type": "Polygon"}', "不是 GeoJSON"),
        ('{"type": "Polygon", "coordinates": [[["a", "b"]]]}', "不是 GeoJSON"),
        ('{"type": "Polygon", "coordinates": []}', "没有坐标"),
        ('{"type": "Point", "coordinates": [116, 36]}', "类型是 Point"),
        (polygon((0, 0), (2, 2), (2, 0), (0, 2)), "自相交"),
        (polygon((440000, 3980000), (440100, 3980000), (440100, 3980100)), "不是经纬度"),
        (polygon((36, 116), (36, 117), (37, 117)), "不是经纬度"),
        ("[" * 100_000, "不是 GeoJSON"),
    ],
)
def test_what_is_no_boundary_is_refused(text, wrong) -> None:
    with pytest.raises(CellFault, match=wrong):
        AREA.read(text, find_one)


def test_a_feature_is_read_as_its_geometry() -> None:
    feature = json.dumps(
        {"type": "Feature", "properties": {}, "geometry": json.loads(square(1, 2))}
    )
    assert AREA.read(feature, find_one) == AREA.read(square(1, 2), find_one)


@given(st.floats(-170, 169), st.floats(-80, 79), st.floats(0.01, 1))
def test_areas_add_up(west: float, south: float, side: float) -> None:
    whole = shapely.box(west, south, west + side, south + side)
    halves = (
        shapely.box(west, south, west + side, south + side / 3),
        shapely.box(west, south + side / 3, west + side, south + side),
    )
    assert sum(map(area_km2, halves)) == pytest.approx(area_km2(whole), rel=1e-9)


def test_the_area_of_the_earth() -> None:
    # CGCS2000: 510 065 621.7 km2.
    assert area_km2(shapely.box(-180, -90, 180, 90)) == pytest.approx(510_065_621.7, rel=1e-8)


def test_areas_of_real_counties(shared: Path) -> None:
    # The folder's README gives 440, 1,004, 1,337 and 952 km2.
    file = shared / "data/boundaries/four_counties_fine.geojson"
    found = {}
    for feature in json.loads(file.read_text("utf-8"))["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        moved = shapely.transform(
            shape, lambda p: np.column_stack(to_wgs84(p[:, 0], p[:, 1], CoordinateSystem.GCJ02))
        )
        found[feature["properties"]["adcode"]] = area_km2(moved)
    known = {410927: 440, 371521: 1004, 370923: 1337, 370832: 952}
    for code, area in known.items():
        assert found[code] == pytest.approx(area, rel=0.03), code


def test_places_that_hold_a_point(county) -> None:
    shapes = outlines(list(Place.objects.all()))
    assert set(shapes) == {"990101", "990102"}
    points = [(116.05, 36.05), (116.25, 36.05), (115.0, 36.0), (116.1, 36.05)]
    assert holding(shapes, points) == [["990101"], ["990102"], [], ["990101"]]
    assert holding(shapes, []) == []
