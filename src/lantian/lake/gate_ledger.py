"""The gate's tables: opening, days, numbers of names."""

from collections.abc import Iterable, Sequence
from itertools import batched
from pathlib import Path
from typing import Any, Final

from lantian.lake.database import Database
from lantian.lake.frames import FrameFiles
from lantian.lake.gate_tables import FRAMES, GATE, fine_table, frame_table
from lantian.lake.postgres import PostgresDatabase
from lantian.lake.sqlite import SqliteDatabase
from lantian.lake.transactions import Transactions, url_for

#: Rows of one statement.
AT_ONCE: Final = 100

type Row = tuple[Any, ...]
#: Factor, kind and span of a series of a source.
type SeriesKey = tuple[int, str, str, int]


class GateLedger(Transactions):
    """One open connection to the gate's tables."""

    tables = GATE

    def __init__(self, folder: Path, database: Database) -> None:
        """Use `GateLedger.open` instead."""
        super().__init__(folder, database)
        self.forget()

    @classmethod
    def open(cls, folder: Path, *, busy_s: float) -> "GateLedger":
        """Open the tables of a data folder; made where there are none, brought up where old.

        Raises
        ------
        LakeBroken
            If they are damaged, a newer Lantian made them, the folder is not writable, or the
            database cannot be reached.
        """
        url = url_for(folder)
        FrameFiles(folder / FRAMES)
        if url is None:
            if not (folder / GATE.file).is_file():
                SqliteDatabase.create(folder, cls.tables)
        elif not PostgresDatabase.exists(folder, cls.tables, url):
            PostgresDatabase.create(folder, cls.tables, url)
        ledger = cls(folder, cls.connect(folder, busy_s=busy_s))
        try:
            ledger.upgrade()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def forget(self) -> None:
        """Remember nothing of the tables: after a failure they may not hold it."""
        self.sources: dict[str, int] = {}
        self.series: dict[SeriesKey, int] = {}
        self._days: set[tuple[str, int]] = set()
        self._gone = ""

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
        with self.read() as sql:
            found = sql.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}").fetchone()
        return int(found[0]) + 1

    def source(self, mn: str) -> int | None:
        """Return the number of a monitor; None where it was never heard."""
        if mn not in self.sources:
            with self.read() as sql:
                row = sql.execute("SELECT id FROM source WHERE mn = ?", (mn,)).fetchone()
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
        with self.read() as sql:
            rows = sql.execute("SELECT day FROM day WHERE kind = ? ORDER BY day DESC", (kind,))
            return [int(row[0]) for row in rows.fetchall()]

    def has_day(self, kind: str, day: int) -> bool:
        """Whether there is such a table."""
        if (kind, day) not in self._days:
            with self.read() as sql:
                row = sql.execute(
                    "SELECT 1 FROM day WHERE kind = ? AND day = ?", (kind, day)
                ).fetchone()
            if row is None:
                return False
            self._days.add((kind, day))
        return True

    def drop_day(self, kind: str, day: int) -> None:
        """Drop the table of a day, inside `write`: it is empty or all of it shall go.

        Raises
        ------
        LakeBroken
            If somebody reads it just now, so that others would wait.
        """
        self._database.drop(f"{kind}_{day}")
        sql = self.sql
        sql.execute("DELETE FROM day WHERE kind = ? AND day = ?", (kind, day))
        sql.execute(
            "UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE key = 'gone'"
        )
        self._days.discard((kind, day))

    def begun(self) -> None:
        """Ask anew which days there are where another process has taken some away."""
        gone = self.sql.execute("SELECT value FROM meta WHERE key = 'gone'").fetchone()
        if gone is not None and gone[0] != self._gone:
            self._gone = gone[0]
            self._days.clear()

    def make_day(self, kind: str, day: int) -> None:
        """Make such a table where there is none, inside `write`."""
        if self.has_day(kind, day):
            return
        make = fine_table if kind == "fine" else frame_table
        self.define(make(day))
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
