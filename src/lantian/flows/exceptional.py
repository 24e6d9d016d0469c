"""Flow `exceptional`: candidates for sand and fireworks, states of claims, both versions."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Final

from lantian.errors import BadRequest
from lantian.evaluate.composite import NO_VALUE
from lantian.evaluate.exceptional import (
    EVERYWHERE,
    ClaimState,
)
from lantian.flows.episodes import FIREWORKS, SAND, Found, episodes
from lantian.flows.grounds import basis_of
from lantian.flows.level_days import STATION, LevelDays, lake_days, without
from lantian.flows.rank import Ranking, rank
from lantian.flows.station_days import IN_FORCE, require_data
from lantian.lake.roster import Roster
from lantian.lake.store import Lake
from lantian.report.bulletin import ExceptionalRow
from lantian.report.figure import DataState, Figure, Stamp
from lantian.report.language import Language, day_label, period_label
from lantian.rules.book import national_shelf
from lantian.rules.ruleset import Shelf, for_period
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import PM10, PM25, POLLUTANTS

#: Who declares what the rules find by themselves, until an officer puts another name.
FINDER: Final = "自动识别 / found by rule"
_SHOWN: Final = (PM10, PM25)
_STATES: Final = {
    ClaimState.CANDIDATE: "候选",
    ClaimState.SUBMITTED: "已申报",
    ClaimState.APPROVED: "已批准",
    ClaimState.WITHDRAWN: "已撤回",
}
_KINDS: Final = {SAND: ("沙尘", "sand"), FIREWORKS: ("烟花爆竹", "fireworks")}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One pollutant day of one place that is claimed, or might be.

    Attributes
    ----------
    place, day, pollutant
        `pollutant` is a symbol.
    reason : str
        The kind of a candidate, or the roster's reason.
    state : ClaimState
    declared_by : str
    registered : bool
        Whether the roster holds the claim.
    excludable : bool
        Whether a rule lets the day be left out once it is approved.
    value, decimals : int
        Official day value in thousandths, MISSING where there is none; its printed digits.
    """

    place: str
    day: date
    pollutant: str
    reason: str
    state: ClaimState
    declared_by: str
    registered: bool
    excludable: bool
    value: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Version:
    """Statistics of one place in one version: thousandths, MISSING where there are none."""

    pm10: int
    pm25: int
    index: int


@dataclass(frozen=True, slots=True)
class Versions:
    """One place as it is official, without approved days, and without all that may be."""

    place: str
    official: Version
    approved: Version
    everything: Version


@dataclass(frozen=True, slots=True)
class ExceptionalReport:
    """Candidates, claims and both versions of the places of one level over one period.

    `official` is the ranking with every day, `approved` the one without approved days,
    `everything` the one without all that may be left out.
    """

    level: str
    period: Period
    found: tuple[Found, ...]
    claims: tuple[ClaimRow, ...]
    versions: tuple[Versions, ...]
    official: Ranking
    approved: Ranking
    everything: Ranking
    basis: str


def exceptional(
    lake: Lake,
    period: Period,
    *,
    level: str | None = None,
    rules: str = IN_FORCE,
    shelf: Shelf | None = None,
    as_of: int | None = None,
) -> ExceptionalReport:
    """Find candidates of a period, and set both versions of the places they touch side by side.

    Parameters
    ----------
    lake : Lake
    period : Period
    level : str, optional
        `station` or a level of the roster; the level with most places unless said.
    rules, shelf, as_of : optional

    Returns
    -------
    ExceptionalReport

    Raises
    ------
    NoData
        If the period lies outside the data.
    BadRequest
        If the roster has no such level.
    """
    require_data(lake, period)
    roster = lake.roster(as_of)
    chosen, _ = for_period(period, None if rules == IN_FORCE else rules, shelf)
    named = level or _largest_level(roster)
    days = lake_days(lake, named, period, chosen, as_of=as_of)
    found = episodes(lake, named, period, shelf or national_shelf(), as_of)
    claims = _claims(roster, found, days)
    approved = {
        (c.scope, c.day, c.pollutant, str(c.state)) for c in roster.exclusions if _in(c.day, period)
    }
    possible = approved | {
        (c.place, c.day, c.pollutant, ClaimState.APPROVED.value)
        for c in claims
        if c.excludable and c.state is not ClaimState.WITHDRAWN
    }
    official = rank(days, shelf=shelf)
    cases = (
        official,
        rank(without(days, approved), shelf=shelf),
        rank(without(days, possible), shelf=shelf),
    )
    touched = [n for n in days.names if any(c.place == n for c in claims)]
    return ExceptionalReport(
        named,
        period,
        tuple(found),
        tuple(claims),
        tuple(_versions(name, cases) for name in touched),
        *cases,
        basis_of(lake, roster, chosen, as_of).short,
    )


def _in(day: date, period: Period) -> bool:
    return period.first <= day <= period.last


def _largest_level(roster: Roster) -> str:
    places: dict[str, set[str]] = {}
    for m in roster.memberships:
        places.setdefault(m.level, set()).add(m.place)
    return max(places, key=lambda level: (len(places[level]), level), default=STATION)


