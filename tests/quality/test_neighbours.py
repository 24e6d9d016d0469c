"""What the neighbours say: laws of shift, scale and order, and who is a neighbour."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.quality.comparison import StepRule, disagrees, drift, steps
from lantian.quality.neighbours import Expectation, NeighbourRule, correlations, expectation
from lantian.quality.window import Window
from lantian.terms.mark import MISSING

RULE = NeighbourRule(most=5, fewest=3, least_r=0.5, least_hours=100)
PM25 = 3


@pytest.fixture(scope="module")
def block(network: Callable[..., Window]) -> np.ndarray:
    values = network(10).judged[PM25].copy()
    values[np.random.default_rng(5).random(values.shape) < 0.05] = MISSING
    return values


def said(values: np.ndarray, floor: float = 2000.0) -> Expectation:
    return expectation(values, values, RULE, floor)


def moved(values: np.ndarray, factor: int, constant: int) -> np.ndarray:
    return np.where(values == MISSING, MISSING, values * factor + constant).astype(np.int32)


@settings(max_examples=8)
@given(st.integers(-10_000, 400_000))
def test_a_constant_on_all_stations_changes_no_distance(block: np.ndarray, constant: int) -> None:
    z = said(block).z(block)
    shifted = moved(block, 1, constant)
    again = said(shifted).z(shifted)
    np.testing.assert_allclose(again, z, atol=1e-6)
    assert (disagrees(again, 3, 2) == disagrees(z, 3, 2)).mean() > 0.999


@settings(max_examples=8)
@given(st.integers(2, 9))
def test_a_factor_on_all_stations_changes_no_distance(block: np.ndarray, factor: int) -> None:
    scaled = moved(block, factor, 0)
    z = said(scaled, 2000.0 * factor).z(scaled)
    np.testing.assert_allclose(z, said(block).z(block), atol=1e-6)


@settings(max_examples=8)
@given(st.permutations(range(8)))
def test_the_order_of_stations_changes_nothing(block: np.ndarray, order: list[int]) -> None:
    z = said(block).z(block)
    np.testing.assert_allclose(said(block[order]).z(block[order]), z[order], atol=1e-6)


def test_no_station_is_its_own_neighbour_and_strangers_are_none(block: np.ndarray) -> None:
    values = block.copy()
    values[0] = np.random.default_rng(1).integers(1, 200, values.shape[1]) * 1000
    found = said(values)
    assert (found.neighbours[0] == -1).all()
    assert np.isnan(found.value[0]).all()
    for row in range(1, 8):
        held = found.neighbours[row][found.neighbours[row] >= 0]
        assert len(held) >= 3
        assert row not in held
        assert 0 not in held
        assert (np.diff(found.correlation[row][: len(held)]) <= 0).all()


def test_correlation_is_that_of_the_common_hours(block: np.ndarray) -> None:
    smooth = np.clip(block, *np.percentile(block[block != MISSING], [10, 90])).astype(np.int32)
    smooth[block == MISSING] = MISSING
    both = (smooth[0] != MISSING) & (smooth[1] != MISSING)
    plain = np.corrcoef(smooth[0][both], smooth[1][both])[0, 1]
    assert correlations(smooth, 50)[0, 1] == pytest.approx(plain, abs=0.02)
    assert np.isnan(correlations(smooth, 10_000)).all()
    assert np.isnan(correlations(np.full((2, 9), MISSING, np.int32), 1)).all()


def test_one_station_that_leaves_stands_out_alone(block: np.ndarray) -> None:
    values = block.copy()
    values[2, 100:106] = np.where(values[2, 100:106] == MISSING, MISSING, 400_000)
    far = disagrees(expectation(block, values, RULE, 2000.0).z(values), 9, 3)
    assert far[2, 100:106].sum() >= 3
    far[2, 100:106] = False
    assert not far.any()


def test_a_run_must_lie_on_one_side() -> None:
    assert not disagrees(np.array([[9.0, -9.0, 9.0]]), 8, 2).any()


@given(st.floats(-1.5, 1.5), st.integers(60, 90))
def test_a_step_is_found_where_it_is_and_with_its_size(size: float, first: int) -> None:
    rule = StepRule(side_h=48, near_h=6, sudden=0.5, change=0.4)
    row = np.random.default_rng(7).normal(0, 0.05, (1, 150))
    row[:, first:] += size
    found = steps(row, rule)
    columns = np.flatnonzero(np.isfinite(found))
    if abs(size) > 0.5:
        assert np.abs(columns - first).tolist() == [0]
        assert found[0, first] == pytest.approx(size, abs=0.1)
    if abs(size) < 0.3:
        assert columns.size == 0


def test_a_slow_rise_is_drift_and_no_step() -> None:
    row = np.linspace(0, 0.8, 60 * 24)[None] + np.random.default_rng(1).normal(0, 0.1, (1, 60 * 24))
    assert not np.isfinite(steps(row, StepRule(48, 6, 0.5, 0.4))).any()
    slow = drift(row, 12)
    assert slow.change[0] == pytest.approx(0.8, abs=0.05)
    assert slow.spread[0] < 0.1
    assert slow.days.tolist() == [60]
    row[:, ::2] = np.nan
    assert drift(row, 13).days.tolist() == [0]
    assert np.isnan(drift(row, 13).change[0])
