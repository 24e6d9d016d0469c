"""Statistics of a period against the reference, days needed, and what counts as a good day."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lantian.evaluate.aqi import day_index
from lantian.evaluate.iaqi import NO_INDEX
from lantian.evaluate.statistics import days_needed, statistics
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period
from lantian.terms.pollutant import PERIOD_ITEMS, POLLUTANTS
from oracle import reference as ref

OLD, NEW = rule_set("HJ633-2012"), rule_set("HJ633-2026")
KEYS = ("so2_24h", "no2_24h", "pm10_24h", "pm25_24h", "co_24h", "o3_mda8")
CELLS = st.one_of(st.just(MISSING), st.integers(0, 4000).map(lambda n: n * 100))


@given(hnp.arrays(np.int32, (7, 2, 20), elements=CELLS))
def test_means_and_percentiles_are_those_of_the_reference(values):
    found = statistics(values, day_index(values, OLD), OLD)
    for place in range(2):
        days = [
            {
                key: None if values[i, place, d] == MISSING else Decimal(int(values[i, place, d]))
                for i, key in enumerate(KEYS)
            }
            for d in range(20)
        ]
        thousandths = [{k: v and v / 1000 for k, v in day.items()} for day in days]
        expected = ref.period_statistics(thousandths)
        for i, item in enumerate(PERIOD_ITEMS):
            key = item.pollutant.key
            percentile = expected[f"{key}_p{ref.PERCENTILES[key]}"]
            ours = int(found.percentile[i, place])
            assert (None if ours == MISSING else Fraction(ours, 1000)) == percentile
            ours = int(found.mean[i, place])
            mean = expected[f"{key}_mean"] if key in OLD.evaluation.clause.mean else None
            assert (None if ours == MISSING else Fraction(ours, 1000)) == mean


@given(hnp.arrays(np.int32, (7, 3, 12), elements=CELLS), st.sampled_from([OLD, NEW]))
def test_days_are_counted_by_level_and_primary_pollutant(values, rules):
    index = day_index(values, rules)
    found = statistics(values, index, rules)
    assert (found.levels.sum(axis=0) == found.rated).all()
    assert (found.rated == (index.aqi != NO_INDEX).sum(axis=1)).all()
    good = ((index.aqi != NO_INDEX) & (index.aqi <= 100)).sum(axis=1)
    assert (found.good == good).all()
    assert (found.days == (values[:6] != MISSING).sum(axis=2)).all()
    for i in range(len(POLLUTANTS)):
        assert (found.primary[i] == (index.primary & (1 << i) > 0).sum(axis=1)).all()


@given(hnp.arrays(np.int32, (7, 1, 30), elements=CELLS))
def test_a_mean_lies_between_the_least_and_the_largest_day(values):
    found = statistics(values, day_index(values, OLD), OLD)
    for i in range(4):
        held = values[i, 0][values[i, 0] != MISSING]
        if held.size:
            step = 1000
            assert held.min() - step // 2 <= found.mean[i, 0] <= held.max() + step // 2
            assert held.min() - step // 2 <= found.percentile[i, 0] <= held.max() + step // 2
        else:
            assert found.mean[i, 0] == found.percentile[i, 0] == MISSING


def test_pm25_keeps_a_decimal_in_2026():
    values = np.full((7, 1, 2), 30_000, np.int32)
    values[:, 0, 1] = 31_000
    both = [statistics(values, day_index(values, rules), rules).mean[3, 0] for rules in (OLD, NEW)]
    assert both == [30_000, 30_500]


@pytest.mark.parametrize("rules", [OLD, NEW], ids=lambda r: r.name)
@pytest.mark.parametrize(
    ("period", "needed"),
    [
        ("2019", 324),
        ("2020", 324),
        ("2019-06", 27),
        ("2019-02", 25),
        ("2020-02", 25),
        ("2019-Q2", 81),
        ("2019-Q1", 79),
        ("2019-01..2019-06", 160),
        ("2019-06-01..2019-06-10", 9),
        ("2019-06-01..2019-06-11", 10),
        ("2019-06-05", 1),
    ],
)
def test_days_that_a_period_needs(period, needed, rules):
    assert days_needed(parse_period(period), rules) == needed
