"""Leaving references out, group by group: sensors, sites or days that a fit did not see."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lantian.quality.calibration_network import likeness, network_of
from lantian.quality.calibration_pairs import Pairs
from lantian.quality.calibration_transfer import fitting_of
from lantian.quality.robust import Floats, floats
from lantian.rules.clauses import CalibrationClause


def left_out(pairs: Pairs, clause: CalibrationClause, groups: npt.NDArray[Any]) -> Floats:
    """Calibrate every row by a fit that saw no reference of the row's group.

    Parameters
    ----------
    pairs : Pairs
        All rows take part, whatever their time.
    clause : CalibrationClause
    groups : ndarray, shape (n,)
        Of each row: its sensor leaves one sensor out, its day one day, the monitor that its
        reference comes from one monitor.

    Returns
    -------
    ndarray of float64, shape (n,)
        Calibrated values in thousandths; NaN where the row cannot be calibrated.

    Notes
    -----
    Likeness of sensors is told from raw values of all rows, those left out among them; their
    references are not.

    Examples
    --------
    >>> from lantian.quality.calibration_pairs import pairs_of
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-so2").clause
    >>> day, still = np.tile(np.arange(40), 2) * 24, np.full(80, 20.0)
    >>> true = 30 + 20 * np.sin(day)
    >>> name = np.repeat(["a", "b"], 40)
    >>> rows = pairs_of(name, day, 2 * true, true, rh_pct=still, temp_c=still)
    >>> found = left_out(rows, clause, rows.sensor)
    >>> bool(np.abs(found - rows.reference).max() < 2)
    True
    """
    network = network_of(pairs, clause)
    like = {i: likeness(network, i, clause) for i in range(len(pairs.names))}
    fitting = fitting_of(pairs, clause, like)
    found = np.full(len(groups), np.nan)
    for group in np.unique(groups):
        out = groups == group
        if not (fitting.sound & ~out).any():
            continue
        for sensor in np.unique(pairs.sensor[out]):
            rows = out & (pairs.sensor == sensor)
            part = pairs.part(rows)
            coefficients = fitting.fit(int(sensor), out)
            found[rows] = coefficients.value(floats(part.raw), part.weather, clause)
    return found
