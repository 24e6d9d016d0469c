"""Hourly report: the values that the rule asks for at each hour, and their index."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.evaluate.aqi import Index, hour_index
from lantian.evaluate.iaqi import HOUR_KEYS
from lantian.rules.ruleset import RuleSet
from lantian.series.sliding import sliding_mean
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import CO, POLLUTANTS
from lantian.terms.rounding import compiled, round_half_even, step_of

_MISSING = np.int32(MISSING)

#: Hours before the first judged hour that sliding means need.
HALO_H: Final = 23
_SO2, _PM10, _PM25, _O3 = 0, 2, 3, 5


class HourlyForm(StrEnum):
    """Which hourly report: as the network publishes it, or as the text has it."""

    NETWORK = "network"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class HourReport:
    """Rounded values of each hour under their breakpoint columns, and the index.

    `values` has shape (len(keys), stations, hours), thousandths.
    """

    keys: tuple[str, ...]
    values: npt.NDArray[np.int32]
    index: Index


def hour_report(values: npt.NDArray[np.int32], rules: RuleSet, form: HourlyForm) -> HourReport:
    """Judge every hour after the halo.

    Parameters
    ----------
    values : ndarray of int32, shape (pollutants, stations, HALO_H + hours)
        Thousandths.
    rules : RuleSet
    form : HourlyForm
        The text of HJ 633-2012 uses 24-hour sliding means of particles and the 8-hour
        sliding mean of ozone; the network publishes from 1-hour values. HJ 633-2026
        has the one form of 1-hour values.

    Returns
    -------
    HourReport

    Notes
    -----
    Source: HJ 633-2012 table 1 note 2, 5.1.3, table 4; HJ 633-2026 4.2.3. Where SO2 exceeds
    800 ug/m3 in an hour, the 2012 text takes the index of its 24-hour mean.

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> hours = np.full((6, 1, 24), 90_000, np.int32)
    >>> hour_report(hours, rule_set("HJ633-2026"), HourlyForm.NETWORK).index.aqi.shape
    (1, 1)
    """
    clause = rules.aqi.clause
    steps = [step_of(clause.decimals_mgm3 if p is CO else clause.decimals_ugm3) for p in POLLUTANTS]
    now = round_hours(values[:, :, HALO_H:], np.array(steps, np.int64))
    keys = list(HOUR_KEYS)
    extra: list[npt.NDArray[np.int32]] = []
    day_h = rules.threshold("sliding-24h").minimum
    if form is HourlyForm.TEXT and clause.hourly_pm_text == "24h-sliding":
        for p in (_PM10, _PM25):
            now[p] = sliding_mean(values[p], 24, day_h, clause.decimals_ugm3)
        eight = rules.threshold("sliding-8h").minimum
        ozone = values[_O3, :, HALO_H - 7 :]
        extra.append(sliding_mean(ozone, 8, eight, clause.decimals_ugm3))
        keys.append("o3_8h")
    if clause.above_so2_1h == "use-24h":
        top = clause.breakpoints["so2_1h"][-1] * 1000
        day_mean = sliding_mean(values[_SO2], 24, day_h, clause.decimals_ugm3)
        extra.append(np.where(now[_SO2] > top, day_mean, _MISSING).astype(np.int32))
        keys.append("so2_24h")
    table = np.concatenate([now, np.array(extra)]) if extra else now
    return HourReport(tuple(keys), table, hour_index(table, rules, tuple(keys)))


def round_hours(
    values: npt.NDArray[np.int32], steps: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Round hourly values of each pollutant to its step in thousandths, half to even.

    Examples
    --------
    >>> round_hours(np.full((1, 1, 1), 60_500, np.int32), np.array([1000])).tolist()
    [[[60000]]]
    """
    result = np.empty(values.shape, np.int32)
    _round(values, steps, result)
    return result


@compiled
def _round(
    values: npt.NDArray[np.int32], steps: npt.NDArray[np.int64], result: npt.NDArray[np.int32]
) -> None:
    for p in range(values.shape[0]):
        for s in range(values.shape[1]):
            for h in range(values.shape[2]):
                value = values[p, s, h]
                if value == _MISSING:
                    result[p, s, h] = _MISSING
                else:
                    result[p, s, h] = round_half_even(value, steps[p]) * steps[p]
