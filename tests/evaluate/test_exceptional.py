"""Exceptional days: the edges of the sand rule, gaps, fireworks, and what a claim leaves out."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.evaluate.exceptional import (
    Candidate,
    ClaimState,
    excluded_days,
    firework_candidates,
    leave_out,
    sand_candidates,
)
from lantian.rules.book import book
from lantian.terms.hour import BEIJING_H, day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS

SAND = book("exceptional").at(date(2019, 5, 1), "sand")
FIREWORKS = book("exceptional").at(date(2019, 2, 1), "fireworks")


def hours(*values: float | None) -> np.ndarray:
    return np.array([MISSING if v is None else round(v * 1000) for v in values], np.int32)


def found(pm10: np.ndarray, pm25: np.ndarray | None = None, first_h: int = 0) -> list[Candidate]:
    fine = np.full(pm10.size, MISSING, np.int32) if pm25 is None else pm25
    return sand_candidates("甲市", pm10, fine, first_h, SAND)


def spans(pm10: np.ndarray) -> list[tuple[int, int]]:
    return [(c.first_h, c.last_h) for c in found(pm10)]


def test_onset_needs_twice_the_mean_before_and_more_than_150() -> None:
    assert spans(hours(*[76] * 6, 152, 76)) == [(6, 6)]
    assert spans(hours(*[76] * 6, 151.999, 76)) == []
    assert spans(hours(*[75] * 6, 150, 75)) == []
    assert spans(hours(*[75] * 6, 150.001, 75)) == [(6, 6)]


def test_a_mean_with_thirds_is_compared_exactly() -> None:
    # 76, 76, 77 three times over: mean 76.333…; twice that is 152.666….
    before = [76, 76, 77, 76, 76, 77]
    assert spans(hours(*before, 152.666, 76)) == []
    assert spans(hours(*before, 152.667, 76)) == [(6, 6)]


def test_the_run_ends_before_the_first_hour_within_a_tenth_of_the_mean() -> None:
    assert spans(hours(*[100] * 6, 400, 111, 110, 120)) == [(6, 7)]
    assert spans(hours(*[100] * 6, 400, 90, 120)) == [(6, 6)]


def test_a_run_that_the_data_do_not_end_stops_at_the_last_measured_hour() -> None:
    assert spans(hours(*[100] * 6, 400, 300)) == [(6, 7)]
    assert spans(hours(*[100] * 6, 400, 300, None, None)) == [(6, 7)]


def test_a_short_gap_is_bridged_and_a_long_one_ends_the_run() -> None:
    short, long = [None] * 5, [None] * 6
    assert spans(hours(*[100] * 6, 400, *short, 300, 100)) == [(6, 12)]
    assert spans(hours(*[100] * 6, 400, *long, 300, 100)) == [(6, 6)]


def test_a_mean_before_the_onset_needs_half_of_its_hours() -> None:
    assert spans(hours(None, None, None, 60, 60, 60, 400, 60)) == [(6, 6)]
    assert spans(hours(None, None, None, None, 60, 60, 400, 60)) == []


def test_a_missing_hour_is_no_onset() -> None:
    assert spans(hours(*[60] * 6, None, 60)) == []


def test_what_a_candidate_says() -> None:
    (one,) = found(hours(*[60] * 6, 400, 900, 60), first_h=1000)
    assert (one.scope, one.kind, one.first_h, one.last_h) == ("甲市", "sand", 1006, 1007)
    assert (one.before, one.highest) == (60_000, 900_000)
    assert "120号" in one.source


@pytest.mark.parametrize(
    ("fine", "named"), [(50, ("PM10", "PM2.5")), (50.1, ("PM10",)), (200, ("PM10",))]
)
def test_fine_particles_are_named_where_their_share_halves(fine: float, named: object) -> None:
    # Before: 20 of 80 is a quarter; 50 of 400 is an eighth.
    pm10, pm25 = hours(*[80] * 6, 400, 80), hours(*[20] * 6, fine, 20)
    assert [c.pollutants for c in found(pm10, pm25)] == [named]


def test_the_share_counts_only_hours_that_have_both() -> None:
    pm10 = hours(*[80] * 6, 400, 4000, 80)
    pm25 = hours(*[20] * 6, 60, None, 20)
    # 60 of 400 is more than an eighth; with the hour of 4000 it would look like less.
    assert [c.pollutants for c in found(pm10, pm25)] == [("PM10",)]


SERIES = st.lists(st.one_of(st.none(), st.integers(1, 900)), max_size=80)


@given(SERIES)
def test_runs_follow_each_other_and_each_begins_with_an_onset(series: list[int | None]) -> None:
    last = -1
    for one in found(hours(*series)):
        assert last < one.first_h <= one.last_h
        last = one.last_h
        before = [v for v in series[one.first_h - 6 : one.first_h] if v is not None]
        onset, end = series[one.first_h], series[one.last_h]
        assert onset is not None
        assert end is not None
        assert len(before) >= 3
        assert onset * len(before) >= 2 * sum(before)
        assert onset > 150
        inside = [v for v in series[one.first_h : one.last_h + 1] if v is not None]
        assert all(10 * v * len(before) > 11 * sum(before) for v in inside)
        assert one.highest == max(inside) * 1000


def test_nights_of_fireworks_are_labelled_where_the_hours_cover_them() -> None:
    start = first_hour(day_number(date(2019, 2, 4)))
    pm10 = np.full(72, 60_000, np.int32)
    pm10[25] = 700_000
    eve, first = firework_candidates("甲市", pm10, start, BEIJING_H, FIREWORKS)
    assert eve.pollutants == ("PM10", "PM2.5", "SO2")
    assert (eve.before, eve.highest, first.highest) == (60_000, 700_000, 60_000)
    # From 18:00 for fourteen hours: the hours that end at 19:00 … 08:00.
    assert (eve.first_h - start, eve.last_h - eve.first_h) == (18, 13)
    assert eve.days(BEIJING_H) == (day_number(date(2019, 2, 4)), day_number(date(2019, 2, 5)))


def test_a_night_without_hours_is_not_labelled() -> None:
    start = first_hour(day_number(date(2019, 2, 4)))
    empty = np.full(48, MISSING, np.int32)
    assert firework_candidates("甲市", empty, start, BEIJING_H, FIREWORKS) == []
    assert firework_candidates("甲市", np.ones(20, np.int32), start, BEIJING_H, FIREWORKS) == []


@pytest.mark.parametrize("state", list(ClaimState))
def test_only_an_approved_claim_leaves_a_day_out(state: ClaimState) -> None:
    day = date(2019, 5, 2)
    out = excluded_days([("甲市", day, "PM10", state)], {"甲市"}, day, day)
    assert out == ({"PM10": {0}} if state is ClaimState.APPROVED else {})


def test_leaving_out_touches_the_pollutant_day_of_the_scope_alone() -> None:
    first = date(2019, 5, 1)
    values = np.arange(7 * 2 * 3, dtype=np.int32).reshape(7, 2, 3)
    claims = [
        ("甲市", first + timedelta(1), "O3", "approved"),
        ("all", first, "CO", "approved"),
        ("乙市", first + timedelta(2), "PM10", "submitted"),
        ("甲市", first + timedelta(9), "PM10", "approved"),
    ]
    kept = leave_out(values, ["甲市", "乙市"], first, claims)
    gone = {(DAY_ITEMS[i].key, p, d) for i, p, d in zip(*(kept == MISSING).nonzero(), strict=True)}
    assert gone == {("o3_mda8", 0, 1), ("o3_max1h", 0, 1), ("co", 0, 0), ("co", 1, 0)}
    assert (kept[kept != MISSING] == values[kept != MISSING]).all()
