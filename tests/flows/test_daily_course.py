"""The mean course of the day by season: a plain mean of the hours that are there."""

from datetime import date
from statistics import fmean

import pytest

from lantian.flows.daily_course import Season, daily_course, season_of
from lantian.lake.store import Lake
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period


def test_the_year_has_four_seasons_of_three_months() -> None:
    seasons = [season_of(month) for month in range(1, 13)]
    assert seasons == [
        *[Season.WINTER] * 2,
        *[Season.SPRING] * 3,
        *[Season.SUMMER] * 3,
        *[Season.AUTUMN] * 3,
        Season.WINTER,
    ]


def test_a_course_is_the_mean_of_the_hours_by_hour_of_the_day(beijing: Lake) -> None:
    stations = ["Dongsi", "Wanliu"]
    found = daily_course(beijing, stations, parse_period("2015-06..2015-08"))
    assert set(found) == {Season.SUMMER}
    start = first_hour(day_number(date(2015, 6, 1)))
    block = beijing.block(stations, start, start + 92 * 24)[5]
    for hour in range(24):
        values = [v for v in block[:, hour::24].ravel().tolist() if v != MISSING]
        assert found[Season.SUMMER][5, hour] == pytest.approx(fmean(values), abs=0.51)


def test_seasons_that_are_not_touched_are_left_out_and_lacking_hours_are_missing(
    beijing: Lake,
) -> None:
    found = daily_course(beijing, ["9999Z"], parse_period("2016-01-30..2016-03-02"))
    assert set(found) == {Season.WINTER, Season.SPRING}
    assert (found[Season.SPRING] == MISSING).all()
