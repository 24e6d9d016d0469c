"""How far the gate has come with what it fetches, kept with what it fetched."""

from lantian.lake.gate_ledger import GateLedger

#: Before the keys of progress among those of the tables themselves.
_PREFIX = "progress "


def progress(ledger: GateLedger, name: str) -> int | None:
    """Return until when something is fetched, seconds since 1970; None where it never was.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> ledger = GateLedger.open(Path(tempfile.mkdtemp()), busy_s=1)
    >>> note_progress(ledger, "vendor", 1_800_000_000)
    >>> progress(ledger, "vendor"), progress(ledger, "other")
    (1800000000, None)
    >>> ledger.close()
    """
    with ledger.read() as sql:
        row = sql.execute("SELECT value FROM meta WHERE key = ?", (_PREFIX + name,)).fetchone()
    return None if row is None else int(row[0])


def note_progress(ledger: GateLedger, name: str, until_t: int) -> None:
    """Note that something is fetched until `until_t`.

    Raises
    ------
    LakeBroken
        If the disk is full or the database cannot be reached.
    """
    with ledger.write() as sql:
        sql.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_PREFIX + name, str(until_t)),
        )
