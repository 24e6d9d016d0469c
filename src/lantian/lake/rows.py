"""Rows on their way between readers, store and engine: plain arrays, one kind of row each."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.terms.pollutant import POLLUTANTS

type Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class RowKind:
    """A kind of row: the name of its table and its value columns, all in thousandths."""

    table: str
    columns: tuple[str, ...]


HOUR: Final = RowKind("hour", tuple(p.key for p in POLLUTANTS))
WEATHER: Final = RowKind(
    "weather", ("wind_ms", "wind_from_deg", "temp_c", "rh_pct", "pressure_hpa", "rain_mm")
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Station hours as columns.

    Attributes
    ----------
    kind : RowKind
    names : tuple of str
        Station codes, sorted.
    station : ndarray of int32, shape (n,)
        Index into `names`.
    h : ndarray of int32, shape (n,)
        UTC hour number of the hour's end.
    values : ndarray of int32, shape (columns, n)
        Thousandths of the unit; MISSING says nothing about a value that is already stored.
    withdrawn : ndarray of bool, shape (columns, n)
        True where the file gives the value but says it does not count.
    line : ndarray of int32, shape (n,), optional
        Line or sheet row of the file, from 1; where a layout spreads the hour over several, the
        first that gives one of its values. None where the rows came from no file.
    """

    kind: RowKind
    names: tuple[str, ...]
    station: Int32s
    h: Int32s
    values: Int32s
    withdrawn: npt.NDArray[np.bool_]
    line: Int32s | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return int(self.h.size)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row, or one value of it, that was not taken in: where it stood and why."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: rows, weather where it has any, what was refused, what is odd."""

    rows: Rows
    weather: Rows | None = None
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
