"""Sliding means that end at each hour: 8 hours of ozone, 24 hours of particles and SO2."""

import numpy as np
import numpy.typing as npt

from lantian.terms.mark import MISSING
from lantian.terms.rounding import compiled, round_half_even, step_of

_MISSING = np.int32(MISSING)


def sliding_mean(
    values: npt.NDArray[np.int32], length_h: int, min_hours: int, decimals: int
) -> npt.NDArray[np.int32]:
    """Mean of the `length_h` hours that end at each hour, rounded by GB/T 8170.

    Parameters
    ----------
    values : ndarray of int32, shape (stations, hours)
        Thousandths.
    length_h : int
        Hours in the window.
    min_hours : int
        Fewest valid hours.
    decimals : int
        Kept digits.

    Returns
    -------
    ndarray of int32, shape (stations, hours - length_h + 1)
        Thousandths; the first element belongs to the hour with a full window before it.

    Examples
    --------
    >>> sliding_mean(np.full((1, 10), 5000, np.int32), 8, 6, 0).tolist()
    [[5000, 5000, 5000]]
    """
    if values.shape[1] < length_h:
        raise ValueError(f"{values.shape[1]} hours cannot hold a window of {length_h}")
    result = np.empty((values.shape[0], values.shape[1] - length_h + 1), np.int32)
    _slide(values, length_h, min_hours, step_of(decimals), result)
    return result


@compiled
def _slide(
    values: npt.NDArray[np.int32],
    length_h: int,
    min_hours: int,
    step: int,
    result: npt.NDArray[np.int32],
) -> None:
    for s in range(values.shape[0]):
        amount = 0
        valid = 0
        for h in range(values.shape[1]):
            if values[s, h] != _MISSING:
                amount += values[s, h]
                valid += 1
            gone = h - length_h
            if gone >= 0 and values[s, gone] != _MISSING:
                amount -= values[s, gone]
                valid -= 1
            if gone >= -1:
                enough = valid >= min_hours
                mean = round_half_even(amount, valid * step) * step if enough else _MISSING
                result[s, gone + 1] = mean
