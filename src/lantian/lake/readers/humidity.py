"""Relative humidity from air temperature and dew point."""

from typing import Final

import numpy as np

from lantian.lake.rows import Int32s
from lantian.terms.mark import MISSING
from lantian.terms.rounding import THOUSAND

# Alduchov and Eskridge (1996), J. Appl. Meteor. 35, 601-609: over water, -40 to 50 degC.
_A: Final = 17.625
_B_C: Final = 243.04
_FULL: Final = 100 * THOUSAND


def relative_humidity(temp_c: Int32s, dew_c: Int32s) -> Int32s:
    """Relative humidity over water by the Magnus form of Alduchov and Eskridge (1996).

    Parameters
    ----------
    temp_c, dew_c : ndarray of int32, shape (n,)
        Air temperature and dew point in thousandths of degC, or MISSING.

    Returns
    -------
    ndarray of int32, shape (n,)
        Thousandths of a per cent, at most 100 %; MISSING where either is.

    Notes
    -----
    ``rh = 100 exp(a d / (b + d)) / exp(a t / (b + t))`` with a = 17.625, b = 243.04 degC.
    A dew point above the temperature is instrument noise near saturation and gives 100 %.

    Examples
    --------
    >>> relative_humidity(np.array([20_000], np.int32), np.array([9_300], np.int32)).tolist()
    [50131]
    """
    missing = (temp_c == MISSING) | (dew_c == MISSING)
    temp = np.where(missing, 0, temp_c) / THOUSAND
    dew = np.where(missing, 0, dew_c) / THOUSAND
    exponent = _A * dew / (_B_C + dew) - _A * temp / (_B_C + temp)
    rh = np.minimum(np.rint(100 * np.exp(exponent) * THOUSAND), _FULL)
    return np.where(missing, MISSING, rh).astype(np.int32)
