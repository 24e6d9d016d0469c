"""Selective hours: gaps or calibrations that fall where the neighbours were high."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.quality.mark import Mask, in_long_runs
from lantian.quality.robust import Floats, median


@dataclass(frozen=True, slots=True)
class Selection:
    """What chosen hours do to the mean, each of shape (stations,).

    Attributes
    ----------
    hours, days : ndarray of int64
        Chosen hours for which the neighbours say a value, and days that have one.
    expected : ndarray of float64
        Mean of what the neighbours say in them, thousandths; NaN without hours.
    usual : ndarray of float64
        The same of other days at the same hours.
    effect : ndarray of float64
        How much higher the mean would be with them, as a share of it, beyond what the same
        pattern on other days would do.
    z : ndarray of float64
        That in standard deviations of the same pattern moved by whole days.
    """

    hours: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    expected: Floats
    usual: Floats
    effect: Floats
    z: Floats

    def found(self, least_z: float, least_effect: float, fewest: int) -> Mask:
        """Stations whose chosen hours favour the mean."""
        return (self.days >= fewest) & (self.z >= least_z) & (self.effect >= least_effect)


def short_runs(mask: Mask, longest: int) -> Mask:
    """Keep of a mask only the runs that are not longer than `longest`.

    Examples
    --------
    >>> short_runs(np.array([[1, 1, 0, 1]], bool), 1).tolist()
    [[False, False, False, True]]
    """
    return mask & ~in_long_runs(mask, longest + 1)


def selection(chosen: Mask, values: Floats, expected: Floats) -> Selection:
    """Compare what the neighbours say in the chosen hours with the same hours of other days.

    Parameters
    ----------
    chosen : ndarray of bool, shape (stations, hours)
        Hours without a value, by a gap or a flag.
    values, expected : ndarray of float64, the same shape
        Thousandths; NaN where unknown. Whole days are used.

    Returns
    -------
    Selection

    Notes
    -----
    The pattern of chosen hours is moved through the window by whole days, so that a habit of
    the day (calibration at ten in the morning) and the lasting of episodes are in the spread
    that it is measured by.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> said = rng.uniform(20_000, 100_000, (1, 30 * 24))
    >>> said[0, :96] += 60_000
    >>> gone = np.zeros(said.shape, bool)
    >>> gone[0, 8:96] = np.arange(88) % 24 < 6
    >>> found = selection(gone, np.where(gone, np.nan, said), said)
    >>> bool(found.found(2.5, 0.02, 4)[0])
    True
    """
    days = values.shape[1] // 24
    said, held = _by_day(expected, days), _by_day(values, days)
    picked = _by_day(chosen, days) & np.isfinite(said)
    deviation = np.nan_to_num(said - median(np.moveaxis(said, 1, 2))[:, None, :])
    moved = np.stack(
        [(np.roll(picked, shift, axis=1) * deviation).sum(axis=(1, 2)) for shift in range(days)]
    )
    hours = picked.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.nansum(held, axis=(1, 2)) / np.isfinite(held).sum(axis=(1, 2))
        favour = moved[0] - moved[1:].mean(axis=0) if days > 1 else np.zeros(len(values))
        spread = moved[1:].std(axis=0) if days > 1 else np.zeros(len(values))
        effect = favour / (np.isfinite(held).sum(axis=(1, 2)) + hours) / mean
        inside = np.where(picked, said, 0.0).sum(axis=(1, 2)) / hours
        z = np.where(spread > 0, favour / spread, 0.0)
        usual = inside - favour / hours
    return Selection(
        hours=hours,
        days=picked.any(axis=2).sum(axis=1),
        expected=inside,
        usual=usual,
        effect=np.nan_to_num(effect),
        z=np.nan_to_num(z),
    )


def _by_day[A: npt.NDArray[np.bool_] | Floats](hours: A, days: int) -> A:
    return hours[:, : days * 24].reshape(hours.shape[0], days, 24)  # type: ignore[return-value]
