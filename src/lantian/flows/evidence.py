"""Evidence on differences from an official table: explanations, the surest first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from lantian.evaluate.composite import composite
from lantian.evaluate.reconcile import (
    Difference,
    Explanation,
    Finding,
    Words,
    gap,
    ranks_of,
    roundings,
)
from lantian.evaluate.statistics import Statistics
from lantian.evaluate.target import Yardstick
from lantian.flows.counterpart import Counterpart, exact_index, exact_statistic
from lantian.flows.official import Published
from lantian.rules.ruleset import index_limits
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import round_half_even, spell

_ANY: Final = 2**62


def of_concentration(
    held: Counterpart, row: int, i: int, official: Published
) -> Iterator[Explanation]:
    """Explanations of a concentration, the surest first."""
    ours = held.concentration(row, i)
    if ours is None:
        yield _nothing()
        return
    steps = held.steps(i)
    if abs(official.value - ours) <= max(steps):
        yield from _rounded(held, row, i, steps)
    for words, ranking in held.left_out:
        exact = exact_statistic(ranking, row, i)
        if exact is not None:
            value = round_half_even(exact[0], exact[1] * min(steps)) * min(steps)
            if value != ours:
                yield Explanation(Difference.SAND, value, value, words)
    yield from _percentile(held, row, i, min(steps))
    yield from _missing(held, row, i, official, min(steps))


def _rounded(held: Counterpart, row: int, i: int, steps: Sequence[int]) -> Iterator[Explanation]:
    for days, ranking in [(("", ""), held.ranking), *held.other_days]:
        exact = exact_statistic(ranking, row, i)
        if exact is None:
            continue
        mean = spell(round_half_even(*exact), 3)
        for step in sorted(set(steps)):
            for how, value in roundings(*exact, step):
                yield Explanation(Difference.ROUNDING, value, value, _joined(days, mean, how))


def _percentile(held: Counterpart, row: int, i: int, step: int) -> Iterator[Explanation]:
    """Percentile of a pollutant that is judged by its mean: some variants rank by it."""
    clause, key = held.rules.evaluation.clause, POLLUTANTS[i].key
    if key in clause.mean:
        exact, per_cent = int(held.ranking.found.hundredths[i, row]), clause.percentile[key]
        value = round_half_even(exact, 100 * step) * step
        words = (f"为第{per_cent}百分位数，不是均值", f"the {per_cent}th percentile, not the mean")
        yield Explanation(Difference.VARIANT, value, value, words)


def _missing(
    held: Counterpart, row: int, i: int, official: Published, step: int
) -> Iterator[Explanation]:
    clause, key = held.rules.evaluation.clause, POLLUTANTS[i].key
    values = held.ranking.days.values[i, row]
    per_cent = None if key in clause.mean else clause.percentile[key]
    found = gap(values, per_cent, step)
    if found is None:
        return
    digits = clause.period_decimals[key]
    ends = [spell(v, digits) for v in (found.lowest, found.highest, found.low, found.high)]
    zh = (
        f"缺{found.missing}天；缺日若在最低日{ends[0]}与最高日{ends[1]}之间，"
        f"结果为{ends[2]}…{ends[3]}"
    )
    en = (
        f"{found.missing} days missing; with them between our lowest day {ends[0]} and "
        f"highest {ends[1]} the result is {ends[2]} … {ends[3]}"
    )
    if per_cent is None:
        there = values[values != MISSING]
        need = official.value * values.size - int(there.sum(dtype=np.int64))
        mean = spell(round_half_even(need, found.missing), digits)
        zh, en = f"{zh}，缺日均值须约{mean}", f"{en}; they would average about {mean}"
    yield Explanation(Difference.MISSING_DAYS, found.low, found.high, (zh, en))


def of_index(
    held: Counterpart,
    row: int,
    official: Published,
    six: Sequence[int] | None,
    findings: Mapping[int, Finding],
) -> Iterator[Explanation]:
    """Explanations of an index, the surest first.

    Parameters
    ----------
    row : int
    official : Published
    six : sequence of int or None
        The published concentrations of the same row, where all six are there.
    findings : mapping of int to Finding
        Classes of those concentrations.
    """
    ours = held.index(row)
    if six is not None:
        yield from _from_published(held, six, findings)
    if ours is None:
        yield _nothing()
        return
    if abs(official.value - ours) <= max(held.index_steps):
        yield from _rounded_index(held, row)
    step = min(held.index_steps)
    for words, ranking in held.left_out:
        value = held.index_of(ranking.found, held.variant, row, step)
        if value not in (None, ours):
            yield Explanation(Difference.SAND, value or 0, value or 0, words)
    for variant in held.variants:
        value = held.by_variant(variant, row)
        if value is not None:
            words = (f"按口径 {variant.id}", f"by the variant {variant.id}")
            yield Explanation(Difference.VARIANT, value, value, words)
    yield from _missing_index(held, row)


def _from_published(
    held: Counterpart, six: Sequence[int], findings: Mapping[int, Finding]
) -> Iterator[Explanation]:
    """Index that the published concentrations give, by our variant and by the others."""
    differing = [f.kind for f in findings.values() if f.kind is not Difference.EQUAL]
    column = np.array(six, np.int64)[:, None]
    blank = np.zeros(1, np.int64)
    six_alone = Statistics(
        mean=column,
        percentile=column,
        total=column,
        days=column,
        hundredths=column,
        rated=blank,
        good=blank,
        levels=column,
        primary=column,
    )
    for variant in (held.variant, *held.variants):
        if variant.clause.terms != "mean-or-percentile":
            continue
        value = held.index_of(six_alone, variant, 0, held.index_steps[1])
        own = variant is held.variant
        if value is None or (own and not differing):
            continue
        kind = max(differing, key=list(Difference).index) if own else Difference.VARIANT
        words = (
            f"由公布的六项浓度按 {variant.id} 算得",
            f"follows from the published concentrations by {variant.id}",
        )
        yield Explanation(kind, value, value, words)


def _rounded_index(held: Counterpart, row: int) -> Iterator[Explanation]:
    clause, limits = held.variant.clause, index_limits(held.variant, held.shelf)
    for days, ranking in [(("", ""), held.ranking), *held.other_days]:
        made = composite(ranking.found, held.variant, limits)
        for first in (clause.round_single_first, not clause.round_single_first):
            exact = exact_index(made, clause, row, first=first)
            if exact is None:
                continue
            sums = spell(round_half_even(exact.numerator, exact.denominator), 3)
            order = ("单项指数先修约", "single indices rounded first") if first else ("", "")
            for step in sorted(set(held.index_steps)):
                for how, value in roundings(exact.numerator, exact.denominator, step):
                    words = _joined(days, sums, how)
                    both = tuple("，".join(filter(None, p)) for p in zip(order, words, strict=True))
                    yield Explanation(Difference.ROUNDING, value, value, (both[0], both[1]))


def _missing_index(held: Counterpart, row: int) -> Iterator[Explanation]:
    values = held.ranking.days.values[: len(POLLUTANTS), row : row + 1]
    missing = values == MISSING
    if not missing.any() or missing.all(axis=2).any():
        return
    yardstick = Yardstick(held.rules, held.variant, index_limits(held.variant, held.shelf))
    there = np.ma.masked_array(values, missing)
    low, high = (
        yardstick.index(np.where(missing, np.asarray(end)[:, :, None], values))
        for end in (there.min(axis=2), there.max(axis=2))
    )
    if low is not None and high is not None:
        most = int(missing[:, 0].sum(axis=1).max())
        digits = held.variant.clause.index_decimals
        span = f"{spell(low, digits)} … {spell(high, digits)}"
        words = (
            f"至多缺{most}天；缺日若在我们的最低与最高日之间，指数为{span}",
            f"up to {most} days missing; with them between our lowest and highest days the "
            f"index is {span}",
        )
        yield Explanation(Difference.MISSING_DAYS, low, high, words)


def of_good_days(held: Counterpart, row: int) -> Iterator[Explanation]:
    """Explanations of a number of good days."""
    found = held.ranking.found
    good, rated = int(found.good[row]), int(found.rated[row])
    for words, ranking in held.left_out:
        value = int(ranking.found.good[row])
        if value != good:
            yield Explanation(Difference.SAND, value, value, words)
    lacking = held.ranking.period.days - rated
    if lacking:
        words = (f"{lacking}天没有 AQI", f"{lacking} days have no AQI")
        yield Explanation(Difference.MISSING_DAYS, good, good + lacking, words)


def of_rank(
    held: Counterpart, row: int, indices: Mapping[int, int], findings: Mapping[int, Finding]
) -> Iterator[Explanation]:
    """Explanations of a rank; `indices` and `findings` are those of the listed places."""
    differing = [f.kind for f in findings.values() if f.kind is not Difference.EQUAL]
    if differing and indices.keys() == held.published.keys():
        listed = list(indices)
        value = ranks_of(list(indices.values()))[listed.index(row)]
        kind = max(differing, key=differing.count)
        words = ("由公布的综合指数排得", "follows from the published indices")
        yield Explanation(kind, value, value, words)
    for words, ranking in held.left_out:
        value_out = held.rank(row, ranking.index.index.tolist())
        if value_out not in (None, held.rank(row)):
            yield Explanation(Difference.SAND, value_out or 0, value_out or 0, words)
    fits, own = held.fits, held.fits[held.variant.id].equal
    # One rank agrees by chance with many a variant; only one that agrees in more places counts.
    for variant in (v for v in held.variants if fits[v.id].equal > own):
        made = composite(held.ranking.found, variant, index_limits(variant, held.shelf))
        other = held.rank(row, made.index.tolist())
        if other is not None:
            words = (f"按口径 {variant.id}", f"by the variant {variant.id}")
            yield Explanation(Difference.VARIANT, other, other, words)
    if held.ranking.reasons[row]:
        zh, _, en = held.ranking.reasons[row].partition(" / ")
        yield Explanation(Difference.MISSING_DAYS, 0, _ANY, (zh, en))


def _nothing() -> Explanation:
    words = ("我们没有有效日", "we have no valid day")
    return Explanation(Difference.MISSING_DAYS, 0, _ANY, words)


def _joined(days: Words, exact: str, how: Words) -> Words:
    zh, en = f"{exact}{how[0]}", f"{exact} {how[1]}"
    return (f"{days[0]}，{zh}" if days[0] else zh, f"{days[1]}, {en}" if days[1] else en)
