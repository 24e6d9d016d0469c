"""Interference at the inlet: particles collapse against the neighbours while gases do not."""

from dataclasses import dataclass

import numpy as np

from lantian.quality.mark import Mask, in_long_runs
from lantian.quality.neighbours import Expectation, NeighbourRule, expectation
from lantian.quality.robust import Block, Floats, floats, logarithms, median
from lantian.quality.window import Weather
from lantian.terms.mark import MISSING

#: Furthest that the usual log ratio of a month is set right, thousandths.
_MOST_BIAS = 700.0
#: Sectors of wind direction, and fewest hours that say what is usual in one.
_SECTORS, _SECTOR_H = 8, 36


@dataclass(frozen=True, slots=True)
class CollapseRule:
    """When an hour has collapsed, and when enough hours have.

    Attributes
    ----------
    share : float
        Of the expected value, below which it lies (above 1 / share it has risen as much).
    z : float
        And by so many standard deviations.
    least_h : int
        Fewest hours in a row.
    hours : int
        Fewest such hours of the window, less those that rose as much.
    calm_z : float
        Distance within which PM2.5 or a gas counts as usual.
    least : float
        Least expected value, thousandths.
    rh_pct, wind_ms : float
        Humidity and wind speed from which on weather explains the hour.
    """

    share: float
    z: float
    least_h: int
    hours: int
    calm_z: float
    least: float
    rh_pct: float
    wind_ms: float


@dataclass(frozen=True, slots=True)
class Collapse:
    """Collapsed hours of the stations.

    Attributes
    ----------
    low : ndarray of bool, shape (stations, hours)
        Hours that collapsed, in runs that are long enough.
    net : ndarray of int64, shape (stations,)
        Their number less that of the hours that rose as much.
    ratio : ndarray of float64, shape (stations,)
        Median of value over expected value in the collapsed hours; NaN where there are none.
    expected : ndarray of float64, shape (stations,)
        Median of the expected value in them, thousandths.
    """

    low: Mask
    net: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    ratio: Floats
    expected: Floats

    def found(self, hours: int) -> Mask:
        """Stations with enough collapsed hours."""
        return self.net >= hours


def coarse(pm10: Block, pm25: Block) -> Block:
    """PM10 less PM2.5 in thousandths, not below 0; MISSING where either is.

    Examples
    --------
    >>> coarse(np.array([90_000, 5], np.int32), np.array([60_000, MISSING], np.int32)).tolist()
    [30000, -2147483648]
    """
    both = (pm10 != MISSING) & (pm25 != MISSING)
    return np.where(both, np.maximum(pm10 - np.where(both, pm25, 0), 0), MISSING).astype(np.int32)


def log_expectation(
    trailing: Block, judged: Block, rule: NeighbourRule, floor: float, offset: float
) -> Expectation:
    """Expect the logarithm of the judged hours; all hours together say what is usual.

    Parameters
    ----------
    trailing, judged : ndarray of int32, shape (stations, hours)
        Thousandths.
    rule : NeighbourRule
    floor : float
        Least standard deviation of the logarithm.
    offset : float
        Added before the logarithm, in the unit of the values.

    Returns
    -------
    Expectation
        In thousandths of the natural logarithm.
    """
    before, now = logarithms(trailing, offset), logarithms(judged, offset)
    return expectation(np.concatenate([before, now], axis=1), now, rule, 1000 * floor)


def collapse(
    judged: Block,
    said: Expectation,
    calm: Mask,
    offset: float,
    rule: CollapseRule,
    weather: Weather | None = None,
) -> Collapse:
    """Find hours that collapse against the neighbours though the calm ones say nothing happened.

    Parameters
    ----------
    judged : ndarray of int32, shape (stations, hours)
        Thousandths.
    said : Expectation
        Of their logarithm, as `log_expectation` gives it.
    calm : ndarray of bool, the same shape
        Hours in which what must not collapse lies where the neighbours say.
    offset : float
        That of the logarithm.
    rule : CollapseRule
    weather : Weather, optional
        Hours of fog, rain or strong wind are left out, and what is usual at the station in the
        wind's sector is no collapse.

    Returns
    -------
    Collapse
    """
    level = np.exp(said.value / 1000) - offset
    residual = floats(logarithms(judged, offset)) - said.value
    # What is usual for the whole window is a question of calibration, not of interference.
    residual = residual - np.clip(median(residual), -_MOST_BIAS, _MOST_BIAS)[:, None]
    judged_h = calm & (level * 1000 > rule.least)
    if weather is not None:
        residual = residual - _usual_by_sector(residual, weather)
        # Unknown weather explains nothing.
        judged_h &= ~((weather.rh_pct >= rule.rh_pct) | (weather.wind_ms >= rule.wind_ms))
    z = residual / said.scale
    far = 1000 * np.log(rule.share)
    low = in_long_runs((z < -rule.z) & (residual < far) & judged_h, rule.least_h)
    high = in_long_runs((z > rule.z) & (residual > -far) & judged_h, rule.least_h)
    return Collapse(
        low=low,
        net=low.sum(axis=1) - high.sum(axis=1),
        ratio=np.exp(median(np.where(low, residual, np.nan)) / 1000),
        expected=median(np.where(low, level * 1000, np.nan)),
    )


def _usual_by_sector(residual: Floats, weather: Weather) -> Floats:
    """Median residual of each station in the sector of each hour's wind; 0 where unknown."""
    known = np.isfinite(weather.wind_from_deg)
    turned = np.where(known, weather.wind_from_deg, 0.0) * _SECTORS / 360 + 0.5
    sector = np.where(known, turned.astype(np.int64) % _SECTORS, -1)
    usual = np.zeros(residual.shape)
    for number in range(_SECTORS):
        here = np.where(sector == number, residual, np.nan)
        enough = np.isfinite(here).sum(axis=1) >= _SECTOR_H
        middle = np.where(enough, np.nan_to_num(median(here)), 0.0)
        usual = np.where(sector == number, middle[:, None], usual)
    return np.clip(usual, -_MOST_BIAS, _MOST_BIAS)


def calm(expectations: tuple[Expectation, ...], logs: tuple[Block, ...], most_z: float) -> Mask:
    """Hours in which every given pollutant lies where its neighbours say, or is unknown.

    Parameters
    ----------
    expectations : tuple of Expectation
    logs : tuple of ndarray of int32
        What each expects, in the same order.
    most_z : float
    """
    mask = np.ones(logs[0].shape, bool)
    for said, values in zip(expectations, logs, strict=True):
        mask &= ~(np.abs(said.z(values)) >= most_z)
    return mask
