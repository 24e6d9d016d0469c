"""How good a calibration is: error against references that its fit did not see."""

from typing import Final

import numpy as np

from lantian.quality.calibration import Judgement
from lantian.quality.calibration_solver import weighted_median
from lantian.quality.robust import Floats
from lantian.rules.clauses import CalibrationClause

#: Fewest values that a judgement can rest on.
FEWEST: Final = 10


def judge(
    calibrated: Floats, reference: Floats, clause: CalibrationClause, weights: Floats | None = None
) -> Judgement:
    """Compare calibrated values with references that the fit did not see.

    Parameters
    ----------
    calibrated, reference : ndarray of float64, shape (n,)
        Thousandths, all finite.
    clause : CalibrationClause
        Holds the rule of acceptance.
    weights : ndarray of float64, shape (n,), optional
        Of each value; alike where none are given.

    Returns
    -------
    Judgement
        With fewer than 10 values, all NaN and refused.

    Examples
    --------
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-pm25").clause
    >>> true = np.arange(1.0, 51.0) * 1000
    >>> judge(true * 1.1, true, clause).accepted
    True
    >>> judge(true * 1.5, true, clause).refused
    ('slope', 'bias')
    """
    n = len(reference)
    if n < FEWEST:
        nothing = (float("nan"),) * 8
        return Judgement(n, *nothing, refused=("too few values",))
    w = np.ones(n) if weights is None else weights
    w = w / w.sum()
    away = calibrated - reference
    true, found = float(w @ reference), float(w @ calibrated)
    spread = float(w @ (reference - true) ** 2)
    width = float(w @ (calibrated - found) ** 2)
    together = float(w @ ((reference - true) * (calibrated - found)))
    slope = together / spread if spread > 0 else float("nan")
    correlation2 = together**2 / (spread * width) if spread * width > 0 else float("nan")
    bias_pct = 100.0 * (found - true) / true if true > 0 else float("nan")
    meets = {
        "R2": correlation2 >= clause.r2_least,
        "slope": abs(slope - 1.0) <= clause.slope_within,
        "bias": abs(bias_pct) <= clause.bias_within_pct,
    }
    return Judgement(
        n=n,
        rmse=float(np.sqrt(w @ away**2)),
        mae=float(w @ np.abs(away)),
        bias=float(w @ away),
        bias_pct=float(bias_pct),
        r2=float(1.0 - (w @ away**2) / spread) if spread > 0 else float("nan"),
        correlation2=float(correlation2),
        slope=float(slope),
        intercept=float(found - slope * true),
        refused=tuple(name for name, met in meets.items() if not met),
    )


def error_of(calibrated: Floats, reference: Floats, weights: Floats) -> tuple[float, float]:
    """Base and share of the standard error, hypot(base, share x value).

    Parameters
    ----------
    calibrated, reference : ndarray of float64, shape (n,)
        Thousandths, of references that the fit did not see.
    weights : ndarray of float64, shape (n,)

    Returns
    -------
    (float, float)
        Thousandths, and a ratio; NaN where there are too few values.

    Notes
    -----
    The mean square error is taken below and above the median value; what the upper half has
    more becomes the share, so that the two halves keep their mean square errors.

    Examples
    --------
    >>> value = np.repeat([10.0, 100.0], 50)
    >>> base, share = error_of(value, value + 5 * np.tile([1.0, -1.0], 50), np.ones(100))
    >>> round(base, 3), round(share, 3)
    (5.0, 0.0)
    """
    if len(reference) < FEWEST:
        return float("nan"), float("nan")
    square = (calibrated - reference) ** 2
    upper = calibrated > weighted_median(calibrated, weights)
    whole = float(np.average(square, weights=weights))
    if not (upper.any() and (~upper).any()):
        return float(np.sqrt(whole)), 0.0
    (low, low_value), (high, high_value) = (
        (
            float(np.average(square[half], weights=weights[half])),
            float(np.average(calibrated[half] ** 2, weights=weights[half])),
        )
        for half in (~upper, upper)
    )
    if high <= low or high_value <= low_value:
        return float(np.sqrt(whole)), 0.0
    share2 = (high - low) / (high_value - low_value)
    if share2 * low_value > low:  # all of it grows with the value
        return 0.0, float(np.sqrt(whole / np.average(calibrated**2, weights=weights)))
    return float(np.sqrt(low - share2 * low_value)), float(np.sqrt(share2))
