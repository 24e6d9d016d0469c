"""Sliding means against an exact mean of each window, and their edges."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lantian.series.sliding import sliding_mean
from lantian.terms.mark import MISSING

CELLS = st.one_of(
    st.just(MISSING), st.integers(0, 900_000), st.integers(0, 900).map(lambda n: n * 500)
)


@given(hnp.arrays(np.int32, (2, 40), elements=CELLS), st.sampled_from([(8, 6), (24, 20), (1, 1)]))
def test_each_window_is_the_exact_mean_of_its_hours(block, window):
    length, fewest = window
    found = sliding_mean(block, length, fewest, 0)
    assert found.shape == (2, 40 - length + 1)
    for s in range(2):
        for n in range(found.shape[1]):
            held = [int(v) for v in block[s, n : n + length] if v != MISSING]
            expected = MISSING
            if len(held) >= fewest:
                expected = round(Fraction(sum(held), 1000 * len(held))) * 1000
            assert found[s, n] == expected


def test_a_tie_goes_to_the_even_digit():
    assert sliding_mean(np.array([[60_000, 61_000]], np.int32), 2, 2, 0).tolist() == [[60_000]]
    assert sliding_mean(np.array([[61_000, 62_000]], np.int32), 2, 2, 0).tolist() == [[62_000]]


def test_too_few_hours_for_one_window_are_refused():
    with pytest.raises(ValueError, match="window of 8"):
        sliding_mean(np.zeros((1, 7), np.int32), 8, 6, 0)
