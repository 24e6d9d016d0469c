"""The screens of the wall: what each is called, needs and shows, in the order of the turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.latest import latest
from lantian.desk.air.queries.today import today
from lantian.desk.air.words import LEVELS, said
from lantian.desk.language import both, language
from lantian.desk.rights.reach import Reach
from lantian.desk.wall import queries
from lantian.errors import BadRequest
from lantian.report.language import period_label
from lantian.terms.pollutant import POLLUTANTS

#: Older than this, the last hour is said to lie in the past, as on the pages.
_PAST: Final = timedelta(hours=3)

#: What a screen shows: its context, and how many pages it has.
type View = tuple[dict[str, Any], int]


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen of the wall; `needs` is the permission of the page whose queries it shows."""

    name: str
    zh: str
    en: str
    needs: str
    gather: Callable[[str, datetime, int], View]

    @property
    def title(self) -> Any:
        """Name in the language of the page."""
        return both(self.zh, self.en)

    @property
    def template(self) -> str:
        """Template of its fragment."""
        return f"wall/{self.name}.html"


def _of(held: Ground, now: datetime) -> dict[str, Any]:
    """What the foot of a screen says of its data: their last hour, its age, state and rules."""
    seen = latest(held, now).value
    age = now - (seen.at - timedelta(hours=seen.offset_h)).replace(tzinfo=UTC)
    return {
        "as_at": seen.at,
        "past_days": age.days,
        "past_hours": int(age / timedelta(hours=1)) if age > _PAST else 0,
        "state": held.state.value,
        "rules": seen.rules.name,
    }


def _map(place: str, now: datetime, page: int) -> View:
    held = ground(place)
    found = queries.place_now(held, now)
    seen = found.today
    return {"found": found, "today": seen, **_of(held, now)}, 1


def _ranking(place: str, now: datetime, page: int) -> View:
    held = ground(place)
    found = queries.ranks(held, now, page)
    context = {
        "ranks": found,
        "level_word": said(LEVELS, found.level),
        "span": period_label(found.found.asked.period, language()),
        **_of(held, now),
        "rules": found.found.rules,
    }
    return context, found.sheet.pages


def _targets(place: str, now: datetime, page: int) -> View:
    held = ground(place)
    sheet, day = queries.goals(held, page)
    unverified = any(not line.progress.verified for line in sheet.rows)
    return {"sheet": sheet, "day": day, "unverified": unverified, **_of(held, now)}, sheet.pages


def _stations(place: str, now: datetime, page: int) -> View:
    held = ground(place)
    sheet = queries.stations(held, now, page)
    seen = today(held, now)
    context = {
        "sheet": sheet,
        "late": len(seen.late),
        "items": POLLUTANTS,
        **_of(held, now),
    }
    return context, sheet.pages


def _duty(place: str, now: datetime, page: int) -> View:
    sheet = queries.roster(timezone.localtime(now), page)
    return {"sheet": sheet}, sheet.pages


SCREENS: Final[Mapping[str, Screen]] = {
    screen.name: screen
    for screen in (
        Screen("map", "实况", "Now", "air.read", _map),
        Screen("ranking", "排名", "Ranking", "air.read", _ranking),
        Screen("targets", "目标", "Targets", "air.read", _targets),
        Screen("stations", "站点", "Stations", "air.read", _stations),
        Screen("duty", "值班", "On duty", "duties.read", _duty),
    )
}


def chosen(names: str, reach: Reach) -> list[Screen]:
    """Return the screens of a list of names, all for "", as far as the reader may see them.

    Raises
    ------
    BadRequest
        If there is no such screen.
    """
    asked = [name for name in names.split(",") if name] or list(SCREENS)
    if strange := [name for name in asked if name not in SCREENS]:
        raise BadRequest(
            f"没有屏幕 {strange[0][:20]} / no screen {strange[0][:20]!r}",
            where="screens",
            fix=f"可选 / some of: {','.join(SCREENS)}",
        )
    return [SCREENS[name] for name in dict.fromkeys(asked) if reach.may(SCREENS[name].needs)]
