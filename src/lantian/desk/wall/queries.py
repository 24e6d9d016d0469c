"""What the screens of the wall say, page by page, all of it from the queries of the pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.lines import read_lines
from lantian.desk.air.queries.pictures import all_levels, level_of
from lantian.desk.air.queries.ranking import Asked, RankingPage, Row, course, ranking_page
from lantian.desk.air.queries.target import TargetLine, targets_page
from lantian.desk.air.queries.today import Standing, StationNow, Today, standings, today
from lantian.desk.duties.queries import on_duty, shifts_between
from lantian.desk.duties.words import POSITIONS
from lantian.desk.language import language
from lantian.report.figure import Figure
from lantian.report.progress import Status
from lantian.terms.period import Period

#: Rows that can be read from the back of the room, and pages that a screen turns at most.
ROWS: Final = 13
TARGETS: Final = 5
PAGES: Final = 4
#: Hours of the course beside the map.
_HOURS: Final = 24
_DAY: Final = timedelta(days=1)
#: Targets in the order in which they need somebody.
_URGENT: Final = (Status.UNREACHABLE, Status.MISSED, Status.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Sheet[T]:
    """One page of rows: `left_out` is how many rows no page shows."""

    rows: tuple[T, ...]
    page: int
    pages: int
    total: int
    left_out: int


def sheet_of[T](rows: Sequence[T], page: int, most: int = ROWS) -> Sheet[T]:
    """Cut a page out of rows; a page that is not there is the first.

    Examples
    --------
    >>> sheet_of(range(9), 2, 4).rows, sheet_of(range(9), 2, 4).pages
    ((4, 5, 6, 7), 3)
    >>> sheet_of(range(99), 1, 4).left_out
    83
    """
    pages = max(1, min(PAGES, -(-len(rows) // most)))
    page = page if 1 <= page <= pages else 1
    shown = tuple(rows[(page - 1) * most : page * most])
    return Sheet(shown, page, pages, len(rows), max(0, len(rows) - pages * most))


@dataclass(frozen=True, slots=True)
class Now:
    """The place now, its last hours as the data of a chart, the levels for the legend."""

    today: Today
    level: dict[str, Any] | None
    levels: list[dict[str, Any]]
    course: dict[str, Any]


def place_now(ground: Ground, now: datetime) -> Now:
    """Return what stands beside the map.

    Raises
    ------
    NoData
        If no station of the place has data.
    """
    seen = today(ground, now)
    levels = seen.rules.levels.clause
    return Now(seen, level_of(levels, seen.hour.level), all_levels(levels), _course(ground, seen))


def _course(ground: Ground, seen: Today) -> dict[str, Any]:
    """Index of the place over the last hours, cut out of the series of its page."""
    last = (seen.at - timedelta(hours=1)).date()
    lines = read_lines(ground, ground.root, Period(last - _DAY, last), item="aqi", step="hour")
    end = int((seen.at - lines.first) / timedelta(hours=1)) + 1
    start = max(0, end - _HOURS)
    cut = tuple((name, values[start:end]) for name, values in lines.lines)
    first = lines.first + timedelta(hours=start)
    return replace(lines, first=first, lines=cut, withdrawn=()).picture()


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a ranking with its standing of a day earlier."""

    name: str
    row: Row
    standing: Standing
    own: bool

    @property
    def fall(self) -> int | None:
        """Ranks lost since the day before; below 0 where ranks were won."""
        return None if self.standing.rise is None else -self.standing.rise


@dataclass(frozen=True, slots=True)
class Ranks:
    """A ranking of the month: its page, the own place where it is ranked in it, its months.

    `course` is the data of a chart of the months' ranks; None where there is but one month.
    """

    level: str
    found: RankingPage
    sheet: Sheet[Place]
    own: Place | None
    course: dict[str, Any] | None


