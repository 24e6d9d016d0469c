"""Points go to the road that they were driven on, crossings and standing included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.track.points import Track, track_of
from lantian.track.snapping import M_PER_DEG, NONE, Nearness, Segment, snap
from lantian.track.summary import by_segment

LON, LAT = 115.2, 35.9
EAST_M = M_PER_DEG * np.cos(np.radians(LAT))


def degrees(east_m: float, north_m: float) -> tuple[float, float]:
    return LON + east_m / EAST_M, LAT + north_m / M_PER_DEG


def road(code: str, *corners: tuple[float, float]) -> Segment:
    return Segment(code, (tuple(degrees(*corner) for corner in corners),))


def drive(east_m: np.ndarray, north_m: np.ndarray, values: np.ndarray | None = None) -> Track:
    n = east_m.size
    shown = np.zeros(n) if values is None else values
    return track_of(
        np.arange(1, n + 1),
        (LON + east_m / EAST_M, LAT + north_m / M_PER_DEG, np.full(n, np.nan)),
        [("PM2.5", "ug/m3")],
        shown.reshape(-1, 1),
    )


# Two parallel roads 40 m apart and one that crosses both.
SOUTH = road("S", (0, 0), (1_000, 0), (2_000, 0))
NORTH = road("N", (0, 40), (2_000, 40))
CROSS = road("X", (1_000, -500), (1_000, 500))
ROADS = [SOUTH, NORTH, CROSS]
ALONG = np.arange(100.0, 1_900, 12)


@pytest.mark.parametrize(("north_m", "expected"), [(0, 0), (12, 0), (28, 1), (45, 1), (90, NONE)])
def test_the_nearer_of_parallel_roads_is_taken_across_a_crossing(
    north_m: float, expected: int
) -> None:
    found = snap(drive(ALONG, np.full(ALONG.size, north_m)), ROADS)
    assert set(found.tolist()) == {expected}


def test_a_turn_changes_the_road_and_a_way_over_fields_has_none() -> None:
    east = np.concatenate([np.arange(0, 1_000, 10.0), np.full(40, 1_000.0), np.full(30, 1_500.0)])
    north = np.concatenate([np.zeros(100), np.arange(0, 400, 10.0), np.arange(200, 500, 10.0)])
    found = snap(drive(east, north), ROADS)
    assert set(found[:100].tolist()) == {0}
    assert set(found[103:140].tolist()) == {2}
    assert set(found[140:].tolist()) == {NONE}


def test_a_van_that_stands_still_at_a_crossing_stays_on_its_road() -> None:
    east = np.concatenate(
        [np.arange(900, 997, 10.0), np.full(20, 997.0), np.arange(1_007, 1_100, 10.0)]
    )
    found = snap(drive(east, np.full(east.size, 1.0)), [SOUTH])
    assert set(found.tolist()) == {0}


@given(st.floats(-15, 15), st.sampled_from([1, -1]), st.integers(0, 2**31))
def test_direction_and_small_errors_do_not_matter(off_m: float, way: int, seed: int) -> None:
    wobble = np.random.default_rng(seed).normal(0, 2, ALONG.size)
    east = ALONG[::way]
    found = snap(drive(east, off_m + wobble), [SOUTH], Nearness(within_m=30, within_deg=60))
    assert (found == 0).mean() > 0.97


def test_figures_of_a_segment_are_of_its_points_alone() -> None:
    values = np.where(ALONG < 1_000, 100.0, 20.0)
    halves = [road("W", (0, 0), (1_000, 0)), road("E", (1_000, 0), (2_000, 0))]
    track = drive(ALONG, np.zeros(ALONG.size), values)
    west, east = by_segment(track, snap(track, halves), "PM2.5")
    assert (west.place, west.median, west.p90, west.high) == (0, 100.0, 100.0, 100.0)
    # The point on the border may be either's.
    assert west.mean == pytest.approx(100.0, abs=1.2)
    assert west.number + east.number == ALONG.size
    assert east.mean == pytest.approx(20.0, abs=1.2)


def test_no_roads_and_roads_without_lines_snap_nothing() -> None:
    track = drive(ALONG, np.zeros(ALONG.size))
    assert set(snap(track, []).tolist()) == {NONE}
    assert set(snap(track, [Segment("E", ()), Segment("P", ((degrees(0, 0),),))]).tolist()) == {
        NONE
    }
