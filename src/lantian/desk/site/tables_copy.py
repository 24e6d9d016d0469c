"""Tables of PostgreSQL to files and back, as they stand at one moment."""

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from lantian.desk.site.database import postgres
from lantian.errors import BadFile
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.gate_tables import GATE
from lantian.lake.tables import LAKE

SCHEMAS: Final = ("desk", LAKE.name, GATE.name)
_BUSY_S: Final = 60.0
_FOLDER: Final = "tables"
_LIST: Final = f"""
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema IN {SCHEMAS} AND table_type = 'BASE TABLE' ORDER BY 1, 2
"""


def _connect(url: str) -> psycopg.Connection[Any]:
    place = postgres(url)
    return psycopg.connect(
        dbname=place["NAME"],
        user=place["USER"] or None,
        password=place["PASSWORD"] or None,
        host=place["HOST"] or None,
        port=place["PORT"] or None,
    )


def _name(schema: str, table: str) -> sql.Identifier:
    return sql.Identifier(schema, table)


def dump_tables(url: str, scratch: Path) -> list[tuple[str, Path]]:
    """Copy all tables, in one snapshot, to files named `tables/SCHEMA.TABLE`.

    Returns
    -------
    list of (str, Path)
        Name in the archive and file.
    """
    made = []
    with _connect(url) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        link.read_only = True
        for schema, table in link.execute(_LIST).fetchall():
            path = scratch / f"{schema}.{table}"
            made.append((f"{_FOLDER}/{path.name}", path))
            _dump(link, schema, table, path)
    return made


def _dump(link: psycopg.Connection[Any], schema: str, table: str, path: Path) -> None:
    names = _columns(link, schema, table)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    # Ordered by all columns, so that equal tables give equal bytes.
    query = sql.SQL("COPY (SELECT {0} FROM {1} ORDER BY {0}) TO STDOUT").format(
        columns, _name(schema, table)
    )
    with path.open("wb") as file:
        file.write(json.dumps(names).encode() + b"\n")
        with link.cursor().copy(query) as copy:
            for block in copy:
                file.write(block)


def _columns(link: psycopg.Connection[Any], schema: str, table: str) -> list[str]:
    rows = link.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
        (schema, table),
    )
    return [row[0] for row in rows.fetchall()]


def make_days(folder: Path, files: Iterable[str]) -> None:
    """Make the gate's tables for what files hold: it has some for each day."""
    of_gate = [file for file in files if file.startswith(f"{GATE.name}.")]
    if not of_gate:
        return
    ledger = GateLedger.open(folder, busy_s=_BUSY_S)
    try:
        with ledger.write():
            for file in of_gate:
                kind, _, day = file.partition(".")[2].partition("_")
                if day:
                    ledger.make_day(kind, int(day))
    finally:
        ledger.close()


def fill_tables(url: str, folder: Path) -> int:
    """Fill freshly made tables from files, in one transaction; prove each by its bytes.

    Returns
    -------
    int
        Tables filled.

    Raises
    ------
    BadFile
        If a table does not read back as it was saved; nothing is kept then.
    """
    files = sorted(folder.iterdir())
    with _connect(url) as link:
        known = {f"{schema}.{table}" for schema, table in link.execute(_LIST).fetchall()}
        # Foreign keys are checked at the commit, so the order of tables does not matter.
        link.execute("SET CONSTRAINTS ALL DEFERRED")
        # What the making of the tables put into them; the log, which nobody may empty, is empty.
        made = [name for name in sorted(known) if _has_rows(link, name)]
        for name in made:
            link.execute(sql.SQL("DELETE FROM {}").format(_name(*_parts(name))))
        for file in files:
            if file.name not in known:
                raise _differs(file, "no such table")
            _fill(link, file)
        for file in files:
            _compare(link, file)
    shutil.rmtree(folder)
    return len(files)


def _parts(name: str) -> tuple[str, str]:
    schema, _, table = name.partition(".")
    return schema, table


def _has_rows(link: psycopg.Connection[Any], name: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(_name(*_parts(name)))
    row = link.execute(query).fetchone()
    return bool(row and row[0])


def _fill(link: psycopg.Connection[Any], file: Path) -> None:
    schema, table = _parts(file.name)
    with file.open("rb") as lines:
        names = json.loads(lines.readline())
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        query = sql.SQL("COPY {} ({}) FROM STDIN").format(_name(schema, table), columns)
        with link.cursor().copy(query) as copy:
            while block := lines.read(1 << 20):
                copy.write(block)
    if "id" in names:
        _go_on_counting(link, schema, table)


def _go_on_counting(link: psycopg.Connection[Any], schema: str, table: str) -> None:
    """Let the next number of a table follow those that it holds, where it counts them."""
    asked = link.execute(
        "SELECT pg_get_serial_sequence(%s, 'id')", (f'"{schema}"."{table}"',)
    ).fetchone()
    if asked is None or asked[0] is None:
        return
    link.execute(
        sql.SQL("SELECT setval(%s, GREATEST((SELECT MAX(id) FROM {}), 1))").format(
            _name(schema, table)
        ),
        (asked[0],),
    )


def _compare(link: psycopg.Connection[Any], file: Path) -> None:
    again = file.with_name(f"{file.name}.again")
    schema, table = _parts(file.name)
    _dump(link, schema, table, again)
    same = _sha(file) == _sha(again)
    again.unlink()
    if not same:
        raise _differs(file, "sha256")


def _sha(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _differs(file: Path, said: str) -> BadFile:
    return BadFile(
        f"表 {file.name} 未能原样恢复 / the table did not come back as it was saved ({said})",
        where=file.name,
        fix="用做备份的版本恢复 / restore with the version that made the backup",
    )
