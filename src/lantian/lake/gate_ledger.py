"""The gate's tables, wherever they live: opening, transactions, days, numbers of names."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from typing import Any, Final

from lantian.lake.database import Database, Sql
from lantian.lake.frames import FrameFiles
from lantian.lake.gate_tables import FRAMES, GATE, fine_table, frame_table
from lantian.lake.ledger import url_for
from lantian.lake.postgres import PostgresDatabase
from lantian.lake.sqlite import SqliteDatabase

#: Rows of one statement.
AT_ONCE: Final = 100

type Row = tuple[Any, ...]
#: Factor, kind and span of a series of a source.
type SeriesKey = tuple[int, str, str, int]


class GateLedger:
    """One open connection to the gate's tables; writes are whole transactions or nothing."""

    def __init__(self, folder: Path, database: Database, *, without_rowid: str) -> None:
        """Use `GateLedger.open` instead."""
        self.folder = folder
        self._database = database
        self._without_rowid = without_rowid
        self.forget()

    @classmethod
    def open(cls, folder: Path, *, busy_s: float) -> "GateLedger":
        """Open the tables of a data folder; they are made where there are none.

        Raises
        ------
        LakeBroken
            If they are damaged, the folder is not writable, or the database cannot be reached.
        """
        url = url_for(folder)
        FrameFiles(folder / FRAMES)
        if url is None:
            if not (folder / GATE.file).is_file():
                SqliteDatabase.create(folder, GATE)
            sqlite = SqliteDatabase.open(folder, GATE, busy_s=busy_s)
            return cls(folder, sqlite, without_rowid="WITHOUT ROWID")
        if not PostgresDatabase.exists(folder, GATE, url):
            PostgresDatabase.create(folder, GATE, url)
        server = PostgresDatabase.open(folder, GATE, url, busy_s=busy_s)
        return cls(folder, server, without_rowid="")

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def forget(self) -> None:
        """Remember nothing of the tables: after a failure they may not hold it."""
        self.sources: dict[str, int] = {}
        self.series: dict[SeriesKey, int] = {}
        self._days: set[tuple[str, int]] = set()

    @property
    def sql(self) -> Sql:
        """What runs statements."""
        return self._database.sql

    @contextmanager
    def write(self) -> Iterator[Sql]:
        """One transaction as the only writer: durable at its end, or undone and forgotten.

        Raises
        ------
        LakeBroken
            If the disk is full or the database cannot be reached.
        """
        with self._database.told():
            try:
                self._database.begin_write()
                yield self.sql
                self._database.commit()
            except BaseException:
                self._database.roll_back()
                self.forget()
                raise

    @contextmanager
    def read(self) -> Iterator[Sql]:
        """One snapshot for several queries."""
        with self._database.told():
            self._database.begin_read()
            try:
                yield self.sql
                self._database.commit()
            except BaseException:
                self._database.roll_back()
                raise

    def insert(self, head: str, rows: Iterable[Row], tail: str = "") -> int:
        """Insert rows into `table (columns)`, many to a statement; return how many were."""
        width = head.count(",") + 1
        done = 0
        for some in batched(rows, AT_ONCE):
            flat = [value for row in some for value in row]
            statement = f"INSERT INTO {head} VALUES {places(width, len(some))} {tail}"
            done += self.sql.execute(statement, flat).rowcount
        return done

    def following(self, table: str) -> int:
        """Return the next number of a table."""
        found = self.sql.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}").fetchone()
        return int(found[0]) + 1

    def source(self, mn: str) -> int | None:
        """Return the number of a monitor; None where it was never heard."""
        if mn not in self.sources:
            row = self.sql.execute("SELECT id FROM source WHERE mn = ?", (mn,)).fetchone()
            if row is None:
                return None
            self.sources[mn] = int(row[0])
        return self.sources[mn]

    def name_series(self, wanted: set[SeriesKey]) -> None:
        """Give numbers to series that have none, inside `write`."""
        missing = wanted - self.series.keys()
        for source in {key[0] for key in missing}:
            rows = self.sql.execute(
                "SELECT source, factor, kind, span_s, id FROM series WHERE source = ?", (source,)
            )
            self.series.update({(*row[:4],): int(row[4]) for row in rows})
        fresh = sorted(missing - self.series.keys())
        if not fresh:
            return
        numbered = dict(zip(fresh, range(self.following("series"), 1 << 62), strict=False))
        self.insert(
            "series (id, source, factor, kind, span_s)",
            [(number, *key) for key, number in numbered.items()],
        )
        self.series.update(numbered)

    def days(self, kind: str) -> list[int]:
        """Days that have a table of values (`fine`) or of frames (`frame`), the last first."""
        rows = self.sql.execute("SELECT day FROM day WHERE kind = ? ORDER BY day DESC", (kind,))
        return [int(row[0]) for row in rows]

    def has_day(self, kind: str, day: int) -> bool:
        """Whether there is such a table."""
        if (kind, day) not in self._days:
            row = self.sql.execute(
                "SELECT 1 FROM day WHERE kind = ? AND day = ?", (kind, day)
            ).fetchone()
            if row is None:
                return False
            self._days.add((kind, day))
        return True

    def make_day(self, kind: str, day: int) -> None:
        """Make such a table where there is none, inside `write`."""
        if self.has_day(kind, day):
            return
        make = fine_table if kind == "fine" else frame_table
        self.sql.execute(make(day, self._without_rowid))
        self.sql.execute("INSERT INTO day (kind, day) VALUES (?, ?)", (kind, day))
        self._days.add((kind, day))


def places(width: int, rows: int) -> str:
    """Places of the values of rows.

    Examples
    --------
    >>> places(2, 3)
    '(?, ?), (?, ?), (?, ?)'
    """
    return ", ".join([f"({', '.join('?' * width)})"] * rows)


def pairs(keys: Sequence[tuple[int, int]]) -> list[int]:
    """Values of pairs, one behind the other."""
    return [part for key in keys for part in key]
