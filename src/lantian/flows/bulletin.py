"""Flow `bulletin`: the monthly bulletin of a place, gathered, frozen and set in three forms."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.errors import BadRequest
from lantian.flows.bulletin_rows import (
    Place,
    calendar_row,
    change_rows,
    exceeded_days,
    overview,
    rank_rows,
    trend,
)
from lantian.flows.exceptional import exceptional_rows
from lantian.flows.grounds import basis_of, data_state
from lantian.flows.level_days import STATION, LevelDays, lake_days
from lantian.flows.rank import Ranking, rank
from lantian.flows.station_days import IN_FORCE, data_period
from lantian.flows.target import target_rows
from lantian.flows.why import why_place_period
from lantian.lake.frozen import freeze, frozen
from lantian.lake.roster import Roster
from lantian.lake.store import Lake
from lantian.report.bulletin import (
    Bulletin,
    CalendarRow,
    Charts,
    DiurnalSeries,
    StationRow,
    items_of,
    levels_of,
    rule_lines,
)
from lantian.report.figure import Stamp, collect
from lantian.report.headline import sentences
from lantian.report.language import Language, period_label
from lantian.rules.ruleset import RuleSet, Shelf, for_period, index_limits
from lantian.terms.hour import BEIJING_H, day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import round_half_even, round_ratios

KIND: Final = "bulletin"


@dataclass(frozen=True, slots=True)
class Subject:
    """Which place a bulletin is about, on which level it stands, and which level is ranked."""

    place: str
    own_level: str
    ranked_level: str


def subject_of(lake: Lake, place: str | None, level: str | None) -> Subject:
    """Choose the principal place and the ranked level where they are not said.

    The ranked level is the one with most places; the principal place is the only
    place of another level, or else the first in the roster.

    Raises
    ------
    BadRequest
        If the roster lacks the place or level, or has no places at all.
    """
    levels: dict[str, list[str]] = {}
    for m in lake.roster().memberships:
        held = levels.setdefault(m.level, [])
        if m.place not in held:
            held.append(m.place)
    if not levels:
        raise BadRequest(
            "名录中没有地区 / the roster has no places",
            where=str(lake.folder),
            fix="lantian roster DIR places FILE.csv (station,place,level,background)",
        )
    ranked = level or max(levels, key=lambda name: (len(levels[name]), name))
    if ranked not in levels and ranked != STATION:
        raise BadRequest(
            f"no level {ranked!r}", where="--level", fix=f"one of: {', '.join(sorted(levels))}"
        )
    if place is None:
        whole = [names[0] for name, names in levels.items() if name != ranked and len(names) == 1]
        place = whole[0] if whole else levels.get(ranked, lake.stations())[0]
    own = next((name for name, names in levels.items() if place in names), None)
    if own is None:
        known = sorted(n for names in levels.values() for n in names)
        raise BadRequest(f"no place {place!r}", where="--place", fix=f"one of: {', '.join(known)}")
    return Subject(place, own, ranked)


@dataclass(frozen=True, slots=True)
class Judged:
    """Rankings of the principal place's level and of the ranked level, now and before."""

    subject: Subject
    own: Ranking
    own_before: Ranking | None
    ranked: Ranking
    ranked_before: Ranking | None


def judge(lake: Lake, subject: Subject, period: Period, rules: RuleSet, shelf: Shelf) -> Judged:
    """Rank both levels in the period, and in the year before where the lake has it."""
    earlier = period.year_earlier()
    held = data_period(lake)
    known = held.first <= earlier.last and earlier.first <= held.last

    def ranked(level: str) -> tuple[Ranking, Ranking | None]:
        now: LevelDays = lake_days(lake, level, period, rules)
        if not known:
            return rank(now, shelf=shelf), None
        then = lake_days(lake, level, earlier, rules)
        return rank(now, shelf=shelf, against=then), rank(then, shelf=shelf)

    own = ranked(subject.own_level)
    listed = own if subject.ranked_level == subject.own_level else ranked(subject.ranked_level)
    return Judged(subject, *own, *listed)


