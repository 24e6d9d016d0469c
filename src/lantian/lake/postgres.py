"""Tables in PostgreSQL: a schema of their own, one writer, one folder of parts beside."""

import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from psycopg.types.string import StrDumperUnknown

from lantian.errors import LakeBroken
from lantian.lake.address import Address, strange, told
from lantian.lake.database import OutcomeUnknown, Tables, absent, already

#: File of a folder that names its lake; the database holds the same name.
IDENTITY: Final = "lake.id"
#: How long the making of tables waits for another one to make them.
_MAKING_S: Final = 10.0
#: How long a lost commit is asked after before its outcome is called unknown.
_SETTLE_S: Final = 5.0
_SETTLE_STEP_S: Final = 0.25
#: How long the dropping of a table waits for who reads it.
_DROP_MS: Final = 20
#: Waits until the disk keeps all that was committed before it: it commits a message to nobody.
_KEEP: Final = "SELECT pg_logical_emit_message(true, 'lantian', '')"
#: Ends a write: it lets the next writer go on, and only then waits for the disk.
_COMMIT: Final = f"COMMIT; {_KEEP}"

type Connection = psycopg.Connection[Any]


@lru_cache(maxsize=512)
def _placed(statement: str) -> str:
    """Spell the places of values as PostgreSQL does.

    Examples
    --------
    >>> _placed("SELECT h FROM hour WHERE h >= ? AND h < ?")
    'SELECT h FROM hour WHERE h >= $1 AND h < $2'
    """
    first, *others = statement.split("?")
    return first + "".join(f"${n}{text}" for n, text in enumerate(others, 1))


