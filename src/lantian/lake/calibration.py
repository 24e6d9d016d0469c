"""Calibrations of micro-stations as the lake keeps them: each version for good, none replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lantian.lake.ledger import Ledger

_COLUMNS: Final = (
    "id, station, pollutant, at_h, version, refused, reference, body, book, code, sequence, at"
)


@dataclass(frozen=True, slots=True)
class KeptCalibration:
    """One calibration, or that there could be none.

    Attributes
    ----------
    station, pollutant : str
        Code of the micro-station, key of the pollutant.
    at_h : int
        UTC hour number from which it holds; only hours before it were read.
    version : str
        Identity of inputs and coefficients; "" where nothing could be fitted.
    refused : str
        Why it may not be used: `few`, or what the rule of acceptance does not accept, with
        blanks between; "" where it is accepted.
    reference : str
        Station that was its reference last; "" for the network's alone.
    body : str
        The calibration as `quality.calibration_record` spells it, "" where there is none.
    book, code : str
        Digest of the rule book, version of Lantian.
    sequence : int
        Lake sequence whose hours were read.
    at : str
        When it was stored, UTC.
    """

    station: str
    pollutant: str
    at_h: int
    version: str
    refused: str
    reference: str
    body: str
    book: str
    code: str
    sequence: int
    at: str = ""


def keep_calibrations(ledger: Ledger, rows: Sequence[KeptCalibration]) -> int:
    """Add calibrations that are not kept yet; return how many there were.

    The same version of the same hour, or the same refusal, is kept once.

    Raises
    ------
    LakeBroken
        If another writer holds the lake or the disk is full.
    """
    if not rows:
        return 0
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with ledger.write() as sql:
        number = int(sql.execute("SELECT COALESCE(MAX(id), 0) FROM calibration").fetchone()[0])
        new = []
        for row in rows:
            held = sql.execute(
                "SELECT COUNT(*) FROM calibration WHERE station = ? AND pollutant = ? "
                "AND at_h = ? AND version = ? AND refused = ?",
                (row.station, row.pollutant, row.at_h, row.version, row.refused),
            ).fetchone()
            if not held[0]:
                number += 1
                new.append((number, *_cells(row), now))
        ledger.insert("calibration", _COLUMNS, new)
    return len(new)


def _cells(row: KeptCalibration) -> tuple[str | int, ...]:
    return (
        *(row.station, row.pollutant, row.at_h, row.version, row.refused, row.reference),
        *(row.body, row.book, row.code, row.sequence),
    )


def kept_calibrations(
    ledger: Ledger, *, station: str = "", pollutant: str = ""
) -> list[KeptCalibration]:
    """Calibrations as they were added, of one station or pollutant where one is named."""
    wanted = [(n, v) for n, v in (("station", station), ("pollutant", pollutant)) if v]
    where = " AND ".join(f"{name} = ?" for name, _ in wanted) or "1 = 1"
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT {_COLUMNS} FROM calibration WHERE {where} ORDER BY id",
            tuple(value for _, value in wanted),
        ).fetchall()
    return [KeptCalibration(*row[1:]) for row in rows]


def newest_calibrations(ledger: Ledger) -> list[KeptCalibration]:
    """Last calibration of each station and pollutant, by station and pollutant."""
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT {_COLUMNS} FROM calibration WHERE id IN "
            "(SELECT MAX(id) FROM calibration GROUP BY station, pollutant) "
            "ORDER BY station, pollutant"
        ).fetchall()
    return [KeptCalibration(*row[1:]) for row in rows]
