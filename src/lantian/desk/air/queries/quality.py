"""What the page of data quality says: capture, gaps, late stations, corrections, quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.desk.air.queries.days import held
from lantian.desk.air.queries.ground import Ground
from lantian.desk.language import language
from lantian.errors import NoData
from lantian.flows.grounds import offsets_of
from lantian.flows.level_days import STATION
from lantian.flows.station_days import require_data
from lantian.lake.audit import GAP_H, Audit, audit
from lantian.lake.quarantine import Quarantined, quarantined, reasons
from lantian.lake.store import Revision
from lantian.terms.hour import BEIJING_H, day_number, first_hour, local_end
from lantian.terms.mark import MISSING, is_withdrawn
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import round_half_even, spell

#: Most corrections, gaps and refused rows that a page lists.
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Capture:
    """Share of hours with a valid value at one station, as printed per cent; "" where none was due.

    `months` has one row for each month of the period: the six pollutants; `whole` is of
    the whole period.
    """

    code: str
    name: str
    months: tuple[tuple[str, ...], ...]
    whole: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapRow:
    """A run of hours without any value: local ends of its first and last hour."""

    code: str
    name: str
    first: datetime
    last: datetime
    hours: int


@dataclass(frozen=True, slots=True)
class Correction:
    """One stored value that a later batch replaced."""

    code: str
    name: str
    at: datetime
    item: str
    unit: str
    old: str
    new: str
    batch: int
    source: str


@dataclass(frozen=True, slots=True)
class QualityPage:
    """Quality of the data of a period at the stations in view."""

    period: Period
    months: tuple[Period, ...]
    captures: tuple[Capture, ...]
    gaps: tuple[GapRow, ...]
    gap_count: int
    corrections: tuple[Correction, ...]
    correction_count: int
    refused: tuple[tuple[str, int], ...]
    refused_rows: tuple[Quarantined, ...]
    stale: int
    absent: int
    lag: str


def quality_page(ground: Ground, period: Period) -> QualityPage:
    """Return the quality of a period.

    Raises
    ------
    NoData, NoRuleInForce
        If the period lies outside the data or before any rule.
    """
    there = require_data(ground.lake, period)
    found = ground.kept(
        ("quality", ground.root, there, language()), lambda: _hours(ground, there)
    ).value
    waiting = held(ground, STATION, period)
    refused, rows = ground.kept(
        "quarantine", lambda: (tuple(reasons(ground.lake)), tuple(quarantined(ground.lake, MOST)))
    ).value
    captures, gaps, corrections = found
    return QualityPage(
        there,
        tuple(there.months()),
        captures,
        gaps[:MOST],
        len(gaps),
        corrections[:MOST],
        len(corrections),
        refused,
        rows,
        waiting.stale,
        waiting.absent,
        waiting.statement(language()),
    )


type _Found = tuple[tuple[Capture, ...], tuple[GapRow, ...], tuple[Correction, ...]]


def _hours(ground: Ground, period: Period) -> _Found:
    """Read the hours of the period, a month at a time."""
    known = set(ground.lake.stations())
    stations = [s for s in ground.group.stations if s in known]
    if not stations:
        raise NoData("没有站点数据 / no station has data", where="air", fix="—")
    offset_h = offsets_of(ground.roster).get(stations[0], BEIJING_H)
    counts, due, present = [], [], []
    for month in period.months():
        start = first_hour(day_number(month.first), offset_h)
        block = ground.lake.block(stations, start, start + month.days * 24)
        counts.append((block != MISSING).sum(axis=2))
        due.append(month.days * 24)
        present.append((block != MISSING).any(axis=0))
    whole = np.concatenate(present, axis=1)
    start = first_hour(day_number(period.first), offset_h)
    names = ground.names
    captures = tuple(
        Capture(
            code,
            names.get(code, code),
            tuple(_shares(c[:, n], d) for c, d in zip(counts, due, strict=True)),
            _shares(sum(c[:, n] for c in counts), sum(due)),
        )
        for n, code in enumerate(stations)
    )
    gaps = [
        GapRow(
            code, names.get(code, code), local_end(a, offset_h), local_end(b - 1, offset_h), b - a
        )
        for n, code in enumerate(stations)
        for a, b in _runs(~whole[n], start)
        if b - a >= GAP_H
    ]
    gaps.sort(key=lambda gap: (-gap.hours, gap.code, gap.first))
    after = start + period.days * 24
    changed = ground.lake.changes(0, None, stations, start, after).revisions
    corrections = [
        _correction(one, names.get(one.station, one.station), offset_h) for one in changed
    ]
    return captures, tuple(gaps), tuple(reversed(corrections))


def _shares(counts: Sequence[int], due: int) -> tuple[str, ...]:
    return tuple(spell(round_half_even(int(n) * 100_000, due), 1) for n in counts)


def _runs(flags: npt.NDArray[np.bool_], start: int) -> list[tuple[int, int]]:
    """Runs of true flags as hours [from, to)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(start + int(a), start + int(b)) for a, b in edges.reshape(-1, 2)]


def _correction(one: Revision, name: str, offset_h: int) -> Correction:
    unit = next((p.unit for p in POLLUTANTS if p.key == one.item), "")
    return Correction(
        one.station,
        name,
        local_end(one.h, offset_h),
        one.item,
        unit,
        _value(one.old, one.old_mark),
        _value(one.new, one.new_mark),
        one.batch,
        one.source,
    )


def _value(thousandths: int, mark: int) -> str:
    if thousandths == MISSING:
        return "—"
    shown = spell(thousandths, 3).rstrip("0").rstrip(".")
    return shown + language().of("（撤销）", " (withdrawn)") if is_withdrawn(mark) else shown


def audited(ground: Ground) -> tuple[Audit, datetime]:
    """Return a look over the whole lake, every part read and hashed, and when it was made."""
    made = ground.kept("audit", lambda: audit(ground.lake))
    return made.value, made.at
