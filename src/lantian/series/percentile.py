"""Percentiles and means of a period's days, exact, as the evaluation standard defines them."""

import numpy as np
import numpy.typing as npt

from lantian.terms.mark import MISSING
from lantian.terms.rounding import compiled

_MISSING = np.int32(MISSING)


def period_totals(values: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int64], ...]:
    """Sum and number of the valid days of each row.

    Parameters
    ----------
    values : ndarray of int32, shape (rows, days)
        Thousandths, MISSING where a day is not valid.

    Returns
    -------
    (ndarray of int64, ndarray of int64), shape (rows,) each

    Examples
    --------
    >>> [a.tolist() for a in period_totals(np.array([[1000, MISSING, 3000]], np.int32))]
    [[4000], [2]]
    """
    valid = values != _MISSING
    return np.where(valid, values, 0).sum(axis=1, dtype=np.int64), valid.sum(axis=1)


def percentile_hundredths(values: npt.NDArray[np.int32], per_cent: int) -> npt.NDArray[np.int64]:
    """Percentile of each row's valid days, times one hundred so that it stays exact.

    Parameters
    ----------
    values : ndarray of int32, shape (rows, days)
        Thousandths, MISSING where a day is not valid.
    per_cent : int
        The percentile, 1..99.

    Returns
    -------
    ndarray of int64, shape (rows,)
        Hundredths of thousandths; 0 where a row has no valid day.

    Notes
    -----
    Source: HJ 663-2013 appendix A: k = 1 + (n − 1)·p, linear between the neighbours.

    Examples
    --------
    >>> percentile_hundredths(np.arange(1, 11, dtype=np.int32)[None] * 1000, 90).tolist()
    [910000]
    """
    if not 0 < per_cent < 100:
        raise ValueError(f"per_cent must lie in 1..99, got {per_cent}")
    result = np.zeros(values.shape[0], np.int64)
    _percentiles(np.ascontiguousarray(values), per_cent, result)
    return result


@compiled
def _percentiles(
    values: npt.NDArray[np.int32], per_cent: int, result: npt.NDArray[np.int64]
) -> None:
    held = np.empty(values.shape[1], np.int32)
    for row in range(values.shape[0]):
        n = 0
        for day in range(values.shape[1]):
            if values[row, day] != _MISSING:
                held[n] = values[row, day]
                n += 1
        if n == 0:
            continue
        ordered = np.sort(held[:n])
        place = (n - 1) * per_cent
        low = place // 100
        rest = place - low * 100
        amount = np.int64(ordered[low]) * 100
        if rest:
            amount += (np.int64(ordered[low + 1]) - np.int64(ordered[low])) * rest
        result[row] = amount
