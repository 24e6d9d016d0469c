"""Marks that need the correlated stations: disagreement, step, drift."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lantian.quality.mark import Mask, in_long_runs
from lantian.quality.robust import Floats, median, spread

#: Rows handled at once, so that windows need little memory.
_AT_ONCE = 4096
_STATIONS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class StepRule:
    """How a step is told: the medians of `side_h` hours before and after it part.

    By `change` of the natural logarithm of the ratio; `sudden` is the share of it that must
    show within `near_h` hours on each side.
    """

    side_h: int
    near_h: int
    sudden: float
    change: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Slow change of the stations against their neighbours, each of shape (stations,).

    Attributes
    ----------
    change : ndarray of float64
        Change of the natural logarithm of the ratio over the whole time; NaN where unknown.
    spread : ndarray of float64
        Spread of the daily log ratios about the line.
    days : ndarray of int64
        Days that have a ratio.
    """

    change: Floats
    spread: Floats
    days: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def disagrees(z: Floats, least_z: float, least_h: int) -> Mask:
    """Mark runs of hours that lie far from what the neighbours say, on one side.

    Parameters
    ----------
    z : ndarray of float64, shape (stations, hours)
        Distance in standard deviations, NaN where unknown.
    least_z : float
    least_h : int
        Fewest hours in a row.

    Examples
    --------
    >>> disagrees(np.array([[9.0, 9.0, 9.0, 0.0, -9.0]]), 8, 3)[0].astype(int).tolist()
    [1, 1, 1, 0, 0]
    """
    return in_long_runs(z >= least_z, least_h) | in_long_runs(z <= -least_z, least_h)


def steps(log_residual: Floats, rule: StepRule) -> Floats:
    """Find hours at which a station's ratio to its neighbours jumps and stays.

    Parameters
    ----------
    log_residual : ndarray of float64, shape (stations, hours)
        Logarithm of value over expected value; NaN where unknown.
    rule : StepRule

    Returns
    -------
    ndarray of float64, shape (stations, hours)
        Change of the logarithm at the first hour of the new level, NaN elsewhere.

    Examples
    --------
    >>> row = np.concatenate([np.zeros(30), np.full(30, 0.75)])[None]
    >>> found = steps(row, StepRule(24, 6, 0.5, 0.6))
    >>> np.flatnonzero(np.isfinite(found)).tolist(), float(found[0, 30])
    ([30], 0.75)
    """
    found = np.full(log_residual.shape, np.nan)
    side, hours = rule.side_h, log_residual.shape[1]
    if hours < 2 * side:
        return found
    inner = slice(side - rule.near_h, hours - side - rule.near_h + 1)
    near = _medians(log_residual, rule.near_h)
    near = np.abs(near[:, rule.near_h :] - near[:, : -rule.near_h])[:, inner]
    # The long medians are taken only where the short ones have moved.
    rows, columns = np.nonzero(near >= rule.sudden * rule.change)
    days = sliding_window_view(log_residual, side, axis=1)
    jump = np.full(near.shape, np.nan)
    for n in range(0, len(rows), _AT_ONCE):
        here = rows[n : n + _AT_ONCE], columns[n : n + _AT_ONCE]
        after = here[0], here[1] + side
        jump[here] = median(days[after]) - median(days[here])
    at_once = np.abs(np.diff(log_residual, axis=1))[:, side - 1 : hours - side]
    far = (np.abs(jump) >= rule.change) & (near >= rule.sudden * np.abs(jump))
    size = np.where(far, np.abs(jump) + np.nan_to_num(at_once), 0.0)
    for row, column in np.argwhere(far).tolist():
        around = slice(max(0, column - side), column + side + 1)
        # Of a hill of candidates the sharpest hour stands for all.
        if int(np.argmax(size[row, around])) == column - around.start:
            found[row, column + side] = jump[row, column]
    return found


def _medians(values: Floats, width: int) -> Floats:
    """Median of `width` hours from each hour on."""
    windows = sliding_window_view(values, width, axis=1)
    return np.concatenate(
        [
            median(windows[n : n + _STATIONS_AT_ONCE])
            for n in range(0, len(values), _STATIONS_AT_ONCE)
        ]
    )


def drift(log_residual: Floats, day_h: int) -> Drift:
    """Fit a line to the daily log ratio of each station to its neighbours.

    Parameters
    ----------
    log_residual : ndarray of float64, shape (stations, hours)
        Logarithm of value over expected value; NaN where unknown. Whole days are used.
    day_h : int
        Fewest hours of a day.

    Returns
    -------
    Drift

    Notes
    -----
    The slope is the median of the slopes between days at least a third of the time apart
    (after Theil 1950 and Sen 1968).

    Examples
    --------
    >>> line = np.repeat(np.linspace(0, -0.5, 60), 24)[None]
    >>> round(float(drift(line, 12).change[0]), 3)
    -0.5
    """
    rows, days = log_residual.shape[0], log_residual.shape[1] // 24
    by_day = log_residual[:, : days * 24].reshape(rows, days, 24)
    level = median(by_day)
    level[np.isfinite(by_day).sum(axis=2) < day_h] = np.nan
    early, late = np.triu_indices(days, max(1, days // 3))
    change, about = np.full((2, rows), np.nan)
    for start in range(0, rows, _STATIONS_AT_ONCE):
        part = level[start : start + _STATIONS_AT_ONCE]
        slope = median((part[:, late] - part[:, early]) / (late - early))
        change[start : start + _STATIONS_AT_ONCE] = slope * (days - 1)
        about[start : start + _STATIONS_AT_ONCE] = spread(part - slope[:, None] * np.arange(days))
    return Drift(change, about, np.isfinite(level).sum(axis=1))
