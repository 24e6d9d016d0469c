"""Periods: a month, quarter, year or any run of days, read from their usual spelling."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from lantian.errors import BadRequest


class PeriodKind(StrEnum):
    """Kinds of period that rules tell apart."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ANY = "any"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A run of whole local days, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        if self.last < self.first:
            raise BadRequest(
                f"the period ends {self.last}, before it starts {self.first}",
                where="period",
                fix="give the earlier day first, as 2019-06-01..2019-08-31",
            )

    @property
    def days(self) -> int:
        """Number of calendar days.

        Examples
        --------
        >>> parse_period("2019-Q1").days
        90
        """
        return (self.last - self.first).days + 1

    @property
    def kind(self) -> PeriodKind:
        """What the rules call this period.

        Examples
        --------
        >>> parse_period("2019-06-01..2019-06-30").kind.value
        'month'
        """
        months = self._whole_months()
        if months == 1:
            return PeriodKind.MONTH
        if months == 3 and self.first.month % 3 == 1:
            return PeriodKind.QUARTER
        if months == 12 and self.first.month == 1:
            return PeriodKind.YEAR
        return PeriodKind.DAY if self.first == self.last else PeriodKind.ANY

    @property
    def label(self) -> str:
        """Shortest spelling that `parse_period` reads back.

        Examples
        --------
        >>> parse_period("2019-04-01..2019-06-30").label
        '2019-Q2'
        """
        match self.kind:
            case PeriodKind.YEAR:
                return f"{self.first:%Y}"
            case PeriodKind.QUARTER:
                return f"{self.first:%Y}-Q{(self.first.month + 2) // 3}"
            case PeriodKind.MONTH:
                return f"{self.first:%Y-%m}"
            case PeriodKind.DAY:
                return f"{self.first}"
            case _:
                return f"{self.first}..{self.last}"

    def year_earlier(self) -> "Period":
        """Return the same period of the year before; February keeps its own end.

        Examples
        --------
        >>> parse_period("2020-02").year_earlier().label
        '2019-02'
        """
        whole = self._whole_months() > 0
        last = _last_of_month(self.last.year - 1, self.last.month) if whole else None
        return Period(_shift_year(self.first), last or _shift_year(self.last))

    def month_earlier(self) -> "Period":
        """Return the calendar month before the one in which this period begins.

        Examples
        --------
        >>> parse_period("2020-03").month_earlier().label
        '2020-02'
        """
        last = self.first.replace(day=1) - timedelta(days=1)
        return Period(last.replace(day=1), last)

    def _whole_months(self) -> int:
        """Count of whole calendar months, 0 where an end lies inside a month."""
        if self.first.day != 1 or (self.last + timedelta(days=1)).day != 1:
            return 0
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def whole_months(self) -> "Period":
        """Return this period with every calendar month that it touches made whole.

        Examples
        --------
        >>> parse_period("2019-06-05..2019-07-10").whole_months().label
        '2019-06-01..2019-07-31'
        """
        return Period(self.first.replace(day=1), _last_of_month(self.last.year, self.last.month))

    def within(self, other: "Period") -> slice:
        """Where the days of this period lie among those of one that holds it.

        Examples
        --------
        >>> parse_period("2019-06-05").within(parse_period("2019-06"))
        slice(4, 5, None)
        """
        start = (self.first - other.first).days
        return slice(start, start + self.days)

    def months(self) -> list["Period"]:
        """Calendar months touched, each cut to this period.

        Examples
        --------
        >>> [m.label for m in parse_period("2019-01-15..2019-02-28").months()]
        ['2019-01-15..2019-01-31', '2019-02']
        """
        found: list[Period] = []
        start = self.first
        while start <= self.last:
            end = min(_last_of_month(start.year, start.month), self.last)
            found.append(Period(start, end))
            start = end + timedelta(days=1)
        return found


def _last_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _shift_year(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


_YEAR: Final = re.compile(r"(\d{4})")
_QUARTER: Final = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)
_MONTH: Final = re.compile(r"(\d{4})-(\d{1,2})")


def parse_day(text: str) -> date:
    """Read a day as 2019-06-01.

    Raises
    ------
    BadRequest
        If the text is no such day.

    Examples
    --------
    >>> parse_day("2019-06-01")
    datetime.date(2019, 6, 1)
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadRequest(
            f"{text!r} is not a day ({error})", where="date", fix="write it as 2019-06-01"
        ) from error


def parse_period(text: str) -> Period:
    """Read a period: 2019, 2019-Q3, 2019-06, 2019-06-01 or 2019-06-01..2019-08-31.

    Raises
    ------
    BadRequest
        If the text is none of these.

    Examples
    --------
    >>> parse_period("2019-02").last
    datetime.date(2019, 2, 28)
    """
    text = text.strip()
    if ".." in text:
        first, _, last = text.partition("..")
        return Period(parse_period(first).first, parse_period(last).last)
    if match := _YEAR.fullmatch(text):
        year = int(match[1])
        return Period(date(year, 1, 1), date(year, 12, 31))
    if match := _QUARTER.fullmatch(text):
        year, quarter = int(match[1]), int(match[2])
        return Period(date(year, quarter * 3 - 2, 1), _last_of_month(year, quarter * 3))
    if (match := _MONTH.fullmatch(text)) and 1 <= int(match[2]) <= 12:
        year, month = int(match[1]), int(match[2])
        return Period(date(year, month, 1), _last_of_month(year, month))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequest(
            f"{text!r} is not a period",
            where="period",
            fix="write 2019, 2019-Q3, 2019-06, 2019-06-01 or 2019-06-01..2019-08-31",
        ) from None
    return Period(day, day)
