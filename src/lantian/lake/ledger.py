"""The SQLite side of the lake: opening, transactions, batches, and errors for people."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadRequest, LakeBroken
from lantian.lake.tables import SCHEMA, statements

FILE: Final = "lake.sqlite"
PARTS: Final = "parts"
#: How long a writer waits for another one before it gives up.
BUSY_S: Final = 60.0
#: Rows in one INSERT: about half the time of one statement per row (measured).
_ROWS_AT_ONCE: Final = 100


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the disk into `LakeBroken` with what to do."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise  # a fault of ours, not of the lake
    except sqlite3.DatabaseError as error:
        raise _spoken(str(error), folder) from error
    except OSError as error:
        raise _unwritable(str(error), folder) from error


def _spoken(said: str, folder: Path) -> LakeBroken:
    if "locked" in said or "busy" in said:
        return LakeBroken(
            f"数据库正被另一个写入者占用 / another writer holds the lake ({said})",
            where=str(folder),
            fix="稍后重试 / try again",
        )
    if any(word in said for word in ("disk", "readonly", "unable to open")):
        return _unwritable(said, folder)
    return LakeBroken(
        f"库文件损坏或不可读 / the lake is damaged or cannot be read ({said})",
        where=str(folder),
        fix="从备份恢复 / restore it from a backup",
    )


def _unwritable(said: str, folder: Path) -> LakeBroken:
    return LakeBroken(
        f"无法写入，磁盘已满或不可写 / cannot write: the disk is full or not writable ({said})",
        where=str(folder),
        fix="腾出空间后重做，库内数据完好 / free some space and repeat; what is stored is whole",
    )


class Ledger:
    """One open connection to a lake's tables; writes are whole transactions or nothing."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        """Use `Ledger.open` instead."""
        self.folder = folder
        self.sql = connection
        #: Stations known to have data, by kind; others may have, too.
        self.observed: dict[str, set[str]] = {}
        self._own = threading.RLock()

    @classmethod
    def create(cls, folder: Path) -> None:
        """Make an empty lake in `folder`; the database appears whole or not at all.

        Raises
        ------
        LakeBroken
            If there is a lake already, or the folder cannot be written.
        """
        file = folder / FILE
        if file.exists():
            raise LakeBroken(
                "这里已有数据湖 / there is a lake already",
                where=str(folder),
                fix="直接使用，或另选目录 / use it, or choose another folder",
            )
        with told(folder):
            (folder / PARTS).mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            connection = sqlite3.connect(fresh, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN IMMEDIATE")
                for statement in statements():
                    connection.execute(statement)
                connection.execute("COMMIT")
            finally:
                connection.close()
            fresh.replace(file)

    @classmethod
    def open(cls, folder: Path, *, busy_s: float = BUSY_S) -> "Ledger":
        """Open the lake in `folder`.

        Raises
        ------
        LakeBroken
            If there is none, it is damaged, or a newer Lantian made it.
        """
        file = folder / FILE
        if not file.is_file():
            raise LakeBroken(
                "没有数据湖 / no lake here",
                where=str(folder),
                fix=f"lantian lake init {folder}",
            )
        with told(folder):
            connection = sqlite3.connect(
                file, timeout=busy_s, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                _refuse_newer(connection, folder)
            except BaseException:
                connection.close()
                raise
        return cls(folder, connection)

    def close(self) -> None:
        """Close the connection."""
        self.sql.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction under the write lock: committed whole, or rolled back.

        Raises
        ------
        LakeBroken
            If another writer holds the lake too long, or the disk is full.
        """
        with self._own, told(self.folder):
            self.sql.execute("BEGIN IMMEDIATE")
            try:
                yield self.sql
                self.sql.execute("COMMIT")
            except BaseException:
                # SQLite may have rolled back by itself, as on a full disk.
                with suppress(sqlite3.Error):
                    self.sql.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One snapshot for several queries; inside `write` it is the writer's own view."""
        with self._own, told(self.folder):
            if self.sql.in_transaction:
                yield self.sql
                return
            self.sql.execute("BEGIN")
            try:
                yield self.sql
            finally:
                self.sql.execute("COMMIT")

    @property
    def sequence(self) -> int:
        """Number of the last committed batch, 0 in an empty lake."""
        with self.read() as sql:
            return int(sql.execute("SELECT COALESCE(MAX(id), 0) FROM batch").fetchone()[0])

    def sequence_asked(self, as_of: int | None) -> int:
        """Sequence to read at: the last one, or an earlier one that must exist.

        Raises
        ------
        BadRequest
            If the lake has never had that sequence.
        """
        last = self.sequence
        if as_of is None:
            return last
        if not 0 <= as_of <= last:
            raise BadRequest(
                f"没有序号 {as_of} / no sequence {as_of}",
                where=str(self.folder),
                fix=f"0 … {last}",
            )
        return as_of

    def new_batch(
        self,
        kind: str,
        *,
        source: str = "",
        sha256: str = "",
        layout: str = "",
        origin: int = 0,
        rows: int = 0,
    ) -> int:
        """Record a batch inside `write` and return its number, the next sequence."""
        number = self.sequence + 1
        self.sql.execute(
            "INSERT INTO batch (id, kind, source, sha256, layout, origin, received, rows) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                kind,
                source,
                sha256,
                layout,
                origin,
                datetime.now(UTC).isoformat(timespec="seconds"),
                rows,
            ),
        )
        return number

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows, many to a statement, inside `write`."""
        width = columns.count(",") + 1
        row = f"({', '.join('?' * width)})"
        head = f"INSERT INTO {table} ({columns}) VALUES "
        flat = [value for values in rows for value in values]
        step = width * _ROWS_AT_ONCE
        for start in range(0, len(flat), step):
            some = flat[start : start + step]
            self.sql.execute(head + ", ".join([row] * (len(some) // width)), some)


def _refuse_newer(connection: sqlite3.Connection, folder: Path) -> None:
    found = int(connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])
    if found > SCHEMA:
        raise LakeBroken(
            f"表结构版本 {found} 比本程序的 {SCHEMA} 新 / the lake has schema {found}, "
            f"this program knows up to {SCHEMA}",
            where=str(folder),
            fix="升级 lantian / upgrade lantian",
        )
