"""Marks that a station's own values earn: range, stuck, spike, PM2.5 above PM10, humidity."""

from dataclasses import dataclass

import numpy as np

from lantian.quality.mark import Mask, run_table
from lantian.quality.robust import Block, Floats, floats, spread
from lantian.terms.mark import MISSING


@dataclass(frozen=True, slots=True)
class StuckRule:
    """From how many hours on an unchanged value is stuck.

    `resolution` is the instrument's, thousandths; values below `few_steps` steps of it need
    `low_h` hours, others `high_h`.
    """

    resolution: float
    few_steps: float
    low_h: int
    high_h: int


@dataclass(frozen=True, slots=True)
class SpikeRule:
    """How far a single hour must leave both its neighbours in time.

    By a factor `ratio`, by `spreads` of the usual change from hour to hour, and by `floor`
    thousandths.
    """

    ratio: float
    spreads: float
    floor: float


def out_of_range(values: Block, above: float, highest: float) -> Mask:
    """Mark present values that are not above `above` or lie beyond `highest`, thousandths.

    Examples
    --------
    >>> out_of_range(np.array([[-5, 0, 7, 99, MISSING]], np.int32), 0, 50).tolist()
    [[True, True, False, True, False]]
    """
    return np.asarray((values != MISSING) & ((values <= above) | (values > highest)))


def stuck(values: Block, rule: StuckRule) -> Mask:
    """Mark runs of one unchanged value that last too long.

    Parameters
    ----------
    values : ndarray of int32, shape (stations, hours)
        Thousandths; a missing hour ends a run.
    rule : StuckRule

    Returns
    -------
    ndarray of bool, shape (stations, hours)

    Examples
    --------
    >>> rule = StuckRule(resolution=1000, few_steps=20, low_h=6, high_h=3)
    >>> stuck(np.array([[5000] * 5 + [30_000] * 3], np.int32), rule)[0].astype(int).tolist()
    [0, 0, 0, 0, 0, 1, 1, 1]
    """
    # A run of equal values, less its first hour, is a run of "same as before".
    same = np.zeros(values.shape, bool)
    same[:, 1:] = (values[:, 1:] == values[:, :-1]) & (values[:, 1:] != MISSING)
    row, first, length = run_table(same)
    level = np.abs(values[row, first])
    needed = np.where(level < rule.few_steps * rule.resolution, rule.low_h, rule.high_h)
    long = length + 1 >= needed
    kept = np.zeros((values.shape[0], values.shape[1] + 1), np.int32)
    np.add.at(kept, (row[long], first[long] - 1), 1)
    np.add.at(kept, (row[long], first[long] + length[long]), -1)
    return np.cumsum(kept, axis=1)[:, :-1] > 0


def spikes(values: Block, expected: Floats, rule: SpikeRule) -> Mask:
    """Mark single hours that leave the hours on both sides, up or down, and come back.

    Parameters
    ----------
    values : ndarray of int32, shape (stations, hours)
        Thousandths.
    expected : ndarray of float64, the same shape
        What the neighbours say; where it is known for all three hours, what the neighbours
        share is no spike. NaN where unknown.
    rule : SpikeRule

    Returns
    -------
    ndarray of bool, shape (stations, hours)

    Examples
    --------
    >>> row = np.array([[30, 31, 29, 400, 30, 32, 31]], np.int32) * 1000
    >>> spikes(row, np.full(row.shape, np.nan), SpikeRule(3, 10, 60_000)).nonzero()[1].tolist()
    [3]
    """
    found = np.zeros(values.shape, bool)
    if values.shape[1] < 3:
        return found
    x = floats(values)
    usual = np.nan_to_num(spread(np.diff(x, axis=1)))[:, None]
    common = np.where(np.isfinite(expected), expected, np.nan)
    known = np.isfinite(common[:, :-2] + common[:, 1:-1] + common[:, 2:])
    least = np.maximum(rule.spreads * usual, rule.floor)
    for sign in (1.0, -1.0):
        here, sides = _beside(sign * x)
        of_network = np.where(known, np.maximum(0.0, np.subtract(*_beside(sign * common))), 0.0)
        far = here - sides - of_network > least
        high, low = np.maximum(np.abs(here), np.abs(sides)), np.minimum(np.abs(here), np.abs(sides))
        found[:, 1:-1] |= far & (high > rule.ratio * low)
    return found


def _beside(x: Floats) -> tuple[Floats, Floats]:
    """Each inner hour, and the higher of the two hours beside it."""
    return x[:, 1:-1], np.maximum(x[:, :-2], x[:, 2:])


def inverted(pm25: Block, pm10: Block, margin: float, share: float) -> Mask:
    """Mark hours in which PM2.5 lies above PM10 by more than the instruments may err.

    Parameters
    ----------
    pm25, pm10 : ndarray of int32, one shape
        Thousandths.
    margin : float
        Allowed excess in thousandths.
    share : float
        Allowed excess as a share of PM10; the larger of the two holds.

    Examples
    --------
    >>> pm10 = np.array([[50_000, 50_000, MISSING]], np.int32)
    >>> inverted(np.array([[58_000, 61_000, 9000]], np.int32), pm10, 10_000, 0.1).tolist()
    [[False, True, False]]
    """
    fine, all_ = floats(pm25), floats(pm10)
    return fine - all_ > np.maximum(margin, share * all_)


def humid(values: Block, rh_pct: Floats, scattering: Mask, least_pct: float) -> Mask:
    """Mark present values of light-scattering stations in humid hours.

    Parameters
    ----------
    values : ndarray of int32, shape (stations, hours)
    rh_pct : ndarray of float64, the same shape
        Relative humidity, NaN where unknown (not marked).
    scattering : ndarray of bool, shape (stations,)
    least_pct : float
        Above this humidity.

    Examples
    --------
    >>> rh = np.array([[86.0, 85.0], [99.0, 99.0]])
    >>> humid(np.ones((2, 2), np.int32), rh, np.array([True, False]), 85).tolist()
    [[True, False], [False, False]]
    """
    return np.asarray((values != MISSING) & (rh_pct > least_pct) & scattering[:, None])
