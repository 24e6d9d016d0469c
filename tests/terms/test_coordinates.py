"""Coordinate systems: published points, and the laws of there and back."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.terms.coordinates import CoordinateSystem, from_wgs84, to_wgs84

GCJ02, BD09, WGS84 = CoordinateSystem.GCJ02, CoordinateSystem.BD09, CoordinateSystem.WGS84

#: Checks of googollee/eviltransform (lat and lon of WGS 84, of GCJ-02).
EVILTRANSFORM = [
    (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
    (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
    (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
]

inside = st.tuples(st.floats(73.0, 137.0), st.floats(1.5, 55.0))
systems = st.sampled_from(list(CoordinateSystem))


@pytest.mark.parametrize("point", EVILTRANSFORM)
def test_points_of_eviltransform(point: tuple[float, float, float, float]) -> None:
    lat, lon, gcj_lat, gcj_lon = point
    assert from_wgs84(lon, lat, GCJ02) == pytest.approx((gcj_lon, gcj_lat), abs=1e-9)
    assert to_wgs84(gcj_lon, gcj_lat, GCJ02) == pytest.approx((lon, lat), abs=1e-9)


def test_point_of_coordtransform() -> None:
    # wandergis/coordtransform, test/app.js: WGS 84 to GCJ-02, and GCJ-02 to BD-09.
    shifted = from_wgs84(116.404, 39.915, GCJ02)
    assert shifted == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    origin = to_wgs84(116.404, 39.915, GCJ02)
    assert from_wgs84(*origin, BD09) == pytest.approx(
        (116.41036949371029, 39.92133699351021), abs=1e-9
    )


@given(inside, systems)
def test_there_and_back_is_within_a_centimetre(
    point: tuple[float, float], system: CoordinateSystem
) -> None:
    back = to_wgs84(*from_wgs84(*point, system), system)
    assert back == pytest.approx(point, abs=1e-7)
    forth = from_wgs84(*to_wgs84(*point, system), system)
    assert forth == pytest.approx(point, abs=1e-7)


@given(inside)
def test_gcj02_shifts_by_some_hundred_metres(point: tuple[float, float]) -> None:
    lon, lat = from_wgs84(*point, GCJ02)
    away_m = np.hypot(
        (lon - point[0]) * 111_320 * np.cos(np.radians(point[1])), (lat - point[1]) * 111_320
    )
    assert 10 < away_m < 2_000


@given(st.tuples(st.floats(-180, 70), st.floats(-90, 90)))
def test_nothing_is_shifted_abroad(point: tuple[float, float]) -> None:
    assert from_wgs84(*point, GCJ02) == point
    assert to_wgs84(*point, GCJ02) == point


def test_arrays_are_converted_as_their_points() -> None:
    lon, lat = np.array([[116.0, 100.0], [80.0, -70.0]]), np.array([[36.0, 30.0], [40.0, 10.0]])
    east, north = to_wgs84(lon, lat, BD09)
    for at in np.ndindex(lon.shape):
        alone = to_wgs84(lon[at], lat[at], BD09)
        assert (east[at], north[at]) == pytest.approx(alone, abs=1e-10)


def test_no_points_give_no_points() -> None:
    lon, lat = to_wgs84([], [], GCJ02)
    assert lon.size == lat.size == 0


def test_wgs84_is_left_alone() -> None:
    assert to_wgs84(116.123456789, 36.5, WGS84) == (116.123456789, 36.5)


def test_a_published_boundary_moves_by_what_the_maps_are_off(shared: Path) -> None:
    # DataV's boundaries are in GCJ-02, about 0.3-0.7 km off (its README here).
    file = shared / "data/boundaries/410900_puyang_counties.geojson"
    features = json.loads(file.read_text("utf-8"))["features"]
    ring = np.array(features[0]["geometry"]["coordinates"][0][0])
    lon, lat = to_wgs84(ring[:, 0], ring[:, 1], GCJ02)
    north_m = (lat - ring[:, 1]) * 111_320
    east_m = (lon - ring[:, 0]) * 111_320 * np.cos(np.radians(lat))
    away_m = np.hypot(east_m, north_m)
    assert 300 < away_m.min() <= away_m.max() < 700
    again = from_wgs84(lon, lat, GCJ02)
    assert np.max(np.abs(np.array(again) - ring.T)) < 1e-9
