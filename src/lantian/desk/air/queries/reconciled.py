"""What the page of reconciling says: an official table beside our figures, by class."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lantian.desk.air.queries.ground import Ground
from lantian.desk.language import language
from lantian.evaluate.reconcile import Difference
from lantian.flows.official import read_official
from lantian.flows.reconcile import Compared, ReconcileReport, VariantFit, counted, reconcile
from lantian.flows.station_days import IN_FORCE
from lantian.report.figure import BLANK, Figure
from lantian.rules.ruleset import for_period
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import spell

#: Words and tag of each class of difference.
CLASSES: Final[Mapping[Difference, tuple[str, str, str]]] = {
    Difference.EQUAL: ("一致", "equal", "good"),
    Difference.ROUNDING: ("修约", "rounding", "info"),
    Difference.SAND: ("扣沙", "sand", "info"),
    Difference.VARIANT: ("指数口径", "another index variant", "warn"),
    Difference.MISSING_DAYS: ("缺日", "missing days", "warn"),
    Difference.AUDITED: ("审核数据", "audited data", "bad"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """How a table is compared; what is empty is chosen by the flow."""

    period: Period | None = None
    level: str = ""
    variant: str = ""
    rules: str = ""


@dataclass(frozen=True, slots=True)
class CellLine:
    """One official figure beside ours."""

    period: str
    place: str
    item: str
    ours: Figure
    official: str
    difference: str
    kind: str
    tag: str
    equal: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A table compared."""

    report: ReconcileReport
    lines: tuple[CellLine, ...]
    counts: tuple[tuple[str, str, int], ...]
    fits: tuple[VariantFit, ...]
    notes: tuple[str, ...]


def reconciled(ground: Ground, path: Path, question: Question) -> Reconciled:
    """Compare a kept table with our figures.

    Raises
    ------
    BadFile
        If it cannot be read as an official table; the message names line and column.
    BadRequest, NoData
        If a place, level, variant or rule set is unknown, or a period outside the data.
    """
    report = ground.kept(
        ("reconciled", path.name, question), lambda: _compare(ground, path, question)
    ).value
    lang = language()
    lines = tuple(_line(ground, cell) for cell in report.cells)
    counts = tuple(
        (lang.of(*CLASSES[kind][:2]), CLASSES[kind][2], n) for kind, n in counted(report).items()
    )
    notes = tuple(lang.half(note) for note in report.notes)
    return Reconciled(report, lines, counts, report.fits, notes)


def _compare(ground: Ground, path: Path, question: Question) -> ReconcileReport:
    return reconcile(
        ground.lake,
        read_official(path, question.period),
        level=question.level or None,
        rules=question.rules or IN_FORCE,
        variant=question.variant,
        shelf=ground.shelf,
    )


def _line(ground: Ground, cell: Compared) -> CellLine:
    lang = language()
    zh, en, tag = CLASSES[cell.finding.kind]
    rules, _ = for_period(cell.period, None, ground.shelf)
    stamp = ground.stamp(rules)
    unit = next((p.unit for p in POLLUTANTS if p.key == cell.item), "")
    key = f"place/{cell.place}/{cell.period.label}/{cell.item}"
    ours = MISSING if cell.ours is None else cell.ours
    figure = (
        stamp.count(ours, "", key)
        if cell.scale == 1
        else stamp.number(ours, cell.decimals, unit, key)
    )
    gap = BLANK if cell.ours is None else _spelled(cell, cell.ours - cell.official)
    return CellLine(
        cell.period.label,
        cell.place,
        _item(cell.item),
        figure,
        _spelled(cell, cell.official),
        gap,
        lang.of(zh, en),
        tag,
        cell.finding.kind is Difference.EQUAL,
        lang.of(*cell.finding.words),
    )


def _spelled(cell: Compared, value: int) -> str:
    return str(value) if cell.scale == 1 else spell(value, cell.decimals)


def _item(key: str) -> str:
    named = {p.key: p.symbol for p in POLLUTANTS}
    words = {
        "index": ("综合指数", "composite index"),
        "rank": ("名次", "rank"),
        "good_days": ("优良天数", "good days"),
    }
    return named.get(key) or language().of(*words[key])
