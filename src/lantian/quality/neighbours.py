"""What the correlated stations say a station should read, and how far it is from that."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.quality.robust import Block, Floats, floats, median, spread

#: Stations handled at once, so that a province needs little memory.
_AT_ONCE: Final = 64
#: Share of values cut at both ends before correlation, so that one spike makes no friends.
_CUT_PCT: Final = 1.0


@dataclass(frozen=True, slots=True)
class NeighbourRule:
    """How the correlated stations are chosen.

    Attributes
    ----------
    most, fewest : int
        Number of neighbours taken, and below which a station has none.
    least_r : float
        Least correlation of hourly values.
    least_hours : int
        Fewest hours that both stations have.
    """

    most: int
    fewest: int
    least_r: float
    least_hours: int


@dataclass(frozen=True, slots=True)
class Expectation:
    """Stations of one pollutant beside what their neighbours say.

    Attributes
    ----------
    neighbours : ndarray of int64, shape (stations, most)
        Rows of the neighbours, best first; -1 where there is none.
    correlation : ndarray of float64, shape (stations, most)
        Of the hourly values; NaN where there is none.
    value : ndarray of float64, shape (stations, hours)
        Expected value in thousandths, NaN where fewer than the fewest neighbours report.
    scale : ndarray of float64, shape (stations, hours)
        Usual distance from the expected value (one standard deviation), thousandths.
    """

    neighbours: npt.NDArray[np.int64]
    correlation: Floats
    value: Floats
    scale: Floats

    def z(self, values: Block) -> Floats:
        """Distance of values from the expected in standard deviations; NaN where unknown."""
        return (floats(values) - self.value) / self.scale


def correlations(values: Block, least_hours: int) -> Floats:
    """Correlation of hourly values between all stations.

    Parameters
    ----------
    values : ndarray of int32, shape (stations, hours)
        Thousandths.
    least_hours : int
        Fewest hours that both have.

    Returns
    -------
    ndarray of float64, shape (stations, stations)
        NaN on the diagonal and where too few hours are common or a series does not vary.

    Examples
    --------
    >>> up = np.arange(10, dtype=np.int32)
    >>> correlations(np.stack([up, up, -up]), 5).round(2).tolist()
    [[nan, 1.0, -1.0], [1.0, nan, -1.0], [-1.0, -1.0, nan]]
    """
    x = floats(values)
    held = np.isfinite(x)
    some = held.any(axis=1)
    if not some.any():
        return np.full((len(x), len(x)), np.nan)
    low, high = np.full((2, len(x), 1), np.nan)
    low[some, 0], high[some, 0] = np.nanpercentile(x[some], [_CUT_PCT, 100 - _CUT_PCT], axis=1)
    x = np.clip(x, low, high)
    # About the middle of each, so that sums of squares keep their digits.
    x = np.where(held, x - median(x)[:, None], 0.0)
    mask = held.astype(np.float64)
    n = mask @ mask.T
    sums = x @ mask.T
    squares = (x * x) @ mask.T
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = x @ x.T - sums * sums.T / n
        variance = squares - sums * sums / n
        r = covariance / np.sqrt(variance * variance.T)
    r[(n < least_hours) | ~np.isfinite(r)] = np.nan
    np.fill_diagonal(r, np.nan)
    return r


def expectation(trailing: Block, judged: Block, rule: NeighbourRule, floor: float) -> Expectation:
    """Expect each station's hours from those of its correlated neighbours.

    Parameters
    ----------
    trailing : ndarray of int32, shape (stations, earlier hours)
        Thousandths; chooses the neighbours and says what is usual.
    judged : ndarray of int32, shape (stations, hours)
    rule : NeighbourRule
    floor : float
        Least standard deviation in thousandths: what the instrument itself may err.

    Returns
    -------
    Expectation

    Notes
    -----
    Each station is brought to its own usual middle and spread (median and median absolute
    deviation of the trailing hours). The expected hour is the median of the neighbours' hours
    so brought, set back by the station's own middle, spread and usual residual. Its scale joins
    the station's usual residual, the disagreement among the neighbours in that hour and the
    floor. Adding one constant to every station, or scaling every station and the floor by one
    factor, changes no distance.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> common = rng.integers(20_000, 90_000, 100)
    >>> block = (common + rng.integers(0, 3000, (5, 100))).astype(np.int32)
    >>> found = expectation(block, block, NeighbourRule(4, 3, 0.6, 50), 1000.0)
    >>> bool(np.abs(found.z(block)).max() < 4)
    True
    """
    r = correlations(trailing, rule.least_hours)
    chosen, best = _choose(r, rule)
    before, now = floats(trailing), floats(judged)
    middle = median(before)
    width = np.maximum(spread(before, middle), floor)
    # One more row of NaN stands for "no neighbour", which -1 picks.
    usual = _brought(before, middle, width)
    present = _brought(now, middle, width)
    value, scale = np.full(now.shape, np.nan), np.full(now.shape, np.nan)
    for start in range(0, len(now), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        of_before, _ = _agreed(usual, chosen[rows], rule.fewest)
        residual = usual[:-1][rows] - of_before
        bias = median(residual)
        own = spread(residual, bias)
        of_now, among = _agreed(present, chosen[rows], rule.fewest)
        value[rows] = middle[rows, None] + width[rows, None] * (of_now + bias[:, None])
        scale[rows] = np.sqrt(
            (width[rows, None] ** 2) * (own[:, None] ** 2 + among**2) + float(floor) ** 2
        )
    return Expectation(chosen, best, value, scale)


def _choose(r: Floats, rule: NeighbourRule) -> tuple[npt.NDArray[np.int64], Floats]:
    """Best correlated stations of each, -1 and NaN where there are too few."""
    held = np.where(r >= rule.least_r, r, -np.inf)
    most = min(rule.most, held.shape[1])
    order = np.argsort(-held, axis=1, kind="stable")[:, :most]
    best = np.take_along_axis(held, order, axis=1)
    none = ~np.isfinite(best)
    none |= ((~none).sum(axis=1) < rule.fewest)[:, None]
    return np.where(none, -1, order), np.where(none, np.nan, best)


def _brought(values: Floats, middle: Floats, width: Floats) -> Floats:
    brought = (values - middle[:, None]) / width[:, None]
    return np.concatenate([brought, np.full((1, values.shape[1]), np.nan)])


def _agreed(brought: Floats, chosen: npt.NDArray[np.int64], fewest: int) -> tuple[Floats, Floats]:
    """Median and spread of the neighbours in each hour; NaN where too few report."""
    theirs = np.moveaxis(brought[chosen], 1, 2)
    middle = median(theirs)
    middle[np.isfinite(theirs).sum(axis=2) < fewest] = np.nan
    return middle, spread(theirs, middle)
