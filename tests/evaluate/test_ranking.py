"""Ranking: ties, too few days, change on an earlier period, and no heed of the order of places."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.evaluate.ranking import (
    NO_CHANGE,
    UNRANKED,
    among_last,
    change_tenths,
    competition_ranks,
    shortfalls,
)
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period
from oracle import reference as ref

RULES = rule_set("HJ633-2012")
PLACES = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


@given(PLACES)
def test_ranks_are_those_of_the_reference(places):
    keys, able = np.array([k for k, _ in places]), np.array([a for _, a in places])
    expected = ref.competition_rank([k if a else None for k, a in places])
    assert competition_ranks(keys, able).tolist() == [r or UNRANKED for r in expected]


@given(PLACES, st.randoms(use_true_random=False))
def test_the_order_of_places_is_of_no_account(places, random):
    mixed = list(range(len(places)))
    random.shuffle(mixed)
    keys, able = np.array([k for k, _ in places]), np.array([a for _, a in places])
    ranks = competition_ranks(keys, able)
    assert competition_ranks(keys[mixed], able[mixed]).tolist() == ranks[mixed].tolist()


def days(period: str, valid: int, pollutant: int = 2) -> np.ndarray:
    values = np.full((7, 1, parse_period(period).days), 9_000, np.int32)
    values[pollutant, 0, valid:] = MISSING
    return values


@pytest.mark.parametrize(
    ("period", "needed"), [("2019-06", 27), ("2019-02", 25), ("2019-Q2", 81), ("2019-06-01", 1)]
)
def test_one_day_too_few_is_said_with_pollutant_and_numbers(period, needed):
    assert shortfalls(days(period, needed), parse_period(period), RULES) == [""]
    (reason,) = shortfalls(days(period, needed - 1), parse_period(period), RULES)
    assert f"PM10 {needed - 1}/{needed}" in reason


def test_a_year_needs_the_days_of_each_of_its_months():
    year = parse_period("2019")
    whole = days("2019", 365)
    assert shortfalls(whole, year, RULES) == [""]
    gap = whole.copy()
    gap[3, 0, 181:187] = MISSING  # six days of July: 359 of the year, 25 of the month
    (reason,) = shortfalls(gap, year, RULES)
    assert reason.endswith("PM2.5 25/27 (2019-07)")
    # GB 3095, table on validity: the months of a year are asked of means, not of percentiles.
    ozone = whole.copy()
    ozone[5, 0, 181:187] = MISSING
    assert shortfalls(ozone, year, RULES) == [""]
    february = whole.copy()
    february[3, 0, 31:34] = MISSING
    assert shortfalls(february, year, RULES) == [""]


def test_a_year_without_february_is_not_ranked():
    values = days("2019", 365)
    values[:, 0, 31:59] = MISSING
    (reason,) = shortfalls(values, parse_period("2019"), RULES)
    assert "SO2 0/25 (2019-02)" in reason


def test_the_fewest_days_may_be_said():
    june = parse_period("2019-06")
    assert shortfalls(days("2019-06", 3), june, RULES, 3) == [""]
    assert shortfalls(days("2019-06", 2), june, RULES, 3) != [""]


def test_change_is_rounded_half_even_in_tenths_of_a_per_cent():
    now = np.array([500, 449, 1001, 1003, 400, -1, 400])
    before = np.array([500, 500, 2000, 2000, -1, 400, 0])
    # 1001 on 2000 is −49.95 %, 1003 is −49.85 %: ties to −50.0 and −49.8.
    expected = [0, -102, -500, -498, NO_CHANGE, NO_CHANGE, NO_CHANGE]
    assert change_tenths(now, before).tolist() == expected


def test_places_among_the_last_are_those_with_few_ranked_behind():
    ranks = np.array([1, 2, 3, 3, UNRANKED, 5])
    assert among_last(ranks, 1).tolist() == [False] * 5 + [True]
    assert among_last(ranks, 2).tolist() == [False, False, True, True, False, True]
    assert among_last(ranks, 9).tolist() == [True] * 4 + [False, True]


@given(PLACES, st.integers(1, 8))
def test_ties_at_the_border_are_among_the_last_too(places, last):
    keys, able = np.array([k for k, _ in places]), np.array([a for _, a in places])
    found = among_last(competition_ranks(keys, able), last)
    for (key, there), among in zip(places, found.tolist(), strict=True):
        behind = sum(a and k > key for k, a in places)
        assert among is (there and behind < last)
