"""Tables in SQLite: one file in the folder, one writer, readers beside it."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from lantian.errors import LakeBroken
from lantian.lake.database import (
    OutcomeUnknown,
    Tables,
    absent,
    already,
    busy,
    damaged,
    unwritable,
)

#: Rows in one INSERT: about half the time of one statement per row (measured).
_ROWS_AT_ONCE: Final = 100
#: How often a waiting writer asks. SQLite by itself asks ever less often, up to 0.1 s.
_ASK_AGAIN_S: Final = 0.0005


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise  # a fault of ours, not of the lake
    except sqlite3.DatabaseError as error:
        raise _spoken(str(error), str(folder)) from error
    except OSError as error:
        raise unwritable(str(error), str(folder)) from error


def _spoken(said: str, where: str) -> LakeBroken:
    if "locked" in said or "busy" in said:
        return busy(said, where)
    if any(word in said for word in ("disk", "readonly", "unable to open")):
        return unwritable(said, where)
    return damaged(said, where)


def _taken(turn: int) -> bool:
    """Try to take the turn; closing it gives it back, and so does the end of the process."""
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class SqliteDatabase:
    """One connection to the file of a set of tables.

    A commit writes to the log beside the file and lets the next writer go on; only then the
    disk is made to keep it, and the caller waits for that. A busy disk took 0.27 s for it
    (measured), and who waited for the lake waited as long.
    """

    def __init__(
        self, folder: Path, tables: Tables, connection: sqlite3.Connection, busy_s: float
    ) -> None:
        """Use `SqliteDatabase.open` instead."""
        self.folder = folder
        self._turn = folder / tables.turn
        # SQLite's log of what is not in the file yet; it is there while the file is open.
        self._log = folder / f"{tables.file}-wal"
        self.sql = connection
        self._busy_s = busy_s
        self._writes = False

    @classmethod
    def create(cls, folder: Path, tables: Tables) -> None:
        """Make empty tables in an existing folder; the file appears whole or not at all.

        Raises
        ------
        LakeBroken
            If there is a file already, or it cannot be written.
        """
        file = folder / tables.file
        if file.exists():
            raise already(folder)
        with _told(folder):
            fresh = file.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            connection = sqlite3.connect(fresh, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN IMMEDIATE")
                for statement in tables.statements():
                    connection.execute(statement)
                connection.execute("COMMIT")
            finally:
                connection.close()
            fresh.replace(file)

    @classmethod
    def open(cls, folder: Path, tables: Tables, *, busy_s: float) -> "SqliteDatabase":
        """Open the tables of a folder.

        Raises
        ------
        LakeBroken
            If there is no file, or it is damaged.
        """
        file = folder / tables.file
        if not file.is_file():
            raise absent(folder)
        with _told(folder):
            connection = sqlite3.connect(
                file, timeout=busy_s, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                # Checkpoints wait for the disk; commits do so in `commit`.
                connection.execute("PRAGMA synchronous = NORMAL")
            except BaseException:
                connection.close()
                raise
        return cls(folder, tables, connection, busy_s)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction was begun and is not over."""
        return self.sql.in_transaction

    def begin_write(self) -> None:
        """Begin a transaction as the only writer.

        Who waits holds the turn, a lock on the folder, and so goes before a writer that has
        just ended and comes back at once; beside one, SQLite alone starves for 2 s (measured).
        """
        until = time.monotonic() + self._busy_s
        self.sql.execute("PRAGMA busy_timeout = 0")
        turn = os.open(self._turn, os.O_RDONLY)
        try:
            while not _taken(turn) and time.monotonic() < until:
                time.sleep(_ASK_AGAIN_S)
            while not self._begun(until):
                time.sleep(_ASK_AGAIN_S)
        finally:
            os.close(turn)
            self.sql.execute(f"PRAGMA busy_timeout = {round(self._busy_s * 1000)}")
        self._writes = True

    def _begun(self, until: float) -> bool:
        """Try to begin; after `until` another writer is an error."""
        try:
            self.sql.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY and time.monotonic() < until:
                return False
            raise
        return True

    def begin_read(self) -> None:
        """Begin a transaction that sees one state of all tables."""
        self.sql.execute("BEGIN")
        self._writes = False

    def commit(self) -> None:
        """End the transaction and keep what it wrote, and what it saw of others.

        Raises
        ------
        OutcomeUnknown
            If the disk does not say that it keeps it.
        """
        self.sql.execute("COMMIT")
        if self._writes:
            try:
                self.settle()
            except OSError as error:
                raise OutcomeUnknown(
                    "磁盘没有确认写入，可能已存入 / the disk did not confirm the write; the data "
                    f"may be stored ({error})",
                    where=str(self.folder),
                    fix="检查磁盘后重做，已存入的会跳过 / check the disk and repeat; what is "
                    "stored is not stored twice",
                ) from error

    def settle(self) -> None:
        """Make sure that the disk keeps all that this connection can see."""
        log = os.open(self._log, os.O_RDONLY)
        try:
            os.fdatasync(log)
        finally:
            os.close(log)

    def roll_back(self) -> None:
        """End the transaction and undo what it wrote."""
        # SQLite may have rolled back by itself, as on a full disk.
        with suppress(sqlite3.Error):
            self.sql.execute("ROLLBACK")

    def define(self, statement: str) -> None:
        """Run a statement that makes a table."""
        self.sql.execute(statement)

    def drop(self, table: str) -> None:
        """Drop a table; who reads it goes on reading what was there."""
        self.sql.execute(f"DROP TABLE {table}")

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows, many to a statement."""
        width = columns.count(",") + 1
        row = f"({', '.join('?' * width)})"
        head = f"INSERT INTO {table} ({columns}) VALUES "
        flat = [value for values in rows for value in values]
        step = width * _ROWS_AT_ONCE
        for start in range(0, len(flat), step):
            some = flat[start : start + step]
            self.sql.execute(head + ", ".join([row] * (len(some) // width)), some)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn errors of SQLite and of the disk into `LakeBroken` with what to do."""
        with _told(self.folder):
            yield

    def close(self) -> None:
        """Close the connection."""
        self.sql.close()
