"""Middle and spread of a series that a few bad values cannot move."""

from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.terms.mark import MISSING

type Block = npt.NDArray[np.int32]
type Floats = npt.NDArray[np.float64]

#: Median absolute deviation to standard deviation, of a normal distribution.
NORMAL: Final = 1.4826


def floats(values: Block) -> Floats:
    """Thousandths as floats, NaN where a value is missing.

    Examples
    --------
    >>> floats(np.array([1000, MISSING], np.int32)).tolist()
    [1000.0, nan]
    """
    return np.where(values == MISSING, np.nan, values.astype(np.float64))


def median(values: Floats) -> Floats:
    """Median along the last axis of what is finite; NaN where nothing is.

    Parameters
    ----------
    values : ndarray of float64, shape (…, n)

    Returns
    -------
    ndarray of float64, shape (…)

    Examples
    --------
    >>> median(np.array([[3.0, np.nan, 1.0, 9.0], [np.nan] * 4])).tolist()
    [3.0, nan]
    """
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    ordered = np.sort(values, axis=-1)  # NaN goes last
    number = np.isfinite(values).sum(axis=-1)
    low, high = np.maximum(number - 1, 0) // 2, np.maximum(number // 2, 0)
    # Where nothing is finite both places hold NaN.
    places = np.stack([low, np.minimum(high, values.shape[-1] - 1)], axis=-1)
    return np.asarray(np.take_along_axis(ordered, places, axis=-1).mean(axis=-1))


def spread(values: Floats, middle: Floats | None = None) -> Floats:
    """Standard deviation as the median absolute deviation tells it, along the last axis.

    Parameters
    ----------
    values : ndarray of float64, shape (…, n)
    middle : ndarray of float64, shape (…), optional
        Medians where they are known.

    Returns
    -------
    ndarray of float64, shape (…)

    Examples
    --------
    >>> round(float(spread(np.array([1.0, 2.0, 3.0, 4.0, 500.0]))), 4)
    1.4826
    """
    centre = median(values) if middle is None else middle
    return NORMAL * median(np.abs(values - centre[..., None]))


def logarithms(values: Block, offset: float) -> Block:
    """Thousandths of the natural logarithm of values, for comparison by ratio.

    Parameters
    ----------
    values : ndarray of int32
        Thousandths; below zero they count as zero.
    offset : float
        Added before, in the unit of the value, so that small values do not swing.

    Returns
    -------
    ndarray of int32, MISSING where it was

    Examples
    --------
    >>> logarithms(np.array([95_000, MISSING], np.int32), 5.0).tolist()
    [4605, -2147483648]
    """
    present = values != MISSING
    units = np.where(present, np.maximum(values, 0), 0) / 1000.0
    return np.where(present, np.rint(1000 * np.log(units + offset)), MISSING).astype(np.int32)
