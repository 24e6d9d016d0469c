"""Targets: what of a goal is used up, what the remaining days may bring, and whether it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from lantian.errors import BadRequest
from lantian.series.percentile import percentile_hundredths
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import CO, O3, POLLUTANTS, Pollutant, pollutant
from lantian.terms.rounding import round_half_even


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

    Attributes
    ----------
    so_far : int or None
        The indicator to date: thousandths of a concentration or index, a count of days,
        tenths of a per cent of good days, or a rank.
    allowed : int or None
        What the remaining days may bring: their mean (thousandths), or the number of
        days that may still exceed, not be good, or be heavy.
    best_case : int or None
        The indicator at the end if every remaining day were perfect.
    used_pct : int or None
        Share of the goal's budget that is used up, whole per cent.
    reachable : bool
        Whether the goal can still be met by arithmetic alone.
    days_done, days_left : int
    """

    so_far: int | None
    allowed: int | None
    best_case: int | None
    used_pct: int | None
    reachable: bool
    days_done: int
    days_left: int


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

    Examples
    --------
    >>> s = mean_standing(np.array([40_000, 50_000], np.int32), 35_000, 2, 1000)
    >>> s.so_far, s.allowed, s.best_case, s.reachable
    (45000, 25000, 22000, True)
    """
    there = values[values != MISSING].astype(np.int64)
    total, done = int(there.sum()), int(there.size)
    days = done + days_left
    so_far = round_half_even(total, done * step) * step if done else None
    best = round_half_even(total, days * step) * step if days else None
    budget = goal * days
    return Standing(
        so_far=so_far,
        allowed=max((budget - total) // days_left, 0) if days_left else None,
        best_case=best,
        used_pct=total * 100 // budget if budget else None,
        reachable=best is not None and best <= goal,
        days_done=done,
        days_left=days_left,
    )


def percentile_standing(
    values: npt.NDArray[np.int32], goal: int, days_left: int, per_cent: int, step: int
) -> Standing:
    """Judge a goal on a percentile (CO, ozone): `allowed` is how many more days may exceed it.

    Examples
    --------
    >>> month = np.array([150, 170, 170, 120, 90], np.int32) * 1000
    >>> s = percentile_standing(month, 160_000, 25, 90, 1000)
    >>> s.allowed, s.reachable
    (0, True)
    """
    there = values[values != MISSING]
    done = int(there.size)
    days = done + days_left
    above = int((there > goal).sum())
    may = (days - 1) * (100 - per_cent) // 100 if days else 0
    perfect = np.concatenate([there, np.zeros(days_left, np.int32)])
    best = _percentile(perfect, per_cent, step)
    return Standing(
        so_far=_percentile(there, per_cent, step),
        allowed=max(may - above, 0),
        best_case=best,
        used_pct=above * 100 // may if may else None,
        reachable=best is not None and best <= goal,
        days_done=done,
        days_left=days_left,
    )


def _percentile(values: npt.NDArray[np.int32], per_cent: int, step: int) -> int | None:
    if values.size == 0:
        return None
    exact = int(percentile_hundredths(values.reshape(1, -1), per_cent)[0])
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
    budget = days_done + days_left - goal if at_least else goal
    return Standing(
        so_far=happened,
        allowed=max(min(spare, days_left), 0),
        best_case=best,
        used_pct=missed * 100 // budget if budget > 0 else None,
        reachable=spare >= 0,
        days_done=days_done,
        days_left=days_left,
    )


def index_standing(
    so_far: int | None, best_case: int | None, goal: int, days_done: int, days_left: int
) -> Standing:
    """Judge a goal on the composite index; values in one unit, thousandths.

    `allowed` treats the index as linear in its days, which its percentile terms are not.

    Examples
    --------
    >>> index_standing(5000, 2500, 4500, 15, 15).allowed
    4000
    """
    if so_far is None or best_case is None:
        return Standing(
            so_far, None, best_case, None, reachable=True, days_done=days_done, days_left=days_left
        )
    days = days_done + days_left
    used = so_far * days_done
    return Standing(
        so_far=so_far,
        allowed=max((goal * days - used) // days_left, 0) if days_left else None,
        best_case=best_case,
        used_pct=used * 100 // (goal * days) if goal * days else None,
        reachable=best_case <= goal,
        days_done=days_done,
        days_left=days_left,
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
    """Highest index that still gives `rank` among the others; None where any would do.

    Examples
    --------
    >>> index_for_rank(2, [300, 450, 600]), index_for_rank(4, [300, 450, 600])
    (450, None)
    """
    ordered = sorted(others)
    return ordered[rank - 1] if rank <= len(ordered) else None


def is_percentile(of: Pollutant) -> bool:
    """Whether a period is judged by this pollutant's percentile rather than its mean.

    Examples
    --------
    >>> is_percentile(O3), is_percentile(POLLUTANTS[0])
    (True, False)
    """
    return of in (CO, O3)
