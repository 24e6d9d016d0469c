"""The layer's top is where it was put; shifts shift it, scales do not; noise finds nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadFile
from lantian.profile.boundary_layer import USUAL, layer_by_gradient, layer_height
from lantian.profile.scan import INVALID, Scan, scan_of

STEP_M = 30
HEIGHT_M = np.arange(15.0, 5_000, STEP_M)


def smooth_step(top_m: float, *, depth_m: float = 200.0, below: float = 4.0) -> np.ndarray:
    """Backscatter that falls smoothly over a depth around a height: a mixed layer's shape."""
    return 0.4 + (below - 0.4) / (1 + np.exp((HEIGHT_M - top_m) / (depth_m / 4)))


def scan(profiles: np.ndarray, **more: object) -> Scan:
    rows = np.atleast_2d(profiles)
    return scan_of(np.arange(1, len(rows) + 1) * 300, HEIGHT_M, rows, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("top_m", [400, 810, 1_500, 2_700])
@pytest.mark.parametrize("depth_m", [60, 200, 400])
def test_both_methods_find_the_top_where_it_was_put(top_m: float, depth_m: float) -> None:
    seen = scan(smooth_step(top_m, depth_m=depth_m))
    assert abs(layer_height(seen)[0] - top_m) <= STEP_M
    assert abs(layer_by_gradient(seen)[0] - top_m) <= USUAL.dilation_m / 4 + STEP_M


@given(st.integers(0, 80), st.floats(0.01, 100), st.floats(0, 5))
def test_a_shift_shifts_it_and_neither_scale_nor_offset_moves_it(
    gates: int, times: float, more: float
) -> None:
    profile = smooth_step(600)
    first = layer_height(scan(profile))[0]
    moved = np.concatenate([np.full(gates, profile[0]), profile])[: profile.size]
    search = replace(USUAL, least_contrast=0.0)
    assert layer_height(scan(moved), search)[0] == first + gates * STEP_M
    assert layer_height(scan(profile * times), search)[0] == first
    assert layer_height(scan(profile + more), search)[0] == first


def test_noise_alone_has_no_top_and_a_top_is_found_under_noise() -> None:
    random = np.random.default_rng(20)
    noise = random.normal(0, 1, (400, HEIGHT_M.size)) * (HEIGHT_M / 1_000) ** 2
    alone = layer_height(scan(1.0 + noise))
    assert np.isfinite(alone).mean() < 0.02
    found = layer_height(scan(smooth_step(1_200) + 0.3 * noise))
    assert (np.abs(found[6:] - 1_200) <= 2 * STEP_M).mean() > 0.97


def test_what_is_flagged_or_above_a_cloud_does_not_count() -> None:
    profile = smooth_step(900)
    profile[HEIGHT_M > 3_000] = 50.0  # a cloud, and nothing seen behind it
    profile[HEIGHT_M > 3_200] = 0.0
    assert layer_height(scan(profile))[0] == pytest.approx(3_195, abs=60)
    clouded = scan(profile, cloud_base_m=np.array([2_900.0]))
    assert layer_height(clouded)[0] == pytest.approx(900, abs=STEP_M)
    flags = np.where(np.abs(HEIGHT_M - 900) < 400, INVALID, 0)[None, :]
    hidden = scan(profile, cloud_base_m=np.array([2_900.0]), flag=flags)
    assert not np.isfinite(layer_height(hidden)[0])


def test_it_looks_back_only_so_far() -> None:
    seen = scan(np.array([smooth_step(600)] * 12 + [smooth_step(2_000)] * 12))
    heights = layer_height(seen)
    assert heights[11] == pytest.approx(600, abs=STEP_M)
    assert heights[-1] == pytest.approx(2_000, abs=STEP_M)
    assert heights[:12].tolist() == layer_height(seen.between(0, 3_600)).tolist()


@pytest.mark.parametrize(
    ("t", "height", "rows", "said"),
    [
        ([2, 1], [10, 20], [[1, 1], [1, 1]], "时间"),
        ([1, 2], [20, 10], [[1, 1], [1, 1]], "高度"),
        ([1, 2], [10, 20], [[1, 1]], "大小"),
        ([1], [-20, -10], [[1, 1]], "地面"),
        ([], [], [], "没有"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    t: list[int], height: list[int], rows: list[list[int]], said: str
) -> None:
    with pytest.raises(BadFile, match=said):
        scan_of(t, height, rows)
