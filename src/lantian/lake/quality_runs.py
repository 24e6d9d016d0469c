"""Runs of the marks and checks over a month: what was judged, by which rules, what was marked."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lantian.lake.database import Sql
from lantian.lake.ledger import Ledger
from lantian.quality.mark import Mark, MarkKind

_COLUMNS: Final = "id, h_from, h_to, stations, input, book, code, sequence, marks, findings, at"
_MARKS: Final = "run, month, station, pollutant, kind, first_h, last_h, figures, clause"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one run judged, and by what.

    Attributes
    ----------
    h_from, h_to : int
        Hour numbers of the judged hours, `h_to` not included.
    stations : tuple of str
    input : str
        sha256 of all hours that the run read: equal input under equal rules and code gives
        equal marks and findings.
    book : str
        Digest of the rule book.
    code : str
        Version of Lantian.
    sequence : int
        Of the lake.
    """

    h_from: int
    h_to: int
    stations: tuple[str, ...]
    input: str
    book: str
    code: str
    sequence: int


@dataclass(frozen=True, slots=True)
class QualityRun:
    """A run as it is kept: what it judged, how many marks and findings it gave, when."""

    id: int
    judged: Judged
    marks: int
    findings: int
    at: datetime


def note_run(sql: Sql, judged: Judged, *, marks: int, findings: int) -> int:
    """Keep a run, inside `write`; return its number."""
    number = int(sql.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM quality_run").fetchone()[0])
    sql.execute(
        f"INSERT INTO quality_run ({_COLUMNS}) VALUES ({', '.join('?' * 11)})",
        (
            *(number, judged.h_from, judged.h_to, json.dumps(judged.stations), judged.input),
            *(judged.book, judged.code, judged.sequence, marks, findings),
            datetime.now(UTC).isoformat(timespec="seconds"),
        ),
    )
    return number


def last_run(ledger: Ledger, h_from: int, stations: Sequence[str]) -> QualityRun | None:
    """Return the last run over the hours from `h_from` on that judged any of these stations."""
    wanted = set(stations)
    return next(
        (run for run in runs(ledger, h_from=h_from) if wanted.intersection(run.judged.stations)),
        None,
    )


def runs(ledger: Ledger, *, h_from: int | None = None) -> list[QualityRun]:
    """Return runs, the last first: all, or those whose hours begin at `h_from`."""
    chosen, values = ("", ()) if h_from is None else ("WHERE h_from = ? ", (h_from,))
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT {_COLUMNS} FROM quality_run {chosen}ORDER BY id DESC", values
        ).fetchall()
    return [_run(row) for row in rows]


def _run(row: Sequence[Any]) -> QualityRun:
    number, h_from, h_to, stations, given, book, code, sequence, marks, findings, at = row
    judged = Judged(h_from, h_to, tuple(json.loads(stations)), given, book, code, sequence)
    return QualityRun(number, judged, marks, findings, datetime.fromisoformat(at))


def replace_marks(
    ledger: Ledger, run: int, month: int, stations: Iterable[str], marks: Iterable[Mark]
) -> None:
    """Keep the marks of a run instead of those of earlier ones, inside `write`.

    Marks are a function of the hours and are made anew; no value, review or finding goes.

    Parameters
    ----------
    ledger : Ledger
    run : int
    month : int
        Months since the year 0, as `month_number` counts them.
    stations : iterable of str
        All that were judged.
    marks : iterable of Mark
    """
    for station in stations:
        ledger.sql.execute(
            "DELETE FROM hour_mark WHERE month = ? AND station = ?", (month, station)
        )
    ledger.insert(
        "hour_mark",
        _MARKS,
        [
            (
                *(run, month, m.station, m.pollutant, m.kind.value, m.first_hour, m.last_hour),
                *(json.dumps(m.figures), m.clause),
            )
            for m in marks
        ],
    )


def marks_held(ledger: Ledger, months: Sequence[int], station: str = "") -> list[Mark]:
    """Return the marks kept of some months, in order of station, pollutant, kind and time."""
    if not months:
        return []
    where = f"month IN ({', '.join('?' * len(months))})" + (" AND station = ?" if station else "")
    values = (*months, station) if station else tuple(months)
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT station, pollutant, kind, first_h, last_h, figures, clause "
            f"FROM hour_mark WHERE {where}",
            values,
        ).fetchall()
    return sorted(
        Mark(
            *(code, pollutant, MarkKind(kind), first, last),
            tuple((name, value) for name, value in json.loads(figures)),
            clause,
        )
        for code, pollutant, kind, first, last, figures, clause in rows
    )
