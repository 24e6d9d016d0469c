"""Form of a calibration: rises with the raw value in any weather, never flatter than a bound."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.quality.robust import Floats
from lantian.rules.clauses import CalibrationClause

type Chosen = npt.NDArray[np.bool_]

#: Share of the weather seen in the fit that is left out at both ends of its range.
_ENDS: Final = 0.02
#: Share of values left out at both ends where spreads are compared.
_TAILS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Weather:
    """What beside the raw value the reading of a sensor depends on.

    Attributes
    ----------
    rh_pct, temp_c, cross : ndarray of float64, shape (n,)
        Relative humidity, temperature, raw value of the sensor that interferes
        (thousandths); NaN where unknown.
    """

    rh_pct: Floats
    temp_c: Floats
    cross: Floats

    def part(self, chosen: Chosen | npt.NDArray[np.int64]) -> "Weather":
        """Rows that are chosen, by flag or by place."""
        return Weather(self.rh_pct[chosen], self.temp_c[chosen], self.cross[chosen])


@dataclass(frozen=True, slots=True)
class Ranges:
    """Constants that a fit takes from its own rows; thousandths, °C, per cent.

    Beyond the range of temperature, humidity or cross sensor their effect stays what it was
    at the end of the range: nothing is extrapolated but the raw value.
    """

    temp_c: tuple[float, float]
    rh_pct: tuple[float, float]
    cross: tuple[float, float]
    bends: tuple[float, ...]
    least_slope: float


def needed(weather: Weather, clause: CalibrationClause) -> Chosen:
    """Whether all that the form asks for is known, row by row."""
    wanted = {*clause.slope_with, *clause.offset_with}
    known = np.ones(len(weather.rh_pct), np.bool_)
    if "humidity" in wanted or clause.growth:
        known &= np.isfinite(weather.rh_pct)
    if "temperature" in wanted:
        known &= np.isfinite(weather.temp_c)
    if "cross" in wanted:
        known &= np.isfinite(weather.cross)
    return known


def growth(rh_pct: Floats, clause: CalibrationClause) -> Floats:
    """Ratio of a wet to a dry particle's scattering at a humidity.

    Parameters
    ----------
    rh_pct : ndarray of float64
        Relative humidity; above the clause's cap the cap is used.
    clause : CalibrationClause

    Returns
    -------
    ndarray of float64
        1 + k / (100 / RH - 1), at least 1.

    Notes
    -----
    Source: Crilley et al. 2018, doi 10.5194/amt-11-709-2018, kappa-Köhler theory.

    Examples
    --------
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-pm25").clause
    >>> growth(np.array([0.0, 50.0, 90.0, 100.0]), clause).round(2).tolist()
    [1.0, 1.24, 3.16, 3.16]
    """
    if not clause.growth:
        return np.ones_like(rh_pct)
    wet = np.clip(rh_pct, 0.0, clause.humidity_cap_pct)
    return np.asarray(1.0 + clause.growth * wet / (100.0 - wet))


def ranges_of(
    raw: Floats, reference: Floats, weather: Weather, clause: CalibrationClause
) -> Ranges:
    """Constants of a fit from its rows.

    Parameters
    ----------
    raw, reference : ndarray of float64, shape (n,)
        Thousandths, all finite.
    weather : Weather
        What the clause needs is finite.
    clause : CalibrationClause

    Returns
    -------
    Ranges
    """
    dry = raw / growth(weather.rh_pct, clause)
    wide = _width(dry)
    return Ranges(
        _ends(weather.temp_c),
        _ends(weather.rh_pct),
        _ends(weather.cross),
        tuple(float(np.quantile(dry, q)) for q in clause.bends),
        clause.least_slope * _width(reference) / wide if wide > 0 else 0.0,
    )


def _ends(values: Floats) -> tuple[float, float]:
    """Range without its extremes; (0, 0) where nothing is known, as the form then needs none."""
    if not np.isfinite(values).all():
        return 0.0, 0.0
    low, high = np.quantile(values, [_ENDS, 1 - _ENDS])
    return float(low), float(high)


def _width(values: Floats) -> float:
    low, high = np.quantile(values, [_TAILS, 1 - _TAILS])
    return float(high - low)


def _within(values: Floats, ends: tuple[float, float]) -> Floats:
    """Place of a value in a range, 0 to 1; 0 where the range is a point."""
    low, high = ends
    if high <= low:
        return np.zeros_like(values)
    return np.clip((values - low) / (high - low), 0.0, 1.0)


def offsets(weather: Weather, ranges: Ranges, clause: CalibrationClause) -> Floats:
    """Columns that add to the value whatever the raw value is.

    Returns
    -------
    ndarray of float64, shape (n, 1 + len(clause.offset_with))
        The first is 1000 (one unit in thousandths).
    """
    known = {
        "temperature": _within(weather.temp_c, ranges.temp_c),
        "humidity": _within(weather.rh_pct, ranges.rh_pct),
        "cross": _within(weather.cross, ranges.cross),
    }
    ones = np.ones(len(weather.rh_pct))
    return 1000.0 * np.column_stack([ones, *(known[name] for name in clause.offset_with)])


def slopes(raw: Floats, weather: Weather, ranges: Ranges, clause: CalibrationClause) -> Floats:
    """Columns that rise, or stay, as the raw value rises, in any weather.

    The raw value without its water, and what of it lies above and below each bend, each
    shared out between the ends of temperature and humidity. With coefficients of at least 0
    their sum cannot fall. The first columns (2 to the number of `slope_with`) sum to the dry
    raw value.

    Returns
    -------
    ndarray of float64, shape (n, (1 + 2 x bends) x 2 ** len(slope_with))
    """
    dry = raw / growth(weather.rh_pct, clause)
    bases = [dry]
    for bend in ranges.bends:
        bases += [np.maximum(0.0, dry - bend), np.minimum(dry, bend)]
    shares = [np.ones_like(dry)]
    places = {
        "temperature": _within(weather.temp_c, ranges.temp_c),
        "humidity": _within(weather.rh_pct, ranges.rh_pct),
    }
    for name in clause.slope_with:
        shares = [s * p for s in shares for p in (places[name], 1.0 - places[name])]
    return np.column_stack([b * s for b in bases for s in shares])
