"""Opening the doors that a gate was started with, each with the streams declared for it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lantian.errors import BadSetting
from lantian.gate.doors.door import Door, Reception
from lantian.gate.doors.streams import DOORS, Stream

#: Words by which doors are known: in flags, files, and as the system of whom they heard.
NAMES: Final = ("mqtt", "drop", "http", "pull")


@dataclass(frozen=True, slots=True)
class Ways:
    """Which doors beside HJ 212 are to be opened."""

    mqtt: str | None = None
    drop: Path | None = None
    http: tuple[str, int] | None = None


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
    return ()


@dataclass(frozen=True, slots=True)
class Entrances:
    """The doors of a running gate, and where they hand in."""

    reception: Reception
    doors: Sequence[Door]

    async def open(self, say: Callable[[str], None]) -> None:
        """Open all of them."""
        for door in self.doors:
            say(await door.open())

    def run(self, stop: asyncio.Event) -> list[asyncio.Future[None]]:
        """Let all of them take messages until told to stop."""
        return [asyncio.ensure_future(door.run(stop)) for door in self.doors]
