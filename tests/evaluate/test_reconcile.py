"""Reconciling: order of classes, roundings, bounds of missing days, fit of ranks."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.evaluate.reconcile import (
    Difference,
    Explanation,
    classify,
    fit,
    gap,
    ranks_of,
    roundings,
)
from lantian.terms.mark import MISSING

WAYS = (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_DOWN)


def explained(kind: Difference, low: int, high: int | None = None) -> Explanation:
    return Explanation(kind, low, low if high is None else high, (kind.name, kind.value))


def test_the_first_explanation_that_fits_is_chosen() -> None:
    ways = [explained(Difference.ROUNDING, 42), explained(Difference.MISSING_DAYS, 40, 50)]
    assert classify(41, 42, ways).kind is Difference.ROUNDING
    assert classify(41, 45, ways).kind is Difference.MISSING_DAYS
    assert classify(41, 45, ways).words == ("MISSING_DAYS", "missing days")
    assert classify(41, 51, ways).kind is Difference.AUDITED
    assert classify(41, 39, ways).kind is Difference.AUDITED


def test_equal_figures_ask_for_no_explanation() -> None:
    def never() -> object:
        raise AssertionError("asked")
        yield

    assert classify(41, 41, never()).kind is Difference.EQUAL  # type: ignore[arg-type]


def test_what_we_lack_can_be_explained() -> None:
    assert classify(None, 9, [explained(Difference.MISSING_DAYS, 0, 99)]).kind is (
        Difference.MISSING_DAYS
    )
    assert classify(None, 9, []).kind is Difference.AUDITED


@given(st.integers(0, 10**7), st.integers(1, 400), st.sampled_from([1000, 100, 10, 1]))
def test_roundings_are_those_of_the_decimal_library(total: int, count: int, step: int) -> None:
    exact = Decimal(total) / (count * step)  # 28 digits: enough to see each side of a tie
    wanted = [int(exact.quantize(Decimal(1), way)) * step for way in WAYS]
    assert [value for _, value in roundings(total, count, step)] == wanted


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=4),
    st.integers(1, 3),
    st.sampled_from([None, 90]),
)
def test_no_missing_days_within_our_extremes_leave_the_bounds(
    units: list[int], missing: int, per_cent: int | None
) -> None:
    days = [u * 1000 for u in units]
    found = gap(np.array([*days, *[MISSING] * missing], np.int32), per_cent, 1000)
    assert found is not None
    assert (found.missing, found.lowest, found.highest) == (missing, min(days), max(days))
    ends = [
        gap_free([*days, *rest], per_cent)
        for rest in product({min(days), max(days), *days}, repeat=missing)
    ]
    assert (found.low, found.high) == (min(ends), max(ends))


def gap_free(days: list[int], per_cent: int | None) -> int:
    """Statistic of whole days by the decimal library."""
    exact = Decimal(sum(days)) / len(days)
    if per_cent is not None:
        ordered = sorted(days)
        place = Decimal((len(days) - 1) * per_cent) / 100
        low = int(place)
        high = min(low + 1, len(days) - 1)
        exact = ordered[low] + (ordered[high] - ordered[low]) * (place - low)
    return int((exact / 1000).quantize(Decimal(1), ROUND_HALF_EVEN)) * 1000


def test_without_a_missing_day_there_are_no_bounds() -> None:
    assert gap(np.array([1000, 2000], np.int32), None, 1000) is None
    assert gap(np.array([MISSING], np.int32), None, 1000) is None


def test_ties_share_the_better_rank() -> None:
    assert ranks_of([]) == []
    assert ranks_of([5, 5, 3, 9]) == [2, 2, 1, 4]


@given(st.lists(st.integers(0, 30), max_size=12))
def test_our_own_order_fits_itself_wholly(keys: list[int]) -> None:
    found = fit(ranks_of(keys), keys)
    assert (found.equal, found.largest) == (len(keys), 0)
    assert found.same_order == found.pairs


def test_an_order_upside_down_fits_nothing() -> None:
    found = fit([1, 2, 3, 4], [40, 30, 20, 10])
    assert (found.equal, found.largest, found.same_order, found.pairs) == (0, 3, 0, 6)


@pytest.mark.parametrize("published", [[1, 2, 3], [4, 90, 168]])
def test_places_left_out_of_the_table_do_not_matter(published: list[int]) -> None:
    assert fit(published, [300, 310, 320]).equal == 3
