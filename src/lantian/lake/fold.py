"""Laying records over each other: live parts, then hot rows, into dense blocks of hours."""

from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lantian.lake.ledger import Ledger
from lantian.lake.part import Bytes, Int32s, Part, Records, live, whole
from lantian.lake.rows import RowKind
from lantian.lake.tables import HOT_COLUMNS
from lantian.terms.mark import MISSING
from lantian.terms.rounding import compiled

_NO_INTS: Final = np.empty(0, np.int32)
_NO_BYTES: Final = np.empty(0, np.uint8)
_NO_RUNS: Final = np.empty((0, 3), np.int64)
#: Stations up to which the database is asked for them alone: most of the time goes into rows
#: that cross over from it.
_FEW_STATIONS: Final = 50
_WORKERS: Final = pa.cpu_count()
_POOL: Final = ThreadPoolExecutor(_WORKERS, thread_name_prefix="lake")


@compiled
def _places(
    station: Int32s,
    lookup: Int32s,
    h: Int32s,
    h_from: int,
    hours: int,
    batch: Int32s,
    as_of: int,
    place: Int32s,
) -> None:
    """Cell of each record in the block, -1 where it lies outside or came later."""
    for i in range(h.size):
        s = lookup[station[i]]
        t = h[i] - h_from
        if s < 0 or t < 0 or t >= hours or (batch.size > 0 and batch[i] > as_of):
            place[i] = -1
        else:
            place[i] = s * hours + t


@compiled
def _lay(
    place: Int32s,
    values: Int32s,
    bits: Bytes,
    shift: int,
    marks: Bytes,
    cells: Int32s,
    cell_marks: Bytes,
) -> None:
    """Lay one column of records over the cells, in order.

    Without `cell_marks` a withdrawn value empties its cell; with them it stays and
    its mark says so. `bits` is the Arrow validity map, empty where no value is null.
    """
    for i in range(place.size):
        p = place[i]
        if p < 0:
            continue
        j = i + shift
        if bits.size > 0 and not (bits[j >> 3] >> (j & 7)) & 1:
            continue
        value = values[i]
        if value == MISSING:
            continue
        if cell_marks.size > 0:
            cell_marks[p] = marks[i]
        elif marks.size > 0 and marks[i] & 1:
            value = MISSING
        cells[p] = value


@compiled
def _runs(place: Int32s) -> npt.NDArray[np.int64]:
    """Stretches of records that fill neighbouring cells: first record, first cell, length.

    Empty where a cell is given twice: then the records have to be laid one by one.
    """
    found = np.empty((place.size, 3), np.int64)
    n = 0
    last = -1
    for i in range(place.size):
        p = place[i]
        if p < 0:
            continue
        if p == last:
            return found[:0].copy()
        if n and p == last + 1 and found[n - 1, 0] + found[n - 1, 2] == i:
            found[n - 1, 2] += 1
        else:
            found[n, 0], found[n, 1], found[n, 2] = i, p, 1
            n += 1
        last = p
    return found[:n].copy()


