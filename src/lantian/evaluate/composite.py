"""Composite index 综合指数: single indices, their sum and their largest, in exact fractions."""

from dataclasses import dataclass
from math import lcm
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.evaluate.statistics import Statistics
from lantian.rules.book import Entry
from lantian.rules.clauses import IndexClause, LimitsClause
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import CO, O3, POLLUTANTS, Pollutant
from lantian.terms.rounding import round_ratios

#: What stands for "no index" where a pollutant has no statistic.
NO_VALUE: Final = -1


@dataclass(frozen=True, slots=True)
class Composite:
    """Composite index of some places.

    Attributes
    ----------
    concentration : ndarray of int64, shape (pollutants, places)
        The statistic that entered, in thousandths; MISSING where there is none.
    limit : ndarray of int64, shape (pollutants, places)
        The limit it was divided by, in thousandths.
    single : ndarray of int64, shape (pollutants, places)
        Single index in units of the last printed digit; NO_VALUE where there is none.
    total, parts : ndarray of int64, shape (places,)
        The index before rounding is their ratio; `parts` is 0 where a pollutant is lacking.
    index, index_max : ndarray of int64, shape (places,)
        In units of the last printed digit; NO_VALUE where a pollutant is lacking.
    single_decimals, index_decimals : int
        Printed digits.
    """

    concentration: npt.NDArray[np.int64]
    limit: npt.NDArray[np.int64]
    single: npt.NDArray[np.int64]
    total: npt.NDArray[np.int64]
    parts: npt.NDArray[np.int64]
    index: npt.NDArray[np.int64]
    index_max: npt.NDArray[np.int64]
    single_decimals: int
    index_decimals: int


def _period_limit(limits: LimitsClause, pollutant: Pollutant) -> int:
    """Limit of the statistic that ranks a period: year mean, or day value of CO and ozone."""
    averaging = "mda8" if pollutant is O3 else "day" if pollutant is CO else "year"
    return limits.class2(pollutant.symbol, averaging)


def _entering(
    found: Statistics, variant: IndexClause, limits: LimitsClause
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Concentration and limit of the term of each pollutant and place."""
    concentration = np.empty_like(found.mean)
    limit = np.empty_like(found.mean)
    for i, pollutant in enumerate(POLLUTANTS):
        own = pollutant in (CO, O3)
        concentration[i] = found.percentile[i] if own else found.mean[i]
        limit[i] = _period_limit(limits, pollutant)
        if variant.terms == "largest-ratio" and not own:
            day = limits.class2(pollutant.symbol, "day")
            larger = found.percentile[i] * limit[i] > found.mean[i] * day
            concentration[i] = np.where(larger, found.percentile[i], found.mean[i])
            limit[i] = np.where(larger, day, limit[i])
    return concentration, limit


def composite(
    found: Statistics, variant: Entry[IndexClause], limits: Entry[LimitsClause]
) -> Composite:
    """Composite index of each place by one variant.

    Parameters
    ----------
    found : Statistics
        Statistics of the period, rounded.
    variant : Entry of IndexClause
        From `rules.ruleset.index_variant`.
    limits : Entry of LimitsClause
        From `rules.ruleset.index_limits`.

    Returns
    -------
    Composite

    Notes
    -----
    Source: the variant's own citation. `mean-or-percentile` takes the mean over the
    annual limit, and the percentile for CO and ozone; `largest-ratio` the larger of
    mean over annual and percentile over daily limit.

    Examples
    --------
    >>> from lantian.evaluate.aqi import day_index
    >>> from lantian.evaluate.statistics import statistics
    >>> from lantian.rules.ruleset import index_limits, index_variant, rule_set
    >>> book, variant = rule_set("HJ633-2012"), index_variant("ranking-2014")
    >>> day = np.array([60, 40, 70, 35, 4, 160, 160], np.int32)[:, None, None] * 1000
    >>> found = statistics(day, day_index(day, book), book)
    >>> composite(found, variant, index_limits(variant)).index.tolist()
    [600]
    """
    clause = variant.clause
    concentration, limit = _entering(found, clause, limits.clause)
    there = concentration != MISSING
    digits = 10**clause.single_decimals
    single = round_ratios(
        np.where(there, concentration, 0) * digits, np.where(there, limit, 0), 1, NO_VALUE
    )
    whole = there.all(axis=0)
    weights = np.array([clause.weights[p.key] for p in POLLUTANTS], np.int64)
    if clause.round_single_first:
        scale, amount = digits, single
    else:
        scale = lcm(*(int(v) for v in np.unique(limit)))
        amount = concentration * (scale // limit)
    total = (np.where(whole, amount, 0) * weights[:, None]).sum(axis=0)
    divisor = scale * (int(weights.sum()) if clause.divide_by_weights else 1)
    parts = np.where(whole, divisor, 0)
    index = round_ratios(total * 10**clause.index_decimals, parts, 1, NO_VALUE)
    return Composite(
        concentration,
        limit,
        single,
        total,
        parts,
        index,
        np.where(whole, single.max(axis=0), NO_VALUE),
        clause.single_decimals,
        clause.index_decimals,
    )
