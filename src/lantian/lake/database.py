"""Where a lake's tables live: the setting that says so, and what SQLite and PostgreSQL both do."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from lantian.errors import LakeBroken

#: Setting that moves the tables to PostgreSQL; parts stay files in the folder.
URL: Final = "LANTIAN_DATABASE_URL"


def database_url() -> str | None:
    """Address of the PostgreSQL database for the tables, or None where SQLite holds them."""
    return os.environ.get(URL) or None


@dataclass(frozen=True, slots=True)
class Tables:
    """One set of tables with one writer at a time, who never waits for the writer of another.

    `statements` makes the tables of version `schema`, and `after` brings those of an older one
    up to it; both are spelled for SQLite, and `Database.define` respells them. In SQLite `name`
    is the file's, and who waits to write locks the folder `turn`; in PostgreSQL `name` is the
    schema's, and `lock` the key of its writer.
    """

    name: str
    turn: str
    lock: int
    schema: int
    statements: Callable[[], list[str]]
    after: Callable[[int], list[str]]

    @property
    def file(self) -> str:
        """Name of the file in SQLite."""
        return f"{self.name}.sqlite"


class OutcomeUnknown(LakeBroken):
    """The database was lost at the commit: what was written may be stored or not."""


class Answer(Protocol):
    """Rows that a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Walk over the rows that are left."""


class Sql(Protocol):
    """What runs a statement, with `?` where a value goes and `?` nowhere else."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Answer:
        """Run one statement."""


class Database(Protocol):
    """One open connection to a lake's tables, in SQLite or in PostgreSQL.

    The caller brackets statements by `begin_…` and `commit` or `roll_back`, from one thread
    at a time, within `told`.
    """

    @property
    def sql(self) -> Sql:
        """What runs statements."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction was begun and is not over."""

    def begin_write(self) -> None:
        """Begin a transaction as the only writer; wait a while for another one."""

    def begin_read(self) -> None:
        """Begin a transaction that sees one state of all tables."""

    def commit(self) -> None:
        """End the transaction and keep what it wrote."""

    def settle(self) -> None:
        """Make sure that the disk keeps all that this connection can see."""

    def roll_back(self) -> None:
        """End the transaction, if it still runs, and undo what it wrote."""

    def define(self, statement: str) -> None:
        """Run a statement that makes a table, as it is spelled for SQLite."""

    def drop(self, table: str) -> None:
        """Drop a table, or fail soon where somebody reads it."""

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows."""

    def told(self) -> AbstractContextManager[None]:
        """Turn errors of the database and of the disk into `LakeBroken` with what to do."""

    def close(self) -> None:
        """Close the connection."""


def unwritable(said: str, where: str) -> LakeBroken:
    """Say that a disk is full or must not be written to."""
    return LakeBroken(
        f"无法写入，磁盘已满或不可写 / cannot write: the disk is full or not writable ({said})",
        where=where,
        fix="腾出空间后重做，库内数据完好 / free some space and repeat; what is stored is whole",
    )


def busy(said: str, where: str) -> LakeBroken:
    """Say that another writer was waited for in vain."""
    return LakeBroken(
        f"数据库正被另一个写入者占用 / another writer holds the lake ({said})",
        where=where,
        fix="稍后重试 / try again",
    )


def damaged(said: str, where: str) -> LakeBroken:
    """Say that tables cannot be read."""
    return LakeBroken(
        f"库文件损坏或不可读 / the lake is damaged or cannot be read ({said})",
        where=where,
        fix="从备份恢复 / restore it from a backup",
    )


def already(folder: Path) -> LakeBroken:
    """Say that a lake cannot be made where one is."""
    return LakeBroken(
        "这里已有数据湖 / there is a lake already",
        where=str(folder),
        fix="直接使用，或另选目录 / use it, or choose another folder",
    )


def absent(folder: Path) -> LakeBroken:
    """Say that there is no lake to open."""
    return LakeBroken(
        "没有数据湖 / no lake here", where=str(folder), fix=f"lantian lake init {folder}"
    )