def ranks(ground: Ground, now: datetime, page: int) -> Ranks:
    """Return a page of the month's ranking: of the place among its like, then within it.

    Raises
    ------
    NoData
        If no station of the place has data.
    """
    seen = today(ground, now)
    places = ground.group.places
    levels = dict.fromkeys([seen.level, *(n for n in places if len(places[n]) > 1)])
    pages = [(level, n) for level in levels for n in range(1, _pages_of(ground, level) + 1)]
    page = page if 1 <= page <= len(pages) else 1
    level, number = pages[page - 1]
    asked = Asked(level=level, period=seen.month)
    found = ranking_page(ground, asked)
    then = {one.place: one for one in standings(ground, level, seen.month)}
    names = ground.names
    rows = [
        Place(
            names.get(row.row.place, row.row.place),
            row,
            then[row.row.place],
            row.row.place == ground.root,
        )
        for row in found.rows
    ]
    cut = sheet_of(rows, number)
    own = next((row for row in rows if row.own), None)
    steps = course(ground, asked) if own else None
    drawn = steps.picture(ground.root) if steps and len(steps.months) > 1 else None
    return Ranks(level, found, replace(cut, page=page, pages=len(pages)), own, drawn)


def _pages_of(ground: Ground, level: str) -> int:
    return sheet_of(ground.group.places[level], 1).pages


def goals(ground: Ground, page: int) -> tuple[Sheet[TargetLine], date]:
    """Return a page of the targets, the own and the urgent first, and the day they stand on."""
    found = targets_page(ground)
    order = {status: n for n, status in enumerate(_URGENT)}
    lines = sorted(
        found.lines,
        key=lambda line: (
            line.progress.place != ground.root,
            order.get(line.progress.status, len(order)),
        ),
    )
    return sheet_of(lines, page, TARGETS), found.report.day


@dataclass(frozen=True, slots=True)
class StationLine:
    """A station with its level."""

    station: StationNow
    level: dict[str, Any] | None
    primary: str

    @property
    def values(self) -> tuple[Figure, ...]:
        """Six concentrations."""
        return self.station.hour.values


def stations(ground: Ground, now: datetime, page: int) -> Sheet[StationLine]:
    """Return a page of the stations: the late ones first, then the highest index.

    Raises
    ------
    NoData
        If none has data.
    """
    seen = today(ground, now)
    levels = seen.rules.levels.clause
    order = sorted(
        seen.stations,
        key=lambda s: (-s.behind, -int(s.hour.aqi.value or 0), s.code),
    )
    lines = [
        StationLine(s, level_of(levels, s.hour.level), "/".join(s.hour.primary)) for s in order
    ]
    return sheet_of(lines, page)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody on duty: position, person, organisation, place, from when to when."""

    place: str
    position: str
    person: str
    organisation: str
    begins: datetime
    ends: datetime
    running: bool


def roster(now: datetime, page: int) -> Sheet[OnDuty]:
    """Return a page of who is on duty now, then who follows within a day.

    Parameters
    ----------
    now : datetime
        Local time of the desk.
    page : int
    """
    words = {value: (zh, en) for value, zh, en in POSITIONS}
    lang = language()

    def line(shift: Any, *, running: bool) -> OnDuty:
        begins = datetime(shift.day.year, shift.day.month, shift.day.day, tzinfo=now.tzinfo)
        begins = begins.replace(hour=shift.from_hour)
        office = shift.person.organisation
        return OnDuty(
            lang.of(shift.place.name_zh, shift.place.name_en or shift.place.name_zh),
            lang.of(*words[shift.position]),
            lang.of(shift.person.name_zh, shift.person.name_en or shift.person.name_zh),
            lang.of(office.short_zh or office.name_zh, office.name_en or office.name_zh),
            begins,
            begins + _DAY,
            running,
        )

    running = [line(shift, running=True) for shift in on_duty(now)]
    later = [line(s, running=False) for s in shifts_between(now.date(), now.date() + _DAY)]
    return sheet_of([*running, *(one for one in later if now < one.begins <= now + _DAY)], page)
