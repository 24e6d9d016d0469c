"""Flow `rank`: places of a level in order of a composite index over a period."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lantian.evaluate.attainment import attainment
from lantian.evaluate.composite import NO_VALUE, Composite, composite
from lantian.evaluate.ranking import (
    NO_CHANGE,
    UNRANKED,
    among_last,
    change_tenths,
    competition_ranks,
    good_day_tenths,
    shortfalls,
)
from lantian.evaluate.statistics import Statistics, statistics
from lantian.flows.level_days import LevelDays
from lantian.flows.table_file import TableWriter
from lantian.rules.book import Entry
from lantian.rules.clauses import IndexClause
from lantian.rules.ruleset import RuleSet, Shelf, index_limits, index_variant
from lantian.terms.mark import MISSING
from lantian.terms.period import Period, PeriodKind
from lantian.terms.pollutant import PERIOD_ITEMS


@dataclass(frozen=True, slots=True)
class Ranking:
    """Places of a level ranked by one variant of the index, with others beside it.

    Attributes
    ----------
    days : LevelDays
    found : Statistics
    variant : Entry of IndexClause
    index : Composite
        By the variant that ranks.
    ranks : ndarray of int64, shape (places,)
        UNRANKED where `reasons` says why.
    reasons : list of str
    beside : dict of str to (Composite, ndarray of int64)
        Index and rank by further variants.
    change : ndarray of int64 or None
        Change of the index on the period of comparison, tenths of a per cent.
    notes : list of str
        What the reader of every row must know.
    """

    days: LevelDays
    found: Statistics
    variant: Entry[IndexClause]
    index: Composite
    ranks: npt.NDArray[np.int64]
    reasons: list[str]
    beside: dict[str, tuple[Composite, npt.NDArray[np.int64]]] = field(default_factory=dict)
    change: npt.NDArray[np.int64] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Places, in the order of the arrays."""
        return self.days.names

    @property
    def period(self) -> Period:
        """The period ranked."""
        return self.days.period

    @property
    def rules(self) -> RuleSet:
        """The rule set of the days."""
        return self.days.rules

    def order(self) -> list[int]:
        """Rows from the best rank to the last; places without rank at the end by index."""
        index = self.index.index
        unranked = self.ranks == UNRANKED
        lacking = index == NO_VALUE
        return [int(i) for i in np.lexsort((np.arange(index.size), index, lacking, unranked))]


def rank(
    days: LevelDays,
    variants: Sequence[str] = (),
    *,
    shelf: Shelf | None = None,
    min_days: int | None = None,
    against: LevelDays | None = None,
    notes: Sequence[str] = (),
) -> Ranking:
    """Rank the places of a level.

    Parameters
    ----------
    days : LevelDays
        Days of the period.
    variants : sequence of str
        Names of index variants; the first ranks, the others are set beside it. Without
        any, the variant that the rule set names.
    shelf : mapping of str to Book, optional
    min_days : int, optional
        Fewest valid days of each pollutant, in place of the rules' number.
    against : LevelDays, optional
        Days of the period of comparison, under the same rule set.
    notes : sequence of str, optional

    Returns
    -------
    Ranking
    """
    names = list(variants) or [days.rules.evaluation.clause.default_index]
    found = statistics(days.values, days.index, days.rules)
    reasons = shortfalls(days.values, days.period, days.rules, min_days)
    indices = {}
    for name in names:
        variant = index_variant(name, shelf)
        index = composite(found, variant, index_limits(variant, shelf))
        able = np.array([not r for r in reasons]) & (index.index != NO_VALUE)
        indices[name] = (index, competition_ranks(index.index, able))
    index, ranks = indices.pop(names[0])
    variant = index_variant(names[0], shelf)
    said = list(notes)
    if not variant.verified:
        said.append(
            f"指数口径未核实：{variant.clause.title_zh}"
            f" / index variant unverified: {variant.clause.title_en}"
        )
    ranking = Ranking(days, found, variant, index, ranks, reasons, indices, None, said)
    if against is None:
        return ranking
    before = rank(against, names[:1], shelf=shelf, min_days=min_days)
    change = _change(ranking, before)
    return Ranking(days, found, variant, index, ranks, reasons, indices, change, said)


def _change(now: Ranking, before: Ranking) -> npt.NDArray[np.int64]:
    """Change of each place's index on its own index of the earlier period."""
    row = {name: i for i, name in enumerate(before.names)}
    earlier = np.array(
        [before.index.index[row[n]] if n in row else NO_VALUE for n in now.names], np.int64
    )
    return change_tenths(now.index.index, earlier)


