"""Ranking: places in order of an index, ties shared, places without enough days left unranked."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.evaluate.statistics import Statistics, days_needed
from lantian.rules.ruleset import RuleSet
from lantian.terms.mark import MISSING
from lantian.terms.period import Period, PeriodKind
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import round_ratios

#: Rank of a place that is listed without one.
UNRANKED: Final = 0
#: What stands for "no change known".
NO_CHANGE: Final = int(np.iinfo(np.int64).min)


def competition_ranks(
    keys: npt.NDArray[np.int64], eligible: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Rank ascending; equal keys share the better rank and the next rank is skipped.

    Parameters
    ----------
    keys : ndarray of int64, shape (places,)
        The smaller the better.
    eligible : ndarray of bool, shape (places,)
        Places without are UNRANKED.

    Returns
    -------
    ndarray of int64, shape (places,)

    Notes
    -----
    Source: 城市环境空气质量排名技术规定 (环办〔2014〕64号, 环办监测〔2018〕19号):
    the smaller the index the better; equal values share the rank.

    Examples
    --------
    >>> competition_ranks(np.array([350, 300, 350, 410]), np.array([1, 1, 1, 1], bool)).tolist()
    [2, 1, 2, 4]
    """
    ranks = np.full(keys.shape, UNRANKED, np.int64)
    ordered = np.sort(keys[eligible])
    ranks[eligible] = np.searchsorted(ordered, keys[eligible], side="left") + 1
    return ranks


def shortfalls(
    values: npt.NDArray[np.int32], period: Period, rules: RuleSet, min_days: int | None = None
) -> list[str]:
    """Why each place may not be ranked; empty where nothing is lacking.

    Parameters
    ----------
    values : ndarray of int32, shape (items ≥ 6, places, days of the period)
        Day values; MISSING where a day is not valid.
    period : Period
    rules : RuleSet
        Supplies the fewest days of a month, a year, another period; a year needs the
        days of each of its months as well.
    min_days : int, optional
        Fewest days of each pollutant, in place of the rules' number.

    Returns
    -------
    list of str, one for each place

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> from lantian.terms.period import parse_period
    >>> days = np.ones((6, 1, 30), np.int32)
    >>> days[2, 0, 3:] = MISSING
    >>> shortfalls(days, parse_period("2019-06"), rule_set("HJ633-2012"))
    ['有效天数不足 / too few valid days: PM10 3/27']
    """
    there = values[: len(POLLUTANTS)] != MISSING
    needs = [(there, min_days if min_days is not None else days_needed(period, rules), "")]
    if period.kind is PeriodKind.YEAR and min_days is None:
        for month in period.months():
            first = (month.first - period.first).days
            part = there[:, :, first : first + month.days]
            needs.append((part, days_needed(month, rules), f" ({month.label})"))
    reasons = []
    for place in range(values.shape[1]):
        short = [
            f"{p.symbol} {part[i, place].sum()}/{needed}{label}"
            for part, needed, label in needs
            for i, p in enumerate(POLLUTANTS)
            if part[i, place].sum() < needed
        ]
        reasons.append(f"有效天数不足 / too few valid days: {', '.join(short)}" if short else "")
    return reasons


def change_tenths(
    current: npt.NDArray[np.int64], before: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Change on an earlier value in tenths of a per cent; NO_CHANGE where either is lacking.

    Notes
    -----
    Source: 城市环境空气质量变化程度排名方案: (current − before) ÷ before × 100 %.

    Examples
    --------
    >>> change_tenths(np.array([450, 450]), np.array([500, -1])).tolist()
    [-100, -9223372036854775808]
    """
    there = (current >= 0) & (before > 0)
    return round_ratios(
        np.where(there, current - before, 0) * 1000, np.where(there, before, 0), 1, NO_CHANGE
    )


def months_among_last(ranks: Sequence[int], places: Sequence[int], last: int) -> int:
    """Count the latest consecutive months in which a place was among the last `last` of its list.

    Parameters
    ----------
    ranks : sequence of int
        Ranks by month, oldest first; UNRANKED breaks the run.
    places : sequence of int
        Ranked places in each month.
    last : int
        How many at the end of the list count.

    Examples
    --------
    >>> months_among_last([3, 9, 10, 10], [10, 10, 10, 10], 2)
    3
    """
    run = 0
    for rank, number in zip(ranks, places, strict=True):
        run = run + 1 if rank != UNRANKED and rank > number - last else 0
    return run


def good_day_tenths(found: Statistics) -> npt.NDArray[np.int64]:
    """Share of good days among the rated days in tenths of a per cent; −1 without any.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> good_day_tenths(SimpleNamespace(good=np.array([2]), rated=np.array([3]))).tolist()
    [667]
    """
    return round_ratios(found.good * 1000, found.rated, 1, -1)
