"""What is judged at once: some stations' hours, the hours before them, and the weather."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.quality.mark import Mask
from lantian.quality.robust import Block, Floats
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS


@dataclass(frozen=True, slots=True)
class Weather:
    """Weather of the judged hours, each of shape (stations, hours); NaN where unknown.

    The wind direction is where it comes from, degrees from north.
    """

    wind_ms: Floats
    wind_from_deg: Floats
    rh_pct: Floats
    temp_c: Floats


@dataclass(frozen=True, slots=True)
class Window:
    """Hours under judgement.

    Attributes
    ----------
    stations : tuple of str
        Codes, in row order.
    first_hour : int
        Hour number of the first judged column.
    trailing : ndarray of int32, shape (6, stations, earlier hours)
        Thousandths; the hours right before, which say what is usual (a month or two is
        good; there may be none).
    judged : ndarray of int32, shape (6, stations, hours)
    weather : Weather, optional
    upkeep : ndarray of bool, shape (stations, hours), optional
        Hours that the device flagged as calibration or maintenance.
    scattering : ndarray of bool, shape (stations,), optional
        Stations that measure particles by light scattering; none unless given.
    classes : tuple of str, optional
        Class of each station; how smooth a series usually is, is asked of its own class. One
        class unless given.
    offset_h : int
        Local time minus UTC, in hours.
    """

    stations: tuple[str, ...]
    first_hour: int
    trailing: Block
    judged: Block
    weather: Weather | None = None
    upkeep: Mask | None = None
    scattering: npt.NDArray[np.bool_] | None = None
    classes: tuple[str, ...] = ()
    offset_h: int = 8

    def __post_init__(self) -> None:
        """Refuse arrays whose shapes contradict each other."""
        rows = (len(POLLUTANTS), len(self.stations))
        for name, block in (("trailing", self.trailing), ("judged", self.judged)):
            if block.ndim != 3 or block.shape[:2] != rows:
                raise ValueError(f"{name} is {block.shape}, expected ({rows[0]}, {rows[1]}, hours)")
        hours = self.judged.shape[1:]
        beside: list[Mask | Floats | None] = [self.upkeep]
        if self.weather is not None:
            w = self.weather
            beside += [w.wind_ms, w.wind_from_deg, w.rh_pct, w.temp_c]
        for array in beside:
            if array is not None and array.shape != hours:
                raise ValueError(f"expected (stations, hours) = {hours}, got {array.shape}")
        if self.scattering is not None and self.scattering.shape != rows[1:]:
            raise ValueError(f"scattering is {self.scattering.shape}, expected {rows[1:]}")
        if self.classes and len(self.classes) != len(self.stations):
            raise ValueError(f"{len(self.classes)} classes of {len(self.stations)} stations")

    @property
    def joined(self) -> Block:
        """Earlier and judged hours together."""
        return np.concatenate([self.trailing, self.judged], axis=2)

    def hour(self, column: int) -> int:
        """Hour number of a judged column."""
        return self.first_hour + column

    def value(self, pollutant: int, row: int, hour: int) -> int | None:
        """Judged value in thousandths, None where it is missing."""
        held = int(self.judged[pollutant, row, hour - self.first_hour])
        return None if held == MISSING else held
