"""Loading rows into a register of the roster: all of them or none, as one new batch."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadFile, BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.lake.applied import Intent, digest_of, earlier_batch, note_applied
from lantian.lake.register import REGISTERS, Register, Row
from lantian.lake.register_rows import check_rows, read_register
from lantian.lake.stale import lake_months, mark_all
from lantian.lake.store import Lake
from lantian.terms.hour import BEIJING_H

_FORWARD: Final = (ClaimState.CANDIDATE, ClaimState.SUBMITTED, ClaimState.APPROVED)
_EXCLUSIONS: Final = "exclusions"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What was done to a register: rows, and the sequence that holds them.

    Where an intent had been applied before, `repeated` is True, nothing was done, and the
    sequence is that of the first time.
    """

    register: str
    sequence: int
    added: int
    ended: int
    kept: int
    notes: tuple[str, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Source:
    """Where rows come from, and what is raised when they contradict the roster."""

    name: str
    sha256: str
    where: str
    refusal: type[BadFile] | type[BadRequest]
    intent: Intent | None = None


def enrol(lake: Lake, name: str, path: Path) -> Enrolled:
    """Load a register's file.

    What the file says of a station (or a target's place, or one claim) replaces what was
    said of it before; others stay. Earlier rows are ended, not deleted, so the roster can
    be read as of any sequence. A file that changes nothing makes no batch.

    Parameters
    ----------
    lake : Lake
    name : str
        `stations`, `places`, `targets`, `devices` or `exclusions`.
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
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return _take(lake, register, _Source(path.name, sha256, str(path), BadFile), lambda _: rows)


def enrol_rows(
    lake: Lake,
    name: str,
    rows: Sequence[Mapping[str, object]],
    *,
    gone: Sequence[str] = (),
    intent: str | None = None,
) -> Enrolled:
    """Load rows that are in memory, as `enrol` loads those of a file.

    Parameters
    ----------
    lake : Lake
    name : str
        `stations`, `places`, `targets`, `devices` or `exclusions`.
    rows : sequence of mapping
        Cells under the names of the file's columns.
    gone : sequence of str
        Stations (or places of targets) of which the register shall say nothing any more.
    intent : str, optional
        UUID under which the rows have their effect once: the same intent again does nothing.

    Raises
    ------
    BadRequest
        Naming every unknown column, bad row, or claim whose state would go back; if the UUID
        is none, or was used for something else.
    LakeBroken
        If the lake cannot be written.
    """
    register = REGISTERS[name]
    source = _source(name, {"register": name, "rows": list(rows), "gone": list(gone)}, intent)
    if gone and register.owner != 1:
        raise BadRequest(
            "认定只能撤回，不能删除 / a claim is withdrawn, never removed",
            where=source.where,
            fix="state=withdrawn",
        )
    parsed = check_rows(register, rows, source.where)
    return _take(lake, register, source, lambda _: parsed, {(owner,) for owner in gone})


def decide_claims(
    lake: Lake,
    claims: Sequence[Mapping[str, object]],
    state: ClaimState,
    *,
    intent: str | None = None,
) -> Enrolled:
    """Approve submitted claims that a day is exceptional, or withdraw claims.

    Parameters
    ----------
    lake : Lake
    claims : sequence of mapping
        `scope`, `day` and `pollutant` of each; reason and declarer stay as they are.
    state : ClaimState
        Approved or withdrawn.
    intent : str, optional
        As in `enrol_rows`.

    Raises
    ------
    BadRequest
        Naming every claim that is not there, or is not in a state to be decided so.
    LakeBroken
        If the lake cannot be written.
    """
    register = REGISTERS[_EXCLUSIONS]
    source = _source(_EXCLUSIONS, {"claims": list(claims), "state": state.value}, intent)
    stand_in = {"reason": "-", "state": state.value, "declared_by": "-"}
    asked = check_rows(register, [{**claim, **stand_in} for claim in claims], source.where)

    def decided(held: Sequence[Row]) -> list[Row]:
        there = {row[:3]: row for row in held}
        wrong = [
            f"{' '.join(row[:3])}: {there[row[:3]][4] if row[:3] in there else '未登记 / no claim'}"
            for row in asked
            if not _may_become(there.get(row[:3]), state)
        ]
        if wrong:
            raise BadRequest(
                f"不能改为 / cannot become {state}: " + "; ".join(wrong),
                where=source.where,
                fix="先申报再批准，已撤回的重新申报 / submit a claim before it is approved; "
                "a withdrawn one is submitted anew",
            )
        return [(*there[row[:3]][:4], state.value, there[row[:3]][5]) for row in asked]

    return _take(lake, register, source, decided)


def _may_become(row: Row | None, state: ClaimState) -> bool:
    if row is None:
        return False
    held = ClaimState(row[4])
    if state is ClaimState.APPROVED:
        return held is ClaimState.SUBMITTED
    return state is ClaimState.WITHDRAWN and held is not state


def _source(name: str, content: object, intent: str | None) -> _Source:
    named = None if intent is None else Intent.of(intent, content)
    spoken = name if named is None else f"intent {named.uuid}"
    return _Source(spoken, digest_of(content), f"{name} ({spoken})", BadRequest, named)


def _take(
    lake: Lake,
    register: Register,
    source: _Source,
    make: Callable[[Sequence[Row]], list[Row]],
    gone: Collection[Row] = (),
) -> Enrolled:
    """Replace the rows of the owners that are named, in one transaction with the intent."""
    columns = ", ".join(register.columns)
    ledger = lake.ledger
    with ledger.write() as sql:
        if source.intent is not None:
            earlier = earlier_batch(sql, source.intent)
            if earlier is not None:
                return Enrolled(register.name, earlier, 0, 0, 0, (), repeated=True)
        held = [
            tuple(row)
            for row in sql.execute(f"SELECT {columns} FROM {register.table} WHERE seq_to IS NULL")
        ]
        rows = make(held)
        owners = {row[: register.owner] for row in rows} | set(gone)
        mine = {row for row in held if row[: register.owner] in owners}
        notes = _judge_states(rows, mine, source) if register.name == _EXCLUSIONS else []
        fresh, ended = set(rows) - mine, mine - set(rows)
        batch = ledger.sequence
        if fresh or ended:
            clocks = _clocks(lake) if register.table == "station" else {}
            batch = ledger.new_batch(
                "roster",
                source=source.name,
                sha256=source.sha256,
                layout=register.name,
                rows=len(rows),
            )
            _end(sql, register, ended, batch)
            ledger.insert(
                register.table,
                f"{columns}, seq_from",
                [(*row, batch) for row in sorted(fresh, key=repr)],
            )
            if register.table == "station":
                _mark_moved_clocks(lake, clocks)
        if source.intent is not None:
            note_applied(sql, source.intent, batch)
    return Enrolled(
        register.name, batch, len(fresh), len(ended), len(set(rows) & mine), tuple(notes)
    )


def _clocks(lake: Lake) -> dict[str, int]:
    return {s.station: s.offset_h for s in lake.roster().stations}


def _mark_moved_clocks(lake: Lake, before: Mapping[str, int]) -> None:
    """Mark every day of stations whose clock offset has changed: other hours make their days."""
    after = _clocks(lake)
    moved = [
        station
        for station in lake.stations()
        if before.get(station, BEIJING_H) != after.get(station, BEIJING_H)
    ]
    mark_all(lake.ledger, moved, lake_months(lake.ledger))


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


def _judge_states(rows: list[Row], held: set[Row], source: _Source) -> list[str]:
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
        raise source.refusal(
            "认定状态只能前进或撤回 / a claim only goes forward or is withdrawn: "
            + "; ".join(wrong),
            where=source.where,
            fix="先撤回再重新申报，一行都未采用 / withdraw it and declare it anew; "
            "nothing was taken",
        )
    return notes
