"""Heaping: more values just below a limit, and fewer just above, than their density allows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.quality.mark import Mask, run_table
from lantian.quality.robust import Floats

#: The share below that the density may suggest; beyond, the slope is not to be trusted.
_LEAST_SHARE, _MOST_SHARE = 0.3, 0.8
#: Added to counts, so that few values suggest no steep slope.
_PRIOR = 5.0


@dataclass(frozen=True, slots=True)
class Heaping:
    """Counts of each station around a limit, each of shape (stations,).

    Attributes
    ----------
    below, above : ndarray of int64
        Values in the zone just below (the limit included) and just above it.
    visits : ndarray of int64
        Runs of values within the zone: what counts as one observation.
    share : ndarray of float64
        Mean share of a visit that lies below.
    expected : ndarray of float64
        Share below that the density around the zone suggests.
    z : ndarray of float64
        Distance of the two in standard deviations of a binomial of `visits`; 0 without visits.
    """

    below: npt.NDArray[np.int64]
    above: npt.NDArray[np.int64]
    visits: npt.NDArray[np.int64]
    share: Floats
    expected: Floats
    z: Floats

    def found(self, least_z: float, fewest: int) -> Mask:
        """Stations whose values heap below the limit."""
        return (self.visits >= fewest) & (self.z >= least_z)


def heaping(values: Floats, limit: float, width: float) -> Heaping:
    """Test the density of values around a limit.

    Parameters
    ----------
    values : ndarray of float64, shape (stations, n)
        Hours or days in order of time, NaN where missing.
    limit : float
        In the unit of the values.
    width : float
        Half width of the zone as a share of the limit.

    Returns
    -------
    Heaping

    Notes
    -----
    Hours that follow each other are not independent, so a run of values within the zone counts
    as one visit with its share below. The expected share comes from the counts in the zones
    next to it, twice as wide on either side (log-linear density). After the idea of McCrary
    (2008), J. Econometrics 142, 698-714.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> honest = rng.uniform(60, 90, (1, 700)).round()
    >>> pressed = np.where((honest > 75) & (honest < 83), 74.0, honest)
    >>> [bool(heaping(x, 75, 0.1).z[0] > 3) for x in (honest, pressed)]
    [False, True]
    """
    low, high = limit * (1 - width), limit * (1 + width)
    under = (values >= low) & (values <= limit)
    over = (values > limit) & (values <= high)
    rows, first, length = run_table(under | over)
    upto = np.concatenate([np.zeros((len(values), 1)), np.cumsum(under, axis=1)], axis=1)
    share = (upto[rows, first + length] - upto[rows, first]) / length
    visits = np.bincount(rows, minlength=len(values))
    total = np.bincount(rows, weights=share, minlength=len(values))
    wide_low = ((values >= limit * (1 - 3 * width)) & (values < low)).sum(axis=1)
    wide_high = ((values > high) & (values <= limit * (1 + 3 * width))).sum(axis=1)
    # The centres of the outer zones lie four half widths apart, those of the inner ones one.
    slope = np.log((wide_low + _PRIOR) / (wide_high + _PRIOR)) / 4
    expected = np.clip(1 / (1 + np.exp(-slope)), _LEAST_SHARE, _MOST_SHARE)
    n = np.maximum(visits, 1)
    z = (total - visits * expected) / np.sqrt(n * expected * (1 - expected))
    return Heaping(
        below=under.sum(axis=1),
        above=over.sum(axis=1),
        visits=visits,
        share=total / n,
        expected=expected,
        z=z,
    )
