"""Laws of hours and days: an hour belongs to the day in which it lies."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.terms.hour import (
    BEIJING_H,
    day_number,
    day_of,
    first_hour,
    hour_number,
    local_day,
    local_end,
)

DAYS = st.dates(date(1970, 1, 2), date(2100, 12, 31))
OFFSETS = st.integers(-12, 14)
ENDS = st.builds(
    lambda day, h: datetime(day.year, day.month, day.day, h),
    DAYS,
    st.integers(0, 23),
)


@given(ENDS, OFFSETS)
def test_a_local_end_comes_back(end: datetime, offset: int) -> None:
    assert local_end(hour_number(end, offset), offset) == end


@given(ENDS, OFFSETS)
def test_the_next_hour_has_the_next_number(end: datetime, offset: int) -> None:
    assert hour_number(end + timedelta(hours=1), offset) == hour_number(end, offset) + 1


@given(DAYS)
def test_a_day_comes_back(day: date) -> None:
    assert day_of(day_number(day)) == day
    assert day_number(day + timedelta(days=1)) == day_number(day) + 1


@given(DAYS, OFFSETS)
def test_the_hours_01_to_24_make_the_day(day: date, offset: int) -> None:
    number = day_number(day)
    start = first_hour(number, offset)
    assert local_end(start, offset).hour == 1
    assert {local_day(h, offset) for h in range(start, start + 24)} == {number}
    assert local_day(start - 1, offset) == number - 1
    assert local_day(start + 24, offset) == number + 1


@given(ENDS, OFFSETS)
def test_an_hour_belongs_to_the_day_in_which_it_began(end: datetime, offset: int) -> None:
    began = end - timedelta(hours=1)
    assert local_day(hour_number(end, offset), offset) == day_number(began.date())


def test_midnight_closes_the_day_before_in_beijing() -> None:
    midnight = hour_number(datetime(2019, 6, 2, 0))
    assert local_day(midnight) == day_number(date(2019, 6, 1))
    assert hour_number(datetime(2019, 6, 2, 0), 0) - midnight == BEIJING_H


@pytest.mark.parametrize("part", [{"minute": 30}, {"second": 1}, {"microsecond": 1}])
def test_a_broken_hour_is_refused(part: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="not a full hour"):
        hour_number(datetime(2019, 6, 1, 8, **part))  # type: ignore[arg-type]
