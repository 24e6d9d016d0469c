"""Commands that people asked for, as intents, beside what the gate made of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from lantian.desk.devices.commanding import KIND
from lantian.desk.devices.store import moment
from lantian.desk.intents.queries import of_kind
from lantian.lake.commands import Command, Items


@dataclass(frozen=True, slots=True)
class Asked:
    """One command: who asked for it when, and what the gate made of it.

    `number` is that of its intent, 0 for one that the gate sent by itself; `command` is None
    until it is queued, `refusal` says why it never will be.
    """

    number: int
    uuid: str
    mn: str
    cn: str
    items: Items
    by: str
    at: datetime
    refusal: str = ""
    command: Command | None = None

    @classmethod
    def of_gate(cls, command: Command) -> "Asked":
        """Return one that the gate sent by itself."""
        at = moment(command.asked_us)
        return cls(0, command.uuid, command.mn, command.cn, command.items, "", at, command=command)

    def with_outcome(self, command: Command | None) -> "Asked":
        """Return it with what the gate made of it."""
        return replace(self, command=command)


def asked_commands(
    *,
    keys: Collection[str] | None,
    before: int | None = None,
    uuids: Collection[str] | None = None,
) -> list[Asked]:
    """Return commands that people asked for, the newest first: a page and one more.

    Parameters
    ----------
    keys : collection of str or None
        Only to these monitors.
    before : int, optional
        Only intents made before this one.
    uuids : collection of str, optional
        Only those of these names, however many.
    """
    return [
        Asked(
            intent.pk,
            str(intent.uuid),
            intent.body["mn"],
            intent.body["cn"],
            tuple((name, value) for name, value in intent.body.get("items", [])),
            intent.made_by,
            intent.at,
            intent.refusal,
        )
        for intent in of_kind(KIND, keys=keys, before=before, uuids=uuids)
    ]
