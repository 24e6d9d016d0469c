"""What one reader's day holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse

from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.today import Today, today
from lantian.desk.duties.models import Duty, Shift
from lantian.desk.duties.queries import duties_of, on_duty
from lantian.desk.jobs.queries import FAILED, jobs_of
from lantian.desk.language import both
from lantian.desk.log.actor import Actor
from lantian.desk.notices.queries import waiting_for
from lantian.desk.register.queries import changed_since
from lantian.desk.rights.reach import Reach
from lantian.errors import NoData
from lantian.evaluate.exceptional import ClaimState

#: What a grid member sees at most, on a phone in the rain.
_FEW: Final = 7
_MANY: Final = 50
_RECENT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing: what it is, more about it, where it is done; `tone` is bad, warn or info."""

    title: Any
    sub: Any
    url: str
    tone: str = "info"


@dataclass(frozen=True, slots=True)
class Day:
    """A reader's day.

    Attributes
    ----------
    answer, late, changed : tuple of Item
    shifts : tuple of Shift
        Who is on duty now.
    duties : tuple of Duty
        Of the reader's own posts.
    air : Today or None
        The place's air, None where there are no data.
    """

    answer: tuple[Item, ...]
    late: tuple[Item, ...]
    changed: tuple[Item, ...]
    shifts: tuple[Shift, ...]
    duties: tuple[Duty, ...]
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
    most = _FEW if reach.roles == {"grid_member"} else _MANY
    stands = _ground(reach)
    air = today(stands, now) if stands else None
    answer = [*_notices(actor, now), *_claims(actor, reach, stands), *_jobs(actor)][:most]
    late = [*_late(air)][: max(most - len(answer), 0)]
    changed = [*_changes(reach, now)][: max(most - len(answer) - len(late), 0)]
    return Day(
        tuple(answer),
        tuple(late),
        tuple(changed),
        tuple(on_duty(now)) if reach.may("duties.read") else (),
        tuple(duties_of(actor.account)) if actor.account else (),
        air,
    )


def _ground(reach: Reach) -> Ground | None:
    if not reach.may("air.read"):
        return None
    try:
        return ground()
    except NoData:
        return None


def _notices(actor: Actor, now: datetime) -> Iterator[Item]:
    for one in waiting_for(actor.account, now):
        tone = "bad" if one.overdue else "warn"
        yield Item(one.title, both("待回执", "to be acknowledged"), one.url, tone)


def _claims(actor: Actor, reach: Reach, stands: Ground | None) -> Iterator[Item]:
    """Exceptional days that others declared and this reader may decide on."""
    if stands is None or not reach.may("exceptional.approve"):
        return
    submitted = [
        claim
        for claim in stands.roster.exclusions
        if claim.state is ClaimState.SUBMITTED and claim.declared_by != actor.name
    ]
    if submitted:
        count = len(submitted)
        yield Item(
            both(f"{count} 个例外事件待审批", f"{count} exceptional days to decide on"),
            both(f"最早 {submitted[0].day}", f"first of {submitted[0].day}"),
            reverse("air:exceptional"),
            "warn",
        )


def _jobs(actor: Actor) -> Iterator[Item]:
    for one in jobs_of(actor.account):
        if one.state == FAILED:
            yield Item(
                one.title,
                both("任务未完成", "the job failed"),
                reverse("jobs:detail", args=[one.id]),
                "bad",
            )


def _late(air: Today | None) -> Iterator[Item]:
    for station in air.late if air else ():
        yield Item(
            station.name,
            both(f"缺最近 {station.behind} 小时", f"silent for {station.behind} h"),
            reverse("air:station", args=[station.code]),
            "warn",
        )


def _changes(reach: Reach, now: datetime) -> Iterator[Item]:
    for change in changed_since(now - _RECENT, reach):
        yield Item(
            both(f"{change.register.zh}：{change.title}", f"{change.register.en}: {change.title}"),
            both(f"{change.by} 于 {change.at:%H:%M}", f"{change.by} at {change.at:%H:%M}"),
            change.url,
        )
