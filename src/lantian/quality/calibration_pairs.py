"""Readings of micro-stations beside reference values: the input of every calibration."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lantian.errors import BadRequest
from lantian.quality.calibration_form import Chosen, Weather
from lantian.quality.robust import Block, Floats
from lantian.terms.mark import MISSING


@dataclass(frozen=True, slots=True)
class Pairs:
    """Readings of micro-stations of one pollutant, with a reference value where there is one.

    Attributes
    ----------
    names : tuple of str
        Sensors.
    sensor : ndarray of int32, shape (n,)
        Place of each row's sensor in `names`.
    hour : ndarray of int32, shape (n,)
        UTC hour number of the end of the hour (or day) of the row.
    raw, reference : ndarray of int32, shape (n,)
        Thousandths of the sensor's and of the reference's unit, MISSING where there is none.
        The reference is the reference-grade station at the sensor or so near that both are
        taken to stand in the same air; who calls decides that.
    weather : Weather
        Of the same rows.
    """

    names: tuple[str, ...]
    sensor: Block
    hour: Block
    raw: Block
    reference: Block
    weather: Weather

    def __post_init__(self) -> None:
        """Refuse columns that differ in length."""
        columns = (self.sensor, self.hour, self.raw, self.reference)
        weather = (self.weather.rh_pct, self.weather.temp_c, self.weather.cross)
        if len({len(column) for column in (*columns, *weather)}) != 1:
            raise _bad("columns of different lengths", "give every column a value for each row")

    def part(self, chosen: Chosen | npt.NDArray[np.int64]) -> "Pairs":
        """Rows that are chosen, by flag or by place; `names` stay."""
        return Pairs(
            self.names,
            self.sensor[chosen],
            self.hour[chosen],
            self.raw[chosen],
            self.reference[chosen],
            self.weather.part(chosen),
        )

    def between(self, from_h: int, before_h: int) -> "Pairs":
        """Rows whose hour is at least `from_h` and before `before_h`."""
        return self.part((self.hour >= from_h) & (self.hour < before_h))

    def without_reference(self, chosen: Chosen) -> "Pairs":
        """The same rows, those that are chosen having lost their reference value."""
        reference = np.where(chosen, np.int32(MISSING), self.reference).astype(np.int32)
        return replace(self, reference=reference)

    def place(self, name: str) -> int:
        """Place of a sensor in `names`.

        Raises
        ------
        BadRequest
            If there is no such sensor.
        """
        if name not in self.names:
            raise BadRequest(
                f"no sensor {name!r}",
                where="calibration",
                fix=f"one of: {', '.join(self.names[:8])}",
            )
        return self.names.index(name)

    def in_order(self) -> "Pairs":
        """The same rows by name of the sensor and by hour, so that sums come out alike.

        Raises
        ------
        BadRequest
            If a sensor has two rows for one hour.
        """
        ranks = np.argsort(np.argsort(self.names))
        rows = self.part(np.lexsort((self.hour, ranks[self.sensor])))
        if ((np.diff(rows.hour) == 0) & (np.diff(rows.sensor) == 0)).any():
            raise _bad("a sensor has two rows for one hour", "keep the later of the two")
        return rows

    def digest(self) -> str:
        """Sha256 of all rows, whatever their order; sensors count by name.

        Examples
        --------
        >>> rows = pairs_of(["a", "b"], [1, 2], [10.0, 20.0], [9.0, 19.0])
        >>> turned = pairs_of(["b", "a"], [2, 1], [20.0, 10.0], [19.0, 9.0])
        >>> rows.digest() == turned.digest()
        True
        """
        used = np.unique(self.sensor)
        names = sorted(self.names[i] for i in used)
        rank = np.zeros(len(self.names), np.int32)
        for i in used:
            rank[i] = names.index(self.names[i])
        sensor = rank[self.sensor]
        order = np.lexsort((self.hour, sensor))
        seal = hashlib.sha256("\0".join(names).encode())
        for column in (sensor, self.hour, self.raw, self.reference):
            seal.update(np.ascontiguousarray(column[order], "<i4").tobytes())
        for value in (self.weather.rh_pct, self.weather.temp_c, self.weather.cross):
            plain = np.where(np.isnan(value), np.nan, value + 0.0)[order]
            seal.update(np.ascontiguousarray(plain, "<f8").tobytes())
        return seal.hexdigest()


def _bad(what: str, fix: str) -> BadRequest:
    return BadRequest(what, where="calibration", fix=fix)


def pairs_of(
    sensor: Sequence[str] | npt.NDArray[Any],
    hour: Sequence[int] | npt.NDArray[Any],
    raw: Sequence[float] | npt.NDArray[Any],
    reference: Sequence[float] | npt.NDArray[Any],
    *,
    rh_pct: Sequence[float] | npt.NDArray[Any] | None = None,
    temp_c: Sequence[float] | npt.NDArray[Any] | None = None,
    cross: Sequence[float] | npt.NDArray[Any] | None = None,
) -> Pairs:
    """Pairs from plain numbers in the units of the sensors; NaN is missing.

    Parameters
    ----------
    sensor : sequence of str
        Sensor of each row.
    hour : sequence of int
        UTC hour number of the end of each row.
    raw, reference, cross : sequence of float
        Units (not thousandths); they are rounded to thousandths.
    rh_pct, temp_c : sequence of float

    Returns
    -------
    Pairs

    Raises
    ------
    BadRequest
        If columns differ in length or a sensor has two rows for one hour.

    Examples
    --------
    >>> rows = pairs_of(["a", "b"], [1, 1], [10.5, float("nan")], [9.0, 8.0])
    >>> rows.names, rows.raw[0].item(), rows.raw[1] == MISSING
    (('a', 'b'), 10500, np.True_)
    """
    names, place = np.unique(np.asarray(sensor, dtype=str), return_inverse=True)
    nothing = np.full(len(place), np.nan)

    def column(values: Sequence[float] | npt.NDArray[Any] | None) -> Floats:
        return nothing if values is None else np.asarray(values, np.float64)

    other = column(cross) * 1000.0
    made = Pairs(
        tuple(str(name) for name in names),
        place.astype(np.int32),
        np.asarray(hour, np.int32),
        thousandths(np.asarray(raw, np.float64) * 1000.0),
        thousandths(np.asarray(reference, np.float64) * 1000.0),
        Weather(column(rh_pct), column(temp_c), other),
    )
    made.in_order()  # refuses rows that contradict
    return made


def thousandths(values: Floats) -> Block:
    """Floats of thousandths as blocks hold them, MISSING where they are not finite.

    Examples
    --------
    >>> thousandths(np.array([1500.4, np.nan])).tolist() == [1500, MISSING]
    True
    """
    known = np.isfinite(values)
    held = np.clip(np.rint(np.where(known, values, 0.0)), MISSING + 1, -(MISSING + 1))
    return np.where(known, held, MISSING).astype(np.int32)
