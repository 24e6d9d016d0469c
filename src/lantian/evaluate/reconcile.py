"""Reconciling with an official figure: likely class of a difference, and which variant fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import numpy.typing as npt

from lantian.evaluate.ranking import competition_ranks
from lantian.series.percentile import percentile_hundredths
from lantian.terms.mark import MISSING
from lantian.terms.rounding import round_half_even


class Difference(StrEnum):
    """Likely classes of a difference, from the surest to the last resort."""

    EQUAL = "equal"
    ROUNDING = "rounding"
    SAND = "sand"
    VARIANT = "another index variant"
    MISSING_DAYS = "missing days"
    AUDITED = "audited data"


type Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would make an official figure of ours: a value, or bounds that are both included.

    Figures are integers of one kind on both sides: thousandths, days or ranks; `words`
    is the evidence, zh and en.
    """

    kind: Difference
    low: int
    high: int
    words: Words


@dataclass(frozen=True, slots=True)
class Finding:
    """The class of one figure, with its evidence, zh and en."""

    kind: Difference
    words: Words


_EQUAL = Finding(Difference.EQUAL, ("", ""))
_DIFFERENT_HOURS = Finding(
    Difference.AUDITED,
    (
        "舍入、扣沙、口径、缺日都不能解释，应为审核修改了小时值",
        "no rounding, exclusion, variant or missing day explains it: the hours differ",
    ),
)


def classify(ours: int | None, official: int, explanations: Iterable[Explanation]) -> Finding:
    """Choose the first explanation that reproduces the official figure.

    Examples
    --------
    >>> sand = Explanation(Difference.SAND, 61, 61, ("扣沙", "without sand"))
    >>> classify(64, 61, [sand]).kind.value, classify(64, 60, [sand]).kind.value
    ('sand', 'audited data')
    """
    if ours == official:
        return _EQUAL
    for one in explanations:
        if one.low <= official <= one.high:
            return Finding(one.kind, one.words)
    return _DIFFERENT_HOURS


def roundings(numerator: int, denominator: int, step: int) -> list[tuple[Words, int]]:
    """Round a ratio of whole numbers, none negative, in every way that offices use.

    Returns
    -------
    list of (words, value)
        Multiples of `step`; the standard's way first.

    Examples
    --------
    >>> [value for _, value in roundings(81_000, 2, 1000)]
    [40000, 41000, 40000]
    """
    unit = denominator * step
    return [
        (("四舍六入五成双", "half to even"), round_half_even(numerator, unit) * step),
        (("四舍五入", "half up"), (2 * numerator + unit) // (2 * unit) * step),
        (("截尾", "cut off"), numerator // unit * step),
    ]


@dataclass(frozen=True, slots=True)
class Gap:
    """What a statistic could be if the missing days had values between our own extremes.

    Attributes
    ----------
    missing : int
        Days of the period without a valid value.
    lowest, highest : int
        Our lowest and highest valid day, thousandths.
    low, high : int
        The statistic with every missing day at one of them, rounded.
    """

    missing: int
    lowest: int
    highest: int
    low: int
    high: int


def gap(values: npt.NDArray[np.int32], per_cent: int | None, step: int) -> Gap | None:
    """Bounds of a mean, or of a percentile, that missing days leave open.

    Parameters
    ----------
    values : ndarray of int32, shape (days of the period,)
        Day values in thousandths, MISSING where a day is not valid.
    per_cent : int or None
        The percentile; None for the mean.
    step : int
        Thousandths in the last published digit.

    Returns
    -------
    Gap or None
        None where no day is missing, or all are.

    Examples
    --------
    >>> found = gap(np.array([10_000, 30_000, MISSING], np.int32), None, 1000)
    >>> found.missing, found.low, found.high
    (1, 17000, 23000)
    """
    there = values[values != MISSING]
    missing = int(values.size - there.size)
    if missing == 0 or there.size == 0:
        return None
    lowest, highest = int(there.min()), int(there.max())
    bounds = [
        _statistic(np.where(values == MISSING, end, values), per_cent, step)
        for end in (lowest, highest)
    ]
    return Gap(missing, lowest, highest, *bounds)


def _statistic(values: npt.NDArray[np.int32], per_cent: int | None, step: int) -> int:
    if per_cent is None:
        return round_half_even(int(values.sum(dtype=np.int64)), values.size * step) * step
    exact = int(percentile_hundredths(values.astype(np.int32).reshape(1, -1), per_cent)[0])
    return round_half_even(exact, 100 * step) * step


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one list of ranks reproduces a published one.

    Attributes
    ----------
    places : int
        Places with a rank in both.
    equal : int
        Places whose ranks agree.
    largest : int
        Largest difference of ranks.
    same_order, pairs : int
        Pairs of places in the published order, of those that it tells apart.
    """

    places: int
    equal: int
    largest: int
    same_order: int
    pairs: int


def fit(published: Sequence[int], keys: Sequence[int]) -> Fit:
    """Compare published ranks with the order of our keys, among the same places.

    Parameters
    ----------
    published : sequence of int
        Ranks, perhaps with gaps where places are left out.
    keys : sequence of int
        Our index of each place; the smaller the better.

    Returns
    -------
    Fit
        Both sides are ranked anew among the places given.

    Examples
    --------
    >>> fit([1, 2, 7], [410, 450, 430])
    Fit(places=3, equal=1, largest=1, same_order=2, pairs=3)
    """
    theirs, ours = ranks_of(published), ranks_of(keys)
    differences = [abs(a - b) for a, b in zip(theirs, ours, strict=True)]
    apart = [
        (ours[i] - ours[j]) * (theirs[i] - theirs[j])
        for i, j in combinations(range(len(theirs)), 2)
        if theirs[i] != theirs[j]
    ]
    return Fit(
        len(theirs),
        differences.count(0),
        max(differences, default=0),
        sum(1 for product in apart if product > 0),
        len(apart),
    )


def ranks_of(keys: Sequence[int]) -> list[int]:
    """Ranks of keys among themselves; equal ones share the better.

    Examples
    --------
    >>> ranks_of([450, 300, 450])
    [2, 1, 2]
    """
    held = np.array(keys, np.int64)
    found: list[int] = competition_ranks(held, np.ones(held.shape, bool)).tolist()
    return found
