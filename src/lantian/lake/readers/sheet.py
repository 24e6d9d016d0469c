"""A file as a sheet: its header, and its columns as distinct cells with line numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lantian.lake.readers.columns import heading
from lantian.lake.rows import Int32s, Refusal

_LOOK_DOWN: Final = 10
_LOOK_ACROSS: Final = 30


@dataclass(frozen=True, slots=True)
class Column:
    """Cells of one column: its distinct cells, and which of them each row has.

    Monitors repeat few spellings, so a cell is read once however often it stands.
    Where `place` is None the cells are numbers or moments and `distinct` holds them all.
    """

    distinct: pa.Array
    place: Int32s | None

    def spread[T: np.generic](self, of_distinct: npt.NDArray[T]) -> npt.NDArray[T]:
        """Give each row what was found for its distinct cell."""
        return of_distinct if self.place is None else of_distinct[self.place]

    def subset(self, rows: npt.NDArray[np.int64]) -> "Column":
        """Cells of some rows."""
        if self.place is None:
            return Column(self.distinct.take(pa.array(rows)), None)
        return Column(self.distinct, self.place[rows])

    def as_text(self) -> "Column":
        """Return the cells as distinct texts, where a file holds numbers."""
        if self.place is not None:
            return self
        coded = pc.fill_null(pc.cast(self.distinct, pa.string()), "").dictionary_encode()
        return Column(coded.dictionary, coded.indices.to_numpy())

    def text(self, row: int) -> str:
        """Return the cell of one row, as it is spelled."""
        cell = self.distinct[row if self.place is None else int(self.place[row])].as_py()
        return "" if cell is None else str(cell)


def column(cells: pa.Array | pa.ChunkedArray) -> Column:
    """Find the distinct cells of a column; text that is null is empty.

    Examples
    --------
    >>> found = column(pa.array(["35", "", "35", None]))
    >>> found.distinct.to_pylist(), found.place.tolist()
    (['35', ''], [0, 1, 0, 1])
    """
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.unify_dictionaries().combine_chunks()
    if pa.types.is_decimal(cells.type):
        cells = pc.cast(cells, pa.float64())
    if _is_typed(cells.type):
        return Column(cells, None)
    if not pa.types.is_dictionary(cells.type):
        cells = pc.fill_null(pc.cast(cells, pa.string()), "").dictionary_encode()
    distinct = pc.cast(cells.dictionary, pa.string())
    if distinct.null_count:
        distinct = pc.fill_null(distinct, "")
    place = cells.indices
    if place.null_count:
        place = pc.fill_null(pc.cast(place, pa.int32()), len(distinct))
        distinct = pa.concat_arrays([distinct, pa.array([""], pa.string())])
    return Column(distinct, place.to_numpy(zero_copy_only=False).astype(np.int32, copy=False))


def _is_typed(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_floating(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_timestamp(kind)
        or pa.types.is_date(kind)
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of a file that were asked for, and the lines that could not be cut into cells.

    Attributes
    ----------
    cells : dict of int to Column
        By place in the file.
    line : ndarray of int32, shape (rows,)
        Where each row stands in the file, from 1.
    raw : callable
        Row number to the row as it stands in the file.
    refused : tuple of Refusal
        Lines that are no rows.
    """

    cells: dict[int, Column]
    line: Int32s
    raw: Callable[[int], str]
    refused: tuple[Refusal, ...] = field(default_factory=tuple)

    def __len__(self) -> int:
        """Count the rows."""
        return int(self.line.size)

    def refusal(self, row: int, reason: str) -> Refusal:
        """Say that one row, or a value of it, is not taken in."""
        return Refusal(int(self.line[row]), reason, self.raw(row))


class Sheet(Protocol):
    """An opened file: its header is read, its columns are loaded when asked for."""

    @property
    def names(self) -> Sequence[str]:
        """Names of the columns, in the order of the file."""

    @property
    def notes(self) -> Sequence[str]:
        """What is odd about the file."""

    def load(self, places: Sequence[int]) -> Table:
        """Load the columns at these places."""


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """Find the header among a file's first rows: below a title it is not the first one.

    Examples
    --------
    >>> header_row([["小时报", "", ""], ["时间", "站点", "SO2"], ["2019-06-01 01", "1001A", "9"]])
    1
    """
    scores: list[int] = []
    for row in rows[:_LOOK_DOWN]:
        known = [h for at, name in enumerate(row[:_LOOK_ACROSS]) if (h := heading(at, name))]
        scores.append(sum(h.name.strip() != "" for h in known))
        if scores[-1] >= 3:
            break
    return int(np.argmax(scores)) if scores else 0


def cell_text(cell: Any) -> str:
    """Spell a cell of a workbook; a moment is spelled to the nearest second.

    Examples
    --------
    >>> cell_text(None), cell_text(35.0), cell_text(" 1001A")
    ('', '35', ' 1001A')
    """
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return str(cell)
