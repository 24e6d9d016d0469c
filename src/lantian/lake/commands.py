"""Commands to monitors: queued by who may, sent by the gate, and what came of each."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import batched
from typing import Any, Final

from lantian.lake.gate_ledger import AT_ONCE, GateLedger, places

type Items = tuple[tuple[str, str], ...]

_COLUMNS: Final = "uuid, mn, cn, items, state, said, asked_us, qn, tries, sent_us, ended_us"


class CommandState(StrEnum):
    """How far a command is."""

    #: It waits for the monitor to be connected.
    ASKED = "asked"
    SENT = "sent"
    #: The monitor said that it will do it.
    ACCEPTED = "accepted"
    DONE = "done"
    #: The monitor refused it (9011) or failed (9012); `said` is its code.
    REFUSED = "refused"
    FAILED = "failed"
    #: No answer, however often it was sent.
    SILENT = "silent"


#: States in which something is still to come.
OPEN: Final = (CommandState.ASKED, CommandState.SENT, CommandState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Command:
    """One command to one monitor, and what came of it; times in microseconds since 1970."""

    uuid: str
    mn: str
    cn: str
    items: Items
    state: CommandState = CommandState.ASKED
    said: str = ""
    asked_us: int = 0
    qn: str = ""
    tries: int = 0
    sent_us: int | None = None
    ended_us: int | None = None


def queue(ledger: GateLedger, commands: Iterable[Command]) -> int:
    """Queue commands, each once by its UUID; return how many are new."""
    rows = [
        (
            *(c.uuid, c.mn, c.cn, json.dumps(c.items, ensure_ascii=False), c.state.value, c.said),
            *(c.asked_us, c.qn, c.tries, c.sent_us, c.ended_us),
        )
        for c in commands
    ]
    with ledger.write():
        return ledger.insert(f"command ({_COLUMNS})", rows, "ON CONFLICT (uuid) DO NOTHING")


def commands(
    ledger: GateLedger,
    *,
    states: Sequence[CommandState] = (),
    mn: str | None = None,
    most: int = 1_000,
) -> list[Command]:
    """Return commands, the newest last; those in some states or to one monitor only, or all."""
    tests: list[str] = []
    given: list[str] = []
    if states:
        tests.append(f"state IN {places(len(states), 1)}")
        given += [state.value for state in states]
    if mn is not None:
        tests.append("mn = ?")
        given.append(mn)
    where = f"WHERE {' AND '.join(tests)}" if tests else ""
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT {_COLUMNS} FROM command {where} ORDER BY asked_us DESC, uuid LIMIT ?",
            (*given, most),
        ).fetchall()
    return [_command(row) for row in reversed(rows)]


def commands_named(ledger: GateLedger, uuids: Sequence[str]) -> dict[str, Command]:
    """Return the commands of some names that are queued, by name."""
    found: dict[str, Command] = {}
    with ledger.read() as sql:
        for some in batched(uuids, AT_ONCE):
            rows = sql.execute(
                f"SELECT {_COLUMNS} FROM command WHERE uuid IN {places(len(some), 1)}", some
            )
            found |= {row[0]: _command(row) for row in rows}
    return found


def _command(row: Sequence[Any]) -> Command:
    uuid, mn, cn, items, state, *rest = row
    named = tuple((name, value) for name, value in json.loads(items))
    return Command(uuid, mn, cn, named, CommandState(state), *rest)


def note(ledger: GateLedger, changed: Iterable[Command]) -> None:
    """Keep what came of commands."""
    with ledger.write() as sql:
        for c in changed:
            sql.execute(
                "UPDATE command SET state = ?, said = ?, qn = ?, tries = ?, sent_us = ?, "
                "ended_us = ? WHERE uuid = ?",
                (c.state.value, c.said, c.qn, c.tries, c.sent_us, c.ended_us, c.uuid),
            )


def ended(command: Command, state: CommandState, said: str, now_us: int) -> Command:
    """Return a command with its end."""
    return replace(command, state=state, said=said, ended_us=now_us)
