"""Commands to monitors: those that may be sent, their fields, and asking for one."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from lantian.desk.intents.services import intend
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.hj212.codes import Kind, Way
from lantian.hj212.codes import commands as known_commands

KIND: Final = "gate.command"
COMMAND: Final = "devices.command"
_FILE: Final = Path(__file__).with_name("commands.toml")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a command: `kind` is number, choice, factor or start."""

    name: str
    kind: str
    zh: str
    en: str
    least: int = 0
    most: int = 0
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sendable:
    """A command that people may send; `most_h` is the longest period that it may ask for."""

    cn: str
    zh: str
    en: str
    fields: tuple[Field, ...] = ()
    most_h: int = 0
    heavy: bool = False


@cache
def sendable() -> Mapping[str, Sendable]:
    """Read the commands that may be sent, by code.

    Raises
    ------
    ValueError
        If one is no request of a platform in the book of codes.

    Examples
    --------
    >>> sendable()["1062"].fields[0].most
    3600
    """
    rows = tomllib.loads(_FILE.read_text("utf-8"))["command"]
    return {row["cn"]: _sendable(row) for row in rows}


def _sendable(row: Mapping[str, Any]) -> Sendable:
    code = known_commands().get((row["cn"], Way.DOWN))
    if code is None or code.kind is not Kind.REQUEST:
        raise ValueError(f"{_FILE.name}: {row['cn']} is no request of a platform")
    fields = tuple(
        Field(**{**field, "values": tuple(field.get("values", ()))})
        for field in row.get("fields", ())
    )
    most_h, heavy = row.get("most_h", 0), row.get("heavy", False)
    return Sendable(code.code, code.zh, code.en, fields, most_h, heavy)


def ask(
    mn: str,
    command: Sendable,
    items: Sequence[tuple[str, str]],
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Ask for a command to be sent, with its log entry; the gate sends it once it is queued.

    Parameters
    ----------
    mn : str
    command : Sendable
    items : sequence of (str, str)
        Names and values, as the standard spells them.
    by : Actor
    now : datetime
    reason : str
    """
    asked_us = int(now.timestamp() * 1_000_000)
    body = {"mn": mn, "cn": command.cn, "items": [list(i) for i in items], "asked_us": asked_us}
    with transaction.atomic():
        after = {"cn": command.cn, **dict(items)}
        record(
            by=by, now=now, action="device.ask", kind="device", key=mn, before={}, after=after,
            reason=reason,
        )  # fmt: skip
        intend(kind=KIND, body=body, by=by, now=now, key=mn)