def gather(
    lake: Lake,
    period: Period,
    *,
    lang: Language,
    shelf: Shelf,
    place: str | None = None,
    level: str | None = None,
    rules: str | None = None,
    office: str = "",
    notices: Sequence[str] = (),
) -> Bulletin:
    """Gather everything that a bulletin prints.

    Parameters
    ----------
    lake : Lake
    period : Period
    lang : Language
    shelf : mapping of str to Book
    place, level, rules : str, optional
        Principal place, ranked level and rule set, where not the usual ones.
    office : str
        Who issues it.
    notices : sequence of str
        What every reader must see beside what the rules ask for.

    Returns
    -------
    Bulletin

    Raises
    ------
    BadRequest, NoData, NoRuleInForce
        If place, period or rules cannot be had.
    """
    chosen, crossed = for_period(period, rules, shelf)
    subject = subject_of(lake, place, level)
    judged = judge(lake, subject, period, chosen, shelf)
    roster = lake.roster()
    variant = judged.ranked.variant
    sure = chosen.aqi.verified and chosen.evaluation.verified and variant.verified
    stamp = Stamp(data_state(lake), f"{chosen.name}; {variant.id}", sure)
    principal = Place.of(stamp, judged.own, subject.place, judged.own_before)
    listed = rank_rows(stamp, judged.ranked, judged.ranked_before, lang)
    items = items_of(chosen.evaluation.clause, lang)
    figures = overview(principal)
    span = period_label(period, lang)
    entries = (*chosen.entries(), variant, index_limits(variant, shelf))
    named = rules or IN_FORCE
    own = why_place_period(
        lake, subject.place, period, level=subject.own_level, rules=named, shelf=shelf
    )
    others = [
        Place.of(stamp, judged.ranked, row.place, judged.ranked_before)
        for row in listed
        if row.place != subject.place
    ]
    return Bulletin(
        lang=lang,
        place=subject.place,
        office=office,
        title="",
        period=span,
        comparison=period_label(period.year_earlier(), lang),
        issued=period.last,
        state=stamp.state,
        headlines=sentences(figures, listed, items, lang, place=subject.place, period=span),
        overview=figures,
        index_name=lang.of(variant.clause.title_zh, variant.clause.title_en),
        items=items,
        levels=levels_of(chosen.levels.clause, lang),
        ranking=listed,
        changes=change_rows(principal, others, items, lang) if principal.before else (),
        calendar=_calendar(stamp, principal, judged.ranked),
        charts=_charts(lake, principal, roster, period),
        exceeded=exceeded_days(principal, lang),
        targets=target_rows(lake, period, stamp, lang, shelf, named),
        stations=_stations(stamp, judged, roster, lang),
        exceptional=exceptional_rows(lake, subject.own_level, period, stamp, lang, shelf, named),
        rules=rule_lines(tuple({e.id: e for e in entries}.values()), shelf, lang),
        derivations=(own.printed(lang),),
        basis=basis_of(lake, roster, chosen).short,
        notices=(*notices, *map(lang.half, crossed), *_doubts(chosen, lang)),
    )


def _doubts(rules: RuleSet, lang: Language) -> tuple[str, ...]:
    """Say that days before 2016 rest on an early adoption that no text confirmed."""
    if rules.adoption is None:
        return ()
    return (
        lang.of(
            f"评价依据为提前实施（{rules.adoption.clause.title_zh}），未经标准文本核实。",
            f"Judged by early adoption ({rules.adoption.clause.title_en}), unconfirmed by a text.",
        ),
    )


def _calendar(stamp: Stamp, principal: Place, ranked: Ranking) -> tuple[CalendarRow, ...]:
    rows = [calendar_row(stamp, principal.now, principal.row)]
    rows += [
        calendar_row(stamp, ranked, row)
        for row in ranked.order()
        if ranked.names[row] != principal.name
    ]
    return tuple(rows)


def members_of_place(roster: Roster, place: str) -> list[str]:
    """Stations that count in a place, background points left out."""
    return sorted({m.station for m in roster.memberships if m.place == place and not m.background})


