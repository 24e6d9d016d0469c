"""Likeness of the sensors of a network, told from their raw values alone."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.quality.calibration_pairs import Pairs
from lantian.quality.robust import Floats, median
from lantian.rules.clauses import CalibrationClause
from lantian.terms.mark import MISSING

#: Fewest hours in common that say anything.
_FEWEST: Final = 10
#: Days in common at which likeness counts half.
_HALF_D: Final = 5
#: Fewest sensors that tell whether an hour was well mixed.
_SENSORS: Final = 3


@dataclass(frozen=True, slots=True)
class Network:
    """Raw values of all sensors side by side.

    Attributes
    ----------
    raw : ndarray of float64, shape (sensors, hours)
        Thousandths, NaN where there is none that can be compared.
    hour : ndarray of int32, shape (hours,)
        Rising.
    mixed : ndarray of bool, shape (hours,)
        Hours at which the sensors agree best: the air is mixed, so that a difference is the
        sensor's rather than the place's.
    """

    raw: Floats
    hour: npt.NDArray[np.int32]
    mixed: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like one sensor the others are.

    Attributes
    ----------
    similarity : ndarray of float64, shape (sensors,)
        Rank correlation of the raw values to the power of the clause, less where few days are
        common; 0 to 1, of the sensor with itself 1.
    gain : ndarray of float64, shape (sensors,)
        By which another's raw values are multiplied to stand on this sensor's scale: the
        median ratio in well-mixed hours, as far as the two are alike.
    """

    similarity: Floats
    gain: Floats


def network_of(pairs: Pairs, clause: CalibrationClause) -> Network:
    """Put the raw values of all sensors side by side.

    Parameters
    ----------
    pairs : Pairs
        References play no part.
    clause : CalibrationClause

    Returns
    -------
    Network
    """
    good = (pairs.raw != MISSING) & (pairs.raw > 0) & (pairs.raw < clause.saturation * 1000.0)
    hour, place = np.unique(pairs.hour, return_inverse=True)
    raw = np.full((len(pairs.names), len(hour)), np.nan)
    raw[pairs.sensor[good], place[good]] = pairs.raw[good]
    return Network(raw, hour.astype(np.int32), _well_mixed(raw, clause.well_mixed_share))


def _well_mixed(raw: Floats, share: float) -> npt.NDArray[np.bool_]:
    """Hours at which the sensors differ least, a share of those that enough of them saw."""
    logs = np.log(raw).T
    told = np.isfinite(logs).sum(axis=1) >= _SENSORS
    if not told.any():
        return np.ones(len(logs), np.bool_)
    apart = median(np.abs(logs - median(logs)[:, None]))
    return told & (apart <= np.quantile(apart[told], share))


def likeness(network: Network, sensor: int, clause: CalibrationClause) -> Likeness:
    """Compare one sensor with every other.

    Parameters
    ----------
    network : Network
    sensor : int
        Place of the sensor.
    clause : CalibrationClause

    Returns
    -------
    Likeness

    Examples
    --------
    >>> from lantian.quality.calibration_pairs import pairs_of
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-pm25").clause
    >>> day = np.arange(60) * 24
    >>> x = 20 + 10 * np.sin(np.arange(60))
    >>> nothing = np.full(120, np.nan)
    >>> both = pairs_of(["a"] * 60 + ["b"] * 60, [*day, *day], [*x, *(2 * x)], nothing)
    >>> like = likeness(network_of(both, clause), 0, clause)
    >>> like.similarity.round(2).tolist(), like.gain.round(2).tolist()
    ([1.0, 0.92], [1.0, 0.53])
    """
    similarity, gain = np.zeros(len(network.raw)), np.ones(len(network.raw))
    mine = network.raw[sensor]
    for other, theirs in enumerate(network.raw):
        common = np.isfinite(mine) & np.isfinite(theirs)
        if other == sensor or common.sum() < _FEWEST:
            continue
        days = 1 + np.count_nonzero(np.diff(network.hour[common] // 24))
        rank = max(0.0, _rank_correlation(mine[common], theirs[common]))
        similarity[other] = rank**clause.similarity_power * days / (days + _HALF_D)
        mixed = common & network.mixed
        if mixed.sum() >= _FEWEST:
            ratio = float(np.median(np.log(mine[mixed] / theirs[mixed])))
            gain[other] = np.exp(ratio * similarity[other])
    similarity[sensor] = 1.0
    return Likeness(similarity, gain)


def _rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's correlation; 0 where a series does not vary."""
    ranks = np.stack([np.argsort(np.argsort(v, kind="stable")) for v in (one, other)])
    if one.min() == one.max() or other.min() == other.max():
        return 0.0
    return float(np.asarray(np.corrcoef(ranks))[0, 1])
