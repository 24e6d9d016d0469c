"""Targets: hand-computed standings, and the laws of what the remaining days may bring."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lantian.errors import BadRequest
from lantian.evaluate.target import (
    Indicator,
    Yardstick,
    count_standing,
    index_for_rank,
    index_standing,
    indicator,
    mean_standing,
    percentile_standing,
    rank_of,
    ratio_standing,
)
from lantian.rules.ruleset import index_limits, index_names, index_variant, rule_set
from lantian.terms.mark import MISSING

STEPS = st.sampled_from([1000, 100])
LEFT = st.integers(1, 40)


def rounded(exact: Fraction, step: int) -> int:
    """Half to even by the decimal library, in thousandths."""
    units = exact / step
    quotient = Decimal(units.numerator) / Decimal(units.denominator)
    return int(quotient.quantize(Decimal(1), ROUND_HALF_EVEN)) * step


def mean_of(days: list[int], step: int) -> int:
    return rounded(Fraction(sum(days), len(days)), step)


def percentile_of(days: list[int], per_cent: int, step: int) -> int:
    ordered = sorted(days)
    k = Fraction((len(ordered) - 1) * per_cent, 100)
    low = int(k)
    high = min(low + 1, len(ordered) - 1)
    return rounded(ordered[low] + (ordered[high] - ordered[low]) * (k - low), step)


@st.composite
def days_of(draw: st.DrawFn, least: int = 0) -> tuple[list[int], int]:
    """Valid days in thousandths, and the step that they and their statistic keep."""
    step = draw(STEPS)
    units = draw(st.lists(st.integers(0, 400), min_size=least, max_size=40))
    return [u * step for u in units], step


def array(days: list[int], *, gaps: int = 0) -> np.ndarray:
    return np.array([*days, *[MISSING] * gaps], np.int32)


def test_the_month_that_can_no_longer_be_reached() -> None:
    # 22 days at 86: 1892; over 31 days that is 61.03 even if nine days bring nothing.
    standing = mean_standing(array([86_000] * 22), 58_000, 9, 1000)
    assert not standing.reachable
    assert (standing.so_far, standing.best_case, standing.allowed) == (86_000, 61_000, None)
    assert standing.used == 1043  # 1892 of the 1813.5 that would round to 58


def test_a_tie_rounds_to_the_even_goal() -> None:
    # Two days at 35 and 0: 17.5 is published as 18; a goal of 17 is missed, 18 is met.
    assert mean_standing(array([35_000, 0]), 18_000, 0, 1000).reachable
    assert not mean_standing(array([35_000, 0]), 17_000, 0, 1000).reachable


def test_a_missing_day_is_neither_done_nor_left() -> None:
    with_gap = mean_standing(array([40_000, 50_000], gaps=3), 35_000, 2, 1000)
    assert with_gap == mean_standing(array([40_000, 50_000]), 35_000, 2, 1000)
    assert (with_gap.days_done, with_gap.days_left) == (2, 2)


def test_without_any_day_nothing_is_used_up() -> None:
    standing = mean_standing(array([]), 35_000, 30, 1000)
    assert (standing.so_far, standing.used, standing.reachable) == (None, 0, True)
    assert standing.allowed == 35_499  # 35.5 would be published as 36


@given(days_of(), st.integers(0, 300), LEFT)
def test_allowed_reaches_a_mean_and_one_thousandth_more_misses(
    made: tuple[list[int], int], units: int, left: int
) -> None:
    days, step = made
    goal = units * step
    standing = mean_standing(array(days, gaps=2), goal, left, step)
    assert standing.best_case == mean_of([*days, *[0] * left], step)
    assert standing.reachable == (standing.best_case <= goal)
    if standing.allowed is None:
        assert not standing.reachable
        return
    assert mean_of([*days, *[standing.allowed] * left], step) <= goal
    assert mean_of([*days, *[standing.allowed + 1] * left], step) > goal


@given(days_of(), st.integers(1, 300), LEFT, st.sampled_from([90, 95]))
def test_allowed_days_may_exceed_a_percentile_by_any_amount_and_no_more(
    made: tuple[list[int], int], units: int, left: int, per_cent: int
) -> None:
    days, step = made
    goal = units * step
    standing = percentile_standing(array(days, gaps=2), goal, left, per_cent, step)
    assert standing.best_case == percentile_of([*days, *[0] * left], per_cent, step)
    assert standing.reachable == (standing.best_case <= goal)
    if standing.allowed is None:
        assert not standing.reachable
        return

    def ends(exceeding: int) -> int:
        rest = [2_000_000_000] * exceeding + [goal] * (left - exceeding)
        return percentile_of([*days, *rest], per_cent, step)

    if standing.allowed:
        assert ends(standing.allowed) <= goal
    if standing.allowed < left:
        assert ends(standing.allowed + 1) > goal


def test_a_percentile_of_a_whole_month() -> None:
    # 31 days, 90 %: the 28th counts, so three days may exceed; two did, one is left.
    month = array([100_000] * 18 + [170_000, 180_000])
    standing = percentile_standing(month, 160_000, 11, 90, 1000)
    assert (standing.allowed, standing.used, standing.reachable) == (1, 667, True)


@given(
    st.integers(0, 31), st.integers(0, 31), st.integers(0, 31), st.integers(0, 40), st.booleans()
)
def test_counts_agree_with_trying_every_end(
    happened: int,
    more: int,
    left: int,
    goal: int,
    at_least: bool,  # noqa: FBT001
) -> None:
    standing = count_standing(happened, happened + more, left, goal, at_least=at_least)
    ends = [
        wrong
        for wrong in range(left + 1)
        if (happened + left - wrong >= goal if at_least else happened + wrong <= goal)
    ]
    assert standing.reachable == bool(ends)
    assert standing.allowed == (max(ends) if ends and left else None)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 30), st.integers(11, 1000))
def test_ratios_agree_with_trying_every_end(good: int, bad: int, left: int, tenths: int) -> None:
    goal, days = tenths * 100, good + bad + left
    standing = ratio_standing(good, good + bad, left, goal, 100)
    ends = [
        wrong
        for wrong in range(left + 1)
        if rounded(Fraction((good + left - wrong) * 100_000, days), 100) >= goal
    ]
    assert standing.reachable == bool(ends)
    assert standing.allowed == (max(ends) if ends else None)


@pytest.fixture(scope="module", params=index_names())
def yardstick(request: pytest.FixtureRequest) -> Yardstick:
    variant = index_variant(request.param)
    return Yardstick(rule_set("HJ633-2012"), variant, index_limits(variant))


def test_an_index_by_hand() -> None:
    variant = index_variant("ranking-2014")
    yardstick = Yardstick(rule_set("HJ633-2012"), variant, index_limits(variant))
    day = np.array([60, 40, 70, 35, 4, 160], np.int32)[:, None, None] * 1000
    standing = index_standing(np.tile(day, 10), 4_000, 10, yardstick)
    # Ten perfect days halve the four means: 4 × 0.5 (35/2 = 17.5 is published as 18 of 35,
    # 0.514); CO at 95 % and O3 at 90 % of 20 days stay at their limits.
    assert standing.so_far == 6_000
    assert standing.best_case == 4_010
    assert not standing.reachable
    assert standing.used == round(1000 * 4.01 / 4.0)


@st.composite
def place_days(draw: st.DrawFn) -> np.ndarray:
    n = draw(st.integers(1, 20))
    tops = (60, 90, 250, 200, 6, 250)
    rows = [draw(st.lists(st.integers(1, top), min_size=n, max_size=n)) for top in tops]
    return np.array(rows, np.int32)[:, None, :] * 1000


@given(days=place_days(), percent=st.integers(10, 200), left=st.integers(1, 20))
def test_remaining_days_at_the_scale_reach_an_index_and_a_thousandth_more_misses(
    yardstick: Yardstick, days: np.ndarray, percent: int, left: int
) -> None:
    so_far = yardstick.index(days)
    assert so_far is not None
    goal = so_far * percent // 100
    standing = index_standing(days, goal, left, yardstick)
    pattern = yardstick.of(days).concentration

    def ends(permille: int) -> int:
        rest = np.repeat((pattern * permille // 1000)[:, :, None], left, axis=2)
        found = yardstick.index(np.concatenate([days, rest.astype(np.int32)], axis=2))
        assert found is not None
        return found

    assert standing.so_far == so_far
    assert standing.best_case == ends(0)
    assert standing.reachable == (ends(0) <= goal)
    if standing.scale is None:
        assert not standing.reachable
        return
    assert ends(standing.scale) <= goal
    # A goal that even a hundred times the days so far would meet ends the search.
    assume(standing.scale < 100_000)
    assert ends(standing.scale + 1) > goal


@given(days=place_days(), rest=place_days())
def test_no_days_end_below_the_best_case(
    yardstick: Yardstick, days: np.ndarray, rest: np.ndarray
) -> None:
    best = index_standing(days, 1000, rest.shape[2], yardstick).best_case
    ended = yardstick.index(np.concatenate([days, rest], axis=2))
    assert best is not None
    assert ended is not None
    assert best <= ended


def test_a_pollutant_without_any_day_leaves_the_index_open() -> None:
    variant = index_variant("ranking-2014")
    yardstick = Yardstick(rule_set("HJ633-2012"), variant, index_limits(variant))
    days = np.full((6, 1, 3), 10_000, np.int32)
    days[5] = MISSING
    standing = index_standing(days, 4_000, 5, yardstick)
    assert (standing.so_far, standing.allowed, standing.days_done) == (None, None, 0)


@given(st.lists(st.integers(0, 900), max_size=12), st.integers(1, 14))
def test_the_index_for_a_rank_gives_it_and_one_unit_more_does_not(
    others: list[int], rank: int
) -> None:
    needed = index_for_rank(rank, others)
    if needed is None:
        assert rank_of(10**9, others) <= rank
    else:
        assert rank_of(needed, others) <= rank
        assert rank_of(needed + 1, others) > rank


def test_an_unknown_indicator_is_named_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match=r"'smog'.*PM2\.5.*heavy_days"):
        indicator("smog")
    assert indicator(" Good_Days ") is Indicator.GOOD_DAYS
