"""What a page stands on: the lake at one version, its roster and rule books, the place in view."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from lantian.desk.air.queries.group import Group, groups_of
from lantian.desk.air.queries.kept import RESULTS, Made
from lantian.desk.env import env
from lantian.desk.observations import lake
from lantian.errors import BadRequest, NoData
from lantian.flows.grounds import data_state, shelf_of
from lantian.flows.level_days import STATION
from lantian.flows.rank import Ranking
from lantian.lake.day_result import version as version_of
from lantian.lake.ledger import Ledger
from lantian.lake.roster import Roster
from lantian.lake.roster import Station as RosterStation
from lantian.lake.store import Lake
from lantian.report.figure import DataState, Stamp
from lantian.rules.book import national_shelf
from lantian.rules.ruleset import RuleSet, Shelf


@dataclass(frozen=True, slots=True)
class Ground:
    """The lake as one page sees it.

    Attributes
    ----------
    lake : Lake
    version : str
        Changes whenever a figure may change: the hours, the roster or the rules.
    roster : Roster
    shelf : Shelf
    state : DataState
        State of the figures of every day.
    groups : tuple of Group
        Empty where the roster has no places.
    group : Group
        The one in view.
    """

    lake: Lake
    version: str
    roster: Roster
    shelf: Shelf
    state: DataState
    groups: tuple[Group, ...]
    group: Group

    def kept[T](self, what: Hashable, make: Callable[[], T]) -> Made[T]:
        """Return a result of this version of the lake, computed once."""
        return RESULTS.get((str(self.lake.folder), self.version, what), make)

    def around(self, name: str) -> "Ground":
        """Return the same ground with the group in view that has a place or station.

        Raises
        ------
        NoData
            If no group has it.
        """
        for group in (self.group, *self.groups):
            if group.level_of(name) or name in group.stations:
                return replace(self, group=group)
        for group in self.groups:
            known = {m.station for m in self.roster.memberships if m.level in group.levels}
            if name in known:
                return replace(self, group=group)
        raise NoData(
            f"没有这个地区或站点：{name[:40]} / no such place or station: {name[:40]}",
            where="air",
            fix="从今日空气或排名页进入 / start from the pages of today or the ranking",
        )

    @property
    def root(self) -> str:
        """The root place in view."""
        return self.group.root

    @property
    def names(self) -> dict[str, str]:
        """Names of stations that have one, by code."""
        return {s.station: s.name for s in self.roster.stations if s.name}

    @property
    def sites(self) -> dict[str, RosterStation]:
        """Latest entry of each station, by code."""
        held = sorted(self.roster.stations, key=lambda s: str(s.first or ""))
        return {s.station: s for s in held}

    def stamp(self, rules: RuleSet, ranking: Ranking | None = None) -> Stamp:
        """Return what figures of a rule set, and of an index variant, are printed with."""
        entries = [rules.aqi, rules.evaluation]
        names = [rules.name]
        if ranking is not None:
            entries.append(ranking.variant)
            names.append(ranking.variant.id)
        return Stamp(self.state, "; ".join(names), all(e.verified for e in entries))

    def levels(self) -> tuple[str, ...]:
        """Levels that may be ranked here, stations last."""
        return (*self.group.levels, STATION)

    def level(self, name: str) -> str:
        """Return a level of the group, the usual one for "".

        Raises
        ------
        BadRequest
            If the group has no such level.
        """
        if not name:
            return self.group.ranked_level
        if name not in self.levels():
            raise BadRequest(
                f"没有层级 {name} / no level {name!r}",
                where="level",
                fix=f"可选 / one of: {', '.join(self.levels())}",
            )
        return name

    def level_of(self, place: str) -> str | None:
        """Level of a place of the roster in any group, the group in view first."""
        groups = (self.group, *self.groups)
        return next((level for g in groups if (level := g.level_of(place))), None)


def _shelf(held: Lake) -> tuple[str, Shelf]:
    """Rule books with their identity; read again when a local file changes."""
    own = held.folder / "books"
    files = sorted(own.glob("*.toml")) if own.is_dir() else []
    identity = repr([(f.name, (s := f.stat()).st_mtime_ns, s.st_size) for f in files])
    key = (str(held.folder), "shelf", identity)
    return identity, RESULTS.get(key, lambda: shelf_of(held)).value


def ground(place: str = "") -> Ground:
    """Return what a page stands on, with the group whose root is `place`, or else the first.

    Raises
    ------
    LakeBroken
        If there is no lake.
    NoData
        If it is empty, or its roster has no places.
    """
    held = lake()
    version = version_of(held.ledger)
    where = str(held.folder)
    books, shelf = _shelf(held)
    roster = RESULTS.get((where, version, "roster"), held.roster).value
    own = env().settings.desk.place
    key = (where, roster.digest, "groups", own)
    groups = RESULTS.get(key, lambda: groups_of(roster, own)).value
    if held.span() is None:
        raise NoData(
            "还没有监测数据 / there are no observations yet",
            where="air",
            fix="导入小时数据 / load hours: lantian lake add DIR FILES…",
        )
    if not groups:
        raise NoData(
            "名录里还没有地区 / the roster has no places yet",
            where="air",
            fix="发布区域与站点台账，或载入名录 / publish the registers of places and stations, "
            "or load: lantian roster DIR places FILE.csv",
        )
    state = RESULTS.get((where, version, "state"), lambda: data_state(held)).value
    group = next((g for g in groups if g.root == place), groups[0])
    return Ground(held, version + books, roster, shelf, state, groups, group)


def shelf_here() -> Shelf:
    """Rule books of this installation; the national ones where there is no lake yet."""
    folder = env().folder
    return _shelf(lake())[1] if Ledger.exists(folder) else national_shelf()
