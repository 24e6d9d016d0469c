"""Hours to days: the limits of validity, the windows of ozone, exact rounding, and the laws."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lantian.rules.ruleset import rule_set
from lantian.series.daily import Days, days_of, rounded, rounded_values
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS

SETS = [rule_set("HJ633-2012"), rule_set("HJ633-2026")]
MDA8, MAX1H = 5, 6


def hours(**series: list[int | None]) -> np.ndarray:
    """Block of one station and day from whole units by pollutant key; None is missing."""
    block = np.full((6, 1, 24), MISSING, np.int32)
    for i, pollutant in enumerate(POLLUTANTS):
        for h, value in enumerate(series.get(pollutant.key, [])):
            if value is not None:
                block[i, 0, h] = round(value * 1000)
    return block


def day(block: np.ndarray, rules=SETS[0]) -> tuple[Days, list[int]]:
    days = days_of(block, rules)
    return days, rounded(days, 0, 1)[:, 0, 0].tolist()


@pytest.mark.parametrize("rules", SETS, ids=lambda r: r.name)
@pytest.mark.parametrize(("there", "valid"), [(20, True), (19, False), (24, True), (0, False)])
def test_twenty_hours_make_a_daily_mean(rules, there, valid):
    series = [30.0] * there + [None] * (24 - there)
    days, values = day(hours(pm25=series, co=[0.8] * there), rules)
    assert days.hours[3, 0, 0] == there
    assert (values[3] == 30_000, values[4] == 800) == (valid, valid)
    assert (days.count[3, 0, 0] == there) == (valid or there == 0)
    assert valid or values[3] == values[4] == MISSING


@pytest.mark.parametrize(
    ("total", "expected"),
    # 24 hours that sum to 1452 or 1428 have the means 60.5 and 59.5: both go to the even 60.
    [
        (1452, 60_000),
        (1428, 60_000),
        (1451, 60_000),
        (1453, 61_000),
        (1500, 62_000),
        (1476, 62_000),
    ],
)
def test_a_tie_goes_to_the_even_digit(total, expected):
    series = [total // 24] * 24
    series[0] += total - sum(series)
    assert day(hours(pm10=series))[1][2] == expected


def test_co_keeps_one_decimal_by_the_same_rule():
    assert day(hours(co=[4.1, 4.0] * 12))[1][4] == 4_000
    assert day(hours(co=[4.1, 4.2] * 12))[1][4] == 4_200


def test_ozone_windows_end_at_8_to_24_and_lie_within_the_day():
    series = [300.0] * 7 + [10.0] * 17
    days, values = day(hours(o3=series))
    assert days.windows[0, 0] == 17
    # The largest window is 01–08, not an expanding mean of the first hours.
    assert (days.window_end[0, 0], days.count[MDA8, 0, 0]) == (8, 8)
    assert days.total[MDA8, 0, 0] == 7 * 300_000 + 10_000
    assert values[MDA8] == 264_000


def test_a_window_needs_six_of_its_eight_hours():
    series = [None] * 24
    series[8:13] = [400.0] * 5
    days, values = day(hours(o3=series))
    assert (days.windows[0, 0], values[MDA8]) == (0, MISSING)
    # With a sixth hour the three windows that hold all six count: those ending 14, 15 and 16.
    series[13] = 400.0
    days, values = day(hours(o3=series))
    assert (days.windows[0, 0], days.count[MDA8, 0, 0], values[MDA8]) == (3, 6, 400_000)


@pytest.mark.parametrize(("level", "valid"), [(160.0, False), (160.5, False), (161.0, True)])
def test_fewer_than_14_windows_count_where_their_maximum_exceeds_the_limit(level, valid):
    # Hours 01–19 missing from 14 on: windows ending 08 … 15 are left, eight of them.
    series = [level] * 13 + [None] * 11
    days, values = day(hours(o3=series))
    assert days.windows[0, 0] == 8
    assert (values[MDA8] != MISSING) is valid
    if valid:
        assert values[MDA8] == 161_000


@pytest.mark.parametrize(("level", "valid"), [(200.0, False), (200.4, False), (201.0, True)])
def test_fewer_than_20_hours_give_a_maximum_hour_where_it_exceeds_the_limit(level, valid):
    days, values = day(hours(o3=[level] + [None] * 4 + [20.0] * 18 + [None]))
    assert days.hours[5, 0, 0] == 19
    assert (values[MAX1H] != MISSING) is valid


def test_a_broken_shape_is_refused():
    with pytest.raises(ValueError, match="24 × days"):
        days_of(np.zeros((6, 1, 23), np.int32), SETS[0])
    with pytest.raises(ValueError, match="expected"):
        days_of(np.zeros((5, 1, 24), np.int32), SETS[0])


def blocks(stations: int, days: int):
    """Blocks of plausible thousandths with every hour as likely missing as not."""
    cells = st.one_of(st.just(MISSING), st.integers(0, 1_500_000))
    return hnp.arrays(np.int32, (6, stations, 24 * days), elements=cells)


@given(blocks(2, 3))
def test_a_mean_lies_between_its_least_and_largest_hour(block):
    days = days_of(block, SETS[0])
    whole = block.reshape(6, 2, 3, 24)
    for i, item in enumerate(DAY_ITEMS):
        row = whole[POLLUTANTS.index(item.pollutant)].astype(np.int64)
        there = days.count[i] > 0
        low = np.where(row == MISSING, 10**9, row).min(axis=2)
        high = np.where(row == MISSING, -1, row).max(axis=2)
        total, count = days.total[i].astype(np.int64), days.count[i].astype(np.int64)
        assert (low * count <= total)[there].all()
        assert (total <= high * count)[there].all()


@given(blocks(2, 4), st.integers(1, 3))
def test_cutting_the_block_elsewhere_gives_the_same_days(block, at):
    whole = days_of(block, SETS[0])
    left, right = days_of(block[:, :, : 24 * at], SETS[0]), days_of(block[:, :, 24 * at :], SETS[0])
    for name in ("total", "count", "hours", "windows", "window_end"):
        parts = np.concatenate([getattr(left, name), getattr(right, name)], axis=-1)
        assert (parts == getattr(whole, name)).all(), name
    alone = days_of(np.ascontiguousarray(block[:, 1:]), SETS[0])
    assert (alone.total[:, 0] == whole.total[:, 1]).all()


@given(blocks(1, 1))
def test_missing_never_becomes_zero(block):
    days = days_of(block, SETS[1])
    values = rounded(days, 0, 1)
    assert ((values == MISSING) == (days.count == 0)).all()
    nothing = (block == MISSING).all(axis=2)
    for i, item in enumerate(DAY_ITEMS):
        assert values[i, 0, 0] == MISSING or not nothing[POLLUTANTS.index(item.pollutant), 0]


@given(st.lists(st.integers(0, 2_000_000), min_size=7, max_size=7), st.integers(0, 2))
def test_given_day_values_are_rounded_half_even(values, decimals):
    found = rounded_values(np.array(values, np.int32).reshape(7, 1, 1), 0, decimals)[:, 0, 0]
    for i, item in enumerate(DAY_ITEMS):
        step = 10 ** (3 - decimals) if item.key == "co" else 1000
        # Python rounds a Fraction half to even.
        assert found[i] == round(Fraction(values[i], step)) * step
