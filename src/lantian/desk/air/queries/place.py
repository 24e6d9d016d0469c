"""What the page of a place or station says of a period: its figures, calendar, daily courses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lantian.desk.air.queries.days import held, ranking, stamp_of
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.lines import note_of
from lantian.desk.air.queries.pictures import calendar, diurnal
from lantian.desk.language import language
from lantian.errors import BadRequest, NoData
from lantian.evaluate.aqi import symbols
from lantian.evaluate.exceptional import ClaimState
from lantian.evaluate.ranking import UNRANKED
from lantian.flows.bulletin import members_of_place
from lantian.flows.bulletin_rows import Place, calendar_row, overview
from lantian.flows.daily_course import daily_course
from lantian.flows.grounds import basis_of, offsets_of
from lantian.flows.level_days import STATION
from lantian.flows.rank import Ranking
from lantian.flows.station_days import data_period
from lantian.report.bulletin import Item, Overview, items_of
from lantian.report.figure import Figure
from lantian.rules.ruleset import for_period
from lantian.terms.hour import BEIJING_H
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS


@dataclass(frozen=True, slots=True)
class Version:
    """A place's figures in one state of the data: every day, or without approved days."""

    overview: Overview
    rank: Figure
    ranked: Figure
    reason: str


@dataclass(frozen=True, slots=True)
class PlacePeriod:
    """A place or station in a period.

    Attributes
    ----------
    name, level : str
    period : Period
    earlier : Period or None
        The period of comparison, where the lake reaches so far back.
    versions : tuple of Version
        Official, then without approved exceptional days where there are any.
    items : tuple of Item
    stations : tuple of str
        Stations that count in a place; empty for a station.
    lag : str
        What waits to be evaluated, as a sentence; "" where nothing does.
    notes : tuple of str
    basis : str
    """

    name: str
    level: str
    period: Period
    earlier: Period | None
    versions: tuple[Version, ...]
    items: tuple[Item, ...]
    stations: tuple[str, ...]
    lag: str
    notes: tuple[str, ...]
    basis: str


def place_period(ground: Ground, name: str, period: Period) -> PlacePeriod:
    """Return the figures of a place or station in a period.

    Raises
    ------
    NoData
        If it has no days then.
    NoRuleInForce
        If the period ends before any rule.
    """
    level = ground.group.level_of(name) or STATION
    earlier: Period | None = period.year_earlier()
    known = data_period(ground.lake)
    if earlier is not None and (earlier.last < known.first or known.last < earlier.first):
        earlier = None
    official = ranking(ground, level, period, against=earlier).value
    if name not in official.names:
        raise NoData(
            f"{name} 在 {period.label} 没有数据 / {name} has no data in {period.label}",
            where="period",
            fix="另选时段 / choose another period",
        )
    versions = [_version(ground, official, name, earlier)]
    if _has_approved(ground, period):
        sand = ranking(ground, level, period, against=earlier, sand=True).value
        versions.append(_version(ground, sand, name, earlier, sand=True))
    members = () if level == STATION else tuple(members_of_place(ground.roster, name))
    basis = basis_of(ground.lake, ground.roster, official.rules).short
    return PlacePeriod(
        name,
        level,
        period,
        earlier,
        tuple(versions),
        items_of(official.rules.evaluation.clause, language()),
        members,
        held(ground, level, period, official.rules).statement(language()),
        tuple(official.notes),
        basis,
    )


def _has_approved(ground: Ground, period: Period) -> bool:
    return any(
        c.state is ClaimState.APPROVED and period.first <= c.day <= period.last
        for c in ground.roster.exclusions
    )


def _version(
    ground: Ground, ranked: Ranking, name: str, earlier: Period | None, *, sand: bool = False
) -> Version:
    stamp = stamp_of(ground, ranked, sand=sand)
    level = ground.group.level_of(name) or STATION
    before = None
    if earlier is not None:
        before = ranking(
            ground, level, earlier, [ranked.variant.id], given=ranked.rules, sand=sand
        ).value
    place = Place.of(stamp, ranked, name, before)
    rank = int(ranked.ranks[place.row])
    count = int((ranked.ranks != UNRANKED).sum())
    return Version(
        overview(place),
        stamp.count(MISSING if rank == UNRANKED else rank, "", place.key("rank")),
        stamp.count(count, "", place.key("rank/of")),
        language().half(ranked.reasons[place.row]),
    )


def year_calendar(ground: Ground, name: str, year: int) -> dict[str, Any]:
    """Return the data of the calendar of a year.

    Raises
    ------
    NoData, NoRuleInForce
        If the year lies outside the data or before any rule.
    """
    level = ground.group.level_of(name) or STATION
    period = Period(date(year, 1, 1), date(year, 12, 31))
    found = ranking(ground, level, period).value
    if name not in found.names:
        raise NoData(f"{name} {year}: —", where="year", fix="另选年份 / choose another year")
    row = found.names.index(name)
    shown = calendar_row(ground.stamp(found.rules), found, row)
    bits = found.days.index.primary[row].tolist()
    primary = [", ".join(symbols(one)) for one in bits]
    return {
        **calendar(shown, found.rules.levels.clause, primary),
        "note": note_of(ground, found.rules),
    }


def courses(ground: Ground, name: str, period: Period, item: str) -> dict[str, Any]:
    """Return the data of the mean course of the day by season.

    Raises
    ------
    BadRequest
        If there is no such pollutant.
    NoData
        If none of its stations counts.
    """
    at = next((i for i, p in enumerate(POLLUTANTS) if p.key == item), None)
    if at is None:
        known = ", ".join(p.key for p in POLLUTANTS)
        raise BadRequest(f"{item[:20]!r}?", where="item", fix=known)
    stations = _stations(ground, name)
    offset_h = offsets_of(ground.roster).get(stations[0], BEIJING_H)
    rules, _ = for_period(period, None, ground.shelf)
    made: Mapping[Any, Any] = ground.kept(
        ("course", name, period),
        lambda: daily_course(ground.lake, stations, period, offset_h=offset_h),
    ).value
    lines = [(season.label(language()), values[at]) for season, values in made.items()]
    return diurnal(POLLUTANTS[at].unit, lines, note_of(ground, rules))


def _stations(ground: Ground, name: str) -> Sequence[str]:
    if ground.group.level_of(name) is None:
        return [name]
    members = members_of_place(ground.roster, name)
    if not members:
        raise NoData(
            f"{name} 没有参与评价的站点 / no station counts in {name}",
            where="air",
            fix="检查名录 / check the roster",
        )
    return members
