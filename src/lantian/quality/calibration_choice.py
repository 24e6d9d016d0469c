"""Which form a calibration takes: the one that meets references which the fit did not see best."""

import math
from dataclasses import replace
from typing import Final

import numpy as np

from lantian.quality.calibration import Calibration, Origin, usable
from lantian.quality.calibration_pairs import Pairs
from lantian.quality.calibration_transfer import calibrate
from lantian.quality.robust import floats
from lantian.rules.clauses import CalibrationClause

#: Why a calibration may not be used, beside what the rule of acceptance names.
FEW: Final = "few"
NO_BETTER: Final = "no-better"


def forms(clause: CalibrationClause) -> tuple[CalibrationClause, ...]:
    """Forms that a sensor may follow: the clause's, and one that learns the effect of humidity.

    Growth of wet particles is that of a bare light-scattering sensor. One that dries its air,
    or whose maker corrects it, follows another law, and dividing by growth would spoil it.

    Examples
    --------
    >>> from lantian.rules.book import book
    >>> [f.slope_with for f in forms(book("calibration").entry("micro-pm25").clause)]
    [('temperature',), ('humidity', 'temperature')]
    >>> len(forms(book("calibration").entry("micro-o3").clause))
    1
    """
    if not clause.growth:
        return (clause,)
    return clause, replace(clause, growth=0.0, slope_with=("humidity", "temperature"))


def calibrate_best(pairs: Pairs, sensor: str, clause: CalibrationClause, at_h: int) -> Calibration:
    """Calibrate one sensor by the form whose error on unseen references is least.

    Parameters
    ----------
    pairs : Pairs
        Of all sensors of the network, with references where there are any.
    sensor : str
    clause : CalibrationClause
    at_h : int
        UTC hour number; only rows before it are read.

    Returns
    -------
    Calibration
        Its `clause` is the form that was taken.

    Raises
    ------
    NoData
        If neither the sensor nor the network has references enough.
    BadRequest
        If there is no such sensor.
    """
    made = [calibrate(pairs, sensor, form, at_h) for form in forms(clause)]
    return min(made, key=_error)


def refusals(made: Calibration, pairs: Pairs) -> tuple[str, ...]:
    """Why a calibration may not be used; empty where it may.

    Beside the rule of acceptance it must come nearer to the references than raw values do: a
    calibration that is no better than none only adds its own error.

    Parameters
    ----------
    made : Calibration
    pairs : Pairs
        What it was made from.
    """
    if not math.isfinite(made.judgement.rmse):
        return (FEW,)
    rows = pairs.between(made.fit_first_h, made.fit_last_h + 1)
    rows = rows.part(usable(rows, made.clause))
    if made.origin is Origin.OWN:
        rows = rows.part(rows.sensor == rows.place(made.sensor))
    raw = float(np.sqrt(np.mean((floats(rows.raw) - floats(rows.reference)) ** 2)))
    return (*made.judgement.refused, *((NO_BETTER,) if made.judgement.rmse >= raw else ()))


def _error(made: Calibration) -> float:
    rmse = made.judgement.rmse
    return rmse if math.isfinite(rmse) else math.inf
