"""Exact rounding of ratios of integers by GB/T 8170 (half to even), and their spelling."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

type Ints = npt.NDArray[np.integer[Any]]

#: One unit (ug/m3 or mg/m3) in the integers that blocks hold.
THOUSAND: Final = 1000


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel of integer loops, cached on disk and free of the interpreter lock."""
    kernel: Callable[P, R] = njit(cache=True, nogil=True)(function)
    return kernel


@compiled
def round_half_even(numerator: int, denominator: int) -> int:
    """Nearest integer to a ratio; an exact half goes to the even neighbour.

    Parameters
    ----------
    numerator : int
        Any integer.
    denominator : int
        A positive integer.

    Returns
    -------
    int
        The rounded ratio.

    Notes
    -----
    Source: GB/T 8170-2008, clause 3.2 (四舍六入五成双), decided by the remainder, so
    that no binary fraction can turn a tie.

    Examples
    --------
    >>> [round_half_even(n, 2) for n in (1, 3, 5, -1, -3)]
    [0, 2, 2, 0, -2]
    """
    quotient = numerator // denominator
    twice = 2 * (numerator - quotient * denominator)
    if twice > denominator or (twice == denominator and quotient % 2 == 1):
        return quotient + 1
    return quotient


def step_of(decimals: int) -> int:
    """Thousandths in the last kept digit.

    Examples
    --------
    >>> step_of(0), step_of(1), step_of(3)
    (1000, 100, 1)
    """
    if not 0 <= decimals <= 3:
        raise ValueError(f"decimals must be 0..3, got {decimals}")
    return int(10 ** (3 - decimals))


def spell(thousandths: int, decimals: int) -> str:
    """Decimal spelling of an integer in thousandths, with `decimals` kept digits.

    The value must already be rounded to that many decimals; a longer one is
    rounded by the same rule.

    Examples
    --------
    >>> spell(60_000, 0), spell(4_100, 1), spell(-1_250, 2)
    ('60', '4.1', '-1.25')
    """
    step = step_of(decimals)
    units = round_half_even(thousandths, step)
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), 10**decimals)
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


def to_thousandths(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int64]:
    """Thousandths of finite decimal values, to the nearest.

    Files hold decimals of at most three digits; a float carries them with an
    error far below half a thousandth.

    Examples
    --------
    >>> to_thousandths(np.array([0.1, 35.0])).tolist()
    [100, 35000]
    """
    return np.rint(np.asarray(values, dtype=np.float64) * THOUSAND).astype(np.int64)


def round_ratios(
    numerator: npt.NDArray[np.int64], denominator: npt.NDArray[np.int64], step: int, none: int
) -> npt.NDArray[np.int64]:
    """Round each ratio to a multiple of `step`, half to even.

    Parameters
    ----------
    numerator, denominator : ndarray of int64, one shape
        A denominator of 0 means there is nothing to round.
    step : int
        Kept size, in the unit of the numerator.
    none : int
        What stands for nothing.

    Returns
    -------
    ndarray of int64, the same shape

    Examples
    --------
    >>> round_ratios(np.array([121_000, 5]), np.array([2, 0]), 1000, -1).tolist()
    [60000, -1]
    """
    result = np.empty(numerator.shape, np.int64)
    _round_ratios(numerator.reshape(-1), denominator.reshape(-1), step, none, result.reshape(-1))
    return result


@compiled
def _round_ratios(
    numerator: npt.NDArray[np.int64],
    denominator: npt.NDArray[np.int64],
    step: int,
    none: int,
    result: npt.NDArray[np.int64],
) -> None:
    for n in range(numerator.size):
        if denominator[n] == 0:
            result[n] = none
        else:
            result[n] = round_half_even(numerator[n], denominator[n] * step) * step
