"""Bringing the tables of an older lake up to this program, in place and whole or not at all."""

from lantian.lake.ledger import Ledger
from lantian.lake.tables import SCHEMA, statements_after


def upgrade(ledger: Ledger) -> None:
    """Add the tables that an older lake lacks; nothing that it holds is touched.

    Raises
    ------
    LakeBroken
        If another writer holds the lake or the disk is full.
    """
    if _schema(ledger) >= SCHEMA:
        return
    with ledger.write() as sql:
        # Asked again under the lock: another process may have done it meanwhile.
        for statement in statements_after(_schema(ledger)):
            sql.execute(statement)


def _schema(ledger: Ledger) -> int:
    with ledger.read() as sql:
        return int(sql.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])
