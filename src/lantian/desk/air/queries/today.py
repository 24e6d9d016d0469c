"""What the page of today says: stations now, the place's hour, the month's rank, what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from lantian.desk.air.queries.days import ranking, stamp_of
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.latest import BACK_H, Latest, latest
from lantian.evaluate.aqi import symbols
from lantian.evaluate.hourly import HALO_H, HourlyForm, HourReport, hour_report
from lantian.evaluate.iaqi import NO_INDEX
from lantian.evaluate.ranking import UNRANKED
from lantian.flows.bulletin_rows import Place, compared_index
from lantian.flows.place_hours import place_hours
from lantian.flows.rank import Ranking
from lantian.lake.rows import WEATHER
from lantian.report.figure import Figure, Stamp
from lantian.rules.ruleset import RuleSet
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import spell

_WIND_MS, _WIND_FROM = WEATHER.columns.index("wind_ms"), WEATHER.columns.index("wind_from_deg")


@dataclass(frozen=True, slots=True)
class Hour:
    """A station or place in one hour: index, level, primary pollutants, six concentrations."""

    aqi: Figure
    level: int
    primary: tuple[str, ...]
    values: tuple[Figure, ...]

    @property
    def named(self) -> tuple[tuple[str, Figure], ...]:
        """Each concentration with its pollutant's symbol."""
        return tuple((p.symbol, v) for p, v in zip(POLLUTANTS, self.values, strict=True))


@dataclass(frozen=True, slots=True)
class StationNow:
    """A station at the last hour of its place.

    `spark` is the index of the last hours, None where there is none; `behind` counts the
    hours since its last value; wind is of the hour, None where unknown.
    """

    code: str
    name: str
    place: str
    kind: str
    background: bool
    hour: Hour
    spark: tuple[int | None, ...]
    behind: int
    wind_ms: str | None
    wind_from_deg: int | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in the month's ranking, and its rank a day earlier."""

    place: str
    rank: Figure
    before: int | None
    index: Figure
    reason: str

    @property
    def rise(self) -> int | None:
        """Ranks won since the day before; None where either is not known."""
        if self.rank.value is None or self.before is None:
            return None
        return self.before - int(self.rank.value)


@dataclass(frozen=True, slots=True)
class DayBefore:
    """The place's last whole day beside the day before it."""

    day: date
    aqi: Figure
    level: int
    primary: tuple[str, ...]
    before: Figure


@dataclass(frozen=True, slots=True)
class Today:
    """All that the page says of one root place.

    `standings` are of the ranked level, `below` of the level under it, empty where there is
    none with data; `own` is the root's place among the `beside` places of its own level, None
    where it stands alone.
    """

    place: str
    at: datetime
    rules: RuleSet
    hour: Hour
    stations: tuple[StationNow, ...]
    yesterday: DayBefore | None
    month: Period
    level: str
    standings: tuple[Standing, ...]
    level_below: str
    below: tuple[Standing, ...]
    own: Standing | None
    beside: int
    notes: tuple[str, ...]

    @property
    def late(self) -> tuple[StationNow, ...]:
        """Stations without the last hour, the longest silent first."""
        found = [s for s in self.stations if s.behind > 0]
        return tuple(sorted(found, key=lambda s: (-s.behind, s.code)))


def today(ground: Ground, now: datetime) -> Today:
    """Gather the page of the root place in view.

    Raises
    ------
    NoData
        If none of its stations has data.
    """
    made = latest(ground, now)
    key = ("today", ground.root, made.value.h)
    return ground.kept(key, lambda: _today(ground, made.value)).value


def _today(ground: Ground, seen: Latest) -> Today:
    day = seen.whole_day
    month = Period(day.replace(day=1), day)
    level = ground.group.ranked_level
    ranked = ranking(ground, level, month).value
    stamp = ground.stamp(seen.rules)
    level_below = _level_below(ground, level)
    return Today(
        place=ground.root,
        at=seen.at,
        rules=seen.rules,
        hour=_place_hour(ground, seen, stamp),
        stations=_stations(ground, seen, stamp),
        yesterday=_yesterday(ground, day),
        month=month,
        level=level,
        standings=standings(ground, level, month),
        level_below=level_below,
        below=standings(ground, level_below, month) if level_below else (),
        own=_own(ground, month),
        beside=len(ground.group.places[ground.group.levels[0]]),
        notes=tuple(ranked.notes),
    )


def _level_below(ground: Ground, level: str) -> str:
    """Level under a level whose places are several and have stations with data, or ""."""
    group, held = ground.group, set(ground.lake.stations())
    known = {m.level for m in ground.roster.memberships if m.station in held}
    under = group.levels[group.levels.index(level) + 1 :]
    return next((one for one in under if one in known and len(group.places[one]) > 1), "")


def hour_of(stamp: Stamp, report: HourReport, n: int, t: int, rules: RuleSet, key: str) -> Hour:
    """Figures of one row and hour of a report."""
    clause = rules.aqi.clause
    values = tuple(
        stamp.number(
            int(report.values[i, n, t]),
            clause.decimals_mgm3 if p.unit == "mg/m3" else clause.decimals_ugm3,
            p.unit,
            f"{key}/{p.key}",
        )
        for i, p in enumerate(POLLUTANTS)
    )
    aqi = int(report.index.aqi[n, t])
    return Hour(
        stamp.count(MISSING if aqi == NO_INDEX else aqi, "", f"{key}/aqi"),
        int(report.index.level[n, t]),
        symbols(int(report.index.primary[n, t])),
        values,
    )


