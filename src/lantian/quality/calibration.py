"""Calibration of a micro-station: fitted on the past, versioned, never official."""

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from lantian.quality.calibration_form import (
    Chosen,
    Ranges,
    Weather,
    needed,
    offsets,
    ranges_of,
    slopes,
)
from lantian.quality.calibration_pairs import Pairs
from lantian.quality.calibration_solver import robust_fit
from lantian.quality.robust import Floats, floats
from lantian.rules.clauses import CalibrationClause
from lantian.terms.mark import MISSING

#: Name of the method; a change of it changes every version.
METHOD: Final = "lantian-calibration-1"
#: Digits of a coefficient that are kept, so that machines agree on them.
_DIGITS: Final = 9


class Origin(StrEnum):
    """Where a calibration comes from."""

    OWN = "own"  # the sensor's own reference-grade neighbour
    NETWORK = "network"  # sensors that have one, by similarity


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What a fit found: its constants and the factors of its columns, thousandths."""

    ranges: Ranges
    offset: tuple[float, ...]
    slope: tuple[float, ...]
    raw_highest: int

    def value(self, raw: Floats, weather: Weather, clause: CalibrationClause) -> Floats:
        """Calibrated values of raw ones, thousandths, not below 0; NaN where a part is unknown."""
        known = np.isfinite(raw) & needed(weather, clause)
        found = np.full(len(raw), np.nan)
        inside = weather.part(known)
        found[known] = offsets(inside, self.ranges, clause) @ np.array(self.offset)
        found[known] += slopes(raw[known], inside, self.ranges, clause) @ np.array(self.slope)
        return np.asarray(np.maximum(found, 0.0))


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well calibrated values meet references that the fit did not see.

    `rmse`, `mae` and `bias` are thousandths; `r2` is 1 - SSE / SST; `correlation2`, `slope`
    and `intercept` are those of the calibrated values on the reference by least squares.
    `refused` names what the rule of acceptance does not accept, empty where it accepts.
    """

    n: int
    rmse: float
    mae: float
    bias: float
    bias_pct: float
    r2: float
    correlation2: float
    slope: float
    intercept: float
    refused: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether the rule of acceptance accepts."""
        return not self.refused


@dataclass(frozen=True, slots=True)
class Calibration:
    """One calibration of one sensor.

    Attributes
    ----------
    version : str
        First 16 digits of the sha256 over method, clause, input rows and coefficients.
    valid_from_h, valid_until_h : int
        UTC hour numbers, both included; every hour of the fit is before the first.
    error_base, error_share : float
        The standard error of a value v (thousandths) is hypot(base, share x v), by
        references that the fit did not see: days left out (OWN), sensors left out (NETWORK).
    donors : tuple of str
        Other sensors whose references took part, the most similar first.
    """

    version: str
    sensor: str
    origin: Origin
    clause: CalibrationClause
    coefficients: Coefficients
    fit_first_h: int
    fit_last_h: int
    valid_from_h: int
    valid_until_h: int
    rows: int
    donors: tuple[str, ...]
    error_base: float
    error_share: float
    judgement: Judgement

    @property
    def official(self) -> bool:
        """Never: values of micro-stations serve warning, tracing and ranking of hot spots."""
        return False


def fit(
    pairs: Pairs, clause: CalibrationClause, weights: Floats, gain: Floats | None = None
) -> Coefficients:
    """Fit the form of a clause to pairs.

    Parameters
    ----------
    pairs : Pairs
        Rows without raw value, reference or needed weather, and saturated ones, are left out.
    clause : CalibrationClause
    weights : ndarray of float64, shape (n,)
        Of each row.
    gain : ndarray of float64, shape (n,), optional
        By which each row's raw value is multiplied, to bring sensors to one scale.

    Returns
    -------
    Coefficients

    Examples
    --------
    >>> from lantian.quality.calibration_pairs import pairs_of
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-so2").clause
    >>> raw = np.arange(1.0, 41.0)
    >>> still = np.full(40, 20.0)
    >>> rows = pairs_of(["a"] * 40, range(40), raw, 2 * raw + 3, rh_pct=still, temp_c=still)
    >>> found = fit(rows, clause, np.ones(40))
    >>> found.value(np.array([10_000.0]), rows.weather.part(np.arange(40) == 0), clause).round()
    array([23000.])
    """
    used = usable(pairs, clause) & (weights > 0)
    rows = pairs.part(used)
    raw, reference = floats(rows.raw), floats(rows.reference)
    if gain is not None:
        raw = raw * gain[used]
    ranges = ranges_of(raw, reference, rows.weather, clause)
    free = offsets(rows.weather, ranges, clause)
    rising = slopes(raw, rows.weather, ranges, clause)
    # What lies below the least slope is taken off first, so that all that is left may be 0.
    first = 2 ** len(clause.slope_with)
    least = np.where(np.arange(rising.shape[1]) < first, ranges.least_slope, 0.0)
    found = robust_fit(
        np.column_stack([free, rising]), reference - rising @ least, weights[used], free.shape[1]
    )
    return Coefficients(
        ranges,
        _kept(found[: free.shape[1]]),
        _kept(found[free.shape[1] :] + least),
        int(np.rint(raw.max())),
    )


def _kept(found: Floats) -> tuple[float, ...]:
    return tuple(float(f"{value:.{_DIGITS}g}") for value in found)


def usable(pairs: Pairs, clause: CalibrationClause) -> Chosen:
    """Rows that can take part in a fit."""
    both = (pairs.raw != MISSING) & (pairs.reference != MISSING)
    held = needed(pairs.weather, clause) & (pairs.raw < clause.saturation * 1000.0)
    return np.asarray(both & held)


def version_of(
    sensor: str, pairs: Pairs, clause: CalibrationClause, coefficients: Coefficients
) -> str:
    """Identity of a calibration: the same inputs give the same, any other input another."""
    spelled = json.dumps(
        {
            "method": METHOD,
            "sensor": sensor,
            "rows": pairs.digest(),
            "clause": asdict(clause),
            "coefficients": asdict(coefficients),
        },
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(spelled.encode()).hexdigest()[:16]
