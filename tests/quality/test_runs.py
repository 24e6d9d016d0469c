"""Runs and robust statistics against slow plain versions."""

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from lantian.quality.mark import in_long_runs, run_table, runs
from lantian.quality.robust import logarithms, median, spread
from lantian.quality.selection import short_runs
from lantian.terms.mark import MISSING

masks = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12))
numbers = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6))


def plain(mask: np.ndarray) -> list[tuple[int, int, int]]:
    found = []
    for row, line in enumerate(mask.tolist()):
        column = 0
        for held, same in groupby(line):
            length = len(list(same))
            found += [(row, column, length)] if held else []
            column += length
    return found


@given(masks, st.integers(1, 5))
def test_runs_are_those_of_a_plain_walk(mask: np.ndarray, least: int) -> None:
    table = [tuple(row) for row in np.stack(run_table(mask), axis=1).tolist()]
    assert table == plain(mask)
    kept = [(r, c, c + n - 1) for r, c, n in plain(mask) if n >= least]
    assert list(runs(mask, least)) == kept
    long = in_long_runs(mask, least)
    assert list(runs(long)) == kept
    assert (short_runs(mask, least) == (mask & ~in_long_runs(mask, least + 1))).all()


@given(arrays(np.float64, array_shapes(min_dims=1, max_dims=3, max_side=7), elements=numbers))
def test_the_median_is_that_of_the_finite(values: np.ndarray) -> None:
    rows = values.reshape(-1, values.shape[-1])
    plain = [np.median(r[np.isfinite(r)]) if np.isfinite(r).any() else np.nan for r in rows]
    np.testing.assert_allclose(median(values).reshape(-1), plain)
    moved = spread(values + 7.0)
    np.testing.assert_allclose(moved, spread(values), atol=1e-6)


def test_logarithms_keep_what_is_missing() -> None:
    values = np.array([MISSING, -5, 0, 999_000], np.int32)
    assert logarithms(values, 1.0).tolist() == [MISSING, 0, 0, 6908]