class _Text(StrDumperUnknown):
    """Text of a damaged file may hold NUL, which PostgreSQL cannot: it becomes its sign."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "␀"))


class PostgresDatabase:
    """One connection to the schema of a set of tables; made anew when the server came back.

    It keeps settings of its own on the connection, so a pooler between must work by session.
    """

    def __init__(self, folder: Path, tables: Tables, address: Address, busy_s: float) -> None:
        """Use `PostgresDatabase.open` instead."""
        self.folder = folder
        self._tables = tables
        self._address = address
        self._busy_s = busy_s
        self._open = False
        #: Transaction number of the write under way, by which a lost commit is asked after.
        self._number: str | None = None
        with self.told():
            self._connection = self._connect()

    @classmethod
    def create(cls, folder: Path, tables: Tables, url: str) -> None:
        """Make the schema and its empty tables, for an existing folder.

        Raises
        ------
        LakeBroken
            If the database holds a lake already, of this folder or another, or the server
            cannot be reached or does not allow it.
        BadSetting
            If `url` is no address.
        """
        address = Address(url)
        with told(folder, address):
            connection = _session(tables, address, busy_s=_MAKING_S)
            try:
                _begin_write(connection, tables)
                held = _held(connection, tables)
                mine = _identity(folder)
                if held is not None:
                    raise already(folder) if held == mine else strange(folder, address)
                _make(connection, tables, mine or _name(folder), address)
                connection.execute(_COMMIT)
            finally:
                connection.close()

    @classmethod
    def exists(cls, folder: Path, tables: Tables, url: str) -> bool:
        """Whether the database holds the lake of this folder.

        Raises
        ------
        LakeBroken
            If the server cannot be reached, or holds the lake of another folder.
        BadSetting
            If `url` is no address.
        """
        address = Address(url)
        with told(folder, address):
            connection = _session(tables, address, busy_s=_MAKING_S)
            try:
                held = _held(connection, tables)
            finally:
                connection.close()
        if held is not None and held != _identity(folder):
            raise strange(folder, address)
        return held is not None

    @classmethod
    def open(cls, folder: Path, tables: Tables, url: str, *, busy_s: float) -> "PostgresDatabase":
        """Open the tables that belong to a folder.

        Raises
        ------
        LakeBroken
            If there are none, they are of another folder, or the server cannot be reached.
        BadSetting
            If `url` is no address.
        """
        return cls(folder, tables, Address(url), busy_s)

    def _connect(self) -> Connection:
        connection = _session(self._tables, self._address, self._busy_s)
        try:
            held = _held(connection, self._tables)
            if held is None:
                raise absent(self.folder)
            if held != _identity(self.folder):
                raise strange(self.folder, self._address)
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def sql(self) -> "PostgresDatabase":
        """What runs statements: the connection of the moment."""
        return self

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Run one statement with `?` where a value goes."""
        return self._connection.execute(_placed(statement), values or None, binary=True)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction was begun and is not over, even if its connection broke."""
        return self._open

    def begin_write(self) -> None:
        """Begin a transaction as the only writer."""
        self._number = self._begin(lambda connection: _begin_write(connection, self._tables))

    def begin_read(self) -> None:
        """Begin a transaction that sees one state of all tables."""
        self._number = self._begin(_begin_read)

    def _begin(self, begin: Callable[[Connection], str | None]) -> str | None:
        """Begin, on a new connection where the old one turns out to be gone."""
        try:
            number = begin(self._connection)
        except BaseException as error:
            if not (isinstance(error, psycopg.OperationalError) and self._connection.closed):
                self.roll_back()
                raise
            self._connection = self._connect()
            number = begin(self._connection)
        self._open = True
        return number

    def commit(self) -> None:
        """End the transaction and keep what it wrote.

        Raises
        ------
        OutcomeUnknown
            If the connection broke and the server cannot be asked what became of it.
        """
        try:
            self._connection.execute("COMMIT" if self._number is None else _COMMIT)
        except psycopg.OperationalError as error:
            if not self._connection.closed or self._number is None:
                raise
            self._settle(self._number, error)
        self._open = False

    def _settle(self, number: str, lost: psycopg.OperationalError) -> None:
        """Ask what became of a commit whose answer was lost; return if it was stored."""
        until = time.monotonic() + _SETTLE_S
        while time.monotonic() < until:
            match self._state_of(number):
                case "committed":
                    return
                case "aborted":
                    raise lost
            time.sleep(_SETTLE_STEP_S)
        raise OutcomeUnknown(
            "提交时与数据库失去联系，可能已存入 / the database was lost at the commit; "
            f"the data may be stored ({self._address.hush(str(lost))})",
            where=f"{self.folder}, {self._address.shown}",
            fix="数据库恢复后重做，已存入的会跳过 / repeat once it is back; "
            "what is stored is not stored twice",
        ) from lost

    def _state_of(self, number: str) -> Any:
        """Ask for the state of a transaction on a new connection; None where nobody knows."""
        with suppress(psycopg.OperationalError, errors.InvalidParameterValue):
            if self._connection.closed:
                self._connection = self._connect()
            state = _value(self._connection.execute("SELECT pg_xact_status($1::xid8)", (number,)))
            self._connection.execute(_KEEP)
            return state
        return None

    def settle(self) -> None:
        """Make sure that the disk keeps all that was committed before."""
        other = self._connect()
        try:
            other.execute(_KEEP)
        finally:
            other.close()

    def roll_back(self) -> None:
        """End the transaction and undo what it wrote."""
        self._open = False
        # A broken connection has been rolled back by the server.
        with suppress(psycopg.Error):
            self._connection.execute("ROLLBACK")

    def define(self, statement: str) -> None:
        """Run a statement that makes a table, as it is spelled for SQLite."""
        self._connection.execute(_respelled(statement))

    def drop(self, table: str) -> None:
        """Drop a table; where somebody reads it, that is soon an error: others wait behind."""
        self._connection.execute(f"SET LOCAL lock_timeout = {_DROP_MS}")
        self._connection.execute(f"DROP TABLE {table}")

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows in one stream."""
        some = list(rows)
        if not some:
            return
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream,
        ):
            for row in some:
                stream.write_row(row)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn errors of PostgreSQL and of the disk into `LakeBroken` with what to do."""
        with told(self.folder, self._address):
            yield

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _session(tables: Tables, address: Address, busy_s: float) -> Connection:
    """Connect; a wait for a lock ends after `busy_s`."""
    connection = psycopg.connect(
        address.conninfo, autocommit=True, cursor_factory=psycopg.RawCursor
    )
    connection.adapters.register_dumper(str, _Text)
    # One width for all integers: a statement then has one form, which the server prepares.
    for dumper in (Int8Dumper, Int8BinaryDumper):
        connection.adapters.register_dumper(int, dumper)
    patience_ms = max(1, round(busy_s * 1000))
    connection.execute(
        f"SET search_path = {tables.name}; SET lock_timeout = {patience_ms}; "
        "SET client_encoding = 'UTF8'"
    )
    return connection


def _begin_write(connection: Connection, tables: Tables) -> str:
    """Begin, wait for the writer's lock, and return the transaction's number.

    Each statement after the lock sees what the writer before has committed. The lock is given
    back before the disk keeps the transaction, and `_COMMIT` waits for that.
    """
    cursor = connection.execute(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = off; "
        f"SELECT pg_advisory_xact_lock({tables.lock}); SELECT pg_current_xact_id()::text"
    )
    return str(_value(cursor.set_result(-1)))


def _begin_read(connection: Connection) -> None:
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _held(connection: Connection, tables: Tables) -> str | None:
    """Name of the lake whose tables these are, None where there are none."""
    if _value(connection.execute(f"SELECT to_regclass('{tables.name}.meta')::text")) is None:
        return None
    return str(_value(connection.execute("SELECT value FROM meta WHERE key = 'lake'")))


def _value(cursor: psycopg.Cursor[Any]) -> Any:
    """First value of the next row, None where there is none."""
    row = cursor.fetchone()
    return None if row is None else row[0]


def _identity(folder: Path) -> str | None:
    """Name of the folder's lake, None where it has none."""
    file = folder / IDENTITY
    return file.read_text("ascii").strip() if file.is_file() else None


def _name(folder: Path) -> str:
    """Give a folder the name of a lake."""
    name = uuid.uuid4().hex
    unfinished = folder / f"{IDENTITY}.new"
    with unfinished.open("w", encoding="ascii") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / IDENTITY)
    return name


def _respelled(statement: str) -> str:
    """Spell for PostgreSQL what makes a table in SQLite.

    Text is ordered by code point, as in SQLite, whatever the database's own order; of all
    integers only the size of a file may need more than 32 bits.

    Examples
    --------
    >>> _respelled("CREATE TABLE a (b BLOB, size INTEGER NOT NULL) WITHOUT ROWID")
    'CREATE TABLE a (b BYTEA, size BIGINT NOT NULL)'
    """
    text = re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', statement.removesuffix(" WITHOUT ROWID"))
    return re.sub(r"\bBLOB\b", "BYTEA", text).replace(" size INTEGER ", " size BIGINT ")


def _make(connection: Connection, tables: Tables, name: str, address: Address) -> None:
    encoding = _value(connection.execute("SHOW server_encoding"))
    if encoding != "UTF8":
        raise LakeBroken(
            f"数据库编码是 {encoding}，须为 UTF8 / the database's encoding must be UTF8",
            where=address.shown,
            fix="CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
        )
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {tables.name}")
    for statement in tables.statements():
        connection.execute(_respelled(statement))
    connection.execute("INSERT INTO meta (key, value) VALUES ('lake', $1)", (name,))
