"""Values of old days in files: immutable Parquet parts of a day each, overlaid by hot rows."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import batched
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from lantian.lake.database import unwritable
from lantian.lake.gate_ledger import AT_ONCE, GateLedger, Row, places
from lantian.lake.gate_tables import FINE_COLUMNS
from lantian.lake.part import whole

#: Folder of the files.
FINE: Final = "fine"
_COLUMNS: Final = "path, day, sha256, size, rows, written_us"
_SCHEMA: Final = pa.schema(
    [
        pa.field(name, pa.string() if name == "flag" else pa.int64())
        for name in FINE_COLUMNS.split(", ")
    ]
)


class FinePart(NamedTuple):
    """A file of the values of one UTC day, sorted by series and time."""

    path: str
    day: int
    sha256: str
    size: int
    rows: int
    written_us: int


def part_of(ledger: GateLedger, day: int) -> FinePart | None:
    """Return the file that counts for a day; None where all its values are hot rows."""
    with ledger.read() as sql:
        row = sql.execute(
            f"SELECT {_COLUMNS} FROM part WHERE day = ? AND replaced_by IS NULL", (day,)
        ).fetchone()
    return None if row is None else FinePart(*row)


def stored(
    ledger: GateLedger, day: int, series: Collection[int], first_t: int, last_t: int
) -> list[Row]:
    """Return values of some series as they stand, from the file of a day and from hot rows.

    Parameters
    ----------
    ledger : GateLedger
    day : int
        UTC day, as days since 1970; `t` of its values lies behind its midnight.
    series : collection of int
    first_t, last_t : int
        Seconds since 1970, both included.

    Returns
    -------
    list of tuple
        Columns of `FINE_COLUMNS`, sorted by series and time.

    Raises
    ------
    LakeBroken
        If the file is damaged or missing.
    """
    found: dict[tuple[int, int], Row] = {}
    with ledger.read() as sql:
        part = part_of(ledger, day)
        hot: list[Row] = []
        if ledger.has_day("fine", day):
            for some in batched(sorted(series), AT_ONCE):
                rows = sql.execute(
                    f"SELECT {FINE_COLUMNS} FROM fine_{day} WHERE series IN "
                    f"{places(len(some), 1)} AND t >= ? AND t <= ?",
                    (*some, first_t, last_t),
                )
                hot += [tuple(row) for row in rows]
    # The file is read after the snapshot is let go: a replaced one stays until the next tidying.
    if part is not None and series:
        among = [("series", "in", sorted(series)), ("t", ">=", first_t), ("t", "<=", last_t)]
        found = {(row[0], row[1]): row for row in part_rows(ledger.folder, part, among)}
    found |= {(row[0], row[1]): row for row in hot}
    return [found[key] for key in sorted(found)]


def part_rows(
    folder: Path, part: FinePart, among: Sequence[tuple[str, str, object]] | None = None
) -> list[Row]:
    """Return rows of a file, those that pass the tests `among` or all."""
    with whole(folder, part.path):
        table = pq.read_table(folder / part.path, filters=among, partitioning=None)
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def part_groups(folder: Path, part: FinePart) -> Iterator[list[Row]]:
    """Walk over the rows of a file, some ten thousand at a time, in order."""
    with whole(folder, part.path):
        file = pq.ParquetFile(folder / part.path)
    with file:
        for group in range(file.num_row_groups):
            with whole(folder, part.path):
                table = file.read_row_group(group)
            yield list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def lift(ledger: GateLedger, day: int, keys: Collection[tuple[int, int]]) -> None:
    """Make hot rows, inside `write`, of what the file of a day has under some keys.

    Then what comes late or is corrected is judged as any other value; what stays as it was
    goes back at the next tidying.
    """
    part = part_of(ledger, day) if keys else None
    if part is None:
        return
    times = [t for _, t in keys]
    series = sorted({number for number, _ in keys})
    among = [("series", "in", series), ("t", ">=", min(times)), ("t", "<=", max(times))]
    rows = [r for r in part_rows(ledger.folder, part, among) if (r[0], r[1]) in keys]
    ledger.insert(f"fine_{day} ({FINE_COLUMNS})", rows, "ON CONFLICT DO NOTHING")


def write_part(
    folder: Path, day: int, groups: Iterable[Sequence[Row]], *, now_us: Callable[[], int]
) -> FinePart:
    """Write groups of rows, sorted by series and time throughout, as a file safely on disk.

    It counts once `count_part` has noted it.

    Raises
    ------
    LakeBroken
        If the disk is full or not writable; what is left of the file is swept later.
    """
    path = f"{FINE}/{day}-{now_us()}.parquet"
    file = folder / path
    unfinished = file.with_suffix(".tmp")
    rows = 0
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(
            unfinished,
            _SCHEMA,
            compression="zstd",
            compression_level=3,
            use_dictionary=["series", "flag", "frame", "value", "low", "high"],
            column_encoding={"t": "DELTA_BINARY_PACKED"},
            write_statistics=["series", "t"],
        ) as writer:
            for group in groups:
                columns = list(zip(*group, strict=True))
                table = pa.table(
                    [pa.array(c, f.type) for c, f in zip(columns, _SCHEMA, strict=True)],
                    schema=_SCHEMA,
                )
                writer.write_table(table, row_group_size=len(group))
                rows += len(group)
        with unfinished.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            os.fsync(stream.fileno())
        size = unfinished.stat().st_size
        unfinished.replace(file)
        for parent in (file.parent, folder):
            sync_folder(parent)
    except OSError as error:
        raise unwritable(str(error), str(file)) from error
    return FinePart(path, day, digest, size, rows, now_us())


def count_part(ledger: GateLedger, part: FinePart) -> None:
    """Let a file count for its day, instead of the one before."""
    with ledger.write() as sql:
        sql.execute(
            "UPDATE part SET replaced_by = ? WHERE day = ? AND replaced_by IS NULL",
            (part.path, part.day),
        )
        ledger.insert(f"part ({_COLUMNS})", [tuple(part)])


def sweep_parts(ledger: GateLedger) -> list[str]:
    """Remove files that count no more or never did; return their names.

    Only the one process that tidies may do so: others may be writing a file.
    """
    with ledger.write() as sql:
        sql.execute("DELETE FROM part WHERE replaced_by IS NOT NULL")
        named = {row[0] for row in sql.execute("SELECT path FROM part")}
    files = sorted((ledger.folder / FINE).glob("*"))
    swept = [file for file in files if f"{FINE}/{file.name}" not in named]
    for file in swept:
        file.unlink(missing_ok=True)
    return [file.name for file in swept]


def sync_folder(folder: Path) -> None:
    """Make sure that the disk keeps which files a folder has."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
