"""Height of the boundary layer from backscatter: where aerosol drops most with height.

Covariance with Haar's wavelet (Brooks 2003, J. Atmos. Oceanic Technol. 20, 1092-1105, after
Cohn and Angevine 2000, J. Appl. Meteor. 39, 1233-1247): at height b and dilation a it is half
the mean over the lower half of the wavelet less half the mean
over the upper half; its maximum is the top of the layer. The steepest gradient (Flamant
et al. 1997, Boundary-Layer Meteorol. 83, 247-284) is here to compare with. Both see the top of
the aerosol: after sunset that is the residual layer, not the air that mixes. Least contrast,
windows and the share of gates that must be there are Lantian's, not the papers'.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.profile.scan import Floats, Scan, Times

type Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Search:
    """How the top of the layer is sought.

    Attributes
    ----------
    dilation_m : float
        Length of the wavelet: layers thinner than half of it are not told apart.
    lowest_m, highest_m : float
        Where the top may be; below, the laser and the telescope do not overlap.
    window_s : int
        Profiles of so many seconds up to each moment are averaged before.
    least_contrast : float
        (below - above) / (below + above) of the two halves, below which nothing is found.
    least_noise : float
        Drop in standard deviations of its noise, which neighbouring gates of a half tell.
    least_share : float
        Share of gates that each half must have.
    """

    dilation_m: float = 300.0
    lowest_m: float = 200.0
    highest_m: float = 4_000.0
    window_s: int = 1_800
    least_contrast: float = 0.15
    least_noise: float = 5.0
    least_share: float = 0.5


#: What is used where nothing else is said; results are stored under this method's name.
USUAL: Final = Search()
#: Name of the method.
METHOD: Final = "haar"


def layer_height(scan: Scan, search: Search = USUAL) -> Floats:
    """Return the height of the boundary layer at each profile's time.

    Only gates that count are used, and only those below the lowest cloud.

    Parameters
    ----------
    scan : Scan
    search : Search

    Returns
    -------
    ndarray of float32, shape (times,)
        m above the ground; NaN where no drop is clear, or where it is largest at the edge of
        what is sought through: the top is then lower or higher than that.

    Examples
    --------
    >>> from lantian.profile.scan import scan_of
    >>> height_m = np.arange(15.0, 3000, 30)
    >>> profile = np.where(height_m < 1200, 4.0, 0.5)
    >>> scan = scan_of([600], height_m, [profile])
    >>> layer_height(scan).tolist()
    [1200.0]
    """
    mean = averaged(_below_cloud(scan), scan.t, search.window_s)
    return _peak(*covariance(mean, scan.height_m, search), search)


def layer_by_gradient(scan: Scan, search: Search = USUAL) -> Floats:
    """Return the height where backscatter falls most steeply; as `layer_height` otherwise.

    The profile is first smoothed over half the wavelet's length.
    """
    mean = averaged(_below_cloud(scan), scan.t, search.window_s)
    step = _step(scan.height_m)
    wide = max(1, round(search.dilation_m / 2 / step) // 2)
    padded = np.pad(mean, ((0, 0), (wide, wide)), constant_values=np.nan)
    smooth, _ = _window_mean(padded, 2 * wide + 1)
    fall = smooth[:, :-1] - smooth[:, 1:]
    between = _between(scan.height_m[:-1], scan.height_m[1:])
    return _peak(between, fall, fall > 0, search)


def averaged(values: Floats, t: Times, window_s: int) -> Floats:
    """Mean at each time of what is there in the seconds up to it.

    Parameters
    ----------
    values : ndarray of float32, shape (times, gates)
    t : ndarray of int64, shape (times,)
    window_s : int

    Examples
    --------
    >>> averaged(np.float32([[1], [3], [9]]), np.array([0, 300, 600]), 600).tolist()
    [[1.0], [2.0], [6.0]]
    """
    there = np.isfinite(values)
    sums = _running(np.where(there, values, 0).astype(np.float64))
    counts = _running(there.astype(np.float64))
    first = np.searchsorted(t, t - window_s, side="right")
    last = np.arange(1, t.size + 1)
    number = counts[last] - counts[first]
    with np.errstate(invalid="ignore", divide="ignore"):
        return ((sums[last] - sums[first]) / number).astype(np.float32)


def _running(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])


def covariance(profile: Floats, height_m: Floats, search: Search) -> tuple[Floats, Floats, Bools]:
    """Heights between gates, Haar's covariance there, and whether it is a clear drop.

    Parameters
    ----------
    profile : ndarray of float32, shape (times, gates)
    height_m : ndarray of float32, shape (gates,)
        Of even steps.

    Returns
    -------
    (ndarray, ndarray, ndarray)
        Shapes (heights,), (times, heights), (times, heights); NaN where too little is there.
    """
    half = max(2, round(search.dilation_m / 2 / _step(height_m)))
    if height_m.size < 2 * half:
        none = np.full((profile.shape[0], 0), np.nan, np.float32)
        return height_m[:0], none, np.isfinite(none)
    means, shares = _window_mean(profile, half)
    squares, _ = _window_mean(np.diff(profile, axis=1) ** 2, half - 1)
    low, high = means[:, :-half], means[:, half:]
    enough = np.minimum(shares[:, :-half], shares[:, half:]) >= search.least_share
    between = _between(height_m[half - 1 : -half], height_m[half : height_m.size - half + 1])
    drop = np.where(enough, (low - high) / 2, np.nan).astype(np.float32)
    with np.errstate(invalid="ignore"):
        # Variance of a gate is half the mean square of what neighbours differ by.
        noise = np.sqrt((squares[:, :-half] + squares[:, half:]) / 8 / (half * search.least_share))
        contrast = (low - high) >= search.least_contrast * (low + np.maximum(high, 0))
        clear = (drop > 0) & contrast & (drop >= search.least_noise * noise)
    return between, drop, clear


def _peak(height_m: Floats, drop: Floats, clear: Bools, search: Search) -> Floats:
    """Height of the largest drop that is clear; NaN where there is none, or it is at an edge."""
    inside = (height_m >= search.lowest_m) & (height_m <= search.highest_m)
    if not inside.any():
        return np.full(drop.shape[0], np.nan, np.float32)
    heights, known = height_m[inside], np.isfinite(drop[:, inside])
    sought = np.where(clear[:, inside], drop[:, inside], -np.inf)
    at = sought.argmax(axis=1)
    found = np.isfinite(sought[np.arange(at.size), at])
    first = known.argmax(axis=1)
    last = known.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    kept = found & (at > first) & (at < last)
    return np.where(kept, heights[at], np.nan).astype(np.float32)


def _below_cloud(scan: Scan) -> Floats:
    with np.errstate(invalid="ignore"):
        hidden = scan.height_m[None, :] >= scan.cloud_base_m[:, None]
    return np.where(hidden, np.float32(np.nan), scan.valid)


def _window_mean(values: Floats, width: int) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Mean of each run of gates and the share of it that is there."""
    there = np.isfinite(values)
    sums = _running(np.where(there, values, 0).astype(np.float64).T).T
    counts = _running(there.astype(np.float64).T).T
    number = counts[:, width:] - counts[:, :-width]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (sums[:, width:] - sums[:, :-width]) / number
    return means.astype(np.float32), number / width


def _between(low: Floats, high: Floats) -> Floats:
    return ((low + high) / 2).astype(np.float32)


def _step(height_m: Floats) -> float:
    return float(np.median(np.diff(height_m))) if height_m.size > 1 else 1.0
