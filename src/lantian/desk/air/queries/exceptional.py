"""What the page of exceptional days says: episodes, claims with what waits, both versions."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from lantian.desk.air.queries.days import stamp_of
from lantian.desk.air.queries.ground import Ground
from lantian.desk.intents.queries import pending_for
from lantian.desk.language import language
from lantian.errors import NoData
from lantian.evaluate.exceptional import EVERYWHERE, ClaimState
from lantian.flows.exceptional import (
    ClaimRow,
    ExceptionalReport,
    Version,
    exceptional,
    kind_label,
    state_label,
)
from lantian.lake.roster import Exclusion
from lantian.report.figure import DataState, Figure, Stamp
from lantian.terms.hour import local_end
from lantian.terms.period import Period
from lantian.terms.pollutant import PM10, PM25, POLLUTANTS

_TAGS: Final = {
    ClaimState.CANDIDATE: "off",
    ClaimState.SUBMITTED: "info",
    ClaimState.APPROVED: "good",
    ClaimState.WITHDRAWN: "warn",
}


@dataclass(frozen=True, slots=True)
class Episode:
    """A run of hours that the rules find: local ends of first and last hour, PM10 by figure."""

    place: str
    kind: str
    first: datetime
    last: datetime
    before: Figure
    highest: Figure
    source: str


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim, or a day that may be claimed, with what waits to be written about it.

    `waiting` is the state that a pending intent asks for, "" where none waits; `own` is
    whether the reader declared it.
    """

    row: ClaimRow
    value: Figure
    reason: str
    state: str
    tag: str
    waiting: str
    own: bool

    @property
    def may_submit(self) -> bool:
        """Whether it can be submitted now."""
        free = self.row.state in (ClaimState.CANDIDATE, ClaimState.WITHDRAWN)
        return free and not self.waiting

    @property
    def may_decide(self) -> bool:
        """Whether it can be approved or withdrawn now, by another person."""
        return self.row.registered and self.row.state is ClaimState.SUBMITTED and not self.waiting


@dataclass(frozen=True, slots=True)
class Cell:
    """PM10, PM2.5 and index of one version."""

    pm10: Figure
    pm25: Figure
    index: Figure


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A place in three versions: official, without approved days, without all that may be."""

    place: str
    official: Cell
    approved: Cell
    everything: Cell


@dataclass(frozen=True, slots=True)
class ExceptionalPage:
    """Exceptional days of a level and period."""

    level: str
    period: Period
    episodes: tuple[Episode, ...]
    claims: tuple[ClaimLine, ...]
    versions: tuple[VersionLine, ...]
    waiting: tuple[str, ...]
    basis: str


def exceptional_page(ground: Ground, level: str, period: Period, reader: str) -> ExceptionalPage:
    """Return the page of a level and period for one reader.

    Raises
    ------
    NoData, NoRuleInForce
        If the period lies outside the data or before any rule.
    """
    report = ground.kept(
        ("exceptional", level, period),
        lambda: exceptional(ground.lake, period, level=level, shelf=ground.shelf),
    ).value
    stamp = stamp_of(ground, report.official)
    waiting = _waiting()
    return ExceptionalPage(
        report.level,
        period,
        tuple(_episodes(report, stamp)),
        tuple(_claim(stamp, row, waiting, reader) for row in report.claims),
        tuple(_versions(report, stamp)),
        tuple(f"{key} → {state}" for key, state in waiting.items()),
        report.basis,
    )


def _waiting() -> dict[str, str]:
    """State that each pending intent asks for, by key of the claim."""
    found = {}
    for intent in pending_for("exceptional."):
        body: dict[str, Any] = intent.body
        state = ClaimState(body.get("state", ClaimState.SUBMITTED.value))
        found[intent.key] = state_label(state, language())
    return found


def _episodes(report: ExceptionalReport, stamp: Stamp) -> list[Episode]:
    lang, clause = language(), report.official.rules.aqi.clause
    found = []
    for one in report.found:
        c = one.candidate
        first, last = (local_end(h, one.offset_h) for h in (c.first_h, c.last_h))
        digits = clause.decimals_ugm3
        key = f"hour/{c.scope}/{first:%Y-%m-%dT%H}"
        found.append(
            Episode(
                c.scope,
                kind_label(c.kind, lang),
                first,
                last,
                stamp.number(c.before, digits, "ug/m3", f"episode/{key}/before"),
                stamp.number(c.highest, digits, "ug/m3", f"episode/{key}/highest"),
                c.source,
            )
        )
    return found


def _claim(stamp: Stamp, row: ClaimRow, waiting: dict[str, str], reader: str) -> ClaimLine:
    lang = language()
    unit = next(p.unit for p in POLLUTANTS if p.symbol == row.pollutant)
    key = f"place/{row.place}/{row.day}/{row.pollutant}"
    return ClaimLine(
        row,
        stamp.number(row.value, row.decimals, unit, key),
        kind_label(row.reason, lang),
        state_label(row.state, lang),
        _TAGS[row.state],
        waiting.get(f"{row.place}/{row.day}/{row.pollutant}", ""),
        row.registered and row.declared_by == reader,
    )


def _versions(report: ExceptionalReport, stamp: Stamp) -> list[VersionLine]:
    sand = replace(stamp, state=DataState.SAND_EXCLUDED)
    decimals = report.official.rules.evaluation.clause.period_decimals
    digits = report.official.index.index_decimals

    def cell(made: Stamp, version: Version, place: str, key: str) -> Cell:
        path = f"{key}/{place}/{report.period.label}"
        return Cell(
            made.number(version.pm10, decimals[PM10.key], PM10.unit, f"{path}/pm10"),
            made.number(version.pm25, decimals[PM25.key], PM25.unit, f"{path}/pm25"),
            made.number(version.index, digits, "", f"{path}/index"),
        )

    return [
        VersionLine(
            v.place,
            cell(stamp, v.official, v.place, "place"),
            cell(sand, v.approved, v.place, "place"),
            # What would be if all were approved is a supposition: it has no derivation.
            cell(sand, v.everything, v.place, "if"),
        )
        for v in report.versions
    ]


def claim_held(ground: Ground, scope: str, day: str, symbol: str) -> Exclusion:
    """Return the roster's claim for a place, or for every place.

    Raises
    ------
    NoData
        If it holds none.
    """
    claims = {(c.scope, f"{c.day}", c.pollutant): c for c in ground.roster.exclusions}
    for held in (scope, EVERYWHERE):
        if (held, day, symbol) in claims:
            return claims[held, day, symbol]
    raise NoData(
        f"名录中没有这项申报 / the roster has no such claim: {scope[:40]} {day[:10]} {symbol[:10]}",
        where="exceptional",
        fix="刷新页面 / load the page again",
    )
