"""What a door is: it takes messages, and acknowledges each only once it is kept.

A door moves bytes. What they mean a reader says, which the stream's file declares; the same
reader serves whichever door. So a new way in is a new door, a new kind of message is a new
reader, and neither knows of the other.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from lantian.gate.doors.message import (
    LARGE,
    MOST_BYTES,
    STREAM,
    BadMessage,
    Message,
    Told,
    refused,
    said_of,
    unwrap,
)
from lantian.gate.hearing import hear as hear_frame
from lantian.gate.roll import Roll
from lantian.gate.writer import Writer
from lantian.lake.said import Said


class Reader(Protocol):
    """Reads the messages of one stream; it knows no device, no clock and no table."""

    def read(self, message: Message) -> tuple[list[Told], list[str]]:
        """Return what a message says of each source, and notes of what was wrong in it.

        Raises
        ------
        BadMessage
            If nothing of it can be read.
        """


@runtime_checkable
class Sparing(Protocol):
    """A reader of messages that hold more than may be kept, as plates of vehicles."""

    def spared(self, message: Message) -> Message:
        """Return the message with no more than is read; nothing else of it is kept."""


class Door(Protocol):
    """One way in; it is opened, runs until it is told to stop, and then holds nothing."""

    @property
    def name(self) -> str:
        """Its name: `mqtt`, `drop`, `http`, `pull` …"""

    async def open(self) -> str:
        """Open it; return what to tell the operator.

        Raises
        ------
        OSError
            If it cannot be opened, as where a port is taken.
        """

    async def run(self, stop: asyncio.Event) -> None:
        """Take messages until told to stop; what fails for a while is tried again, and said."""


class Heard(NamedTuple):
    """What became of a message: its frames, why nothing of it was taken, what was odd."""

    said: Sequence[Said]
    problem: BadMessage | None
    notes: Sequence[str]


class Taken(NamedTuple):
    """A message on its way to the disk: `done` is done once all of it is kept."""

    done: asyncio.Future[None]
    heard: Heard


def hear(message: Message, readers: Mapping[str, Reader], roll: Roll) -> Heard:
    """Read a message and judge what of it counts; whatever it is, something is to be kept."""
    try:
        if len(message.body) > MOST_BYTES:
            raise BadMessage(
                LARGE,
                f"报文过长 / the message is too long: {len(message.body)} bytes",
                where=f"{message.stream} {message.origin}",
                fix=f"每条至多 / at most {MOST_BYTES} bytes",
            )
        if message.stream not in readers:
            raise BadMessage(
                STREAM,
                f"没有声明 / no stream is declared as {message.stream!r}",
                where=f"doors/{message.stream}.toml",
                fix="放回该文件 / put the file back",
            )
        reader = readers[message.stream]
        if isinstance(reader, Sparing):
            message = reader.spared(message)
        told, notes = reader.read(message)
    except BadMessage as problem:
        return Heard((refused(message, problem.cause),), problem, ())
    said = said_of(message, told, roll)
    return Heard(said or (refused(message, ""),), None, notes)


def hear_kept(
    raw: bytes, received_us: int, readers: Mapping[str, Reader], roll: Roll
) -> Sequence[Said]:
    """Hear again what is kept, whichever way it came: of HJ 212 one frame, of a message several.

    Examples
    --------
    >>> hear_kept(b"##0001A7080", 0, {}, Roll())[0].cause
    'structure'
    """
    message = unwrap(raw, received_us)
    if message is None:
        return (hear_frame(raw, peer="", received_us=received_us, roll=roll).said,)
    return hear(message, readers, roll).said


class Reception:
    """Where all doors hand in: reads their messages and has them kept by the one writer.

    Parameters
    ----------
    writer : Writer
    readers : mapping of str to Reader
        By name of the stream.

    Attributes
    ----------
    roll : Roll
        Whom the gate knows; whoever looks at the roster sets it anew.
    counts : Counter
        By door, stream and what became: `message`, `source`, `value`, or a cause.
    """

    def __init__(self, writer: Writer, readers: Mapping[str, Reader]) -> None:
        self.roll = Roll()
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self._writer = writer
        self._readers = readers

    async def take(self, message: Message) -> Taken:
        """Hand in a message; wait while there is no room.

        The door acknowledges it to its sender when `done` is, and not before: what was not
        acknowledged comes again, and is then the same frame, which is kept once.
        """
        heard = await asyncio.to_thread(hear, message, self._readers, self.roll)
        kept = [await self._writer.keep(said) for said in heard.said]
        self._count(message, heard)
        return Taken(asyncio.ensure_future(_all(kept)), heard)

    def _count(self, message: Message, heard: Heard) -> None:
        key = (message.door, message.stream)
        self.counts[(*key, "message")] += 1
        for said in heard.said:
            self.counts[(*key, "value")] += len(said.values)
            for cause in (said.cause or "source", *said.faults):
                self.counts[(*key, cause)] += 1


async def _all(kept: Sequence[asyncio.Future[None]]) -> None:
    for each in kept:
        await each
