"""Calibrating one sensor: by its own reference, by sensors that are like it, or by both."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lantian.errors import NoData
from lantian.quality.calibration import (
    Calibration,
    Coefficients,
    Origin,
    fit,
    usable,
    version_of,
)
from lantian.quality.calibration_form import Chosen
from lantian.quality.calibration_gross import gross
from lantian.quality.calibration_network import Likeness, likeness, network_of
from lantian.quality.calibration_pairs import Pairs
from lantian.quality.calibration_score import error_of, judge
from lantian.quality.robust import Floats, floats
from lantian.rules.clauses import CalibrationClause

#: Blocks of days that are left out one after another.
_BLOCKS: Final = 8
#: Donors that are left out one after another, the most similar first.
_DONORS: Final = 12
#: Difference of similarities that says nothing.
_ALIKE: Final = 0.05
#: Fewest rows for each coefficient.
_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class Fitting:
    """Pairs made ready for the fits of several sensors.

    Attributes
    ----------
    pairs : Pairs
    clause : CalibrationClause
    likeness : dict of int to Likeness
        Of each sensor that is to be fitted.
    usable, sound : ndarray of bool, shape (n,)
        Rows that calibrated values can be compared with, and those of them that fits see:
        all but gross errors.
    """

    pairs: Pairs
    clause: CalibrationClause
    likeness: dict[int, Likeness]
    usable: Chosen
    sound: Chosen

    def donors(self, sensor: int) -> list[int]:
        """Other sensors with references, the most similar first."""
        some = np.unique(self.pairs.sensor[self.sound])
        like = self.likeness[sensor].similarity
        return sorted((int(i) for i in some if i != sensor), key=lambda i: (-like[i], i))

    def days(self, rows: Chosen) -> int:
        """Days on which there is a usable row."""
        return len(np.unique(self.pairs.hour[rows & self.sound] // 24))

    def fit(self, sensor: int, left_out: Chosen, allowed: Floats | None = None) -> Coefficients:
        """Fit for one sensor, without some rows, and without some sensors as donors."""
        like = self.likeness[sensor]
        own = self.pairs.sensor == sensor
        shares = self.clause.similarity_floor + like.similarity
        if allowed is not None:
            shares = shares * allowed
        weights = np.where(self.sound & ~left_out, shares[self.pairs.sensor], 0.0)
        weights[own] = np.where(self.sound & ~left_out, 1.0, 0.0)[own]
        mine, others = weights[own].sum(), weights[~own].sum()
        if mine > 0 and others > 0:
            per_day = mine / self.days(own & ~left_out)
            weights[~own] *= min(1.0, self.clause.donor_d * per_day / others)
        return fit(self.pairs, self.clause, weights, like.gain[self.pairs.sensor])


def fitting_of(pairs: Pairs, clause: CalibrationClause, likeness: dict[int, Likeness]) -> Fitting:
    """Make pairs ready for fits.

    Parameters
    ----------
    pairs : Pairs
    clause : CalibrationClause
    likeness : dict of int to Likeness
        Of the sensors that are to be fitted; more may be added.
    """
    can = usable(pairs, clause)
    return Fitting(pairs, clause, likeness, can, can & ~gross(pairs, can, clause))


def ready(pairs: Pairs, sensor: str, clause: CalibrationClause, at_h: int) -> Origin | None:
    """Say from what a sensor can be calibrated at an hour, None where from nothing.

    Parameters
    ----------
    pairs : Pairs
        Of all sensors of the network; what is not before `at_h` plays no part.
    sensor : str
    clause : CalibrationClause
    at_h : int
        UTC hour number.

    Raises
    ------
    BadRequest
        If there is no such sensor.
    """
    held = pairs.between(at_h - 24 * clause.window_d, at_h)
    can = usable(held, clause)
    can &= ~gross(held, can, clause)
    own = can & (held.sensor == pairs.place(sensor))
    coefficients = 1 + len(clause.offset_with)
    coefficients += (1 + 2 * len(clause.bends)) * 2 ** len(clause.slope_with)
    for origin, rows in ((Origin.OWN, own), (Origin.NETWORK, can)):
        days = len(np.unique(held.hour[rows] // 24))
        if days >= clause.least_d and rows.sum() >= _ROWS * coefficients:
            return origin
    return None


def calibrate(pairs: Pairs, sensor: str, clause: CalibrationClause, at_h: int) -> Calibration:
    """Calibrate one sensor from what was known before an hour.

    Parameters
    ----------
    pairs : Pairs
        Of all sensors of the network, with references where there are any.
    sensor : str
        Name of the sensor.
    clause : CalibrationClause
    at_h : int
        UTC hour number; only rows before it, and within the clause's window, are read.

    Returns
    -------
    Calibration
        Valid from `at_h` on.

    Raises
    ------
    NoData
        If neither the sensor nor the network has references enough.
    BadRequest
        If there is no such sensor.

    Notes
    -----
    Every row of a sensor with a reference takes part. The sensor's own rows count in full;
    the others by likeness (rank correlation of raw values), brought to its scale by the
    median ratio in well-mixed hours, and together no more than `donor_d` days of its own. So
    a sensor without reference gets what sensors like it have, and one with few days of its
    own is held by the network. The error comes from references that the fit did not see:
    blocks of days left out, or, without own reference, sensors left out together with all
    that are more like them than any sensor is like this one, so that the larger error of a
    transfer to a sensor that is alone is stated.

    Examples
    --------
    >>> from lantian.quality.calibration_pairs import pairs_of
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-so2").clause
    >>> n = np.arange(480)
    >>> raw = 30 + 20 * np.sin(n / 5)
    >>> still = np.full(480, 20.0)
    >>> rows = pairs_of(["a"] * 480, n, raw, 0.5 * raw + 4, rh_pct=still, temp_c=still)
    >>> made = calibrate(rows, "a", clause, 480)
    >>> str(made.origin), made.judgement.accepted, round(made.judgement.rmse)
    ('own', True, 0)
    """
    origin = ready(pairs, sensor, clause, at_h)
    if origin is None:
        raise NoData(
            f"too few references to calibrate {sensor}",
            where="calibration",
            fix=f"place it, or a sensor like it, at a reference for {clause.least_d} days",
        )
    held = pairs.between(at_h - 24 * clause.window_d, at_h).in_order()
    network = network_of(held, clause)
    place = held.place(sensor)
    fitting = fitting_of(held, clause, {place: likeness(network, place, clause)})
    if origin is Origin.NETWORK:
        for donor in fitting.donors(place)[:_DONORS]:
            fitting.likeness[donor] = likeness(network, donor, clause)
    found = fitting.fit(place, np.zeros(len(held.hour), np.bool_))
    unseen = _days_left_out if origin is Origin.OWN else _sensors_left_out
    calibrated, reference, weights = unseen(fitting, place)
    base, share = error_of(calibrated, reference, weights)
    used = held.hour[fitting.sound]
    return Calibration(
        version=version_of(sensor, held, clause, found),
        sensor=sensor,
        origin=origin,
        clause=clause,
        coefficients=found,
        fit_first_h=int(used.min()),
        fit_last_h=int(used.max()),
        valid_from_h=at_h,
        valid_until_h=at_h + 24 * clause.valid_d - 1,
        rows=int(fitting.sound.sum()),
        donors=tuple(held.names[i] for i in fitting.donors(place)),
        error_base=base,
        error_share=share,
        judgement=judge(calibrated, reference, clause, weights),
    )


type _Unseen = tuple[Floats, Floats, Floats]


def _values(fitting: Fitting, found: Coefficients, rows: Chosen, share: float) -> _Unseen:
    part = fitting.pairs.part(rows)
    value = found.value(floats(part.raw), part.weather, fitting.clause)
    return value, floats(part.reference), np.full(len(value), share)


def _days_left_out(fitting: Fitting, sensor: int) -> _Unseen:
    """Values of the sensor's own rows, each by a fit that left its block of days out."""
    own = (fitting.pairs.sensor == sensor) & fitting.usable
    days = fitting.pairs.hour // 24
    blocks = np.array_split(np.unique(days[own]), _BLOCKS)
    parts = []
    for block in blocks:
        if len(block) == 0:
            continue
        # The same days of the other sensors are left out, too: they saw the same air.
        out = (days >= block[0]) & (days <= block[-1])
        if (fitting.sound & ~out).any():
            parts.append(_values(fitting, fitting.fit(sensor, out), own & out, 1.0))
    return _joined(parts)


def _sensors_left_out(fitting: Fitting, sensor: int) -> _Unseen:
    """Values of donors, each by a fit from donors no more like it than those of this sensor."""
    like = fitting.likeness[sensor].similarity
    donors = fitting.donors(sensor)
    nearest = like[donors[0]]
    shares = fitting.clause.similarity_floor + like
    parts = []
    for donor in donors[:_DONORS]:
        theirs = fitting.likeness[donor].similarity
        others = [i for i in donors if i != donor]
        apart = np.zeros(len(theirs), np.bool_)
        apart[others] = theirs[others] <= max(nearest + _ALIKE, min(theirs[others], default=0.0))
        rows = fitting.pairs.sensor == donor
        if others:
            found = fitting.fit(donor, rows, apart.astype(np.float64))
            parts.append(_values(fitting, found, rows & fitting.usable, float(shares[donor])))
    return _joined(parts)


def _joined(parts: list[_Unseen]) -> _Unseen:
    if not parts:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    value, reference, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    return value, reference, weight
