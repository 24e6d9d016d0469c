"""Findings that are kept: only ever added to, each sealed with the one before it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lantian.lake.database import Sql
from lantian.lake.ledger import Ledger
from lantian.quality.finding import Check, Finding

_COLUMNS: Final = (
    "id, run, method, station, pollutant, first_h, last_h, figures, clause, confirms, digest"
)


@dataclass(frozen=True, slots=True)
class HeldFinding:
    """A finding as it is kept.

    Attributes
    ----------
    id, run : int
        Its number, and that of the run that made it.
    finding : Finding
    confirms : int or None
        The last earlier finding of the same check, station, pollutant and month.
    digest : str
        sha256 over the digest of the finding before it and all that this one says.
    """

    id: int
    run: int
    finding: Finding
    confirms: int | None
    digest: str


def note_findings(sql: Sql, run: int, h_from: int, found: Sequence[Finding]) -> None:
    """Add the findings of a run, inside `write`; there is no way to change or remove one.

    Parameters
    ----------
    sql : Sql
    run : int
    h_from : int
        First hour that the run judged, by which findings of an earlier run are the same case.
    found : sequence of Finding
    """
    row = sql.execute("SELECT id, digest FROM finding ORDER BY id DESC LIMIT 1").fetchone()
    number, digest = (0, "") if row is None else (int(row[0]), str(row[1]))
    for finding in found:
        number += 1
        confirms = _earlier(sql, finding, h_from, number)
        digest = _seal(digest, number, run, finding.id, confirms)
        sql.execute(
            f"INSERT INTO finding ({_COLUMNS}) VALUES ({', '.join('?' * 11)})",
            (
                *(number, run, finding.check.value, finding.station, finding.pollutant),
                *(finding.first_hour, finding.last_hour, _spelled(finding), finding.clause),
                *(confirms, digest),
            ),
        )


def _earlier(sql: Sql, finding: Finding, h_from: int, number: int) -> int | None:
    row = sql.execute(
        "SELECT MAX(f.id) FROM finding f JOIN quality_run r ON r.id = f.run WHERE f.method = ? "
        "AND f.station = ? AND f.pollutant = ? AND r.h_from = ? AND f.id < ?",
        (finding.check.value, finding.station, finding.pollutant, h_from, number),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def _seal(before: str, number: int, run: int, content: str, confirms: int | None) -> str:
    return hashlib.sha256(json.dumps([before, number, run, content, confirms]).encode()).hexdigest()


def _spelled(finding: Finding) -> str:
    return json.dumps(finding.figures, ensure_ascii=False)


def findings(ledger: Ledger, *, station: str = "") -> list[HeldFinding]:
    """Return findings, the newest first: all, or those of a station."""
    chosen, values = ("WHERE station = ? ", (station,)) if station else ("", ())
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT {_COLUMNS} FROM finding {chosen}ORDER BY id DESC", values
        ).fetchall()
    return [_held(row) for row in rows]


def finding_held(ledger: Ledger, number: int) -> HeldFinding | None:
    """Return one finding, None where there is none of that number."""
    with ledger.read() as sql:
        row = sql.execute(f"SELECT {_COLUMNS} FROM finding WHERE id = ?", (number,)).fetchone()
    return None if row is None else _held(row)


def _held(row: Sequence[Any]) -> HeldFinding:
    number, run, method, station, pollutant, first_h, last_h, figures, clause, *rest = row
    pairs = tuple((name, value) for name, value in json.loads(figures))
    finding = Finding(Check(method), station, pollutant, first_h, last_h, pairs, clause)
    return HeldFinding(number, run, finding, *rest)


def tampered(ledger: Ledger) -> tuple[int, ...]:
    """Return the numbers of findings that are not as they were sealed, or follow a gap.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lantian.lake.store import Lake
    >>> folder = Path(tempfile.mkdtemp()) / "county"
    >>> Lake.init(folder)
    >>> with Lake.open(folder) as lake:
    ...     tampered(lake.ledger)
    ()
    """
    wrong = []
    digest, last = "", 0
    for held in reversed(findings(ledger)):
        sealed = _seal(digest, held.id, held.run, held.finding.id, held.confirms)
        if sealed != held.digest or held.id != last + 1:
            wrong.append(held.id)
        digest, last = held.digest, held.id
    return tuple(wrong)


def head(ledger: Ledger) -> tuple[int, str]:
    """Return number and digest of the last finding, which seal all before it; (0, "") for none.

    Who keeps it elsewhere, as the desk's log does, sees when the last ones are cut off.
    """
    with ledger.read() as sql:
        row = sql.execute("SELECT id, digest FROM finding ORDER BY id DESC LIMIT 1").fetchone()
    return (0, "") if row is None else (int(row[0]), str(row[1]))
