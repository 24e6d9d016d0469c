"""What happened to a row: its changes out of the log, field by field, and conflicts of editors."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lantian.desk.log.queries import PAGE, Asked, page_of
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register
from lantian.errors import Conflict


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that changed; None where it was not there before."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log on a row: who, when, what, the fields, why."""

    at: datetime
    actor: str
    action: str
    version: int
    fields: tuple[FieldChange, ...]
    reason: str


class Moved(Conflict):
    """A row was changed by somebody since its editor saw it.

    Attributes
    ----------
    row : Row
        As it is now.
    changes : tuple of Change
        What was done to it since, oldest first.
    """

    def __init__(self, register: Register, row: Row, changes: Sequence[Change]) -> None:
        who = "、".join(dict.fromkeys(change.actor for change in changes)) or row.changed_by
        fields = dict.fromkeys(f.name for change in changes for f in change.fields)
        columns = [register.by_name[name] for name in fields if name in register.by_name]
        zh, en = "、".join(c.zh for c in columns), ", ".join(c.en for c in columns)
        super().__init__(
            f"{who} 在您打开之后改过：{zh} / {who} changed it since you opened it: {en}",
            where=f"{register.kind} {register.key_of(row)}",
            fix="核对后重新提交 / look at the changes and submit again",
        )
        self.row = row
        self.changes = tuple(changes)


def history(register: Register, row: Row, *, since: int = 0) -> list[Change]:
    """Return the latest changes of a row, oldest first.

    Parameters
    ----------
    since : int
        Version after which changes are wanted, all of them; else one page of the log.
    """
    found: list[Change] = []
    before: int | None = None
    while True:
        page = page_of(Asked(kind=register.kind, key=register.key_of(row), before=before))
        found += [_change(entry) for entry in page[:PAGE]]
        if len(page) <= PAGE or not since or found[-1].version <= since:
            return found[::-1]
        before = page[PAGE - 1].pk


def changes_since(register: Register, row: Row, version: int) -> list[Change]:
    """Return what was done to a row after the version that an editor saw."""
    return [c for c in history(register, row, since=version) if c.version > version]


def _change(entry: Any) -> Change:
    before: dict[str, Any] = json.loads(entry.before)
    after: dict[str, Any] = json.loads(entry.after)
    names = [name for name in {**before, **after} if name != "version"]
    return Change(
        entry.at,
        entry.actor,
        entry.action,
        int(after.get("version", before.get("version", 0))),
        tuple(FieldChange(n, before.get(n), after.get(n, "")) for n in names),
        entry.reason,
    )
