"""Hours to days: 24-hour means, the ozone 8-hour maximum and 1-hour maximum, kept as sums."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.rules.ruleset import RuleSet
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS
from lantian.terms.rounding import compiled, round_half_even, step_of

type Block = npt.NDArray[np.int32]
type Counts = npt.NDArray[np.int8]

_MISSING = np.int32(MISSING)
_O3 = len(POLLUTANTS) - 1
_MDA8 = len(POLLUTANTS) - 1
_MAX1H = len(POLLUTANTS)


@dataclass(frozen=True, slots=True)
class Days:
    """Days of some stations, before any rounding.

    Attributes
    ----------
    total : ndarray of int32, shape (items, stations, days)
        Sum of thousandths over the hours of `count`; items as in DAY_ITEMS.
    count : ndarray of int8, shape (items, stations, days)
        Hours in the sum; 0 where the day has no valid value.
    hours : ndarray of int8, shape (pollutants, stations, days)
        Valid hours of the day, whether they were enough or not.
    windows : ndarray of int8, shape (stations, days)
        Valid 8-hour windows of ozone.
    window_end : ndarray of int8, shape (stations, days)
        Local hour at which the largest 8-hour window ends; 0 where there is none.
    """

    total: Block
    count: Counts
    hours: Counts
    windows: Counts
    window_end: Counts


@dataclass(frozen=True, slots=True)
class DayThresholds:
    """Numbers of the completeness clauses and limits that decide on a valid day.

    Hours and windows are counts; limits are thousandths of ug/m3.
    """

    mean_hours: int
    window_hours: int
    first_end: int
    last_end: int
    windows: int
    mda8_limit: int
    max1h_hours: int
    max1h_limit: int
    step: int

    @classmethod
    def of(cls, rules: RuleSet) -> "DayThresholds":
        """Thresholds of a rule set.

        Examples
        --------
        >>> from lantian.rules.ruleset import rule_set
        >>> DayThresholds.of(rule_set("HJ633-2012")).mda8_limit
        160000
        """
        mda8, max1h = rules.threshold("mda8"), rules.threshold("o3-max1h")
        limits = rules.limits.clause
        never = int(np.iinfo(np.int32).max)
        return cls(
            mean_hours=rules.threshold("daily-mean").minimum,
            window_hours=rules.threshold("mda8-window").minimum,
            first_end=mda8.first_window_end or 8,
            last_end=mda8.last_window_end or 24,
            windows=mda8.minimum,
            mda8_limit=limits.class2("O3", "mda8") if mda8.counts_when_exceeding else never,
            max1h_hours=max1h.minimum,
            max1h_limit=limits.class2("O3", "hour") if max1h.counts_when_exceeding else never,
            step=step_of(rules.aqi.clause.decimals_ugm3),
        )


def days_of(values: Block, rules: RuleSet) -> Days:
    """Sum the hours of whole local days.

    Parameters
    ----------
    values : ndarray of int32, shape (pollutants, stations, 24 × days)
        Thousandths; the first hour is the one that ends at 01:00 local time.
    rules : RuleSet
        Supplies the completeness clauses.

    Returns
    -------
    Days

    Raises
    ------
    ValueError
        If the last axis is not whole days.

    Notes
    -----
    Source: GB 3095-2012 and GB 3095-2026, table on data validity (20 hours a day, 6 of
    8 hours); HJ 663-2013 6.1.2 (14 windows, or fewer when the limit is exceeded).

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> day = days_of(np.full((6, 1, 24), 8000, np.int32), rule_set("HJ633-2012"))
    >>> day.total[3, 0, 0], day.count[3, 0, 0], day.count[5, 0, 0]
    (np.int32(192000), np.int8(24), np.int8(8))
    """
    pollutants, stations, hours = values.shape
    if hours % 24 or pollutants != len(POLLUTANTS):
        raise ValueError(f"expected ({len(POLLUTANTS)}, stations, 24 × days), got {values.shape}")
    shape = (stations, hours // 24)
    result = Days(
        total=np.zeros((len(DAY_ITEMS), *shape), np.int32),
        count=np.zeros((len(DAY_ITEMS), *shape), np.int8),
        hours=np.zeros((pollutants, *shape), np.int8),
        windows=np.zeros(shape, np.int8),
        window_end=np.zeros(shape, np.int8),
    )
    t = DayThresholds.of(rules)
    _mean_days(values, t.mean_hours, result.total, result.count, result.hours)
    _ozone_days(
        values[_O3],
        (t.window_hours, t.first_end, t.last_end, t.windows, t.mda8_limit, t.step),
        (t.max1h_hours, t.max1h_limit),
        result.total[_MDA8:],
        result.count[_MDA8:],
        result.hours[_O3],
        result.windows,
        result.window_end,
    )
    return result


@compiled
def _mean_days(values: Block, min_hours: int, total: Block, count: Counts, hours: Counts) -> None:
    """Sum each day of every pollutant but ozone."""
    for p in range(values.shape[0] - 1):
        for s in range(values.shape[1]):
            for d in range(values.shape[2] // 24):
                amount = 0
                valid = 0
                for h in range(d * 24, d * 24 + 24):
                    value = values[p, s, h]
                    if value != _MISSING:
                        amount += value
                        valid += 1
                hours[p, s, d] = valid
                if valid >= min_hours:
                    total[p, s, d] = amount
                    count[p, s, d] = valid


@compiled
def _largest_window(
    day: npt.NDArray[np.int32], min_hours: int, first_end: int, last_end: int
) -> tuple[int, int, int, int]:
    """Sum, hours and end of the largest 8-hour window of one day, and how many are valid."""
    best_total, best_count, best_end, valid_windows = 0, 0, 0, 0
    amount, valid = 0, 0
    for end in range(1, last_end + 1):
        value = day[end - 1]
        if value != _MISSING:
            amount += value
            valid += 1
        if end > 8 and day[end - 9] != _MISSING:
            amount -= day[end - 9]
            valid -= 1
        if end >= first_end and valid >= min_hours:
            valid_windows += 1
            if best_count == 0 or amount * best_count > best_total * valid:
                best_total, best_count, best_end = amount, valid, end
    return best_total, best_count, best_end, valid_windows


@compiled
def _ozone_days(
    ozone: npt.NDArray[np.int32],
    window: tuple[int, int, int, int, int, int],
    single: tuple[int, int],
    total: Block,
    count: Counts,
    hours: Counts,
    windows: Counts,
    window_end: Counts,
) -> None:
    """Find the largest window and hour of each day, and whether they are valid.

    What exceeds a limit is the value as reported, after rounding.
    """
    min_hours, first_end, last_end, min_windows, mda8_limit, step = window
    for s in range(ozone.shape[0]):
        for d in range(ozone.shape[1] // 24):
            day = ozone[s, d * 24 : d * 24 + 24]
            valid = 0
            top = 0
            for value in day:
                if value != _MISSING:
                    valid += 1
                    top = max(top, value)
            hours[s, d] = valid
            if valid == 0:
                continue
            amount, held, end, found = _largest_window(day, min_hours, first_end, last_end)
            windows[s, d] = found
            if held and (
                found >= min_windows or round_half_even(amount, held * step) * step > mda8_limit
            ):
                total[0, s, d] = amount
                count[0, s, d] = held
                window_end[s, d] = end
            if valid >= single[0] or round_half_even(top, step) * step > single[1]:
                total[1, s, d] = top
                count[1, s, d] = 1


def rounded(days: Days, decimals_ugm3: int, decimals_mgm3: int) -> Block:
    """Day values rounded by GB/T 8170, in thousandths; MISSING where the day is not valid.

    Parameters
    ----------
    days : Days
    decimals_ugm3, decimals_mgm3 : int
        Kept digits of ug/m3 and of CO in mg/m3.

    Returns
    -------
    ndarray of int32, shape (items, stations, days)

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> hours = np.full((6, 1, 24), 8500, np.int32)
    >>> rounded(days_of(hours, rule_set("HJ633-2012")), 0, 1)[:, 0, 0].tolist()
    [8000, 8000, 8000, 8000, 8500, 8000, 8000]
    """
    result = np.empty(days.total.shape, np.int32)
    _round_means(days.total, days.count, _steps(decimals_ugm3, decimals_mgm3), result)
    return result


def rounded_values(values: Block, decimals_ugm3: int, decimals_mgm3: int) -> Block:
    """Day values that are given as such, rounded in the same way.

    Parameters
    ----------
    values : ndarray of int32, shape (items, …, days)
        Thousandths; MISSING stays.
    decimals_ugm3, decimals_mgm3 : int

    Returns
    -------
    ndarray of int32, the shape of `values`

    Examples
    --------
    >>> rounded_values(np.full((7, 1, 1), 60_500, np.int32), 0, 1)[3:5, 0, 0].tolist()
    [60000, 60500]
    """
    count = np.where(values != _MISSING, 1, 0).astype(np.int8)
    result = np.empty(values.shape, np.int32)
    _round_means(values, count, _steps(decimals_ugm3, decimals_mgm3), result)
    return result


def _steps(decimals_ugm3: int, decimals_mgm3: int) -> npt.NDArray[np.int64]:
    """Step of each day item in thousandths."""
    decimals = {"ug/m3": decimals_ugm3, "mg/m3": decimals_mgm3}
    return np.array([step_of(decimals[item.pollutant.unit]) for item in DAY_ITEMS], np.int64)


@compiled
def _round_means(total: Block, count: Counts, steps: npt.NDArray[np.int64], result: Block) -> None:
    for i in range(total.shape[0]):
        step = steps[i]
        for s in range(total.shape[1]):
            for d in range(total.shape[2]):
                if count[i, s, d] == 0:
                    result[i, s, d] = _MISSING
                else:
                    held = int(count[i, s, d]) * int(step)
                    result[i, s, d] = round_half_even(int(total[i, s, d]), held) * step
