"""Flow `reconcile`: an official table beside our own figures, each difference with its class."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from lantian.errors import BadRequest
from lantian.evaluate.reconcile import Difference, Finding, Fit, classify
from lantian.flows.counterpart import Counterpart
from lantian.flows.evidence import of_concentration, of_good_days, of_index, of_rank
from lantian.flows.exceptional import exceptional
from lantian.flows.level_days import STATION
from lantian.flows.official import COUNTS, GOOD_DAYS, INDEX, ITEMS, RANK, OfficialRow, Published
from lantian.flows.station_days import IN_FORCE
from lantian.flows.table_file import TableWriter
from lantian.lake.roster import Roster
from lantian.lake.store import Lake
from lantian.rules.ruleset import Shelf, for_period, index_variant
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS

_SCHEMA: Final = pa.schema(
    [
        *[pa.field(name, pa.string()) for name in ("period", "place", "item")],
        *[pa.field(name, pa.float64()) for name in ("ours", "official", "difference")],
        *[pa.field(name, pa.string()) for name in ("class", "evidence")],
    ]
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One official figure beside ours: thousandths, or whole days or ranks."""

    period: Period
    place: str
    item: str
    ours: int | None
    official: int
    decimals: int
    finding: Finding

    @property
    def scale(self) -> int:
        """What the integers are divided by to be printed."""
        return 1 if self.item in COUNTS else 1000


@dataclass(frozen=True, slots=True)
class VariantFit:
    """How one index variant reproduces the published ranks and indices of a period.

    `ranks` is None where the table has none; `equal_indices` of `indices` are equal.
    """

    period: Period
    variant: str
    own: bool
    verified: bool
    ranks: Fit | None
    equal_indices: int
    indices: int

    @property
    def score(self) -> tuple[int, int, int, int]:
        """The higher the better: equal ranks, pairs in order, smallest gap, equal indices."""
        if self.ranks is None:
            return (0, 0, 0, self.equal_indices)
        return (self.ranks.equal, self.ranks.same_order, -self.ranks.largest, self.equal_indices)


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """Every figure of an official table, compared; index variants by period, the best first."""

    level: str
    cells: tuple[Compared, ...]
    fits: tuple[VariantFit, ...]
    notes: tuple[str, ...]
    basis: str


def reconcile(
    lake: Lake,
    rows: Sequence[OfficialRow],
    *,
    level: str | None = None,
    rules: str = IN_FORCE,
    variant: str = "",
    shelf: Shelf | None = None,
    as_of: int | None = None,
) -> ReconcileReport:
    """Compare an official table with our own figures.

    Parameters
    ----------
    lake : Lake
    rows : sequence of OfficialRow
        At least one, from `official.read_official`.
    level : str, optional
        Level of the places; the one that has them all unless said.
    rules : str
        `in-force` on the last day of each period, or the name of a rule set.
    variant : str
        Index variant by which we compare; the rule set's own unless said.
    shelf, as_of : optional

    Returns
    -------
    ReconcileReport

    Raises
    ------
    BadRequest
        If a place is unknown, or several levels have all places.
    NoData
        If a period lies outside the data.
    """
    named = _level(lake, rows, level, as_of)
    cells: list[Compared] = []
    fits: list[VariantFit] = []
    notes: list[str] = []
    basis = ""
    digits = {
        item: max(r.figures[item].decimals for r in rows if item in r.figures)
        for item in ITEMS
        if any(item in r.figures for r in rows)
    }
    for period in sorted({r.period for r in rows}):
        chosen, crossed = for_period(period, None if rules == IN_FORCE else rules, shelf)
        notes += [n for n in crossed if n not in notes]
        report = exceptional(lake, period, level=named, rules=rules, shelf=shelf, as_of=as_of)
        own = index_variant(variant or chosen.evaluation.clause.default_index, shelf)
        listed = {report.official.names.index(r.place): r for r in rows if r.period == period}
        ranks = {n: r.figures[RANK].value for n, r in listed.items() if RANK in r.figures}
        held = Counterpart(lake, report, own, digits, shelf, as_of, ranks)
        cells += _compare(held, listed)
        fits += _fits(held, listed)
        basis = report.basis
    return ReconcileReport(named, tuple(cells), tuple(fits), tuple(notes), basis)