def improvement_ranks(ranking: Ranking) -> npt.NDArray[np.int64]:
    """Rank by change on the period of comparison: the largest fall first.

    Notes
    -----
    Source: 城市环境空气质量变化程度排名方案 (2017).
    """
    if ranking.change is None:
        return np.full(len(ranking.names), UNRANKED, np.int64)
    able = (ranking.change != NO_CHANGE) & (ranking.ranks != UNRANKED)
    return competition_ranks(ranking.change, able)


def months_among_last(now: Ranking, earlier: Iterable[Ranking], last: int) -> npt.NDArray[np.int64]:
    """Count the consecutive months, this one included, that a place was among the last.

    Parameters
    ----------
    now : Ranking
        Of a month.
    earlier : iterable of Ranking
        Of the months before, latest first; read only as far as a run goes on.
    last : int
        How many at the end of the list count.

    Returns
    -------
    ndarray of int64, shape (places,)
    """
    running = dict(zip(now.names, among_last(now.ranks, last).tolist(), strict=True))
    runs = {name: int(there) for name, there in running.items()}
    for month in earlier:
        there = dict(zip(month.names, among_last(month.ranks, last).tolist(), strict=True))
        running = {name: run and there.get(name, False) for name, run in running.items()}
        if not any(running.values()):
            break
        for name, run in running.items():
            runs[name] += int(run)
    return np.array([runs[name] for name in now.names], np.int64)


def _scaled(values: npt.NDArray[np.int64], none: int, scale: float) -> Any:
    return pa.array(values / scale, mask=values == none)


def rank_table(ranking: Ranking, runs: npt.NDArray[np.int64] | None = None) -> Any:
    """Table of a ranking, best first, in the columns of `lantian rank`.

    Parameters
    ----------
    ranking : Ranking
    runs : ndarray of int64, optional
        From `months_among_last`.

    Returns
    -------
    pyarrow.Table
        Concentrations in ug/m3, CO in mg/m3: the statistic that entered the index.
    """
    order = np.array(ranking.order(), np.int64)
    index, found = ranking.index, ranking.found
    columns: dict[str, Any] = {
        "rank": pa.array(ranking.ranks[order], mask=ranking.ranks[order] == UNRANKED),
        "place": pa.array([ranking.names[i] for i in order]),
        "index": _scaled(index.index[order], NO_VALUE, 10**index.index_decimals),
        "index_max": _scaled(index.index_max[order], NO_VALUE, 10**index.single_decimals),
    }
    for i, item in enumerate(PERIOD_ITEMS):
        columns[item.column] = _scaled(index.concentration[i][order], MISSING, 1000)
        columns[f"index_{item.pollutant.key}"] = _scaled(
            index.single[i][order], NO_VALUE, 10**index.single_decimals
        )
    for name, (other, ranks) in ranking.beside.items():
        columns[f"index[{name}]"] = _scaled(other.index[order], NO_VALUE, 10**other.index_decimals)
        columns[f"rank[{name}]"] = pa.array(ranks[order], mask=ranks[order] == UNRANKED)
    columns["good_day_ratio"] = _scaled(good_day_tenths(found)[order], -1, 1000)
    columns["valid_days"] = pa.array(found.rated[order])
    change = ranking.change
    columns["change_pct"] = (
        pa.nulls(order.size, pa.float64())
        if change is None
        else _scaled(change[order], NO_CHANGE, 10)
    )
    if change is not None:
        better = improvement_ranks(ranking)[order]
        columns["improvement_rank"] = pa.array(better, mask=better == UNRANKED)
    if runs is not None:
        columns["months_among_last"] = pa.array(runs[order])
    if ranking.period.kind is PeriodKind.YEAR:
        judged = attainment(ranking.days.values, found, ranking.rules)
        columns["attains"] = pa.array(judged.attains[order])
    columns["rules"] = pa.array([f"{ranking.rules.name}; {ranking.variant.id}"] * order.size)
    columns["note"] = pa.array([_note(ranking, int(i)) for i in order])
    return pa.table(columns)


def _note(ranking: Ranking, row: int) -> str:
    said = [ranking.reasons[row], *ranking.notes]
    if ranking.index.index[row] == NO_VALUE and not ranking.reasons[row]:
        said.insert(0, "有污染物无有效日 / a pollutant has no valid day")
    return "; ".join(s for s in said if s)


def write_ranking(ranking: Ranking, out: Path, runs: npt.NDArray[np.int64] | None = None) -> int:
    """Write the table of a ranking to Parquet, CSV or Excel; return its rows."""
    table = rank_table(ranking, runs)
    with TableWriter(out, table.schema) as writer:
        writer.write(table)
    return int(table.num_rows)
