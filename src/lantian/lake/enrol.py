"""Loading a register's file into the roster: all of it or nothing, as one new batch."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadFile
from lantian.evaluate.exceptional import ClaimState
from lantian.lake.register import REGISTERS, Register, Row, read_register
from lantian.lake.store import Lake

_FORWARD: Final = (ClaimState.CANDIDATE, ClaimState.SUBMITTED, ClaimState.APPROVED)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a file did to a register: rows, and the sequence that holds them."""

    register: str
    sequence: int
    added: int
    ended: int
    kept: int
    notes: tuple[str, ...]


def enrol(lake: Lake, name: str, path: Path) -> Enrolled:
    """Load a register's file.

    What the file says of a station (or a target's place, or one claim) replaces what was
    said of it before; others stay. Earlier rows are ended, not deleted, so the roster can
    be read as of any sequence. A file that changes nothing makes no batch.

    Parameters
    ----------
    lake : Lake
    name : str
        `stations`, `places`, `targets` or `exclusions`.
    path : Path
        CSV in UTF-8 or GBK.

    Raises
    ------
    BadFile
        Naming every unknown column, bad row, or claim whose state would go back.
    LakeBroken
        If the lake cannot be written.
    """
    register = REGISTERS[name]
    rows = read_register(register, path)
    columns = ", ".join(register.columns)
    with lake.ledger.write() as sql:
        held = [
            tuple(row)
            for row in sql.execute(f"SELECT {columns} FROM {register.table} WHERE seq_to IS NULL")
        ]
        owners = {row[: register.owner] for row in rows}
        mine = {row for row in held if row[: register.owner] in owners}
        notes = _judge_states(rows, mine, path) if name == "exclusions" else []
        fresh, ended = set(rows) - mine, mine - set(rows)
        if fresh or ended:
            batch = lake.ledger.new_batch(
                "roster",
                source=path.name,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                layout=name,
                rows=len(rows),
            )
            _end(sql, register, ended, batch)
            lake.ledger.insert(
                register.table,
                f"{columns}, seq_from",
                [(*row, batch) for row in sorted(fresh, key=repr)],
            )
    return Enrolled(
        name, lake.sequence, len(fresh), len(ended), len(set(rows) & mine), tuple(notes)
    )


def _end(sql: Any, register: Register, rows: set[Row], batch: int) -> None:
    """End rows; a column without a value is compared as such."""
    for row in rows:
        same = " AND ".join(
            f"{c} IS NULL" if v is None else f"{c} = ?"
            for c, v in zip(register.columns, row, strict=True)
        )
        sql.execute(
            f"UPDATE {register.table} SET seq_to = ? WHERE seq_to IS NULL AND {same}",
            (batch, *(v for v in row if v is not None)),
        )


def _judge_states(rows: list[Row], held: set[Row], path: Path) -> list[str]:
    """Let claims go forward or be withdrawn; say where a state was skipped."""
    before = {row[:3]: ClaimState(row[4]) for row in held}
    wrong, notes = [], []
    for row in rows:
        old, new = before.get(row[:3]), ClaimState(row[4])
        claim = " ".join(row[:3])
        if new in (old, ClaimState.WITHDRAWN):
            continue
        reached = _FORWARD.index(old) if old in _FORWARD else -1
        step = _FORWARD.index(new) - reached
        if step < 1:
            wrong.append(f"{claim}: {old} → {new}")
        elif step > 1:
            skipped = ", ".join(_FORWARD[reached + 1 : reached + step])
            notes.append(f"{claim}: 跳过 / skipped {skipped} → {new}")
    if wrong:
        raise BadFile(
            "认定状态只能前进或撤回 / a claim only goes forward or is withdrawn: "
            + "; ".join(wrong),
            where=str(path),
            fix="先撤回再重新申报，整个文件未采用 / withdraw it and declare it anew; "
            "nothing of the file was taken",
        )
    return notes
