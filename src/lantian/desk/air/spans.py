"""Periods as pages ask for them: read, bounded, and the ones beside them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest

from lantian.desk.language import both
from lantian.errors import BadRequest
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


def choices(period: Period, last: date) -> list[Choice]:
    """Periods that end with the last day of the data: day, week, month, year."""
    month = last.replace(day=1)
    offered = [
        (both("一日", "Day"), Period(last, last)),
        (both("7日", "7 days"), Period(last - timedelta(days=6), last)),
        (both("本月", "Month"), Period(month, _month_end(month))),
        (both("本年", "Year"), Period(date(last.year, 1, 1), date(last.year, 12, 31))),
    ]
    return [Choice(title, one.label, one == period) for title, one in offered]


def beside(period: Period) -> tuple[str, str]:
    """Labels of the periods just before and after, of the same kind.

    Examples
    --------
    >>> beside(parse_period("2015-12")), beside(parse_period("2015-Q1"))
    (('2015-11', '2016-01'), ('2014-Q4', '2015-Q2'))
    """
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


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
