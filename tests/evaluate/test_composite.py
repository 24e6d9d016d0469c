"""Composite index: every variant against the reference, on any statistics."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lantian.evaluate.aqi import day_index
from lantian.evaluate.composite import NO_VALUE, composite
from lantian.evaluate.statistics import Statistics, statistics
from lantian.rules.ruleset import index_limits, index_names, index_variant, rule_set
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS
from oracle import reference as ref

RULES = rule_set("HJ633-2012")
UNITS = np.array([1000, 1000, 1000, 1000, 100, 1000])
SOME = st.one_of(st.just(MISSING), st.integers(0, 300))


def of(mean: np.ndarray, percentile: np.ndarray) -> Statistics:
    """Statistics of which the index uses these two, in units of their last digit."""
    days = np.full((7, mean.shape[1], 1), MISSING, np.int32)
    empty = statistics(days, day_index(days, RULES), RULES)
    mean = np.where(mean == MISSING, MISSING, mean * UNITS[:, None])
    percentile = np.where(percentile == MISSING, MISSING, percentile * UNITS[:, None])
    mean[4:] = MISSING
    # A pollutant has both or none of its statistics.
    mean[:4] = np.where(percentile[:4] == MISSING, MISSING, mean[:4])
    percentile[:4] = np.where(mean[:4] == MISSING, MISSING, percentile[:4])
    return replace(empty, mean=mean.astype(np.int64), percentile=percentile.astype(np.int64))


def fraction(thousandths: int) -> Fraction | None:
    return None if thousandths == MISSING else Fraction(int(thousandths), 1000)


@given(
    hnp.arrays(np.int64, (6, 3), elements=SOME),
    hnp.arrays(np.int64, (6, 3), elements=SOME),
    st.sampled_from(sorted(ref.INDEX_VARIANTS)),
)
def test_every_variant_agrees_with_the_reference(mean, percentile, name):
    found = of(mean, percentile)
    variant = index_variant(name)
    index = composite(found, variant, index_limits(variant))
    scale = 10**index.single_decimals
    for place in range(3):
        stats = {}
        for i, p in enumerate(POLLUTANTS):
            stats[f"{p.key}_mean"] = fraction(found.mean[i, place])
            stats[f"{p.key}_p{ref.PERCENTILES[p.key]}"] = fraction(found.percentile[i, place])
        expected = ref.composite_index(stats, name)
        singles = [expected["single"][p.key] for p in POLLUTANTS]
        for i, single in enumerate(singles):
            ours = int(index.single[i, place])
            assert ours == (NO_VALUE if single is None else round(single * scale))
        if expected["index"] is None:
            assert index.index[place] == index.index_max[place] == NO_VALUE
        else:
            assert Fraction(int(index.index[place]), 10**index.index_decimals) == expected["index"]
            assert index.index_max[place] == round(max(singles) * scale)


def test_the_reference_knows_every_variant_but_that_of_2031():
    assert set(index_names()) - set(ref.INDEX_VARIANTS) == {"final-limits-equal-weights"}


def test_the_variants_differ_as_their_limits_and_weights_say():
    at_limits = np.array([[60], [40], [70], [35], [40], [160]])
    found = of(at_limits, at_limits)
    indices = {
        name: composite(found, index_variant(name), index_limits(index_variant(name)))
        for name in index_names()
    }
    printed = {name: i.index[0] / 10**i.index_decimals for name, i in indices.items()}
    assert printed == {
        "ranking-2014": 6.0,
        "hj663-2013-C": 6.0,
        "old-limits-equal-weights": 6.0,
        "old-limits-new-weights": 10.0,
        # 70/60 and 35/30 in place of 1.
        "new-limits-equal-weights": 6.333,
        "new-limits-new-weights": 10.667,
        # SO2 60/20, NO2 40/30, PM10 70/50, PM2.5 35/25.
        "final-limits-equal-weights": 9.133,
    }


def test_the_index_is_rounded_once_from_exact_terms():
    # Six single indices of 2/3, 1/8 …: rounding each first would give another second digit.
    found = of(np.array([[1], [1], [1], [1], [0], [0]]), np.array([[9], [9], [9], [9], [1], [1]]))
    variant = index_variant("ranking-2014")
    index = composite(found, variant, index_limits(variant))
    exact = Fraction(1, 60) + Fraction(1, 40) + Fraction(1, 70) + Fraction(1, 35)
    exact += Fraction(1, 40) + Fraction(1, 160)
    assert index.index[0] == round(exact * 100)


@pytest.mark.parametrize("lacking", range(6))
def test_a_pollutant_without_statistic_leaves_no_index(lacking):
    values = np.full((6, 1), 30)
    values[lacking] = MISSING
    variant = index_variant("ranking-2014")
    index = composite(of(values, values.copy()), variant, index_limits(variant))
    assert index.index[0] == NO_VALUE
    assert (index.single[:, 0] == NO_VALUE).tolist() == [i == lacking for i in range(6)]