def _level(lake: Lake, rows: Sequence[OfficialRow], level: str | None, as_of: int | None) -> str:
    """Level that has every place of the table."""
    places = _places(lake, lake.roster(as_of))
    wanted = list(dict.fromkeys(r.place for r in rows))
    if level is not None and level not in places:
        raise BadRequest(
            f"没有层级 / no level {level!r}",
            where="--level",
            fix=f"可选 / one of: {', '.join(places)}",
        )
    tried = places if level is None else {level: places[level]}
    fitting = [name for name, known in tried.items() if known.issuperset(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise BadRequest(
            f"多个层级都有这些地区 / several levels have these places: {', '.join(fitting)}",
            where="--level",
            fix="用 --level 指明 / say which with --level",
        )
    nearest = max(tried, key=lambda name: len(tried[name].intersection(wanted)))
    strange = [place for place in wanted if place not in tried[nearest]]
    raise BadRequest(
        f"名录中没有 / the roster lacks: {', '.join(strange)} ({nearest})",
        where="--official",
        fix=f"改名或登记；已知的 / rename or register; known: {', '.join(sorted(tried[nearest]))}",
    )


def _places(lake: Lake, roster: Roster) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for m in roster.memberships:
        found.setdefault(m.level, set()).add(m.place)
    return {**found, STATION: set(lake.stations())}


def _compare(held: Counterpart, listed: dict[int, OfficialRow]) -> list[Compared]:
    """Compare concentrations, then indices made of them, then ranks made of those."""
    found: dict[tuple[int, str], Compared] = {}
    for n, row in listed.items():
        for i, p in enumerate(POLLUTANTS):
            if p.key in row.figures:
                figure, ours = row.figures[p.key], held.concentration(n, i)
                finding = classify(ours, figure.value, of_concentration(held, n, i, figure))
                digits = held.rules.evaluation.clause.period_decimals[p.key]
                found[n, p.key] = _cell(
                    held, row, p.key, ours, max(digits, figure.decimals), finding
                )
        if INDEX in row.figures:
            found[n, INDEX] = _index(held, n, row, {k[1]: c for k, c in found.items() if k[0] == n})
        if GOOD_DAYS in row.figures:
            good = int(held.ranking.found.good[n])
            finding = classify(good, row.figures[GOOD_DAYS].value, of_good_days(held, n))
            found[n, GOOD_DAYS] = _cell(held, row, GOOD_DAYS, good, 0, finding)
    indices = {n: r.figures[INDEX].value for n, r in listed.items() if INDEX in r.figures}
    findings = {n: found[n, INDEX].finding for n in indices}
    for n, row in listed.items():
        if RANK in row.figures:
            ours = held.rank(n)
            evidence = of_rank(held, n, indices, findings)
            finding = classify(ours, row.figures[RANK].value, evidence)
            found[n, RANK] = _cell(held, row, RANK, ours, 0, finding)
    return [found[n, item] for n in listed for item in ITEMS if (n, item) in found]


def _concentration(held: Counterpart, n: int, row: OfficialRow, i: int) -> Compared:
    key = POLLUTANTS[i].key
    figure, ours = row.figures[key], held.concentration(n, i)
    finding = classify(ours, figure.value, of_concentration(held, n, i, figure))
    digits = held.rules.evaluation.clause.period_decimals[key]
    return _cell(held, row, key, ours, max(digits, figure.decimals), finding)


def _index(held: Counterpart, n: int, row: OfficialRow, cells: dict[str, Compared]) -> Compared:
    figure, ours = row.figures[INDEX], held.index(n)
    whole = all(p.key in row.figures for p in POLLUTANTS)
    six = [row.figures[p.key].value for p in POLLUTANTS] if whole else None
    findings = {i: cells[p.key].finding for i, p in enumerate(POLLUTANTS) if p.key in cells}
    finding = classify(ours, figure.value, of_index(held, n, figure, six, findings))
    digits = max(held.variant.clause.index_decimals, figure.decimals)
    return _cell(held, row, INDEX, ours, digits, finding)


def _cell(
    held: Counterpart,
    row: OfficialRow,
    item: str,
    ours: int | None,
    decimals: int,
    finding: Finding,
) -> Compared:
    period, figure = held.ranking.period, row.figures[item]
    return Compared(period, row.place, item, ours, figure.value, decimals, finding)


def _fits(held: Counterpart, listed: dict[int, OfficialRow]) -> list[VariantFit]:
    """How each variant reproduces what is published, the best first."""
    indices: dict[int, Published] = {
        n: r.figures[INDEX] for n, r in listed.items() if INDEX in r.figures
    }
    if not held.published and not indices:
        return []
    found = []
    for variant in (held.variant, *held.variants):
        ours = {n: held.by_variant(variant, n) for n in listed}
        found.append(
            VariantFit(
                held.ranking.period,
                variant.id,
                variant is held.variant,
                variant.verified,
                held.fits[variant.id] if held.published else None,
                sum(1 for n, figure in indices.items() if ours[n] == figure.value),
                len(indices),
            )
        )
    return sorted(found, key=lambda one: one.score, reverse=True)


def write_reconciled(report: ReconcileReport, out: Path) -> int:
    """Write every compared figure to Parquet, CSV or Excel; return the rows."""
    columns = [
        [c.period.label for c in report.cells],
        [c.place for c in report.cells],
        [c.item for c in report.cells],
        [None if c.ours is None else c.ours / c.scale for c in report.cells],
        [c.official / c.scale for c in report.cells],
        [None if c.ours is None else (c.ours - c.official) / c.scale for c in report.cells],
        [str(c.finding.kind) for c in report.cells],
        [" / ".join(filter(None, c.finding.words)) for c in report.cells],
    ]
    arrays = [pa.array(v, f.type) for v, f in zip(columns, _SCHEMA, strict=True)]
    with TableWriter(out, _SCHEMA) as writer:
        writer.write(pa.Table.from_arrays(arrays, schema=_SCHEMA))
    return len(report.cells)


def counted(report: ReconcileReport) -> dict[Difference, int]:
    """How many figures each class has."""
    kinds = [c.finding.kind for c in report.cells]
    return {kind: kinds.count(kind) for kind in Difference if kind in kinds}
