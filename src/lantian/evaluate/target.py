"""Targets: what of a goal is used up, what the remaining days may bring, and whether it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.errors import BadRequest
from lantian.evaluate.aqi import Index
from lantian.evaluate.composite import NO_VALUE, Composite, composite
from lantian.evaluate.statistics import statistics
from lantian.rules.book import Entry
from lantian.rules.clauses import IndexClause, LimitsClause
from lantian.rules.ruleset import RuleSet
from lantian.series.percentile import percentile_hundredths
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS, Pollutant, pollutant
from lantian.terms.rounding import round_half_even

#: Days of this level and above are heavily polluted (重度及以上污染).
HEAVY_LEVEL: Final = 5
#: A day as bad as any: what an exceeding day may bring.
_WORST: Final = 2_000_000_000
#: Largest multiple of the days so far that the search for the index tries, in thousandths.
_MOST_PERMILLE: Final = 100_000


class Indicator(StrEnum):
    """Kinds of goal beside the six pollutants."""

    INDEX = "index"
    RANK = "rank"
    GOOD_DAYS = "good_days"
    GOOD_RATIO = "good_day_ratio"
    HEAVY_DAYS = "heavy_days"


def indicator(name: str) -> Pollutant | Indicator:
    """Read an indicator's name.

    Raises
    ------
    BadRequest
        If it is none; the message lists them.

    Examples
    --------
    >>> indicator("PM2.5").key, indicator("rank").value
    ('pm25', 'rank')
    """
    found = pollutant(name)
    if found is not None:
        return found
    try:
        return Indicator(name.strip().lower())
    except ValueError:
        known = [p.symbol for p in POLLUTANTS] + [i.value for i in Indicator]
        raise BadRequest(
            f"no indicator {name!r}", where="targets", fix=f"one of: {', '.join(known)}"
        ) from None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a goal stands on a day.

    Concentrations and indices are thousandths, shares of days thousandths of a per cent,
    all of them as published; days are counted.

    Attributes
    ----------
    so_far : int or None
        The indicator to date.
    allowed : int or None
        The most that the remaining days may bring: their mean, their composite index, or
        how many of them may go the wrong way. None where the goal is out of reach, no day
        remains, or nothing is known yet.
    best_case : int or None
        The indicator at the end if every remaining day were perfect.
    used : int or None
        Share of the goal's budget that is used up, tenths of a per cent.
    reachable : bool
        Whether the goal can still be met by arithmetic alone.
    days_done, days_left : int
        Valid days to date, and calendar days to come.
    scale : int or None
        For an index: thousandths of the concentrations so far at which the remaining days
        would bring `allowed`.
    """

    so_far: int | None
    allowed: int | None
    best_case: int | None
    used: int | None
    reachable: bool
    days_done: int
    days_left: int
    scale: int | None = None


def _share(part: int, whole: int) -> int | None:
    """Tenths of a per cent; None of nothing."""
    return round_half_even(part * 1000, whole) if whole > 0 else None


def _most(top: int, holds: Callable[[int], bool]) -> int | None:
    """Largest number in 0..top for which `holds` is true, which must never come back once lost."""
    if not holds(0):
        return None
    low, high = 0, top
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def mean_standing(values: npt.NDArray[np.int32], goal: int, days_left: int, step: int) -> Standing:
    """Judge a goal on a mean of daily values.

    Parameters
    ----------
    values : ndarray of int32, shape (days,)
        Day values to date in thousandths, MISSING where a day is not valid.
    goal : int
        Thousandths.
    days_left : int
        Days to the end of the period.
    step : int
        Thousandths in the last digit in which the mean is published.

    Returns
    -------
    Standing
        The goal is met where the published, rounded mean is no higher than it.

    Examples
    --------
    >>> s = mean_standing(np.array([40_000, 50_000], np.int32), 35_000, 2, 1000)
    >>> s.so_far, s.allowed, s.best_case, s.used, s.reachable
    (45000, 25999, 22000, 634, True)
    """
    there = values[values != MISSING]
    total, done = int(there.sum(dtype=np.int64)), int(there.size)
    days = done + days_left
    # The largest sum whose mean still rounds to the goal; an exact half goes to the even digit.
    last = goal // step
    budget = ((2 * last + 1) * days * step - last % 2) // 2
    reachable = days == 0 or total <= budget
    return Standing(
        so_far=round_half_even(total, done * step) * step if done else None,
        allowed=(budget - total) // days_left if days_left and reachable else None,
        best_case=round_half_even(total, days * step) * step if days else None,
        used=_share(total, budget),
        reachable=reachable,
        days_done=done,
        days_left=days_left,
    )


