"""Robust least squares with some coefficients held at zero or above."""

from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.quality.robust import NORMAL, Floats

type _Flags = npt.NDArray[np.bool_]

#: Residuals beyond this many standard deviations count less (95 % efficient, Huber 1981).
_HUBER: Final = 1.345
#: Pull towards zero that decides between columns that say the same.
_RIDGE: Final = 1e-9
_ROUNDS: Final = 50
#: Change of the fitted values, in standard deviations, at which the fit has settled.
_SETTLED: Final = 1e-4


def robust_fit(columns: Floats, target: Floats, weights: Floats, free: int) -> Floats:
    """Coefficients that fit a target, outliers counting less.

    Parameters
    ----------
    columns : ndarray of float64, shape (rows, coefficients)
    target : ndarray of float64, shape (rows,)
    weights : ndarray of float64, shape (rows,)
        Of each row, not negative.
    free : int
        The first `free` coefficients may have any sign, the others are at least 0.

    Returns
    -------
    ndarray of float64, shape (coefficients,)

    Notes
    -----
    Huber's M-estimator by iteratively reweighted least squares, scale by the weighted median
    absolute residual; the bound by the active-set method of Lawson and Hanson (1974).

    Examples
    --------
    >>> x = np.arange(20.0)
    >>> y = 2 * x + 1
    >>> y[3] = 500  # one outlier
    >>> robust_fit(np.column_stack([np.ones(20), x]), y, np.ones(20), 1).round(1).tolist()
    [1.0, 2.0]
    """
    found = _bounded(columns, target, weights, free)
    # Rows of a target that is fitted to rounding are not told apart.
    finest = 1e-12 * float(np.max(np.abs(target), initial=0.0)) + 1e-300
    for _ in range(_ROUNDS):
        away = np.abs(target - columns @ found)
        scale = max(NORMAL * weighted_median(away, weights), finest)
        held = weights * np.minimum(1.0, _HUBER * scale / np.maximum(away, finest))
        before, found = found, _bounded(columns, target, held, free, found > 0)
        change = np.abs(columns @ (found - before)).max(initial=0.0)
        if change <= _SETTLED * scale:
            break
    return found


def weighted_median(values: Floats, weights: Floats) -> float:
    """Value below which half of the weight lies.

    Examples
    --------
    >>> weighted_median(np.array([5.0, 1.0, 3.0]), np.array([1.0, 1.0, 1.0]))
    3.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, 0.5 * reached[-1])])


def _bounded(
    columns: Floats, target: Floats, weights: Floats, free: int, inside: _Flags | None = None
) -> Floats:
    """Weighted least squares with all but the first coefficients at least 0."""
    weighted = columns * weights[:, None]
    gram, moment = columns.T @ weighted, weighted.T @ target
    size = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    gram = gram / np.outer(size, size) + _RIDGE * np.eye(len(size))
    moment = moment / size
    first = np.arange(len(size)) < free
    return _active_set(gram, moment, ~first, first if inside is None else inside | first) / size


def _active_set(gram: Floats, moment: Floats, bounded: _Flags, inside: _Flags) -> Floats:
    """Minimum with the bounded coefficients at least 0, starting from those inside."""
    found, inside = _step(gram, moment, np.zeros(len(moment)), inside, bounded)
    least_gain = 1e-10 * max(1e-300, float(np.abs(moment).max()))
    for _ in range(3 * len(moment)):
        gain = np.where(inside, -np.inf, moment - gram @ found)
        best = int(np.argmax(gain))
        if gain[best] <= least_gain:
            break
        inside = inside.copy()
        inside[best] = True
        found, inside = _step(gram, moment, found, inside, bounded)
    return found


def _step(
    gram: Floats, moment: Floats, found: Floats, inside: _Flags, bounded: _Flags
) -> tuple[Floats, _Flags]:
    """Solve for the coefficients inside; those that would fall below 0 leave."""
    while True:
        wanted = np.zeros(len(found))
        wanted[inside] = np.linalg.solve(gram[np.ix_(inside, inside)], moment[inside])
        below = inside & bounded & (wanted <= 0)
        if not below.any():
            return wanted, inside
        room = found[below] / np.maximum(found[below] - wanted[below], 1e-300)
        found = found + room.min() * (wanted - found)
        gone = below & (found <= 1e-14)
        gone[np.flatnonzero(below)[int(np.argmin(room))]] = True
        inside = inside & ~gone
        found[gone] = 0.0