def _claims(roster: Roster, found: Iterable[Found], days: LevelDays) -> list[ClaimRow]:
    """Claims of the roster and what was found beside them, in order of place, day, pollutant."""
    rows: dict[tuple[str, date, str], ClaimRow] = {}
    for claim in roster.exclusions:
        if not _in(claim.day, days.period):
            continue
        for place in days.names if claim.scope == EVERYWHERE else (claim.scope,):
            held = rows.get((place, claim.day, claim.pollutant))
            # A day may be claimed for the place and for all; an approved claim holds.
            if place in days.names and (held is None or held.state is not ClaimState.APPROVED):
                row = _row(days, place, claim.day, claim.pollutant)
                rows[place, claim.day, claim.pollutant] = replace(
                    row,
                    reason=claim.reason,
                    state=claim.state,
                    declared_by=claim.declared_by,
                    registered=True,
                )
    for one in found:
        c = one.candidate
        for day, symbol in product(one.days, c.pollutants):
            row = _row(days, c.scope, day, symbol)
            row = replace(row, reason=c.kind, excludable=c.kind == SAND)
            rows.setdefault((c.scope, day, symbol), row)
    return [rows[key] for key in sorted(rows)]


def _row(days: LevelDays, place: str, day: date, symbol: str) -> ClaimRow:
    """Return a pollutant day that nobody has claimed, with its official value."""
    item = next(i for i, p in enumerate(POLLUTANTS) if p.symbol == symbol)
    clause = days.rules.aqi.clause
    in_mgm3 = POLLUTANTS[item].unit == "mg/m3"
    offset = (day - days.period.first).days
    return ClaimRow(
        place,
        day,
        symbol,
        reason="",
        state=ClaimState.CANDIDATE,
        declared_by=FINDER,
        registered=False,
        excludable=True,
        value=int(days.reported[item, days.names.index(place), offset]),
        decimals=clause.decimals_mgm3 if in_mgm3 else clause.decimals_ugm3,
    )


def _versions(name: str, cases: tuple[Ranking, Ranking, Ranking]) -> Versions:
    return Versions(name, *(_version(case, case.names.index(name)) for case in cases))


def _version(ranking: Ranking, row: int) -> Version:
    coarse, fine = (int(ranking.found.mean[POLLUTANTS.index(p), row]) for p in _SHOWN)
    index = int(ranking.index.index[row])
    scaled = MISSING if index == NO_VALUE else index * 10 ** (3 - ranking.index.index_decimals)
    return Version(coarse, fine, scaled)


def write_candidates(report: ExceptionalReport, out: Path) -> int:
    """Write what the rules found, and the roster lacks, as a register of exclusions to edit.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    BadRequest
        If there is no such folder.
    """
    if not out.parent.is_dir():
        raise BadRequest(
            f"没有目录 / no folder {out.parent}", where="-o", fix="先建目录 / make it first"
        )
    rows = [
        (c.place, c.day, c.pollutant, "; ".join(_KINDS.get(c.reason, (c.reason,))), c.state, FINDER)
        for c in report.claims
        if not c.registered
    ]
    # With a byte-order mark, so that spreadsheets read the Chinese.
    with out.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("scope", "day", "pollutant", "reason", "state", "declared_by"))
        writer.writerows(rows)
    return len(rows)


def kind_label(kind: str, lang: Language) -> str:
    """Printed form of a candidate's kind; a roster's reason stands as it was written."""
    return lang.of(*_KINDS[kind]) if kind in _KINDS else kind


def state_label(state: ClaimState, lang: Language) -> str:
    """Printed form of a claim's state."""
    return lang.of(_STATES[state], state.value)


def exceptional_rows(
    lake: Lake,
    level: str,
    period: Period,
    stamp: Stamp,
    lang: Language,
    shelf: Shelf,
    rules: str = IN_FORCE,
) -> tuple[ExceptionalRow, ...]:
    """Rows of a bulletin: each claimed day, then each place's period in both versions."""
    report = exceptional(lake, period, level=level, rules=rules, shelf=shelf)
    sand = replace(stamp, state=DataState.SAND_EXCLUDED)
    rows = []
    for c in report.claims:
        unit = next(p.unit for p in POLLUTANTS if p.symbol == c.pollutant)
        key = f"exceptional/{c.place}/{c.day}/{c.pollutant}"
        rows.append(
            ExceptionalRow(
                *(day_label(c.day, lang), c.place, kind_label(c.reason, lang)),
                *(state_label(c.state, lang), c.pollutant),
                stamp.number(c.value, c.decimals, unit, f"{key}/official"),
                sand.blank(unit, f"{key}/excluded"),
            )
        )
    for v in report.versions:
        rows += _period_rows(report, v, (stamp, sand), lang)
    return tuple(rows)


def _period_rows(
    report: ExceptionalReport, v: Versions, stamps: tuple[Stamp, Stamp], lang: Language
) -> list[ExceptionalRow]:
    """PM10, PM2.5 and index of a place: official against approved, or against all where none is."""
    approved = v.approved != v.official
    other = v.approved if approved else v.everything
    standing = lang.of("若全部批准", "if all approved")
    if approved:
        standing = state_label(ClaimState.APPROVED, lang)
    decimals: Mapping[str, int] = report.official.rules.evaluation.clause.period_decimals
    digits = (*(decimals[p.key] for p in _SHOWN), report.official.index.index_decimals)
    mean = lang.of("均值", " mean")
    names = (*(f"{p.symbol}{mean}" for p in _SHOWN), lang.of("综合指数", "Composite index"))
    units = (*(p.unit for p in _SHOWN), "")
    rows = []
    for n, what in enumerate(("pm10", "pm25", "index")):
        key = f"exceptional/{v.place}/{report.period.label}/{what}"

        def figure(
            stamp: Stamp, version: Version, end: str, n: int = n, what: str = what
        ) -> Figure:
            return stamp.number(getattr(version, what), digits[n], units[n], end)

        rows.append(
            ExceptionalRow(
                *(period_label(report.period, lang), v.place, lang.of("全时段", "period")),
                *(standing, names[n]),
                figure(stamps[0], v.official, f"{key}/official"),
                figure(stamps[1], other, f"{key}/excluded"),
            )
        )
    return rows
