"""The lake's tables: opening, sequences and batches."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadRequest
from lantian.lake.database import Database, unwritable
from lantian.lake.postgres import PostgresDatabase
from lantian.lake.sqlite import SqliteDatabase
from lantian.lake.tables import LAKE
from lantian.lake.transactions import Transactions, url_for

PARTS: Final = "parts"
#: How long a writer waits for another one before it gives up.
BUSY_S: Final = 60.0


class Ledger(Transactions):
    """One open connection to a lake's tables."""

    tables = LAKE

    def __init__(self, folder: Path, database: Database) -> None:
        """Use `Ledger.open` instead."""
        super().__init__(folder, database)
        #: Stations known to have data, by kind; others may have, too.
        self.observed: dict[str, set[str]] = {}

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
        return cls(folder, cls.connect(folder, busy_s=busy_s))

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
        """Insert many rows at once, inside `write`."""
        self._database.insert(table, columns, rows)
