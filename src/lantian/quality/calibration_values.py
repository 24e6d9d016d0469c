"""Calibrated values: each with its raw value, error, state, version and end of validity."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.quality.calibration import Calibration
from lantian.quality.calibration_form import Weather, needed
from lantian.quality.calibration_pairs import Pairs, thousandths
from lantian.quality.calibration_transfer import calibrate, ready
from lantian.quality.robust import Block, floats
from lantian.rules.clauses import CalibrationClause
from lantian.terms.mark import MISSING


class State(IntFlag):
    """What is to be known of one calibrated value; 0 is nothing."""

    NO_RAW = 1
    NO_WEATHER = 2  # humidity, temperature or cross sensor unknown
    NOT_VALID = 4  # no calibration is valid at this hour
    SATURATED = 8  # the value is a lower bound
    BEYOND_FIT = 16  # raw value above all that the fit has seen
    HUMID = 32  # so humid that light scattering over-reads
    NOT_ACCEPTED = 64  # the calibration does not meet the rule of acceptance


#: States in which there is no calibrated value.
WITHOUT: Final = State.NO_RAW | State.NO_WEATHER | State.NOT_VALID


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Values of one sensor with all that must go with them.

    Attributes
    ----------
    value_raw, value_cal, error : ndarray of int32, shape (n,)
        Thousandths; the last is one standard error. MISSING where there is none.
    state : ndarray of uint8, shape (n,)
        `State` of each value.
    version : ndarray of str, shape (n,)
        Version of the calibration of each value, "" where none is valid.
    valid_until_h : ndarray of int32, shape (n,)
        Last hour for which that calibration holds, MISSING where none is valid.
    """

    value_raw: Block
    value_cal: Block
    error: Block
    state: npt.NDArray[np.uint8]
    version: npt.NDArray[np.str_]
    valid_until_h: Block

    @property
    def official(self) -> bool:
        """Never: these values serve warning, tracing and ranking of hot spots, no AQI."""
        return False


def apply(
    calibrations: Sequence[Calibration], hour: Block, raw: Block, weather: Weather
) -> Calibrated:
    """Calibrate readings of one sensor, each hour by the newest calibration valid then.

    Parameters
    ----------
    calibrations : sequence of Calibration
        Of one sensor.
    hour : ndarray of int32, shape (n,)
        UTC hour numbers.
    raw : ndarray of int32, shape (n,)
        Thousandths, MISSING where there is none.
    weather : Weather
        Of the same rows.

    Returns
    -------
    Calibrated

    Notes
    -----
    The value rises with the raw one without end: a reading above all that the fit has seen
    goes on along the last slope and is marked, with its larger error; a saturated reading is
    marked as a lower bound.

    Examples
    --------
    >>> from lantian.quality.calibration_pairs import pairs_of
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-so2").clause
    >>> raw, still = 30 + 20 * np.sin(np.arange(480) / 5), np.full(480, 20.0)
    >>> rows = pairs_of(["a"] * 480, range(480), raw, raw / 2, rh_pct=still, temp_c=still)
    >>> made = [calibrate(rows, "a", clause, 300)]
    >>> now = apply(made, rows.hour, rows.raw, rows.weather)
    >>> now.value_raw[400].item(), now.value_cal[400].item(), State(now.state[200].item()).name
    (10122, 5061, 'NOT_VALID')
    """
    n = len(raw)
    value, error = np.full((2, n), np.nan)
    state = np.zeros(n, np.uint8)
    version = np.full(n, "", "U16")
    until = np.full(n, MISSING, np.int32)
    newest = np.full(n, -1)
    for place, made in sorted(enumerate(calibrations), key=lambda one: one[1].valid_from_h):
        newest[(hour >= made.valid_from_h) & (hour <= made.valid_until_h)] = place
    for place, made in enumerate(calibrations):
        rows = newest == place
        inside = weather.part(rows)
        value[rows] = made.coefficients.value(floats(raw[rows]), inside, made.clause)
        error[rows] = np.hypot(made.error_base, made.error_share * value[rows])
        state[rows] = _states(made, raw[rows], inside)
        version[rows] = made.version
        until[rows] = made.valid_until_h
    state[newest < 0] = State.NOT_VALID
    state[raw == MISSING] |= np.uint8(State.NO_RAW)
    return Calibrated(raw, thousandths(value), thousandths(error), state, version, until)


def _states(made: Calibration, raw: Block, weather: Weather) -> npt.NDArray[np.uint8]:
    clause = made.clause
    state = np.zeros(len(raw), np.uint8)
    for flag, where in (
        (State.NO_WEATHER, ~needed(weather, clause)),
        (State.SATURATED, raw >= clause.saturation * 1000.0),
        (State.BEYOND_FIT, raw > made.coefficients.raw_highest),
        (State.HUMID, weather.rh_pct >= clause.humid_from_pct),
        (State.NOT_ACCEPTED, np.full(len(raw), not made.judgement.accepted)),
    ):
        state[where] |= np.uint8(flag)
    return state


def rolling(
    pairs: Pairs, sensor: str, clause: CalibrationClause, first_h: int, last_h: int
) -> list[Calibration]:
    """Calibrate one sensor again and again, each time from what was known before.

    Parameters
    ----------
    pairs : Pairs
        Of all sensors of the network.
    sensor : str
    clause : CalibrationClause
        Says how often.
    first_h, last_h : int
        UTC hour numbers, both included; the first calibration is made at `first_h`.

    Returns
    -------
    list of Calibration
        None for a time at which there were too few references.

    Raises
    ------
    BadRequest
        If there is no such sensor.
    """
    return [
        calibrate(pairs, sensor, clause, at_h)
        for at_h in range(first_h, last_h + 1, 24 * clause.refit_d)
        if ready(pairs, sensor, clause, at_h) is not None
    ]
