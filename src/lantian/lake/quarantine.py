"""Reading the quarantine: rows, or values of rows, that were not taken in, and why."""

from dataclasses import dataclass

from lantian.lake.store import Lake


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One refused row: the batch that brought it, where it stood, why, and its text."""

    batch: int
    file: str
    line: int
    reason: str
    raw: str


def reasons(lake: Lake) -> list[tuple[str, int]]:
    """Reasons with the number of rows that each refused, most first.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp()) / "county"
    >>> Lake.init(folder)
    >>> with Lake.open(folder) as lake:
    ...     reasons(lake)
    []
    """
    with lake.ledger.read() as sql:
        rows = sql.execute(
            "SELECT reason, COUNT(*) AS n FROM quarantine GROUP BY reason ORDER BY n DESC, reason"
        ).fetchall()
    return [(reason, int(count)) for reason, count in rows]


def quarantined(lake: Lake, most: int) -> list[Quarantined]:
    """Refused rows, of the latest batch first, at most so many."""
    with lake.ledger.read() as sql:
        rows = sql.execute(
            "SELECT batch, file, line, reason, raw FROM quarantine "
            "ORDER BY batch DESC, file, line, reason LIMIT ?",
            (most,),
        ).fetchall()
    return [Quarantined(*row) for row in rows]
