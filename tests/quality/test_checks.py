"""Single checks: laws of scale, and edges with too little to judge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.quality.heaping import heaping
from lantian.quality.resemblance import resemblance
from lantian.quality.selection import selection
from lantian.quality.smoothness import roughness, smoothness
from lantian.terms.mark import MISSING

RNG = np.random.default_rng(11)
WALKS = (np.cumsum(RNG.normal(0, 4000, (6, 600)), axis=1) + 300_000).astype(np.int32)


@settings(max_examples=8)
@given(st.integers(1, 20), st.integers(-200_000, 900_000))
def test_roughness_knows_neither_level_nor_unit(factor: int, constant: int) -> None:
    np.testing.assert_allclose(roughness(WALKS * factor + constant, 300), roughness(WALKS, 300))


def test_few_hours_have_no_roughness_and_no_twin() -> None:
    few = np.full((6, 600), MISSING, np.int32)
    few[:, :200] = WALKS[:, :200]
    assert np.isnan(roughness(few, 300)).all()
    assert not smoothness(few, WALKS, 300, 4).found(0.99, 0.99).any()
    assert not smoothness(WALKS[:3], WALKS[:3, :0], 300, 4).found(9.0, 9.0).any()
    assert (resemblance(few, 300).other == -1).all()
    assert np.isnan(resemblance(WALKS[:1], 300).r).all()


@settings(max_examples=10)
@given(st.floats(0.3, 3), st.integers(0, 90_000))
def test_a_copy_is_known_by_any_factor_and_offset(factor: float, constant: int) -> None:
    values = WALKS.copy()
    values[4] = np.rint(WALKS[1] * factor + constant)
    found = resemblance(values, 300)
    assert (found.other[4], found.other[1]) == (1, 4)
    assert found.r[4] > 0.99
    assert found.second_r[4] < 0.5


def test_equal_hours_are_counted() -> None:
    values = WALKS.copy()
    values[4] = WALKS[1]
    values[4, :150] += 1000
    assert resemblance(values, 300).equal_share[[1, 4]].tolist() == [0.75, 0.75]


@settings(max_examples=8)
@given(st.floats(0.01, 100))
def test_heaping_knows_no_unit(factor: float) -> None:
    values = np.random.default_rng(3).integers(40, 130, (4, 500)).astype(float)
    values[0, :9] = np.nan
    one, other = heaping(values, 75.3, 0.1), heaping(values * factor, 75.3 * factor, 0.1)
    np.testing.assert_allclose(one.z, other.z)
    assert (one.visits == other.visits).all()


def test_a_visit_counts_once_however_long() -> None:
    row = np.array([[20.0] * 5 + [74.0] * 50 + [20.0] * 5 + [76.0] + [20.0] * 5])
    found = heaping(row, 75.0, 0.1)
    assert (found.below[0], found.above[0], found.visits[0]) == (50, 1, 2)
    assert found.share[0] == pytest.approx(0.5)
    assert heaping(row, np.nan, 0.1).visits.tolist() == [0]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_random_gaps_are_hardly_ever_selective(seed: int) -> None:
    rng = np.random.default_rng(seed)
    said = rng.uniform(20, 90, (5, 30 * 24)) * 1000
    gone = rng.random(said.shape) < 0.05
    found = selection(gone, np.where(gone, np.nan, said), said)
    assert np.abs(found.z).max() < 5
    assert not found.found(3, 0.025, 4).any()


def test_nothing_chosen_is_nothing_found() -> None:
    said = np.full((2, 48), 5000.0)
    found = selection(np.zeros(said.shape, bool), said, said)
    assert found.hours.tolist() == found.days.tolist() == [0, 0]
    assert found.z.tolist() == found.effect.tolist() == [0, 0]
    one_day = selection(np.ones((1, 24), bool), np.full((1, 24), np.nan), said[:1, :24])
    assert one_day.z.tolist() == [0]
