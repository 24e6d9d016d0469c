"""An automatic mark: what is odd about some hours, why, and by which clause."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

type Mask = npt.NDArray[np.bool_]
type Figures = tuple[tuple[str, float], ...]


class MarkKind(StrEnum):
    """What an automatic mark says; it says nothing on whether the value counts."""

    MISSING = "missing"
    RANGE = "range"
    STUCK = "stuck"
    SPIKE = "spike"
    STEP = "step"
    INVERSION = "inversion"
    NEIGHBOUR = "neighbour"
    DRIFT = "drift"
    HUMIDITY = "humidity"


#: Names of the kinds, Chinese and English.
NAMES: dict[MarkKind, tuple[str, str]] = {
    MarkKind.MISSING: ("缺测", "missing"),
    MarkKind.RANGE: ("超出量程", "out of range"),
    MarkKind.STUCK: ("长时间不变", "stuck"),
    MarkKind.SPIKE: ("突跳", "spike"),
    MarkKind.STEP: ("阶跃", "step"),
    MarkKind.INVERSION: ("PM2.5高于PM10（倒挂）", "PM2.5 above PM10"),
    MarkKind.NEIGHBOUR: ("与相关站点不一致", "disagrees with its neighbours"),
    MarkKind.DRIFT: ("漂移", "drift"),
    MarkKind.HUMIDITY: ("高湿影响", "humidity effect"),
}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Some hours of one station and pollutant, marked; no value is changed by it.

    Attributes
    ----------
    station, pollutant : str
        Code of the station, key of the pollutant.
    kind : MarkKind
    first_hour, last_hour : int
        Hour numbers, both included.
    figures : tuple of (name, number)
        What tripped the mark; names end in their unit, concentrations in ug/m3 (CO mg/m3).
    clause : str
        Entry of the rule book.
    """

    station: str
    pollutant: str
    kind: MarkKind
    first_hour: int
    last_hour: int
    figures: Figures
    clause: str

    def covers(self, hour: int) -> bool:
        """Whether an hour is among those marked."""
        return self.first_hour <= hour <= self.last_hour


def runs(mask: Mask, least: int = 1) -> Iterator[tuple[int, int, int]]:
    """Yield row, first and last column of each run of True that is long enough.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, columns)
    least : int
        Fewest columns.

    Examples
    --------
    >>> list(runs(np.array([[1, 1, 0, 1], [0, 0, 0, 1]], bool), 2))
    [(0, 0, 1)]
    """
    for row, start, length in np.stack(run_table(mask), axis=1).tolist():
        if length >= least:
            yield row, start, start + length - 1


def run_table(mask: Mask) -> tuple[npt.NDArray[np.int64], ...]:
    """Row, first column and length of each run of True, row by row.

    Examples
    --------
    >>> [a.tolist() for a in run_table(np.array([[1, 1, 0, 1]], bool))]
    [[0, 0], [0, 3], [2, 1]]
    """
    edge = np.zeros((mask.shape[0], 1), np.int8)
    change = np.diff(np.concatenate([edge, mask.astype(np.int8), edge], axis=1), axis=1)
    row, first = np.nonzero(change == 1)
    _, after = np.nonzero(change == -1)
    return row, first, after - first


def in_long_runs(mask: Mask, least: int) -> Mask:
    """Keep of a mask only the runs that are long enough.

    Examples
    --------
    >>> in_long_runs(np.array([[1, 1, 0, 1]], bool), 2).tolist()
    [[True, True, False, False]]
    """
    row, first, length = run_table(mask)
    kept = np.zeros((mask.shape[0], mask.shape[1] + 1), np.int32)
    long = length >= least
    np.add.at(kept, (row[long], first[long]), 1)
    np.add.at(kept, (row[long], first[long] + length[long]), -1)
    return np.cumsum(kept, axis=1)[:, :-1] > 0
