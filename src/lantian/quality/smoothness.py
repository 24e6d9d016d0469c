"""Too smooth: a series whose hours change less abruptly than air, or than they used to."""

from dataclasses import dataclass

import numpy as np

from lantian.quality.mark import Mask
from lantian.quality.robust import Block, Floats, floats, median

#: Differences are cut at this percentile, so that one episode does not decide.
_CUT_PCT = 95.0


@dataclass(frozen=True, slots=True)
class Smoothness:
    """Roughness of the stations beside what is usual, each of shape (stations,).

    Attributes
    ----------
    rough : ndarray of float64
        Mean second difference over mean first difference; NaN where too few hours are held.
    level : ndarray of float64
        `rough` over the median of the stations.
    change : ndarray of float64
        `level` over the same of the earlier hours; NaN where those are too few.
    """

    rough: Floats
    level: Floats
    change: Floats

    def found(self, least_level: float, least_change: float) -> Mask:
        """Stations smoother than the others allow, or than they themselves were."""
        return (self.level < least_level) | (self.change < least_change)


def roughness(values: Block, least_h: int) -> Floats:
    """Mean second difference over mean first difference of each station's hours.

    Parameters
    ----------
    values : ndarray of int32, shape (stations, hours)
        Thousandths.
    least_h : int
        Fewest second differences.

    Returns
    -------
    ndarray of float64, shape (stations,)
        About 1.5 for a random walk, 0.7 for its moving mean over five hours; independent of
        the level and of the unit.

    Examples
    --------
    >>> walk = np.cumsum(np.random.default_rng(1).normal(0, 5000, (1, 700)), axis=1)
    >>> mean5 = np.stack([np.convolve(walk[0], np.ones(5) / 5, "valid")])
    >>> [round(float(roughness(x.astype(np.int32), 300)[0]), 1) for x in (walk, mean5)]
    [1.5, 0.7]
    """
    x = floats(values)
    first, second = (np.abs(np.diff(x, n, axis=1)) for n in (1, 2))
    rough = np.full(len(x), np.nan)
    enough = np.isfinite(second).sum(axis=1) >= least_h
    if enough.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            rough[enough] = _cut_mean(second[enough]) / _cut_mean(first[enough])
    return rough


def _cut_mean(differences: Floats) -> Floats:
    cut = np.nanpercentile(differences, _CUT_PCT, axis=1, keepdims=True)
    return np.asarray(np.nanmean(np.minimum(differences, cut), axis=1))


def smoothness(
    judged: Block, trailing: Block, least_h: int, fewest: int, others: Block | None = None
) -> Smoothness:
    """Compare the roughness of each station with the other stations and with its own past.

    Parameters
    ----------
    judged, trailing : ndarray of int32, shape (stations, hours)
        Thousandths.
    least_h : int
        Fewest differences of a station.
    fewest : int
        Fewest stations that make a usual roughness.
    others : ndarray of int32, shape (stations, hours), optional
        Judged hours of the stations that say what is usual; `judged` unless given.

    Returns
    -------
    Smoothness
    """
    now, before = roughness(judged, least_h), roughness(trailing, least_h)
    usual = now if others is None else roughness(others, least_h)
    level = now / _usual(usual, fewest)
    return Smoothness(now, level, level / (before / _usual(before, fewest)))


def _usual(rough: Floats, fewest: int) -> float:
    return float(median(rough)) if np.isfinite(rough).sum() >= fewest else np.nan
