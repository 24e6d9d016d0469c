"""Standing of stored values: which are withdrawn, and from what kinds of source they came."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lantian.lake.fold import Frame, lay_block, read_hot
from lantian.lake.ledger import Ledger
from lantian.lake.part import live
from lantian.lake.rows import HOUR, RowKind
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING, Source, State


def withdrawn(
    lake: Lake, stations: Sequence[str], h_from: int, h_to: int, as_of: int | None = None
) -> set[tuple[str, str, int]]:
    """Values of hours [h_from, h_to) that are stored but do not count.

    Returns
    -------
    set of (station, pollutant key, hour number)

    Raises
    ------
    BadRequest
        If the lake never had that sequence.
    """
    frame = Frame(HOUR, stations, h_from, h_to, lake.ledger.sequence_asked(as_of))
    if _nothing_withdrawn(lake.ledger, frame):
        return set()
    cells, marks = with_marks(lake, stations, h_from, h_to, as_of)
    out = (cells != MISSING) & (marks % 2 == int(State.WITHDRAWN))
    return {
        (stations[s], HOUR.columns[p], h_from + int(h))
        for p, s, h in zip(*np.nonzero(out), strict=True)
    }


def _nothing_withdrawn(ledger: Ledger, frame: Frame) -> bool:
    """Whether no part and no hot row of a frame withdraws a value, told without its files."""
    with ledger.read():
        parts = live(ledger, frame.kind, frame.h_from, frame.h_to, frame.as_of)
        if any(part.withdrawn for part in parts):
            return False
        hot = read_hot(
            ledger, frame.kind, frame.h_from, frame.h_to, frame.as_of, only=frame.stations
        )
    return hot is None or not (hot.marks % 2 == int(State.WITHDRAWN)).any()


def origins(lake: Lake) -> set[Source]:
    """Kinds of source from which the lake was loaded."""
    with lake.ledger.read() as sql:
        rows = sql.execute("SELECT DISTINCT origin FROM batch WHERE kind = 'data'").fetchall()
    return {Source(row[0]) for row in rows}


def with_marks(
    lake: Lake,
    stations: Sequence[str],
    h_from: int,
    h_to: int,
    as_of: int | None = None,
    *,
    kind: RowKind = HOUR,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Values of hours [h_from, h_to) whether they count or not, each with its packed mark.

    Returns
    -------
    values : ndarray of int32, shape (6, stations, hours)
        Thousandths, MISSING where nothing is stored.
    marks : ndarray of uint8, of the same shape
        Origin and state, as `lantian.terms.mark` packs them.

    Raises
    ------
    BadRequest
        If the lake never had that sequence.
    """
    shape = (len(kind.columns), len(stations), h_to - h_from)
    cells = np.full(shape, MISSING, np.int32)
    marks = np.zeros(shape, np.uint8)
    if cells.size:
        frame = Frame(kind, stations, h_from, h_to, lake.ledger.sequence_asked(as_of))
        lay_block(lake.ledger, frame, cells.reshape(shape[0], -1), marks.reshape(shape[0], -1))
    return cells, marks