def percentile_standing(
    values: npt.NDArray[np.int32], goal: int, days_left: int, per_cent: int, step: int
) -> Standing:
    """Judge a goal on a percentile (CO, ozone): `allowed` is how many more days may exceed it.

    The days that exceed may do so by any amount, the others may reach the goal. Where days
    to date exceed it already, `allowed` may be 0 although the goal can be met only with
    remaining days below it.

    Examples
    --------
    >>> month = np.array([150, 170, 170, 120, 90], np.int32) * 1000
    >>> s = percentile_standing(month, 160_000, 25, 90, 1000)
    >>> s.allowed, s.reachable, s.used
    (0, True, 1000)
    """
    there = values[values != MISSING]
    done = int(there.size)
    days = done + days_left
    above = int((there > goal).sum())
    best = _percentile(there, [0] * days_left, per_cent, step)
    reachable = best is None or best <= goal

    def holds(more: int) -> bool:
        rest = [_WORST] * more + [goal] * (days_left - more)
        found = _percentile(there, rest, per_cent, step)
        return found is not None and found <= goal

    allowed = (_most(days_left, holds) or 0) if days_left and reachable else None
    return Standing(
        so_far=_percentile(there, [], per_cent, step),
        allowed=allowed,
        best_case=best,
        used=_share(above, (days - 1) * (100 - per_cent) // 100) if days else None,
        reachable=reachable,
        days_done=done,
        days_left=days_left,
    )


def _percentile(
    values: npt.NDArray[np.int32], more: list[int], per_cent: int, step: int
) -> int | None:
    days = np.concatenate([values, np.array(more, np.int32)])
    if days.size == 0:
        return None
    exact = int(percentile_hundredths(days.reshape(1, -1), per_cent)[0])
    return round_half_even(exact, 100 * step) * step


def count_standing(
    happened: int, days_done: int, days_left: int, goal: int, *, at_least: bool
) -> Standing:
    """Judge a goal on a number of days: good days at least, heavy days at most.

    `allowed` is how many remaining days may go the wrong way.

    Examples
    --------
    >>> count_standing(18, 20, 10, 27, at_least=True).allowed
    1
    >>> count_standing(4, 20, 10, 3, at_least=False).reachable
    False
    """
    best = happened + days_left if at_least else happened
    spare = best - goal if at_least else goal - happened
    missed = days_done - happened if at_least else happened
    return Standing(
        so_far=happened,
        allowed=min(spare, days_left) if spare >= 0 and days_left else None,
        best_case=best,
        used=_share(missed, missed + spare),
        reachable=spare >= 0,
        days_done=days_done,
        days_left=days_left,
    )


def ratio_standing(good: int, days_done: int, days_left: int, goal: int, step: int) -> Standing:
    """Judge a goal on the share of good days, in thousandths of a per cent.

    `allowed` is how many remaining days may not be good; `step` is the last published
    digit in thousandths of a per cent.

    Examples
    --------
    >>> s = ratio_standing(15, 20, 10, 80_000, 100)
    >>> s.so_far, s.allowed, s.best_case
    (75000, 1, 83300)
    """

    def ratio(number: int, of: int) -> int:
        return round_half_even(number * 100_000, of * step) * step

    days = days_done + days_left
    best = ratio(good + days_left, days) if days else None
    reachable = best is None or best >= goal
    allowed = None
    if reachable and days_left:
        allowed = _most(days_left, lambda bad: ratio(good + days_left - bad, days) >= goal)
    return Standing(
        so_far=ratio(good, days_done) if days_done else None,
        allowed=allowed,
        best_case=best,
        used=_share((days_done - good) * 100_000, (100_000 - goal) * days),
        reachable=reachable,
        days_done=days_done,
        days_left=days_left,
    )


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What makes a composite index of days: the rule set, the variant and its limits."""

    rules: RuleSet
    variant: Entry[IndexClause]
    limits: Entry[LimitsClause]

    @property
    def unit(self) -> int:
        """Thousandths in the last printed digit of the index."""
        return int(10 ** (3 - self.variant.clause.index_decimals))

    def of(self, values: npt.NDArray[np.int32]) -> Composite:
        """Index of day values of shape (items, places, days), through the kernels that rank."""
        blank = Index.empty(len(values), values.shape[1:])
        return composite(statistics(values, blank, self.rules), self.variant, self.limits)

    def index(self, values: npt.NDArray[np.int32]) -> int | None:
        """Index of the days of one place in thousandths."""
        found = int(self.of(values).index[0])
        return None if found == NO_VALUE else found * self.unit


def index_standing(
    values: npt.NDArray[np.int32], goal: int, days_left: int, yardstick: Yardstick
) -> Standing:
    """Judge a goal on the composite index.

    `allowed` is the index of remaining days that are all alike, with all six
    concentrations in the proportions that entered the index so far; `scale` says how far
    those lie from the ones so far.

    Parameters
    ----------
    values : ndarray of int32, shape (items ≥ 6, 1, days)
        Day values to date in thousandths.
    goal : int
        Thousandths.
    days_left : int
    yardstick : Yardstick

    Returns
    -------
    Standing

    Examples
    --------
    >>> from lantian.rules.ruleset import index_limits, index_variant, rule_set
    >>> variant = index_variant("ranking-2014")
    >>> by = Yardstick(rule_set("HJ633-2012"), variant, index_limits(variant))
    >>> days = np.tile(np.array([60, 40, 70, 35, 4, 160, 0], np.int32)[:, None, None], 15) * 1000
    >>> s = index_standing(days, 5400, 15, by)
    >>> s.so_far, s.reachable, s.allowed, s.scale
    (6000, True, 4190, 699)
    """
    so_far, left = yardstick.of(values), (len(POLLUTANTS), 1, days_left)
    pattern = so_far.concentration[:, 0]
    valid = (values[: len(POLLUTANTS)] != MISSING).sum(axis=2)

    def rest(permille: int) -> npt.NDArray[np.int32]:
        day = np.minimum(pattern * permille // 1000, _WORST).astype(np.int32)
        return np.broadcast_to(day[:, None, None], left)

    def ending(days: npt.NDArray[np.int32]) -> int | None:
        return yardstick.index(np.concatenate([values[: len(POLLUTANTS)], days], axis=2))

    def holds(permille: int) -> bool:
        found = ending(rest(permille))
        return found is not None and found <= goal

    best = ending(np.zeros(left, np.int32))
    known = (pattern != MISSING).all() and days_left > 0
    scale = _most(_MOST_PERMILLE, holds) if known else None
    now = yardstick.index(values)
    return Standing(
        so_far=now,
        allowed=None if scale is None else yardstick.index(rest(scale)),
        best_case=best,
        used=None if best is None else _share(best, goal),
        reachable=best is None or best <= goal,
        days_done=int(valid.min()),
        days_left=days_left,
        scale=scale,
    )


def rank_of(index: int, others: Sequence[int]) -> int:
    """Rank that an index gives among the others' indices as they stand.

    Examples
    --------
    >>> rank_of(450, [300, 450, 600])
    2
    """
    return 1 + sum(1 for other in others if other < index)


def index_for_rank(rank: int, others: Sequence[int]) -> int | None:
    """Highest index that still gives `rank`, from 1, among the others; None where any would do.

    Examples
    --------
    >>> index_for_rank(2, [300, 450, 600]), index_for_rank(4, [300, 450, 600])
    (450, None)
    """
    ordered = sorted(others)
    return ordered[rank - 1] if rank <= len(ordered) else None
