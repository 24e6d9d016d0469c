"""Periods as pages ask for them: read, bounded, and the ones beside them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest

from lantian.desk.language import both, language
from lantian.errors import BadRequest
from lantian.report.language import period_label
from lantian.terms.period import Period, PeriodKind, parse_period

#: Longest period of a page, in days; days outside of the calendar of records are refused.
_LONGEST_D: Final = 4018
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


@dataclass(frozen=True, slots=True)
class Choice:
    """A period that a page offers."""

    title: object
    period: str
    current: bool


def read_span(text: str) -> Period:
    """Read a period that pages can show.

    Raises
    ------
    BadRequest
        If it is none, or longer than eleven years, or outside of 1970 to 2199.

    Examples
    --------
    >>> read_span("2015-12").days
    31
    """
    try:
        period = parse_period(text[:40])
    except (ValueError, OverflowError) as error:
        raise BadRequest(
            f"{text[:40]!r} 不是时段 / is not a period", where="period", fix="2019-06, 2019-Q3"
        ) from error
    years = (period.first.year, period.last.year)
    if min(years) < _FIRST_YEAR or max(years) > _LAST_YEAR or period.days > _LONGEST_D:
        raise BadRequest(
            f"时段过长或超出范围 / the period is too long or out of range: {period.label}",
            where="period",
            fix=f"{_FIRST_YEAR} … {_LAST_YEAR}, ≤ {_LONGEST_D // 365} 年 / years",
        )
    return period


def span_asked(request: HttpRequest, usual: Period) -> Period:
    """Return the period of a request: `period`, or `from` and `to`; the usual one without.

    Raises
    ------
    BadRequest
        If it cannot be read.
    """
    asked = request.GET
    if asked.get("period"):
        return read_span(asked["period"])
    if asked.get("from") or asked.get("to"):
        first = asked.get("from") or asked.get("to", "")
        return read_span(f"{first}..{asked.get('to') or first}")
    return usual


def month_to_date(last: date) -> Period:
    """Return the month of the last whole day as far as it has gone; whole on its last day.

    A running month has too few days for a rank until it is nearly over; its days to date
    are ranked by the share of them that is valid.

    Examples
    --------
    >>> month_to_date(date(2026, 11, 21)).label, month_to_date(date(2026, 11, 30)).label
    ('2026-11-01..2026-11-21', '2026-11')
    """
    return Period(last.replace(day=1), last)


def year_to_date(last: date) -> Period:
    """Return the year of the last whole day as far as it has gone.

    Examples
    --------
    >>> year_to_date(date(2026, 11, 21)).label, year_to_date(date(2026, 12, 31)).label
    ('2026-01-01..2026-11-21', '2026')
    """
    return Period(date(last.year, 1, 1), last)


def running(period: Period, last: date) -> PeriodKind | None:
    """Whether a period is the month or year to date that is not over; None where it is neither.

    Examples
    --------
    >>> last = date(2026, 11, 21)
    >>> [running(one(last), last).value for one in (month_to_date, year_to_date)]
    ['month', 'year']
    >>> running(parse_period("2026-10"), last)
    """
    if period.kind in (PeriodKind.MONTH, PeriodKind.YEAR, PeriodKind.DAY):
        return None
    if period == month_to_date(last):
        return PeriodKind.MONTH
    return PeriodKind.YEAR if period == year_to_date(last) else None


def span_title(period: Period, last: date) -> str:
    """Words of a period in a heading; the month and the year to date say how far they go."""
    match running(period, last):
        case PeriodKind.MONTH:
            return language().of(f"本月至 {last:%m-%d}", f"month to {last:%m-%d}")
        case PeriodKind.YEAR:
            return language().of(f"本年至 {last:%m-%d}", f"year to {last:%m-%d}")
    return period_label(period, language())


def choices(period: Period, last: date) -> list[Choice]:
    """Periods that end with the last whole day: day, week, month and year to date."""
    month, year, to = month_to_date(last), year_to_date(last), f"{last:%m-%d}"
    offered = [
        (both("一日", "Day"), Period(last, last)),
        (both("7日", "7 days"), Period(last - timedelta(days=6), last)),
        (both(f"本月至 {to}", f"Month to {to}"), month),
        (both(f"本年至 {to}", f"Year to {to}"), year),
    ]
    return [Choice(title, one.label, one == period) for title, one in offered]


def beside(period: Period, last: date) -> tuple[str, str]:
    """Labels of the periods just before and after, of the same kind.

    Beside a month or year to date lie whole ones; the one after a whole month or year is to
    date where it is the running one.

    Examples
    --------
    >>> last = date(2016, 3, 20)
    >>> beside(parse_period("2015-12"), last), beside(parse_period("2015-Q1"), last)
    (('2015-11', '2016-01'), ('2014-Q4', '2015-Q2'))
    >>> beside(parse_period("2016-02"), last)
    ('2016-01', '2016-03-01..2016-03-20')
    >>> beside(month_to_date(last), last), beside(year_to_date(last), last)
    (('2016-02', '2016-04'), ('2015', '2017'))
    """
    before, after = _beside(_whole(period, last))
    for now in (month_to_date(last), year_to_date(last)):
        if read_span(after) == _whole(now, last):
            after = now.label
    return before, after


def _whole(period: Period, last: date) -> Period:
    """Whole month or year of one to date; any other period as it is."""
    match running(period, last):
        case PeriodKind.MONTH:
            return period.whole_months()
        case PeriodKind.YEAR:
            return Period(period.first, date(last.year, 12, 31))
    return period


def _beside(period: Period) -> tuple[str, str]:
    before, after = period.first - timedelta(days=1), period.last + timedelta(days=1)
    match period.kind:
        case PeriodKind.YEAR:
            return f"{before:%Y}", f"{after:%Y}"
        case PeriodKind.QUARTER:
            return _quarter(before), _quarter(after)
        case PeriodKind.MONTH:
            return f"{before:%Y-%m}", f"{after:%Y-%m}"
    long = timedelta(days=period.days - 1)
    return Period(before - long, before).label, Period(after, after + long).label


def _quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
