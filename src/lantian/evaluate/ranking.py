"""Ranking: places in order of an index, ties shared, places without enough days left unranked."""

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
        Supplies the fewest days of a month, a year, another period; a yearly mean needs
        the days of each of its months as well.
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
    whole = min_days if min_days is not None else days_needed(period, rules)
    needs = [(_valid_days(values), whole, "")]
    if period.kind is PeriodKind.YEAR and min_days is None:
        means = np.array([p.key in rules.evaluation.clause.mean for p in POLLUTANTS])
        for month in period.months():
            first = (month.first - period.first).days
            needed = days_needed(month, rules)
            # A pollutant that is judged by its percentile alone has no least for a month.
            had = _valid_days(values[:, :, first : first + month.days])
            needs.append((np.where(means[:, None], had, needed), needed, f" ({month.label})"))
    reasons = [""] * values.shape[1]
    lacking = np.any([(had < needed).any(axis=0) for had, needed, _ in needs], axis=0)
    for place in np.flatnonzero(lacking).tolist():
        short = [
            f"{p.symbol} {had[i, place]}/{needed}{label}"
            for had, needed, label in needs
            for i, p in enumerate(POLLUTANTS)
            if had[i, place] < needed
        ]
        reasons[place] = f"有效天数不足 / too few valid days: {', '.join(short)}"
    return reasons


def _valid_days(values: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Valid days of each pollutant and place, one pollutant in memory at a time."""
    return np.array([(v != MISSING).sum(axis=1) for v in values[: len(POLLUTANTS)]])


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


def among_last(ranks: npt.NDArray[np.int64], last: int) -> npt.NDArray[np.bool_]:
    """Whether each place stands among the last `last` of those that have a rank.

    Notes
    -----
    Ties at the border count: a place is among the last when fewer than `last` ranked
    places stand behind it.

    Examples
    --------
    >>> among_last(np.array([1, 3, 2, 0]), 1).tolist()
    [False, True, False, False]
    """
    ranked = ranks != UNRANKED
    behind = (ranks[None, ranked] > ranks[:, None]).sum(axis=1)
    found: npt.NDArray[np.bool_] = ranked & (behind < last)
    return found


def good_day_tenths(found: Statistics) -> npt.NDArray[np.int64]:
    """Share of good days among the rated days in tenths of a per cent; −1 without any.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> good_day_tenths(SimpleNamespace(good=np.array([2]), rated=np.array([3]))).tolist()
    [667]
    """
    return round_ratios(found.good * 1000, found.rated, 1, -1)
