"""Laws of exact rounding (GB/T 8170) against Python's exact fractions and decimals."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.terms.rounding import (
    round_half_even,
    spell,
    step_of,
    to_thousandths,
)

#: Sums of a year of hours at the highest plausible value stay far inside this.
TOTALS = st.integers(-(10**12), 10**12)
COUNTS = st.integers(1, 10_000)
DECIMALS = st.integers(0, 3)


def round_thousandths(total: int, count: int, decimals: int) -> int:
    """Mean of `count` values that sum to `total` thousandths, as the kernels round it."""
    step = step_of(decimals)
    return round_half_even(total, count * step) * step


@given(TOTALS, COUNTS)
def test_rounds_as_exact_fractions_do(numerator: int, denominator: int) -> None:
    assert round_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.integers(-(10**9), 10**9))
def test_a_tie_goes_to_the_even_neighbour(half: int) -> None:
    rounded = round_half_even(2 * half + 1, 2)
    assert rounded % 2 == 0
    assert abs(2 * rounded - (2 * half + 1)) == 1


@given(TOTALS, COUNTS)
def test_rounding_is_odd(numerator: int, denominator: int) -> None:
    assert round_half_even(-numerator, denominator) == -round_half_even(numerator, denominator)


@given(TOTALS, COUNTS, st.integers(1, 1000))
def test_rounding_does_not_see_a_common_factor(n: int, d: int, factor: int) -> None:
    assert round_half_even(n * factor, d * factor) == round_half_even(n, d)


@given(TOTALS, COUNTS, DECIMALS)
def test_a_mean_is_rounded_once_to_its_step(total: int, count: int, decimals: int) -> None:
    mean = round_thousandths(total, count, decimals)
    step = step_of(decimals)
    assert mean % step == 0
    assert abs(Fraction(total, count) - mean) <= Fraction(step, 2)
    assert round_thousandths(mean, 1, decimals) == mean


@pytest.mark.parametrize(
    ("value", "decimals", "kept"),
    [
        ("60.5", 0, "60"),
        ("61.5", 0, "62"),
        ("60.501", 0, "61"),
        ("60.499", 0, "60"),
        ("4.05", 1, "4.0"),
        ("4.15", 1, "4.2"),
        ("0.05", 1, "0.0"),
        ("0.051", 1, "0.1"),
        ("-0.5", 0, "0"),
        ("-1.5", 0, "-2"),
        ("2.675", 2, "2.68"),
        ("1.005", 2, "1.00"),
        ("0.125", 3, "0.125"),
    ],
)
def test_ties_that_binary_fractions_get_wrong(value: str, decimals: int, kept: str) -> None:
    """GB/T 8170-2008, 3.2: a tie keeps an even last digit; 3.3: no rounding in two steps."""
    thousandths = int(Decimal(value) * 1000)
    assert spell(thousandths, decimals) == kept
    assert spell(round_thousandths(thousandths, 1, decimals), decimals) == kept


@given(st.integers(-(10**9), 10**9), DECIMALS)
def test_spelling_equals_the_decimal_library(thousandths: int, decimals: int) -> None:
    exact = Decimal(thousandths).scaleb(-3)
    expected = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    text = spell(thousandths, decimals)
    assert Decimal(text) == expected
    assert len(text.partition(".")[2]) == decimals
    assert not text.startswith("-") or Decimal(text) < 0


@given(st.lists(st.integers(-(10**7), 10**8), min_size=1, max_size=50))
def test_floats_of_three_decimals_come_back_exactly(thousandths: list[int]) -> None:
    values = np.array([float(f"{n / 1000:.3f}") for n in thousandths])
    assert to_thousandths(values).tolist() == thousandths


@given(st.lists(st.integers(0, 20_000_000), min_size=1, max_size=24), st.permutations(range(24)))
def test_a_mean_does_not_depend_on_order(hours: list[int], order: list[int]) -> None:
    shuffled = [hours[i] for i in order if i < len(hours)]
    assert round_thousandths(sum(shuffled), len(shuffled), 0) == round_thousandths(
        sum(hours), len(hours), 0
    )
    low, high = min(hours) - 500, max(hours) + 500
    assert low <= round_thousandths(sum(hours), len(hours), 0) <= high


@pytest.mark.parametrize("decimals", [-1, 4])
def test_digits_that_thousandths_do_not_hold_are_refused(decimals: int) -> None:
    with pytest.raises(ValueError, match=r"0\.\.3"):
        step_of(decimals)
