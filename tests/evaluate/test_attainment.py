"""Attainment: multiples and shares of days against exact fractions, at and just above a limit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lantian.evaluate.aqi import day_index
from lantian.evaluate.attainment import NOT_JUDGED, Attainment, attainment
from lantian.evaluate.statistics import statistics
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING

OLD, NEW = rule_set("HJ633-2012"), rule_set("HJ633-2026")
# Class 2, day and year, of GB 3095-2012: SO2, NO2, PM10, PM2.5, CO, O3.
DAY = (150, 80, 150, 75, 4, 160)
YEAR = (60, 40, 70, 35)
AT_YEAR = (60, 40, 70, 35, 4, 160, 160)


def judge(values: np.ndarray, rules=OLD) -> Attainment:
    return attainment(values, statistics(values, day_index(values, rules), rules), rules)


def steady(*levels: float) -> np.ndarray:
    return np.repeat(np.array(levels)[:, None, None] * 1000, 10, axis=2).astype(np.int32)


def test_a_place_at_its_limits_attains():
    judged = judge(steady(*AT_YEAR))
    assert judged.attains[0]
    assert (judged.over_mean[:4, 0] == 0).all()
    assert (judged.day_share == 1000).all()


@pytest.mark.parametrize("pollutant", range(6))
def test_one_unit_above_one_limit_does_not_attain(pollutant):
    levels = list(AT_YEAR)
    levels[pollutant] += 0.1 if pollutant == 4 else 1
    judged = judge(steady(*levels))
    assert not judged.attains[0]
    over = judged.over_percentile if pollutant > 3 else judged.over_mean
    assert over[pollutant, 0] > 0


def test_the_transition_limits_are_stricter_for_particles():
    levels = (60, 40, 60, 30, 4, 160, 160)
    assert judge(steady(*levels), NEW).attains[0]
    assert not judge(steady(*AT_YEAR), NEW).attains[0]


def test_a_pollutant_without_days_is_not_judged():
    values = steady(*AT_YEAR)
    values[5] = MISSING
    judged = judge(values)
    assert not judged.attains[0]
    assert judged.over_percentile[5, 0] == judged.day_share[5, 0] == NOT_JUDGED


@given(
    hnp.arrays(
        np.int32,
        (7, 2, 8),
        elements=st.one_of(st.just(MISSING), st.integers(0, 400).map(lambda n: n * 1000)),
    )
)
def test_multiples_and_shares_are_exact(values):
    found = statistics(values, day_index(values, OLD), OLD)
    judged = attainment(values, found, OLD)
    for place in range(2):
        for i, limit in enumerate(DAY):
            held = values[i, place][values[i, place] != MISSING]
            if held.size == 0:
                assert judged.day_share[i, place] == NOT_JUDGED
                continue
            within = int((held <= limit * 1000).sum())
            assert judged.day_share[i, place] == round(Fraction(within * 1000, held.size))
            over = Fraction(int(found.percentile[i, place]), limit * 1000) - 1
            assert judged.over_percentile[i, place] == round(over * 100)
            if i < 4:
                over = Fraction(int(found.mean[i, place]), YEAR[i] * 1000) - 1
                assert judged.over_mean[i, place] == round(over * 100)
