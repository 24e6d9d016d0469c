"""Attainment 达标: statistics of a year against the limits, and the share of days within them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.evaluate.statistics import Statistics
from lantian.rules.clauses import LimitsClause
from lantian.rules.ruleset import RuleSet
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import CO, O3, PERIOD_ITEMS, POLLUTANTS
from lantian.terms.rounding import round_ratios

#: What stands for "nothing to judge" in shares and multiples.
NOT_JUDGED = -(10**9)


@dataclass(frozen=True, slots=True)
class Attainment:
    """Attainment of some places; arrays have shape (pollutants, places).

    Attributes
    ----------
    over_mean, over_percentile : ndarray of int64
        Exceedance multiple (C − S) ÷ S in hundredths; NOT_JUDGED where there is no
        statistic or no limit for it.
    day_share : ndarray of int64
        Days within the daily limit in tenths of a per cent of the valid days.
    attains : ndarray of bool, shape (places,)
        Whether all six comply with mean and percentile limits (an annual judgement).
    """

    over_mean: npt.NDArray[np.int64]
    over_percentile: npt.NDArray[np.int64]
    day_share: npt.NDArray[np.int64]
    attains: npt.NDArray[np.bool_]


def _multiple(value: npt.NDArray[np.int64], limit: int) -> npt.NDArray[np.int64]:
    there = value != MISSING
    return round_ratios(
        np.where(there, value - limit, 0) * 100, np.where(there, limit, 0), 1, NOT_JUDGED
    )


def _day_limit(limits: LimitsClause, row: int) -> int:
    return limits.class2(POLLUTANTS[row].symbol, "mda8" if POLLUTANTS[row] is O3 else "day")


def attainment(values: npt.NDArray[np.int32], found: Statistics, rules: RuleSet) -> Attainment:
    """Judge statistics and days against the class-2 limits of the rule set.

    Parameters
    ----------
    values : ndarray of int32, shape (items ≥ 6, places, days)
        Day values in thousandths.
    found : Statistics
        Statistics of the same days.
    rules : RuleSet

    Returns
    -------
    Attainment

    Notes
    -----
    Source: HJ 663-2013 clauses 4 and 6: a place complies when annual mean and percentile
    of every pollutant are within the limits; B = (C − S) ÷ S, two decimals; rates one.

    Examples
    --------
    >>> from lantian.evaluate.aqi import day_index
    >>> from lantian.evaluate.statistics import statistics
    >>> from lantian.rules.ruleset import rule_set
    >>> book = rule_set("HJ633-2012")
    >>> days = np.full((7, 1, 4), 30_000, np.int32)
    >>> days[4], days[3, 0, 0] = 1000, 80_000
    >>> judged = attainment(days, statistics(days, day_index(days, book), book), book)
    >>> judged.day_share[3, 0], judged.attains[0], judged.over_mean[3, 0]
    (np.int64(750), np.False_, np.int64(20))
    """
    limits = rules.limits.clause
    over_mean = np.full(found.mean.shape, NOT_JUDGED, np.int64)
    over_percentile = np.empty(found.mean.shape, np.int64)
    share = np.empty(found.mean.shape, np.int64)
    for i, item in enumerate(PERIOD_ITEMS):
        limit = _day_limit(limits, i)
        over_percentile[i] = _multiple(found.percentile[i], limit)
        if item.pollutant not in (CO, O3):
            over_mean[i] = _multiple(found.mean[i], limits.class2(item.pollutant.symbol, "year"))
        there = values[i] != MISSING
        within = (there & (values[i] <= limit)).sum(axis=1)
        share[i] = round_ratios(within * 1000, there.sum(axis=1), 1, NOT_JUDGED)
    means = np.array([p not in (CO, O3) for p in POLLUTANTS])
    judged = (over_percentile != NOT_JUDGED).all(axis=0)
    within_limits = (over_percentile <= 0).all(axis=0) & (over_mean[means] <= 0).all(axis=0)
    return Attainment(over_mean, over_percentile, share, judged & within_limits)