def _place_hour(ground: Ground, seen: Latest, stamp: Stamp) -> Hour:
    """Index of the place from the mean of its stations' hours, never from their indices."""
    level = ground.group.level_of(ground.root) or ""
    held = place_hours(ground.lake, level, Period(seen.day, seen.day))
    end = seen.h - held.first_h + 1
    row = held.names.index(ground.root)
    block = held.values[:, [row], end - HALO_H - 1 : end].astype(np.int32)
    report = hour_report(block, seen.rules, HourlyForm.NETWORK)
    return hour_of(stamp, report, 0, 0, seen.rules, hour_key(ground.root, seen.at))


def hour_key(name: str, end: datetime) -> str:
    """Key of the figures of an hour."""
    return f"hour/{name}/{end:%Y-%m-%dT%H}"


def _stations(ground: Ground, seen: Latest, stamp: Stamp) -> tuple[StationNow, ...]:
    names, sites = ground.names, ground.sites
    below = set(ground.group.levels[1:])
    place = {m.station: m.place for m in ground.roster.memberships if m.level in below}
    background = {m.station for m in ground.roster.memberships if m.background}
    found = []
    for n, code in enumerate(seen.stations):
        site = sites.get(code)
        ms, deg = (int(seen.weather[k, n, -1]) for k in (_WIND_MS, _WIND_FROM))
        found.append(
            StationNow(
                code=code,
                name=names.get(code, code),
                place=place.get(code, ""),
                kind=site.kind if site else "",
                background=code in background,
                hour=hour_of(stamp, seen.report, n, -1, seen.rules, hour_key(code, seen.at)),
                spark=_spark(seen, n),
                behind=seen.behind(n),
                wind_ms=None if ms == MISSING else spell(ms, 1),
                wind_from_deg=None if deg == MISSING else deg // 1000,
                lon=site.lon if site else None,
                lat=site.lat if site else None,
            )
        )
    return tuple(sorted(found, key=lambda s: (s.place, s.name)))


def _spark(seen: Latest, n: int) -> tuple[int | None, ...]:
    aqi = seen.report.index.aqi[n, -BACK_H:].tolist()
    return tuple(None if value == NO_INDEX else value for value in aqi)


def _yesterday(ground: Ground, day: date) -> DayBefore | None:
    """Last whole day of the root place and the day before, from the month they lie in."""
    level = ground.group.level_of(ground.root) or ""
    figures = []
    for one in (day, day - timedelta(days=1)):
        found = ranking(ground, level, Period(one, one)).value
        index, row = found.days.index, found.names.index(ground.root)
        aqi = int(index.aqi[row, 0])
        shown = ground.stamp(found.rules).count(
            MISSING if aqi == NO_INDEX else aqi, "", f"place/{ground.root}/{one}/aqi"
        )
        figures.append((shown, int(index.level[row, 0]), symbols(int(index.primary[row, 0]))))
    (now, level_now, primary), (before, _, _) = figures
    return DayBefore(day, now, level_now, primary, before)


def _own(ground: Ground, month: Period) -> Standing | None:
    """Return the root place among the others of its level; None where there are none."""
    level = ground.group.levels[0]
    if len(ground.group.places[level]) == 1:
        return None
    return next((s for s in standings(ground, level, month) if s.place == ground.root), None)


def standings(ground: Ground, level: str, month: Period) -> tuple[Standing, ...]:
    """Every place of a level in the month to date, with its rank a day earlier.

    Raises
    ------
    NoData, NoRuleInForce
        If the period lies outside the data or before any rule.
    """
    ranked = ranking(ground, level, month).value
    earlier: dict[str, int] = {}
    if month.days > 1:
        until = Period(month.first, month.last - timedelta(days=1))
        then = ranking(ground, level, until).value
        earlier = dict(zip(then.names, then.ranks.tolist(), strict=True))
    stamp = stamp_of(ground, ranked)
    return tuple(_standing(stamp, ranked, row, earlier) for row in ranked.order())


def _standing(stamp: Stamp, ranked: Ranking, row: int, earlier: dict[str, int]) -> Standing:
    place = Place.of(stamp, ranked, ranked.names[row], None)
    rank, before = int(ranked.ranks[row]), earlier.get(place.name, UNRANKED)
    return Standing(
        place.name,
        stamp.count(MISSING if rank == UNRANKED else rank, "", place.key("rank")),
        None if before == UNRANKED else before,
        compared_index(place).now,
        ranked.reasons[row],
    )


def late_words(stations: Sequence[StationNow]) -> list[tuple[str, str]]:
    """Say of each late station how long it is silent, zh and en."""
    return [
        (f"{s.name}：近 {BACK_H} 小时无数据", f"{s.name}: nothing in the last {BACK_H} hours")
        if s.behind >= BACK_H
        else (f"{s.name}：缺最近 {s.behind} 小时", f"{s.name}: lacks the last {s.behind} hours")
        for s in stations
    ]
