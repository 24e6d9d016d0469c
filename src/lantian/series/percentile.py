"""Percentiles and means of a period's days, exact, as the evaluation standard defines them."""

from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.terms.mark import MISSING

_MISSING = np.int32(MISSING)
#: Rows sorted at once, so that ten years of a country need no second copy in memory.
_AT_ONCE: Final = 256


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
    return values.sum(axis=1, dtype=np.int64, where=valid), valid.sum(axis=1)


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
    parts = [_of_rows(values[n : n + _AT_ONCE], per_cent) for n in range(0, len(values), _AT_ONCE)]
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _of_rows(values: npt.NDArray[np.int32], per_cent: int) -> npt.NDArray[np.int64]:
    # MISSING is the least integer, so that it comes first in each row.
    ordered = np.sort(values, axis=1)
    number = (ordered != _MISSING).sum(axis=1)
    place = np.maximum(number - 1, 0) * per_cent
    low = ordered.shape[1] - np.maximum(number, 1) + place // 100
    rest = place % 100
    rows = np.arange(ordered.shape[0])
    below = ordered[rows, low].astype(np.int64)
    above = ordered[rows, np.minimum(low + 1, ordered.shape[1] - 1)].astype(np.int64)
    return np.where(number > 0, below * 100 + (above - below) * rest, 0)
