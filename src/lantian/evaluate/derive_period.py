"""Derivation of a period: day values to statistic, single indices, composite index and rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from lantian.evaluate.composite import NO_VALUE, Composite
from lantian.evaluate.derive import Section, Step, cite, plain
from lantian.evaluate.statistics import Statistics, days_needed
from lantian.rules.book import Entry
from lantian.rules.clauses import IndexClause, LimitsClause
from lantian.rules.ruleset import RuleSet
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import PERIOD_ITEMS, POLLUTANTS
from lantian.terms.rounding import spell


@dataclass(frozen=True, slots=True)
class Judged:
    """What a period's derivation starts from: one place among those it is ranked with.

    `values` has shape (items, places, days); `row` is the place's own.
    """

    period: Period
    values: npt.NDArray[np.int32]
    row: int
    found: Statistics
    index: Composite
    rules: RuleSet
    variant: Entry[IndexClause]
    limits: Entry[LimitsClause]


def place_period(judged: Judged) -> tuple[Section, ...]:
    """Derive the statistic and single index of each pollutant, then the composite index.

    Parameters
    ----------
    judged : Judged

    Returns
    -------
    tuple of Section
        One for each pollutant, then the index.
    """
    sections = [
        Section(item.pollutant.symbol, tuple(_pollutant_steps(judged, i)))
        for i, item in enumerate(PERIOD_ITEMS)
    ]
    sections.append(_index_section(judged))
    return tuple(sections)


def _pollutant_steps(judged: Judged, i: int) -> list[Step]:
    row, found = judged.row, judged.found
    steps = [_days_step(judged, i)]
    if found.days[i, row] == 0:
        return steps
    if found.mean[i, row] != MISSING:
        steps.append(_mean_step(judged, i))
    steps.append(_percentile_step(judged, i))
    steps.append(_single_step(judged, i))
    return steps


def _decimal(numerator: int, denominator: int, decimals: int) -> str:
    """Decimal spelling of a ratio before it is rounded by the rule."""
    return f"{numerator / denominator:.{decimals}f}".rstrip("0").rstrip(".")


def _days_step(judged: Judged, i: int) -> Step:
    days = judged.values[i, judged.row]
    used = {
        str(judged.period.first + timedelta(days=d)): int(v)
        for d, v in enumerate(days)
        if v != MISSING
    }
    needed = days_needed(judged.period, judged.rules)
    left = [
        str(judged.period.first + timedelta(days=d)) for d, v in enumerate(days) if v == MISSING
    ]
    words = " ".join(f"{date.fromisoformat(d):%m-%d}={plain(v)}" for d, v in used.items())
    if left:
        words += "；无效或剔除 / not valid or left out: " + ", ".join(left)
    return Step(
        "日值 / days",
        f"{len(used)} 天 / days (≥ {needed}): {words}",
        {"used_thousandths": used, "left_out": left, "needed": needed},
    )


def _mean_step(judged: Judged, i: int) -> Step:
    found, row = judged.found, judged.row
    key = POLLUTANTS[i].key
    total, days = int(found.total[i, row]), int(found.days[i, row])
    decimals = judged.rules.evaluation.clause.period_decimals[key]
    value = int(found.mean[i, row])
    exact = _decimal(total, days * 1000, 6)
    return Step(
        "平均 / mean",
        f"{plain(total)} / {days} = {exact} → {spell(value, decimals)} {POLLUTANTS[i].unit}",
        {
            "sum_thousandths": total,
            "count": days,
            "decimals": decimals,
            "value_thousandths": value,
        },
        cite(judged.rules.evaluation),
    )


def _percentile_step(judged: Judged, i: int) -> Step:
    found, row = judged.found, judged.row
    key = POLLUTANTS[i].key
    clause = judged.rules.evaluation.clause
    per_cent, decimals = clause.percentile[key], clause.period_decimals[key]
    ordered = np.sort(judged.values[i, row][judged.values[i, row] != MISSING])
    place = (ordered.size - 1) * per_cent
    low, rest = divmod(place, 100)
    high = min(low + 1, ordered.size - 1)
    exact, value = int(found.hundredths[i, row]), int(found.percentile[i, row])
    return Step(
        f"第 {per_cent} 百分位 / {per_cent}th percentile",
        f"k = 1 + ({ordered.size} − 1) × {per_cent} % = {1 + place / 100:g}; "
        f"X({low + 1}) = {plain(int(ordered[low]))}, X({high + 1}) = {plain(int(ordered[high]))}; "
        f"{_decimal(exact, 100_000, 5)} → {spell(value, decimals)} {POLLUTANTS[i].unit}",
        {
            "n": int(ordered.size),
            "per_cent": per_cent,
            "x_low": int(ordered[low]),
            "x_high": int(ordered[high]),
            "rest_hundredths": rest,
            "exact_hundredths": exact,
            "decimals": decimals,
            "value_thousandths": value,
        },
        cite(judged.rules.evaluation),
    )


def _single_step(judged: Judged, i: int) -> Step:
    index, row = judged.index, judged.row
    conc, limit = int(index.concentration[i, row]), int(index.limit[i, row])
    single = int(index.single[i, row])
    scale = 10**index.single_decimals
    return Step(
        "单项指数 / single index",
        f"{plain(conc)} / {plain(limit)} = {single / scale:.{index.single_decimals}f}",
        {
            "concentration_thousandths": conc,
            "limit_thousandths": limit,
            "decimals": index.single_decimals,
            "single": single,
        },
        cite(judged.limits),
    )


def _index_section(judged: Judged) -> Section:
    index, row, clause = judged.index, judged.row, judged.variant.clause
    steps = []
    value = int(index.index[row])
    if value == NO_VALUE:
        lacking = [p.symbol for i, p in enumerate(POLLUTANTS) if index.single[i, row] == NO_VALUE]
        words = f"无 / none: {', '.join(lacking)} 无有效日 / has no valid day"
        steps.append(Step("综合指数 / composite index", words, {"index": None}))
        return Section("综合指数 / composite index", tuple(steps))
    digits = index.index_decimals
    terms = []
    for i, p in enumerate(POLLUTANTS):
        weight = clause.weights[p.key]
        conc, limit = int(index.concentration[i, row]), int(index.limit[i, row])
        terms.append(f"{f'{weight}×' if weight != 1 else ''}{plain(conc)}/{plain(limit)}")
    tail = f" / {sum(clause.weights.values())}" if clause.divide_by_weights else ""
    total, parts = int(index.total[row]), int(index.parts[row])
    exact = _decimal(total, parts, digits + 4)
    steps.append(
        Step(
            "综合指数 / composite index",
            f"({' + '.join(terms)}){tail} = {exact} → {value / 10**digits:.{digits}f}",
            {
                "weights": {p.symbol: clause.weights[p.key] for p in POLLUTANTS},
                "divide_by_weights": clause.divide_by_weights,
                "round_single_first": clause.round_single_first,
                "total": total,
                "parts": parts,
                "decimals": digits,
                "index": value,
            },
            cite(judged.variant),
        )
    )
    largest = int(index.index_max[row])
    which = next(p for i, p in enumerate(POLLUTANTS) if index.single[i, row] == largest)
    scale = 10**index.single_decimals
    steps.append(
        Step(
            "最大单项指数 / largest single index",
            f"{which.symbol} {largest / scale:.{index.single_decimals}f}",
            {"index_max": largest, "pollutant": which.symbol},
        )
    )
    return Section("综合指数 / composite index", tuple(steps))


def rank_section(
    places: Sequence[str], ranks: Sequence[int], index: Composite, row: int, reason: str
) -> Section:
    """Show the neighbours in the ranking: who stands just before and behind, and by how much.

    Parameters
    ----------
    places, ranks : sequences of one length
        Rank 0 is a place listed without rank.
    index : Composite
        Index of the same places.
    row : int
        The place's own position in the sequences.
    reason : str
        Why the place has no rank, where it has none.

    Returns
    -------
    Section
    """
    digits = index.index_decimals
    own = ranks[row]
    if own == 0:
        return Section("排名 / rank", (Step("排名 / rank", reason, {"rank": None}),))
    order = sorted((int(index.index[i]), p, i) for i, p in enumerate(places) if ranks[i])
    at = next(n for n, (_, _, i) in enumerate(order) if i == row)
    steps = [
        Step(
            "排名 / rank",
            f"{own} / {len(order)}",
            {"rank": own, "ranked": len(order), "index": int(index.index[row])},
        )
    ]
    for n in range(max(at - 2, 0), min(at + 3, len(order))):
        value, place, i = order[n]
        gap = (value - int(index.index[row])) / 10**digits
        mark = "●" if i == row else "○"
        steps.append(
            Step(
                f"{mark} {ranks[i]}",
                f"{place} {value / 10**digits:.{digits}f} ({gap:+.{digits}f})",
                {"place": place, "rank": ranks[i], "index": value},
            )
        )
    return Section("排名 / rank", tuple(steps))
