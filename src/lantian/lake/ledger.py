"""The lake's tables, wherever they live: opening, transactions, batches."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadRequest, LakeBroken
from lantian.lake.database import URL, Database, Sql, database_url, unwritable
from lantian.lake.postgres import IDENTITY, PostgresDatabase
from lantian.lake.sqlite import SqliteDatabase
from lantian.lake.tables import LAKE, SCHEMA

PARTS: Final = "parts"
#: How long a writer waits for another one before it gives up.
BUSY_S: Final = 60.0


class Ledger:
    """One open connection to a lake's tables; writes are whole transactions or nothing."""

    def __init__(self, folder: Path, database: Database) -> None:
        """Use `Ledger.open` instead."""
        self.folder = folder
        #: Stations known to have data, by kind; others may have, too.
        self.observed: dict[str, set[str]] = {}
        #: Whether a write is under way: what is read then may never be committed.
        self.writing = False
        self._database = database
        self._own = threading.RLock()

    @classmethod
    def create(cls, folder: Path) -> None:
        """Make an empty lake in `folder`; its tables appear whole or not at all.

        Raises
        ------
        LakeBroken
            If there is a lake already, or the folder or the database cannot be written.
        BadSetting
            If the setting of the database is no address.
        """
        url = url_for(folder)
        try:
            (folder / PARTS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(str(error), str(folder)) from error
        if url is None:
            SqliteDatabase.create(folder, LAKE)
        else:
            PostgresDatabase.create(folder, LAKE, url)

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether there is a lake to open.

        Raises
        ------
        LakeBroken
            If the database cannot be reached, or belongs to another folder.
        BadSetting
            If the setting of the database is no address.
        """
        url = url_for(folder)
        if url is None:
            return (folder / LAKE.file).is_file()
        return PostgresDatabase.exists(folder, LAKE, url)

    @classmethod
    def open(cls, folder: Path, *, busy_s: float = BUSY_S) -> "Ledger":
        """Open the lake in `folder`.

        Raises
        ------
        LakeBroken
            If there is none, it is damaged, its database cannot be reached or belongs to
            another folder, or a newer Lantian made it.
        BadSetting
            If the setting of the database is no address.
        """
        url = url_for(folder)
        database: Database = (
            SqliteDatabase.open(folder, LAKE, busy_s=busy_s)
            if url is None
            else PostgresDatabase.open(folder, LAKE, url, busy_s=busy_s)
        )
        try:
            with database.told():
                _refuse_newer(database.sql, folder)
        except BaseException:
            database.close()
            raise
        return cls(folder, database)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    @property
    def sql(self) -> Sql:
        """What runs statements; outside `read` and `write` each stands by itself."""
        return self._database.sql

    @contextmanager
    def write(self) -> Iterator[Sql]:
        """One transaction under the write lock: committed whole, or rolled back.

        Raises
        ------
        LakeBroken
            If another writer holds the lake too long, the disk is full, or the database
            cannot be reached.
        """
        with self._own, self._database.told():
            self._database.begin_write()
            self.writing = True
            try:
                yield self.sql
                self._database.commit()
            except BaseException:
                self._database.roll_back()
                raise
            finally:
                self.writing = False

    @contextmanager
    def read(self) -> Iterator[Sql]:
        """One snapshot for several queries; inside `write` it is the writer's own view."""
        with self._own, self._database.told():
            if self._database.in_transaction:
                yield self.sql
                return
            self._database.begin_read()
            try:
                yield self.sql
                self._database.commit()
            except BaseException:
                self._database.roll_back()
                raise

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

    def settle(self) -> None:
        """Make sure, inside `write`, that the disk keeps all that was committed before."""
        self._database.settle()

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows at once, inside `write`."""
        self._database.insert(table, columns, rows)


def url_for(folder: Path) -> str | None:
    """Address of the database of a folder; refuse one whose tables live elsewhere."""
    url = database_url()
    if url is not None and (folder / LAKE.file).exists():
        raise LakeBroken(
            f"这个目录的表在 {LAKE.file} 里，而 {URL} 指向 PostgreSQL / the tables of this folder "
            f"live in {LAKE.file}, but {URL} points to PostgreSQL",
            where=str(folder),
            fix=f"取消 {URL}，或另选目录 / unset {URL}, or choose another folder",
        )
    if url is None and (folder / IDENTITY).exists():
        raise LakeBroken(
            "这个目录的表在 PostgreSQL 里 / the tables of this folder live in PostgreSQL",
            where=str(folder),
            fix=f"设置 / set {URL}=postgresql://…",
        )
    return url


def _refuse_newer(sql: Sql, folder: Path) -> None:
    found = int(sql.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])
    if found > SCHEMA:
        raise LakeBroken(
            f"表结构版本 {found} 比本程序的 {SCHEMA} 新 / the lake has schema {found}, "
            f"this program knows up to {SCHEMA}",
            where=str(folder),
            fix="升级 lantian / upgrade lantian",
        )
