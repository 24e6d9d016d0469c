"""Laws of periods: every spelling comes back, months tile, a year earlier is the same kind."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadRequest
from lantian.terms.period import Period, PeriodKind, parse_day, parse_period

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
PERIODS = st.builds(
    lambda first, days: Period(first, first + timedelta(days=days)), DAYS, st.integers(0, 800)
)
YEARS = st.integers(2000, 2099)


@given(PERIODS)
def test_the_label_reads_back(period: Period) -> None:
    assert parse_period(period.label) == period


@given(PERIODS)
def test_months_tile_the_period(period: Period) -> None:
    months = period.months()
    assert months[0].first == period.first
    assert months[-1].last == period.last
    assert sum(m.days for m in months) == period.days
    assert all(b.first == a.last + timedelta(days=1) for a, b in pairwise(months))
    assert all((m.first.year, m.first.month) == (m.last.year, m.last.month) for m in months)


@given(YEARS, st.integers(1, 12))
def test_a_month_is_its_days(year: int, month: int) -> None:
    period = parse_period(f"{year}-{month:02d}")
    assert period.days == monthrange(year, month)[1]
    assert period.kind is PeriodKind.MONTH
    earlier = period.year_earlier()
    assert earlier == parse_period(f"{year - 1}-{month:02d}")


@given(YEARS, st.integers(1, 4))
def test_four_quarters_make_the_year(year: int, quarter: int) -> None:
    whole = parse_period(str(year))
    quarters = [parse_period(f"{year}-Q{n}") for n in range(1, 5)]
    assert whole.kind is PeriodKind.YEAR
    assert sum(q.days for q in quarters) == whole.days
    assert quarters[quarter - 1].kind is PeriodKind.QUARTER
    assert [m.label for q in quarters for m in q.months()] == [m.label for m in whole.months()]
    assert whole.year_earlier() == parse_period(str(year - 1))
    assert quarters[quarter - 1].year_earlier() == parse_period(f"{year - 1}-Q{quarter}")


@given(DAYS)
def test_a_day_is_a_period_of_one_day(day: date) -> None:
    period = parse_period(day.isoformat())
    assert period == Period(day, day)
    assert (period.days, period.kind) == (1, PeriodKind.DAY)
    assert parse_day(f" {day} ") == day


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("2020-02-29", "2019-02-28"),
        ("2021-02", "2020-02"),
        ("2020-01-15..2020-02-29", "2019-01-15..2019-02-28"),
        ("2020-01-01..2020-02-29", "2019-01-01..2019-02-28"),
        ("2020-11-15..2021-03-15", "2019-11-15..2020-03-15"),
        ("2021-02-01..2021-02-28", "2020-02"),
    ],
)
def test_a_year_earlier_keeps_the_end_of_february(text: str, earlier: str) -> None:
    assert parse_period(text).year_earlier().label == earlier


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2019-02-01..2019-04-30", PeriodKind.ANY),
        ("2019-01-01..2019-06-30", PeriodKind.ANY),
        ("2018-07-01..2019-06-30", PeriodKind.ANY),
        ("2019-q2", PeriodKind.QUARTER),
        ("2019Q3", PeriodKind.QUARTER),
        ("2019-6", PeriodKind.MONTH),
        ("2019..2020", PeriodKind.ANY),
        ("2019-06..2019-06-30", PeriodKind.MONTH),
    ],
)
def test_the_kind_is_that_of_the_days_not_of_the_spelling(text: str, kind: PeriodKind) -> None:
    assert parse_period(text).kind is kind


@pytest.mark.parametrize(
    "text",
    ["", "2019-13", "2019-00", "2019-Q5", "19", "2019/06", "2019-02-30", "..", "2019..", "soon"],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="is not a period"):
        parse_period(text)


def test_a_period_that_ends_first_is_refused() -> None:
    with pytest.raises(BadRequest, match="before it starts"):
        parse_period("2019-06-02..2019-06-01")


@pytest.mark.parametrize("text", ["2019-06", "2019-02-30", "today", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="is not a day"):
        parse_day(text)