def _charts(lake: Lake, place: Place, roster: Roster, period: Period) -> Charts:
    stations = members_of_place(roster, place.name)
    now = _diurnal(lake, stations, period)
    before = (
        _diurnal(lake, stations, period.year_earlier())
        if place.before is not None
        else np.full((len(POLLUTANTS), 24), MISSING)
    )
    limits = place.now.rules.limits.clause
    series = tuple(
        DiurnalSeries(p.symbol, p.unit, _plain(now[i]), _plain(before[i]))
        for i, p in enumerate(POLLUTANTS)
    )
    days = tuple(c.day for c in calendar_row(place.stamp, place.now, place.row).days)
    return Charts(days, series, trend(place, limits))


def _plain(values: npt.NDArray[np.int64]) -> tuple[int | None, ...]:
    return tuple(None if v == MISSING else int(v) for v in values)


def _diurnal(lake: Lake, stations: Sequence[str], period: Period) -> npt.NDArray[np.int64]:
    """Mean of every valid hour by hour of the day, thousandths, shape (pollutants, 24)."""
    start = first_hour(day_number(period.first), BEIJING_H)
    block = lake.block(stations, start, start + period.days * 24)
    by_hour = block.reshape(len(POLLUTANTS), len(stations), period.days, 24)
    there = by_hour != MISSING
    total = np.where(there, by_hour, 0).sum(axis=(1, 2), dtype=np.int64)
    return round_ratios(total, there.sum(axis=(1, 2)), 1, MISSING)


def _stations(
    stamp: Stamp, judged: Judged, roster: Roster, lang: Language
) -> tuple[StationRow, ...]:
    """Availability of every station behind the bulletin."""
    place_of = {m.station: m.place for m in roster.memberships if m.place in judged.ranked.names}
    background = {m.station for m in roster.memberships if m.background}
    names = {s.station: s.name for s in roster.stations if s.name}
    days = judged.ranked.days.stations or judged.own.days.stations
    if days is None:
        return ()
    rows = []
    due = days.period.days * 24
    for n, station in enumerate(days.stations):
        hours = days.hours[:, n].sum(axis=1, dtype=np.int64)
        share = round_half_even(int(hours.sum()) * 1000, due * len(POLLUTANTS))
        least = POLLUTANTS[int(hours.argmin())].symbol
        key = f"station/{station}/{days.period.label}"
        note = [lang.of(f"最少为 {least}", f"fewest: {least}")]
        if station in background:
            note.append(lang.of("对照点，不参与评价", "background point, not counted"))
        rows.append(
            StationRow(
                place=place_of.get(station, ""),
                station=f"{names[station]} {station}" if station in names else station,
                state=stamp.state,
                hours_due=stamp.count(due, "h", f"{key}/hours_due"),
                hours_valid=stamp.count(int(hours.min()), "h", f"{key}/hours_valid"),
                availability_pct=stamp.number(share * 100, 1, "%", f"{key}/availability"),
                days_valid=stamp.count(
                    int((days.index.aqi[n] >= 0).sum()), "d", f"{key}/days_valid"
                ),
                note=lang.of("；", "; ").join(note),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.place, row.station)))


def freeze_bulletin(lake: Lake, bulletin: Bulletin, period: Period) -> list[str]:
    """Keep the figures of a bulletin for good; say what differs from the version before.

    Returns
    -------
    list of str
        One line for each figure that changed since the last frozen version; empty for
        the first version and where nothing changed.
    """
    key = f"{bulletin.place}/{period.label}"
    figures = collect(bulletin)
    before = frozen(lake, KIND, key)
    basis = {"sequence": lake.sequence, "short": bulletin.basis}
    freeze(lake, KIND, key, figures.canonical().encode(), basis)
    if before is None:
        return []
    then = {f["key"]: f["text"] for f in json.loads(before.figures)}
    now = {f.key: f.text for f in figures.figures}
    return [
        f"{k}: {then.get(k, '—')} → {now.get(k, '—')}"
        for k in sorted(then.keys() | now.keys())
        if then.get(k) != now.get(k)
    ]
