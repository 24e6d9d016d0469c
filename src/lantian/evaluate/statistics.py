"""Statistics of a period: means, percentiles, valid days, good days, days by level."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.evaluate.aqi import Index
from lantian.evaluate.iaqi import NO_INDEX
from lantian.rules.clauses import Threshold
from lantian.rules.ruleset import RuleSet
from lantian.series.percentile import percentile_hundredths, period_totals
from lantian.terms.mark import MISSING
from lantian.terms.period import Period, PeriodKind
from lantian.terms.pollutant import PERIOD_ITEMS, POLLUTANTS
from lantian.terms.rounding import round_ratios, step_of

#: Highest AQI of a good or moderate day (优良天) belongs to this level.
GOOD_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of some places over one period; arrays are (pollutants, places) or (places,).

    Attributes
    ----------
    mean, percentile : ndarray of int64
        Rounded thousandths; MISSING where there is no valid day or the clause asks for none.
    total, days : ndarray of int64
        Sum of the day values in thousandths and their number, before rounding.
    hundredths : ndarray of int64
        Percentile before rounding, in hundredths of thousandths.
    rated, good : ndarray of int64, shape (places,)
        Days with an AQI, and those of level 1 or 2.
    levels : ndarray of int64, shape (6, places)
        Days of each level.
    primary : ndarray of int64, shape (pollutants, places)
        Days on which each pollutant was primary (ties count for each).
    """

    mean: npt.NDArray[np.int64]
    percentile: npt.NDArray[np.int64]
    total: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    hundredths: npt.NDArray[np.int64]
    rated: npt.NDArray[np.int64]
    good: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int64]
    primary: npt.NDArray[np.int64]


def statistics(values: npt.NDArray[np.int32], index: Index, rules: RuleSet) -> Statistics:
    """Summarise the days of a period.

    Parameters
    ----------
    values : ndarray of int32, shape (items ≥ 6, places, days)
        Day values in thousandths with the digits that statistics keep.
    index : Index
        Index of the same days, shape (places, days).
    rules : RuleSet

    Returns
    -------
    Statistics

    Notes
    -----
    Source: HJ 663-2013 tables 1 and 8 and appendix A, as bundled in `rules.evaluation`.

    Examples
    --------
    >>> from lantian.evaluate.aqi import day_index
    >>> from lantian.rules.ruleset import rule_set
    >>> book = rule_set("HJ633-2012")
    >>> days = np.full((7, 1, 3), 30_000, np.int32)
    >>> days[4] = 1000
    >>> month = statistics(days, day_index(days, book), book)
    >>> month.mean[3, 0], month.good[0], month.days[3, 0]
    (np.int64(30000), np.int64(3), np.int64(3))
    """
    clause = rules.evaluation.clause
    shape = (len(POLLUTANTS), values.shape[1])
    total, days = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    hundredths = np.zeros(shape, np.int64)
    mean, percentile = np.full(shape, MISSING, np.int64), np.full(shape, MISSING, np.int64)
    for i, item in enumerate(PERIOD_ITEMS):
        key = item.pollutant.key
        step = step_of(clause.period_decimals[key])
        total[i], days[i] = period_totals(values[i])
        hundredths[i] = percentile_hundredths(values[i], clause.percentile[key])
        hundreds = np.where(days[i] > 0, 100, 0)
        percentile[i] = round_ratios(hundredths[i], hundreds, step, MISSING)
        if key in clause.mean:
            mean[i] = round_ratios(total[i], days[i], step, MISSING)
    levels = np.array([(index.level == n).sum(axis=1) for n in range(1, 7)], np.int64)
    primary = np.array(
        [(index.primary >> i & 1).sum(axis=1) for i in range(len(POLLUTANTS))], np.int64
    )
    return Statistics(
        mean=mean,
        percentile=percentile,
        total=total,
        days=days,
        hundredths=hundredths,
        rated=(index.aqi != NO_INDEX).sum(axis=1),
        good=levels[:GOOD_LEVEL].sum(axis=0),
        levels=levels,
        primary=primary,
    )


def days_needed(period: Period, rules: RuleSet) -> int:
    """Fewest valid days that make a period's statistic valid.

    Returns
    -------
    int
        The year's own number for a year; for whole months the sum of the months'
        numbers; else a share of the days.

    Notes
    -----
    Source: GB 3095-2026 table 4 (same numbers in 2012): 324 days a year, 27 a month,
    25 in February. The share for other periods is the project's own.

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> from lantian.terms.period import parse_period
    >>> book = rule_set("HJ633-2012")
    >>> [days_needed(parse_period(p), book) for p in ("2019", "2019-Q1", "2019-02", "2019-06-03")]
    [324, 79, 25, 1]
    """
    if period.kind is PeriodKind.YEAR:
        return rules.threshold("year").minimum
    months = period.months()
    if all(m.kind is PeriodKind.MONTH for m in months):
        return sum(_month_needs(m, rules.threshold("month")) for m in months)
    return -(-period.days * rules.threshold("other-period").minimum // 100)


def _month_needs(month: Period, clause: Threshold) -> int:
    short = month.first.month == 2 and clause.february is not None
    return clause.february if short and clause.february else clause.minimum
