"""Sub-index of one concentration: the breakpoint table of an edition and its interpolation."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.rules.clauses import AqiClause
from lantian.terms.pollutant import DAY_ITEMS
from lantian.terms.rounding import compiled

#: What stands for "no index" in arrays of IAQI and AQI.
NO_INDEX: Final = -1
_NO_INDEX = np.int16(NO_INDEX)

#: Breakpoint column of each item of a day.
DAY_KEYS: Final = tuple(
    {"o3_mda8": "o3_8h", "o3_max1h": "o3_1h"}.get(item.key, f"{item.key}_24h") for item in DAY_ITEMS
)
#: Breakpoint column of each pollutant of an hour: particles use the daily breakpoints.
HOUR_KEYS: Final = ("so2_1h", "no2_1h", "pm10_24h", "pm25_24h", "co_1h", "o3_1h")


@dataclass(frozen=True, slots=True)
class BreakpointTable:
    """Breakpoints of some items as arrays, ready for a kernel.

    Attributes
    ----------
    conc : ndarray of int64, shape (items, rows)
        Thousandths; rows beyond an item's last breakpoint repeat it.
    rows : ndarray of int64, shape (items,)
        Breakpoints of each item.
    index : ndarray of int64, shape (rows,)
        IAQI of each row.
    above : ndarray of int16, shape (items,)
        IAQI of what lies above the last breakpoint; NO_INDEX where the text gives none.
    """

    conc: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    index: npt.NDArray[np.int64]
    above: npt.NDArray[np.int16]

    @classmethod
    def of(cls, clause: AqiClause, keys: tuple[str, ...]) -> "BreakpointTable":
        """Table of the named breakpoint columns of one edition.

        Examples
        --------
        >>> from lantian.rules.ruleset import rule_set
        >>> table = BreakpointTable.of(rule_set("HJ633-2026").aqi.clause, ("so2_1h", "pm25_24h"))
        >>> table.above.tolist()
        [200, 500]
        """
        index = np.array(clause.iaqi, np.int64)
        lists = [clause.breakpoints[key] for key in keys]
        conc = np.array([list(b) + [b[-1]] * (index.size - len(b)) for b in lists], np.int64)
        rows = np.array([len(b) for b in lists], np.int64)
        stops = {"so2_1h": clause.above_so2_1h, "o3_8h": clause.above_o3_8h}
        above = [
            clause.iaqi[len(b) - 1] if stops.get(key, "cap") == "cap" else NO_INDEX
            for key, b in zip(keys, lists, strict=True)
        ]
        return cls(conc * 1000, rows, index, np.array(above, np.int16))


@compiled
def sub_index(
    value: int, conc: npt.NDArray[np.int64], rows: int, index: npt.NDArray[np.int64], above: int
) -> int:
    """IAQI of one rounded concentration in thousandths, rounded up to an integer.

    Notes
    -----
    Source: HJ 633-2012 4.2 and 6.2; HJ 633-2026 4.2.4 and 4.2.6 (向上进位取整).

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> t = BreakpointTable.of(rule_set("HJ633-2012").aqi.clause, ("pm25_24h",))
    >>> [sub_index(c, t.conc[0], 8, t.index, 500) for c in (35_000, 36_000, 620_000)]
    [50, 52, 500]
    """
    if value > conc[rows - 1]:
        return above
    row = 1
    while value > conc[row]:
        row += 1
    rise = (index[row] - index[row - 1]) * (value - conc[row - 1])
    span = conc[row] - conc[row - 1]
    return int(index[row - 1] + (rise + span - 1) // span)


def sub_indices(values: npt.NDArray[np.int32], table: BreakpointTable) -> npt.NDArray[np.int16]:
    """IAQI of each rounded concentration.

    Parameters
    ----------
    values : ndarray of int32, shape (items, …)
        Thousandths, rounded as the edition says; MISSING where there is none.
    table : BreakpointTable
        One row of breakpoints for each item.

    Returns
    -------
    ndarray of int16, the shape of `values`
        NO_INDEX where there is no value, a negative one, or the text gives no index for it.

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> from lantian.terms.mark import MISSING
    >>> table = BreakpointTable.of(rule_set("HJ633-2026").aqi.clause, ("pm25_24h",))
    >>> sub_indices(np.array([[60_000, MISSING]], np.int32), table).tolist()
    [[100, -1]]
    """
    result = np.empty(values.shape, np.int16)
    flat = np.ascontiguousarray(values).reshape(values.shape[0], -1)
    _fill(flat, table.conc, table.rows, table.index, table.above, result.reshape(flat.shape))
    return result


@compiled
def _fill(
    values: npt.NDArray[np.int32],
    conc: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    index: npt.NDArray[np.int64],
    above: npt.NDArray[np.int16],
    result: npt.NDArray[np.int16],
) -> None:
    for i in range(values.shape[0]):
        for n in range(values.shape[1]):
            value = values[i, n]
            if value < 0:  # MISSING, and what can be no concentration
                result[i, n] = _NO_INDEX
            else:
                result[i, n] = sub_index(value, conc[i], rows[i], index, above[i])
