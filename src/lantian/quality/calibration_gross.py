"""Gross errors among pairs: readings that have nothing to do with the reference beside them."""

from typing import Final

import numpy as np

from lantian.quality.calibration_form import Chosen, growth
from lantian.quality.calibration_pairs import Pairs
from lantian.quality.robust import NORMAL, Floats, floats
from lantian.rules.clauses import CalibrationClause

#: Distance of the logarithms, in standard deviations, beyond which a pair is no pair.
_FAR: Final = 5.0
#: Least standard deviation of the logarithms, so that a perfect sensor keeps its pairs.
_LEAST: Final = 0.1
#: Share of the median reference below which ratios say nothing.
_FLOOR: Final = 0.25
#: Fewest pairs that tell what is far.
_FEWEST: Final = 20


def gross(pairs: Pairs, usable: Chosen, clause: CalibrationClause) -> Chosen:
    """Pairs that a fit must not see, however far their raw value would pull it.

    Parameters
    ----------
    pairs : Pairs
    usable : ndarray of bool, shape (n,)
        Rows that can take part in a fit.
    clause : CalibrationClause

    Returns
    -------
    ndarray of bool, shape (n,)

    Notes
    -----
    For each sensor: the line through the median of slopes between the lower and the upper half
    of the dry raw values (Theil's incomplete method, 1950); a pair is gross where the logarithm
    of reference over line lies more than five robust standard deviations from the middle. The
    weights of Huber alone do not hold against a wrong raw value, which pulls the harder the
    further off it is.

    Examples
    --------
    >>> from lantian.quality.calibration_pairs import pairs_of
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-so2").clause
    >>> true = np.arange(10.0, 50.0)
    >>> raw = np.where(np.arange(40) == 7, 20 * true, 2 * true)
    >>> rows = pairs_of(["a"] * 40, range(40), raw, true)
    >>> np.flatnonzero(gross(rows, np.ones(40, bool), clause)).tolist()
    [7]
    """
    found = np.zeros(len(usable), np.bool_)
    for sensor in np.unique(pairs.sensor[usable]):
        rows = np.flatnonzero(usable & (pairs.sensor == sensor))
        if len(rows) >= _FEWEST:
            dry = floats(pairs.raw[rows]) / growth(pairs.weather.rh_pct[rows], clause)
            found[rows] = _far(dry, floats(pairs.reference[rows]))
    return found


def _far(raw: Floats, reference: Floats) -> Chosen:
    order = np.argsort(raw, kind="stable")
    half = len(order) // 2
    low, high = order[:half], order[-half:]
    run = raw[high] - raw[low]
    if not (run > 0).any():
        return np.zeros(len(raw), np.bool_)
    slopes = (reference[high] - reference[low])[run > 0] / run[run > 0]
    slope = max(0.0, float(np.median(slopes)))
    line = slope * raw + float(np.median(reference - slope * raw))
    floor = max(1.0, _FLOOR * float(np.median(reference)))
    ratio = np.log(np.maximum(reference, floor) / np.maximum(line, floor))
    away = np.abs(ratio - np.median(ratio))
    return np.asarray(away > _FAR * max(_LEAST, NORMAL * float(np.median(away))))
