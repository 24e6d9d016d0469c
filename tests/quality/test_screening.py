"""Marks of a station's own values against slow versions, and at their edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lantian.quality.screening import (
    SpikeRule,
    StuckRule,
    humid,
    inverted,
    out_of_range,
    spikes,
    stuck,
)
from lantian.terms.mark import MISSING

RULE = StuckRule(resolution=1000, few_steps=5, low_h=4, high_h=3)
levels = st.sampled_from([MISSING, 1000, 2000, 7000, 9000])


def plain_stuck(row: list[int]) -> list[bool]:
    marked = [False] * len(row)
    for first in range(len(row)):
        last = first
        while last < len(row) and row[last] == row[first]:
            last += 1
        needed = 4 if abs(row[first]) < 5000 else 3
        if row[first] != MISSING and last - first >= needed:
            marked[first:last] = [True] * (last - first)
    return marked


@given(arrays(np.int32, (3, 14), elements=levels))
def test_stuck_is_what_a_plain_walk_finds(values: np.ndarray) -> None:
    assert stuck(values, RULE).tolist() == [plain_stuck(row) for row in values.tolist()]


@pytest.mark.parametrize(
    ("hour", "found"), [(400, True), (130, False), (95, False), (9, True), (40, False)]
)
def test_a_spike_leaves_both_sides_by_a_factor_and_an_amount(*, hour: int, found: bool) -> None:
    row = np.array([[100, 104, 98, 101, hour, 99, 102, 100, 103, 97]], np.int32) * 1000
    none = np.full(row.shape, np.nan)
    marked = spikes(row, none, SpikeRule(ratio=3, spreads=10, floor=60_000))
    assert marked.nonzero()[1].tolist() == ([4] if found else [])


def test_what_the_neighbours_share_is_no_spike() -> None:
    row = np.array([[30, 31, 29, 400, 30, 32, 31]], np.int32) * 1000
    rule = SpikeRule(ratio=3, spreads=10, floor=60_000)
    assert not spikes(row, row.astype(float), rule).any()
    other = row.astype(float)
    other[0, 3] = 90_000
    assert spikes(row, other, rule)[0, 3]


def test_a_step_is_no_spike_and_two_hours_are_none() -> None:
    rule = SpikeRule(ratio=3, spreads=10, floor=60_000)
    step = np.array([[30] * 5 + [400] * 5], np.int32) * 1000
    assert not spikes(step, np.full(step.shape, np.nan), rule).any()
    assert not spikes(step[:, :2], np.full((1, 2), np.nan), rule).any()


def test_the_edges_of_range_inversion_and_humidity() -> None:
    values = np.array([[MISSING, -1, 0, 1, 50, 51]], np.int32)
    assert out_of_range(values, 0, 50).tolist() == [[False, True, True, False, False, True]]
    pm10 = np.array([[200_000, 200_000, 50_000, 50_000]], np.int32)
    pm25 = np.array([[220_000, 220_001, 60_000, 60_001]], np.int32)
    assert inverted(pm25, pm10, 10_000, 0.1).tolist() == [[False, True, False, True]]
    rh = np.array([[85.0, 85.1, np.nan, 99.0]])
    held = np.array([[1, 1, 1, MISSING]], np.int32)
    assert humid(held, rh, np.array([True]), 85.0).tolist() == [[False, True, False, False]]
