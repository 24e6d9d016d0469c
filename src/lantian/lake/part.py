"""Parts: immutable Parquet files of records, sorted by station and hour, one month each."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from lantian.errors import LakeBroken
from lantian.lake.database import OutcomeUnknown, Sql
from lantian.lake.ledger import PARTS, Ledger
from lantian.lake.rows import RowKind
from lantian.terms.hour import BEIJING_H
from lantian.terms.mark import MISSING

type Int32s = npt.NDArray[np.int32]
type Bytes = npt.NDArray[np.uint8]

#: Rows of a row group; groups are cut between stations, so that each can be laid by itself.
#: The months of one station are read from a group each: smaller ones make a chart of it quicker,
#: and the reading of all stations slower.
_GROUP_ROWS: Final = 32_000


@dataclass(frozen=True, slots=True)
class Records:
    """What batches said about station hours: sorted by station and hour, later ones after.

    `values` and `marks` have shape (columns, n); MISSING says nothing about a value.
    """

    names: tuple[str, ...]
    station: Int32s
    h: Int32s
    values: Int32s
    marks: Bytes
    batch: Int32s


@dataclass(frozen=True, slots=True)
class Part:
    """One row of the table `part`: a file that counts."""

    path: str
    kind: str
    month: int
    sha256: str
    size: int
    rows: int
    h_min: int
    h_max: int
    batch_min: int
    batch_max: int
    withdrawn: int
    overlays: int
    added_by: int
    replaced_by: int | None = None


_COLUMNS: Final = ", ".join(f.name for f in fields(Part))


def month_of(h: Any) -> Any:
    """Month number (months from 1970-01, Beijing time) of hours, the cut of the parts.

    Examples
    --------
    >>> month_of(np.array([1 - 8, 744 - 8, 745 - 8])).tolist()
    [0, 0, 1]
    """
    days = (np.asarray(h, dtype=np.int64) - 1 + BEIJING_H) // 24
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_hours(month: int) -> tuple[int, int]:
    """First hour of a month number and the first of the next (Beijing time).

    Examples
    --------
    >>> month_hours(0)
    (-7, 737)
    """
    ends = np.array([month, month + 1]).astype("datetime64[M]").astype("datetime64[D]")
    first, after = (ends.astype(np.int64) * 24 + 1 - BEIJING_H).tolist()
    return first, after


def live(
    ledger: Ledger, kind: RowKind, h_from: int, h_to: int, as_of: int | None = None
) -> list[Part]:
    """Return parts that count and touch hours [h_from, h_to), in order of being laid."""
    rows = ledger.sql.execute(
        f"SELECT {_COLUMNS} FROM part WHERE replaced_by IS NULL AND kind = ? "
        "AND h_max >= ? AND h_min < ? ORDER BY added_by, month",
        (kind.table, h_from, h_to),
    )
    return [p for p in (Part(*row) for row in rows) if as_of is None or p.batch_min <= as_of]


def write_part(
    ledger: Ledger,
    kind: RowKind,
    month: int,
    records: Records,
    *,
    added_by: int,
    overlays: bool,
) -> Part:
    """Write one month's records as a file and note it; it counts when the transaction commits.

    The caller holds the write lock and removes the file if the transaction fails.
    """
    label = np.datetime64(month, "M")
    path = f"{PARTS}/{str(label)[:4]}/{kind.table}-{label}-{added_by:08d}.parquet"
    file = ledger.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".tmp")
    _write_table(unfinished, kind, records)
    digest = _settle(unfinished, file)
    part = Part(
        path=path,
        kind=kind.table,
        month=month,
        sha256=digest,
        size=file.stat().st_size,
        rows=int(records.h.size),
        h_min=int(records.h.min()),
        h_max=int(records.h.max()),
        batch_min=int(records.batch.min()),
        batch_max=int(records.batch.max()),
        withdrawn=int(bool((records.marks & 1).any())),
        overlays=int(overlays),
        added_by=added_by,
    )
    ledger.insert("part", _COLUMNS, [astuple(part)])
    return part


def _write_table(file: Path, kind: RowKind, records: Records) -> None:
    table = pa.table(
        {
            "station": pa.DictionaryArray.from_arrays(
                pa.array(records.station), pa.array(records.names, pa.string())
            ),
            "h": records.h,
            **{
                name: pa.array(values, mask=values == MISSING)
                for name, values in zip(kind.columns, records.values, strict=True)
            },
            **{
                f"{name}_mark": marks
                for name, marks in zip(kind.columns, records.marks, strict=True)
            },
            "batch": records.batch,
        }
    )
    with pq.ParquetWriter(
        file,
        table.schema,
        compression="zstd",
        compression_level=1,
        # Values repeat: a dictionary is a third smaller than plain, and faster to decode.
        use_dictionary=[name for name in table.column_names if name != "h"],
        column_encoding={"h": "DELTA_BINARY_PACKED"},
        write_statistics=["station"],
    ) as writer:
        for start, stop in _groups(records.station):
            writer.write_table(table.slice(start, stop - start), row_group_size=stop - start)


def _groups(station: Int32s) -> Iterator[tuple[int, int]]:
    """Cut rows between stations into groups of about `_GROUP_ROWS`."""
    starts = np.flatnonzero(np.diff(station, prepend=-1))
    start = 0
    while start < station.size:
        later = starts[starts >= start + _GROUP_ROWS]
        stop = int(later[0]) if later.size else station.size
        yield start, stop
        start = stop


def _settle(unfinished: Path, file: Path) -> str:
    """Bring a finished file safely to disk under its name and return its sha256."""
    with unfinished.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())
    unfinished.replace(file)
    for folder in (file.parent, file.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return digest


@contextmanager
def whole(folder: Path, path: str) -> Iterator[None]:
    """Turn errors of reading one part into `LakeBroken` that names the file."""
    try:
        yield
    except (OSError, pa.ArrowException, KeyError) as error:
        raise LakeBroken(
            f"数据分片损坏或缺失 / a part is damaged or missing ({error})",
            where=str(folder / path),
            fix="从备份恢复该文件 / restore that file from a backup; lantian lake check DIR",
        ) from error


def read_records(ledger: Ledger, part: Part, kind: RowKind) -> Records:
    """Read a whole part as records.

    Raises
    ------
    LakeBroken
        If the file is damaged or missing.
    """
    with whole(ledger.folder, part.path):
        table = pq.read_table(
            ledger.folder / part.path, read_dictionary=["station"], partitioning=None
        )
        station = table["station"].unify_dictionaries().combine_chunks()
        return Records(
            tuple(station.dictionary.to_pylist()),
            station.indices.to_numpy(),
            table["h"].to_numpy(),
            np.stack([table[name].fill_null(MISSING).to_numpy() for name in kind.columns]),
            np.stack([table[f"{name}_mark"].to_numpy() for name in kind.columns]),
            table["batch"].to_numpy(),
        )


def orphans(ledger: Ledger) -> list[Path]:
    """Files under `parts` that no row names: left by a writer that died."""
    named = {row[0] for row in ledger.sql.execute("SELECT path FROM part")}
    files = (ledger.folder / PARTS).rglob("*")
    return sorted(
        f for f in files if f.is_file() and f.relative_to(ledger.folder).as_posix() not in named
    )


def sweep(ledger: Ledger) -> None:
    """Remove orphans; the caller holds the write lock, so no living writer owns one."""
    found = orphans(ledger)
    if found:
        # The disk shall not forget the transaction that let go of them once they are gone.
        ledger.settle()
    for file in found:
        file.unlink(missing_ok=True)


def discard(files: Iterable[Path], error: BaseException) -> None:
    """Remove the files of a transaction that `error` ended.

    They stay where it may have been stored all the same, as when the database was lost at the
    commit or the program was interrupted: a file that does not count is swept later.
    """
    if isinstance(error, OutcomeUnknown) or not isinstance(error, Exception):
        return
    for file in files:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def fault_of(ledger: Ledger, part: Part) -> str | None:
    """What is wrong with the file of a part: missing, another size, another content."""
    file = ledger.folder / part.path
    if not file.is_file():
        return f"{part.path}: 缺失 / missing"
    if file.stat().st_size != part.size:
        return f"{part.path}: 大小不符 / {file.stat().st_size} bytes instead of {part.size}"
    with file.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != part.sha256:
            return f"{part.path}: 内容已变 / its content has changed (sha256)"
    return None


def all_parts(sql: Sql) -> list[Part]:
    """Every part on the books, replaced ones included."""
    return [Part(*row) for row in sql.execute(f"SELECT {_COLUMNS} FROM part ORDER BY path")]
