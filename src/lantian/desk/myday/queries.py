"""What one reader's day holds: what to answer, what is late, what changed, who is on duty."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.urls import reverse

from lantian.desk.air.queries.areas import areas
from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.pictures import level_of
from lantian.desk.air.queries.target import targets_page
from lantian.desk.air.queries.today import Today, late_words, today
from lantian.desk.air.services import claim_key
from lantian.desk.devices.queries import silent_monitors
from lantian.desk.duties.queries import duties_of, on_duty, shifts_between
from lantian.desk.duties.words import POSITIONS
from lantian.desk.intents.queries import pending_for
from lantian.desk.jobs.queries import failed_since
from lantian.desk.language import both, language
from lantian.desk.log.actor import Actor
from lantian.desk.notices.queries import waiting_for
from lantian.desk.register.document_list import due_words
from lantian.desk.register.queries import changed_since, documents_due, waiting_imports
from lantian.desk.rights.reach import EVERYWHERE, Reach
from lantian.errors import NoData
from lantian.evaluate.exceptional import EVERYWHERE as EVERY_PLACE
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.level_days import STATION
from lantian.report.progress import Status

#: What a grid member sees at most, on a phone in the rain; what anybody sees of one kind.
_FEW: Final = 7
_MANY: Final = 50
_RECENT: Final = timedelta(hours=24)
#: How long a failed job asks for somebody, and a missed target counts as news.
_FAILED: Final = timedelta(days=7)
_MISSED: Final = timedelta(days=31)
_SILENT_H: Final = 24


@dataclass(frozen=True, slots=True)
class Item:
    """One thing: what it is, more about it, where it is done; `tone` is bad, warn or info."""

    title: Any
    sub: Any
    url: str
    tone: str = "info"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Things of one kind, and how many more there are that are not shown."""

    items: tuple[Item, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Air:
    """The air of the place, and the level of its last hour and day."""

    today: Today
    level: dict[str, Any] | None
    yesterday: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Day:
    """A reader's day.

    Attributes
    ----------
    answer, late, duty, changed, duties : Listed or None
        What waits for the reader, what is late, who is on duty now, what changed in a day,
        what the reader's posts answer for; None for what the reader may not see.
    air : Air or None
        None where there are no data, or the reader may not see them.
    """

    answer: Listed | None
    late: Listed | None
    duty: Listed | None
    changed: Listed | None
    duties: Listed | None
    air: Air | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who reads, what they reach, when, and the ground that they stand on."""

    actor: Actor
    reach: Reach
    now: datetime
    stands: Ground | None
    air: Today | None


def my_day(actor: Actor, reach: Reach, now: datetime) -> Day:
    """Gather a reader's day.

    Parameters
    ----------
    actor : Actor
        The reader.
    reach : Reach
    now : datetime
        Local time.
    """
    stands, air = _air(reach, now)
    asked = _Asked(actor, reach, now, stands, air)
    few = reach.roles == {"grid_member"}
    room = _FEW if few else _MANY
    found: list[Listed | None] = []
    for gather, needs in _LISTS:
        if needs and not any(reach.may(permission) for permission in needs):
            found.append(None)
            continue
        items = gather(asked)
        shown = tuple(islice(items, room))
        found.append(Listed(shown, sum(1 for _ in items)))
        room -= len(shown) if few else 0
    answer, late, duty, changed, duties = found
    return Day(answer, late, duty, changed, duties, _seen(air))


def _air(reach: Reach, now: datetime) -> tuple[Ground | None, Today | None]:
    if not reach.may("air.read"):
        return None, None
    try:
        stands = ground()
        return stands, today(stands, now)
    except NoData:
        return None, None


def _seen(air: Today | None) -> Air | None:
    if air is None:
        return None
    levels = air.rules.levels.clause
    before = level_of(levels, air.yesterday.level) if air.yesterday else None
    return Air(air, level_of(levels, air.hour.level), before)


def _answer(asked: _Asked) -> Iterator[Item]:
    yield from _notices(asked)
    yield from _claims(asked)
    yield from _imports(asked)
    yield from _jobs(asked)


def _notices(asked: _Asked) -> Iterator[Item]:
    for one in waiting_for(asked.actor.account, asked.now):
        sub = (
            both("回执已超时", "the receipt is overdue")
            if one.overdue
            else both("待回执", "acknowledge")
        )
        yield Item(one.title, sub, one.url, "bad" if one.overdue else "warn", one.due_at)


def _claims(asked: _Asked) -> Iterator[Item]:
    """Exceptional days that others declared, within the area that the reader decides on."""
    if asked.stands is None or not asked.reach.may("exceptional.approve"):
        return
    submitted = [
        claim
        for claim in asked.stands.roster.exclusions
        if claim.state is ClaimState.SUBMITTED and claim.declared_by != asked.actor.name
    ]
    if not submitted:
        return
    paths = {**areas(asked.stands, asked.now.date()), EVERY_PLACE: EVERYWHERE}
    written = {intent.key for intent in pending_for("exceptional.")}
    mine = [
        claim
        for claim in submitted
        if asked.reach.covers(
            "exceptional.approve", area=paths.get(claim.scope, EVERYWHERE), subject="air"
        )
        and claim_key(claim.scope, claim.day, claim.pollutant) not in written
    ]
    # Stations and every place have no level of their own: the page of stations lists both.
    found = Counter((claim.day, asked.stands.level_of(claim.scope) or STATION) for claim in mine)
    for (day, level), count in sorted(found.items()):
        yield Item(
            both(f"例外事件待审批：{day}", f"exceptional day to decide on: {day}"),
            both(f"{count} 项申报", f"{count} claims"),
            f"{reverse('air:exceptional')}?period={day:%Y-%m}&level={level}",
            "warn",
        )


def _imports(asked: _Asked) -> Iterator[Item]:
    for one in waiting_imports(asked.actor.account):
        if not (asked.reach.may(one.register.write) and asked.reach.may("register.import")):
            continue
        yield Item(
            both(f"导入待确认：{one.file}", f"import to decide on: {one.file}"),
            both(
                f"{one.register.zh}，{one.rows} 行，{one.wrong} 行有误",
                f"{one.register.en}, {one.rows} rows, {one.wrong} wrong",
            ),
            one.url,
            "warn",
        )


def _jobs(asked: _Asked) -> Iterator[Item]:
    """Jobs that failed: the reader's own, all of them for who runs the system."""
    runs = asked.reach.may("system.manage")
    for one in failed_since(asked.now - _FAILED, None if runs else asked.actor.account):
        sub = both("任务失败", "the job failed")
        yield Item(one.title, sub, reverse("jobs:detail", args=[one.id]), "bad", one.finished)


def _late(asked: _Asked) -> Iterator[Item]:
    yield from _unstaffed(asked)
    yield from _documents(asked)
    yield from _devices(asked)
    if asked.stands is None or asked.air is None:
        return
    mine = _within(asked)
    silent = [one for one in asked.air.late if mine(one.code)]
    for one, (zh, en) in zip(silent, late_words(silent), strict=True):
        tone = "bad" if one.behind >= _SILENT_H else "warn"
        url = reverse("air:station", args=[one.code])
        yield Item(both(zh, en), one.place, url, tone)
    yield from _targets(asked.stands, mine)


def _documents(asked: _Asked) -> Iterator[Item]:
    """Permits and the like that end soon, of what the reader answers for."""
    for due in documents_due(asked.reach, asked.now.date()):
        words = due_words(due.document.until, asked.now.date())
        if words:
            title = f"{due.title}：{due.document.title}"
            yield Item(title, words["text"], due.url, words["tone"])


def _devices(asked: _Asked) -> Iterator[Item]:
    """Devices that are silent, of what the reader reaches; many of them as one thing."""
    silent = silent_monitors(asked.reach, asked.now)
    if len(silent) > _FEW:
        url = f"{reverse('devices:states')}?state=silent"
        title = both(f"{len(silent)} 台设备无声", f"{len(silent)} silent devices")
        yield Item(title, "", url, "bad")
        return
    for one in silent:
        url = reverse("devices:device", args=[one.mn])
        title = both(f"设备无声：{one.mn}", f"silent device: {one.mn}")
        yield Item(title, one.station_name, url, "bad", one.last)


def _within(asked: _Asked) -> Callable[[str], bool]:
    """Whether a place or station lies in the areas that the reader was given."""
    given = asked.reach.areas("air.read")
    paths: Mapping[str, str] = {}
    if asked.stands is not None and EVERYWHERE not in given:
        paths = areas(asked.stands, asked.now.date())
    return lambda name: any(paths.get(name, EVERYWHERE).startswith(area) for area in given)


def _targets(stands: Ground, mine: Callable[[str], bool]) -> Iterator[Item]:
    """Targets that cannot be met any more, and those missed lately."""
    found = targets_page(stands)
    for line in found.lines:
        status, period = line.progress.status, line.progress.period
        lost = status is Status.UNREACHABLE
        missed = status is Status.MISSED and found.report.day - period.last <= _MISSED
        if (lost or missed) and mine(line.progress.place):
            title = f"{line.progress.place} {line.row.span} {line.row.indicator}"
            yield Item(title, line.status, reverse("air:targets"), "bad")


def _unstaffed(asked: _Asked) -> Iterator[Item]:
    """Today and tomorrow, where nobody is on the roster of those whom its writers answer for."""
    if not asked.reach.may("duties.write"):
        return
    given = asked.reach.areas("duties.write")
    day = asked.now.date()
    days = {day: both("今天无人值班", "Nobody is on duty today")}
    days[day + timedelta(days=1)] = both("明天无人值班", "Nobody is on duty tomorrow")
    held = {
        shift.day
        for shift in shifts_between(min(days), max(days))
        if shift.place.path.startswith(given)
    }
    for one in days.keys() - held:
        yield Item(days[one], f"{one}", reverse("duties:roster-new"), "bad")


def _on_duty(asked: _Asked) -> Iterator[Item]:
    """Who is on duty now over, or within, the areas that the reader was given."""
    given = asked.reach.areas("duties.read")
    words = {value: both(zh, en) for value, zh, en in POSITIONS}
    lang = language()
    for shift in on_duty(asked.now):
        path = shift.place.path
        if not any(path.startswith(area) or area.startswith(path) for area in given):
            continue
        person, office = shift.person, shift.person.organisation
        unit = lang.of(office.short_zh or office.name_zh, office.name_en or office.name_zh)
        yield Item(
            lang.of(person.name_zh, person.name_en or person.name_zh),
            f"{words[shift.position]} · {unit}",
            reverse("duties:roster-detail", args=[shift.pk]),
        )


def _changes(asked: _Asked) -> Iterator[Item]:
    for change in changed_since(asked.now - _RECENT, asked.reach):
        kind = change.register
        more = change.count - 1
        zh, en = (f" 等 {change.count} 项", f" and {more} more") if more else ("", "")
        yield Item(
            both(f"{kind.zh}：{change.title}{zh}", f"{kind.en}: {change.title}{en}"),
            change.by,
            change.url,
            at=change.at,
        )


def _duties(asked: _Asked) -> Iterator[Item]:
    for duty in duties_of(asked.actor.account) if asked.actor.account else ():
        url = reverse("duties:detail", args=[duty.pk])
        yield Item(both(duty.text_zh, duty.text_en or duty.text_zh), duty.code, url)


#: Lists of a day, the most urgent first, each with the permissions of which it needs one.
_LISTS: Final[tuple[tuple[Callable[[_Asked], Iterator[Item]], tuple[str, ...]], ...]] = (
    (_answer, ()),
    (_late, ("air.read", "devices.read", "duties.write", "sources.write", "stations.write")),
    (_on_duty, ("duties.read",)),
    (_changes, ("places.read", "stations.read", "sources.read", "people.read", "duties.read")),
    (_duties, ("duties.read",)),
)
