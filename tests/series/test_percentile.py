"""Percentiles of HJ 663-2013 appendix A: worked ones, any set against the reference, laws."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.series.percentile import percentile_hundredths, period_totals
from lantian.terms.mark import MISSING
from oracle import reference as ref

GOLDEN = tomllib.loads(
    (Path(__file__).parents[1] / "golden" / "percentiles.toml").read_text("utf-8")
)["case"]
DAYS = st.lists(st.one_of(st.just(MISSING), st.integers(0, 1_000_000)), min_size=1, max_size=60)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda c: f"{len(c['values'])} at {c['percent']}")
def test_worked_percentiles(case):
    values = np.array([[int(Decimal(v) * 1000) for v in case["values"]]], np.int32)
    found = int(percentile_hundredths(values, case["percent"])[0])
    assert Fraction(found, 100_000) == Fraction(case["expected"])


@given(DAYS, st.sampled_from([50, 90, 95, 98, 1, 99]))
def test_any_percentile_is_exact(values, per_cent):
    found = int(percentile_hundredths(np.array([values], np.int32), per_cent)[0])
    expected = ref.percentile([None if v == MISSING else v for v in values], per_cent)
    assert Fraction(found, 100) == (expected or 0)


@given(DAYS, st.randoms(use_true_random=False))
def test_the_order_of_days_is_of_no_account(values, random):
    mixed = list(values)
    random.shuffle(mixed)
    both = np.array([values, mixed], np.int32)
    assert len(set(percentile_hundredths(both, 95).tolist())) == 1
    total, days = period_totals(both)
    assert (total[0], days[0]) == (total[1], days[1])


@given(DAYS)
def test_totals_count_the_days_that_are_there(values):
    total, days = period_totals(np.array([values], np.int32))
    there = [v for v in values if v != MISSING]
    assert (total[0], days[0]) == (sum(there), len(there))


@pytest.mark.parametrize("per_cent", [0, 100, -5])
def test_a_percentile_outside_is_refused(per_cent):
    with pytest.raises(ValueError, match=r"1\.\.99"):
        percentile_hundredths(np.zeros((1, 3), np.int32), per_cent)