@compiled
def _copy_runs(runs: npt.NDArray[np.int64], values: Int32s, cells: Int32s) -> None:
    """Copy values to cells stretch by stretch; cells that are given nothing stay MISSING."""
    for n in range(runs.shape[0]):
        record, cell, length = runs[n, 0], runs[n, 1], runs[n, 2]
        cells[cell : cell + length] = values[record : record + length]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a block lies: sorted or unsorted station codes, hours [h_from, h_to), sequence."""

    kind: RowKind
    stations: Sequence[str]
    h_from: int
    h_to: int
    as_of: int

    @property
    def hours(self) -> int:
        """Count the hours."""
        return self.h_to - self.h_from


def lay_block(ledger: Ledger, frame: Frame, cells: Int32s, cell_marks: Bytes | None) -> Bytes:
    """Lay everything known over `cells` of shape (columns, stations * hours).

    Parameters
    ----------
    ledger : Ledger
    frame : Frame
    cells : ndarray of int32
        Filled with MISSING by the caller.
    cell_marks : ndarray of uint8 or None
        Where given, marks are laid too and withdrawn values stay in `cells`.

    Returns
    -------
    ndarray of uint8
        Places of cells that have a hot row (1), or empty where there is none.

    Raises
    ------
    LakeBroken
        If a part is damaged or missing.
    """
    with ledger.read():
        parts = live(ledger, frame.kind, frame.h_from, frame.h_to, frame.as_of)
        hot = read_hot(
            ledger, frame.kind, frame.h_from, frame.h_to, frame.as_of, only=frame.stations
        )
    # Files are read after the snapshot is let go: a replaced file stays until the next compaction.
    marked = np.empty((len(frame.kind.columns), 0), np.uint8) if cell_marks is None else cell_marks
    for group in in_turn(parts):
        _lay_parts(ledger, frame, group, cells, marked)
    if hot is None:
        return _NO_BYTES
    places = _lay_records(frame, hot, cells, marked)
    has_hot = np.zeros(len(frame.stations) * frame.hours, np.uint8)
    has_hot[places[places >= 0]] = 1
    return has_hot


def is_blank(ledger: Ledger, frame: Frame) -> bool:
    """Whether no part touches the hours of a frame and no hot row lies in them."""
    hot = ledger.sql.execute(
        f"SELECT h FROM {frame.kind.table} WHERE h >= ? AND h < ? LIMIT 1",
        (frame.h_from, frame.h_to),
    ).fetchone()
    return hot is None and not live(ledger, frame.kind, frame.h_from, frame.h_to)


def in_turn(parts: Sequence[Part]) -> list[list[Part]]:
    """Groups of parts that share no key and so may be laid side by side."""
    groups: list[list[Part]] = []
    for part in parts:
        if part.overlays or not groups:
            groups.append([])
        groups[-1].append(part)
    return groups


def _lay_parts(
    ledger: Ledger, frame: Frame, parts: Sequence[Part], cells: Int32s, marked: Bytes
) -> None:
    wanted = pa.array(frame.stations, pa.string())
    ordered = sorted(frame.stations)

    def lay(part: Part, share: int, of: int) -> None:
        with whole(ledger.folder, part.path):
            file = pq.ParquetFile(ledger.folder / part.path, read_dictionary=["station"])
            columns = _columns(frame, part, with_marks=marked.size > 0)
            for group in _groups_with(file.metadata, ordered)[share::of]:
                table = file.read_row_group(group, columns=columns, use_threads=False)
                _lay_table(frame, table, wanted, cells, marked, plain=not part.overlays)

    # A lone part is shared out by row groups, which are cut between stations.
    of = 1 if len(parts) > 1 else _WORKERS
    work = [_POOL.submit(lay, part, share, of) for part in parts for share in range(of)]
    for done in work:
        done.result()


def _columns(frame: Frame, part: Part, *, with_marks: bool) -> list[str]:
    names = ["station", "h", *frame.kind.columns]
    if with_marks or part.withdrawn:
        names += [f"{name}_mark" for name in frame.kind.columns]
    if part.batch_max > frame.as_of:
        names.append("batch")
    return names


def _groups_with(metadata: Any, ordered: Sequence[str]) -> list[int]:
    """Row groups whose range of stations holds one that is wanted."""
    found = []
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(0).statistics
        first = bisect_left(ordered, statistics.min)
        if first < len(ordered) and ordered[first] <= statistics.max:
            found.append(group)
    return found


def _lay_table(
    frame: Frame, table: Any, wanted: Any, cells: Int32s, marked: Bytes, *, plain: bool
) -> None:
    """Lay a table of records; a `plain` one fills cells that nothing filled before."""
    station = table["station"].combine_chunks()
    lookup = pc.fill_null(pc.index_in(station.dictionary, value_set=wanted), -1).to_numpy()
    names = set(table.column_names)
    place = np.empty(len(table), np.int32)
    _places(
        station.indices.to_numpy(),
        lookup,
        table["h"].combine_chunks().to_numpy(),
        frame.h_from,
        frame.hours,
        table["batch"].combine_chunks().to_numpy() if "batch" in names else _NO_INTS,
        frame.as_of,
        place,
    )
    unmarked = plain and not any(name.endswith("_mark") for name in names)
    runs = _runs(place) if unmarked else _NO_RUNS
    if runs.size:
        for c, name in enumerate(frame.kind.columns):
            _copy_runs(
                runs, pc.fill_null(table[name].combine_chunks(), MISSING).to_numpy(), cells[c]
            )
        return
    for c, name in enumerate(frame.kind.columns):
        array = table[name].combine_chunks()
        valid, data = array.buffers()
        _lay(
            place,
            np.frombuffer(data, np.int32)[array.offset : array.offset + len(array)],
            np.frombuffer(valid, np.uint8) if array.null_count else _NO_BYTES,
            array.offset,
            table[f"{name}_mark"].combine_chunks().to_numpy()
            if f"{name}_mark" in names
            else _NO_BYTES,
            cells[c],
            marked[c],
        )


def _lay_records(frame: Frame, records: Records, cells: Int32s, marked: Bytes) -> Int32s:
    index = {name: i for i, name in enumerate(frame.stations)}
    lookup = np.array([index.get(name, -1) for name in records.names], np.int32)
    place = np.empty(records.h.size, np.int32)
    _places(
        records.station,
        lookup,
        records.h,
        frame.h_from,
        frame.hours,
        records.batch,
        frame.as_of,
        place,
    )
    for c in range(len(frame.kind.columns)):
        _lay(place, records.values[c], _NO_BYTES, 0, records.marks[c], cells[c], marked[c])
    return place


def read_hot(
    ledger: Ledger,
    kind: RowKind,
    h_from: int,
    h_to: int,
    as_of: int,
    *,
    only: Sequence[str] = (),
) -> Records | None:
    """Hot rows of hours [h_from, h_to) up to a sequence, in order of hour, station, batch.

    Where `only` names a few stations, rows of others may be left out.
    """
    values = ", ".join(f"COALESCE({v}, {MISSING})" for v in HOT_COLUMNS.split(", ")[3:9])
    few = only if len(only) <= _FEW_STATIONS else ()
    among = f"AND station IN ({', '.join('?' * len(few))}) " if few else ""
    rows = ledger.sql.execute(
        f"SELECT station, h, batch, {values}, marks FROM {kind.table} "
        f"WHERE h >= ? AND h < ? AND batch <= ? {among}ORDER BY h, station, batch",
        (h_from, h_to, as_of, *few),
    ).fetchall()
    if not rows:
        return None
    station, *numbers = zip(*rows, strict=True)
    table = np.array(numbers, np.int32)
    names = tuple(sorted(set(station)))
    index = {name: i for i, name in enumerate(names)}
    packed = table[8]
    marks = np.stack([(packed >> 4 * c) & 15 for c in range(6)]).astype(np.uint8)
    place = np.fromiter(map(index.__getitem__, station), np.int32, len(station))
    return Records(names, place, table[0], table[2:8], marks, table[1])


def pack_marks(marks: Bytes) -> npt.NDArray[np.int32]:
    """Pack marks of shape (6, n) into one integer a row, 4 bits each.

    Examples
    --------
    >>> pack_marks(np.array([[4], [0], [0], [0], [0], [9]], np.uint8)).tolist()
    [9437188]
    """
    packed = np.zeros(marks.shape[1], np.int32)
    for c, column in enumerate(marks):
        packed |= column.astype(np.int32) << 4 * c
    return packed
