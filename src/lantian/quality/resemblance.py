"""Too equal: a series that moves from hour to hour as one other station does."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.quality.robust import Block, Floats, floats

#: Changes are cut at this percentile, so that one episode does not decide.
_CUT_PCT = 95.0


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The most similar other station of each, each of shape (stations,).

    Attributes
    ----------
    other : ndarray of int64
        Row of that station, -1 where none has enough common hours.
    r : ndarray of float64
        Correlation of the hour-to-hour changes with it; NaN where there is none.
    second_r : ndarray of float64
        With the next most similar one.
    equal_share : ndarray of float64
        Share of common hours in which both values are equal.
    """

    other: npt.NDArray[np.int64]
    r: Floats
    second_r: Floats
    equal_share: Floats


def resemblance(values: Block, least_h: int, others: Block | None = None) -> Resemblance:
    """Find the station whose hour-to-hour changes are most like those of each.

    Parameters
    ----------
    values : ndarray of int32, shape (stations, hours)
        Thousandths.
    least_h : int
        Fewest hours that both have.
    others : ndarray of int32, shape (stations, hours), optional
        Stations compared with, in the same order; `values` unless given.

    Returns
    -------
    Resemblance

    Notes
    -----
    Changes show copying better than levels: levels of honest neighbours correlate by weather,
    their hourly changes hardly. A constant factor or offset leaves the correlation as it is.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> walks = np.cumsum(rng.normal(0, 3000, (3, 500)), axis=1) + 200_000
    >>> walks[2] = 0.9 * walks[0]
    >>> found = resemblance(walks.astype(np.int32), 300)
    >>> found.other.tolist()[::2], float(found.r[2].round(2))
    ([2, 0], 1.0)
    """
    theirs = values if others is None else others
    r = _change_correlation(values, theirs, least_h)
    np.fill_diagonal(r, -np.inf)
    order = np.argsort(-r, axis=1, kind="stable")
    rows = np.arange(len(values))
    best = order[:, 0]
    first = r[rows, best]
    second = r[rows, order[:, 1]] if values.shape[0] > 1 else np.full(len(values), -np.inf)
    none = ~np.isfinite(first)
    mine, other = floats(values), floats(theirs[best])
    both = np.isfinite(mine + other)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ((mine == other) & both).sum(axis=1) / both.sum(axis=1)
    return Resemblance(
        other=np.where(none, -1, best),
        r=np.where(none, np.nan, first),
        second_r=np.where(np.isfinite(second), second, np.nan),
        equal_share=np.where(none, np.nan, share),
    )


def _change_correlation(values: Block, others: Block, least_h: int) -> Floats:
    a, b = _changes(values), _changes(others)
    mask_a, mask_b = np.isfinite(a).astype(np.float64), np.isfinite(b).astype(np.float64)
    a, b = np.nan_to_num(a), np.nan_to_num(b)
    number = mask_a @ mask_b.T
    with np.errstate(divide="ignore", invalid="ignore"):
        r = (a @ b.T) / np.sqrt(((a * a) @ mask_b.T) * (mask_a @ (b * b).T))
    return np.where((number >= least_h) & np.isfinite(r), r, -np.inf)


def _changes(values: Block) -> Floats:
    change = np.diff(floats(values), axis=1)
    held = np.isfinite(change).any(axis=1)
    if held.any():
        cut = np.nanpercentile(np.abs(change[held]), _CUT_PCT, axis=1, keepdims=True)
        change[held] = np.clip(change[held], -cut, cut)
    return change
