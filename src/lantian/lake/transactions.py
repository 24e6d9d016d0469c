"""Transactions on one set of tables, wherever they live: whole or nothing, one after another."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from lantian.errors import LakeBroken
from lantian.lake.database import URL, Database, Sql, Tables, database_url
from lantian.lake.postgres import IDENTITY, PostgresDatabase
from lantian.lake.sqlite import SqliteDatabase
from lantian.lake.tables import LAKE


class Transactions:
    """One open connection to a set of tables; writes are whole transactions or nothing."""

    #: Which tables; each kind of ledger says its own.
    tables: ClassVar[Tables]

    def __init__(self, folder: Path, database: Database) -> None:
        """Use `open` of a ledger instead."""
        self.folder = folder
        #: Whether a write is under way: what is read then may never be committed.
        self.writing = False
        self._database = database
        self._own = threading.RLock()

    @classmethod
    def connect(cls, folder: Path, *, busy_s: float) -> Database:
        """Open the database of the tables; refuse those of a newer Lantian.

        Raises
        ------
        LakeBroken
            If there are none, they are damaged, or the database cannot be reached.
        BadSetting
            If the setting of the database is no address.
        """
        url = url_for(folder)
        database: Database = (
            SqliteDatabase.open(folder, cls.tables, busy_s=busy_s)
            if url is None
            else PostgresDatabase.open(folder, cls.tables, url, busy_s=busy_s)
        )
        try:
            with database.told():
                found = schema_of(database.sql)
            if found > cls.tables.schema:
                raise LakeBroken(
                    f"表结构版本 {found} 比本程序的 {cls.tables.schema} 新 / the tables have "
                    f"schema {found}, this program knows up to {cls.tables.schema}",
                    where=str(folder),
                    fix="升级 lantian / upgrade lantian",
                )
        except BaseException:
            database.close()
            raise
        return database

    def upgrade(self) -> None:
        """Add the tables that an older Lantian did not make; nothing that is there is touched.

        Raises
        ------
        LakeBroken
            If another writer holds the tables or the disk is full.
        """
        with self.read() as sql:
            found = schema_of(sql)
        if found >= self.tables.schema:
            return
        with self.write() as sql:
            # Asked again under the lock: another process may have done it meanwhile.
            for statement in self.tables.after(schema_of(sql)):
                self.define(statement)

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
            If another writer holds the tables too long, the disk is full, or the database
            cannot be reached.
        """
        with self._own, self._database.told():
            self._database.begin_write()
            self.writing = True
            try:
                self.begun()
                yield self.sql
                self._database.commit()
            except BaseException:
                self._database.roll_back()
                self.forget()
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
                self.begun()
                yield self.sql
                self._database.commit()
            except BaseException:
                self._database.roll_back()
                raise

    def begun(self) -> None:
        """Do what a ledger does at the start of each transaction."""

    def forget(self) -> None:
        """Remember nothing of the tables: after a failure they may not hold it."""

    def settle(self) -> None:
        """Make sure, inside `write`, that the disk keeps all that was committed before."""
        self._database.settle()

    def define(self, statement: str) -> None:
        """Run, inside `write`, a statement that makes a table, as it is spelled for SQLite."""
        self._database.define(statement)


def schema_of(sql: Sql) -> int:
    """Version of the tables."""
    return int(sql.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])


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
