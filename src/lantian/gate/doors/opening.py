"""Opening the doors that a gate was started with, each with the streams declared for it."""

import asyncio
import hashlib
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lantian.errors import BadSetting
from lantian.gate.doors.door import Door, Reception
from lantian.gate.doors.folder import Files, FolderDoor
from lantian.gate.doors.mqtt import MqttDoor, Topics, broker_of
from lantian.gate.doors.puller import PullDoor
from lantian.gate.doors.push import Push, PushDoor
from lantian.gate.doors.request import Pull
from lantian.gate.doors.streams import Stream

#: Settings of a stream by the word of its door, which is also its flag's, its table's, and the
#: system of whom it heard.
SETTINGS: Final[Mapping[str, type]] = {"mqtt": Topics, "drop": Files, "http": Push, "pull": Pull}
NAMES: Final = tuple(SETTINGS)


@dataclass(frozen=True, slots=True)
class Ways:
    """Which doors beside HJ 212 are to be opened; the one that fetches needs no address."""

    mqtt: str | None = None
    drop: Path | None = None
    http: tuple[str, int] | None = None
    tls: ssl.SSLContext | None = None


def doors_of(
    ways: Ways,
    streams: Mapping[str, Stream],
    reception: Reception,
    folder: Path,
    say: Callable[[str], None],
) -> Sequence[Door]:
    """Make the doors; a stream whose door stays shut is said.

    Raises
    ------
    BadSetting
        If a door has no stream, or a stream's settings of it are wrong.
    """
    for stream in streams.values():
        settings_of(stream)
    doors: list[Door] = []
    if ways.mqtt is not None:
        # The broker keeps a session for each name: it must be the same after a new start.
        client = f"lantian-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
        topics = _of("mqtt", Topics, streams)
        doors.append(MqttDoor(broker_of(ways.mqtt, client), topics, reception, say))
    if ways.drop is not None:
        doors.append(FolderDoor(ways.drop, _of("drop", Files, streams), reception, say))
    if ways.http is not None:
        doors.append(PushDoor(ways.http, ways.tls, _of("http", Push, streams), reception))
    if any(stream.door == "pull" for stream in streams.values()):
        doors.append(PullDoor(folder, _of("pull", Pull, streams), reception, say))
    opened = {door.name for door in doors}
    for stream in streams.values():
        if stream.door not in opened:
            say(f"{stream.where}: 未打开 / not opened: --{stream.door}")
    return doors


def settings_of(stream: Stream) -> object:
    """Settings of a stream as its door needs them.

    Raises
    ------
    BadSetting
        Naming file, key and what to do.
    """
    if stream.door not in SETTINGS:
        raise BadSetting(
            f"door = {stream.door!r}", where=stream.where, fix=f"one of: {', '.join(NAMES)}"
        )
    return stream.settings_as(SETTINGS[stream.door])


def _of[T](door: str, shape: type[T], streams: Mapping[str, Stream]) -> dict[str, T]:
    """Settings of a door's streams; a door without any would take nothing."""
    found = {n: s.settings_as(shape) for n, s in streams.items() if s.door == door}
    if not found:
        raise BadSetting(
            f'没有声明 / no stream is declared: door = "{door}"',
            where=f"--{door}",
            fix="写 / write DIR/doors/NAME.toml (docs/doors.md)",
        )
    return found


@dataclass(frozen=True, slots=True)
class Entrances:
    """The doors of a running gate, and where they hand in."""

    reception: Reception
    doors: Sequence[Door]

    async def open(self, say: Callable[[str], None]) -> None:
        """Open all of them."""
        for door in self.doors:
            say(f"入口 / door: {await door.open()}")

    def run(self, stop: asyncio.Event) -> list[asyncio.Future[None]]:
        """Let all of them take messages until told to stop."""
        return [asyncio.ensure_future(door.run(stop)) for door in self.doors]
