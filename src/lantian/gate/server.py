"""The gate's door for HJ 212 over TCP: three versions on one port, answered once kept."""

import asyncio
import socket
import ssl
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from lantian.gate.asking import set_time
from lantian.gate.clock import Clock
from lantian.gate.commander import Commander
from lantian.gate.hearing import PASSWORD, hear
from lantian.gate.roll import Roll
from lantian.gate.writer import Writer
from lantian.hj212.stream import Lost, Splitter
from lantian.lake.commands import Command
from lantian.lake.said import Said

_READ: Final = 65_536
#: Answers that a device does not fetch: it is let go before they fill the memory.
_UNREAD: Final = 262_144
#: A whole frame waits so long for its line end.
_LINE_END_S: Final = 1.0
#: How long a silent connection may send at once what it did not before.
_BURST_S: Final = 60.0
#: After a minute without a byte, the line is tried every 20 s, three times.
_ALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 20),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)
#: Notice of a monitor that wants its clock to be set.
_TIME_WANTED: Final = "1013"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one address and one connection may take up.

    Attributes
    ----------
    connections, of_address : int
        Open at once, in all and from one address.
    silent_s : float
        A connection that sends nothing for so long is closed.
    frames_s : float
        Frames a second that one connection may send in the long run; more wait.
    wrong_s : float
        After a wrong password a connection is heard no more for so long.
    """

    connections: int = 5_000
    of_address: int = 2_000
    silent_s: float = 7_200.0
    frames_s: float = 200.0
    wrong_s: float = 1.0


@dataclass(slots=True)
class Doors:
    """What the connections have done since the start."""

    opened: int = 0
    refused: int = 0
    slowed: int = 0
    #: Wrong passwords by address.
    wrong: Counter[str] = field(default_factory=Counter)
    #: How far the machine's clock has jumped from the gate's, seconds.
    clock_off_s: float = 0.0
    open: Counter[str] = field(default_factory=Counter)


class Server:
    """Listens for monitors.

    Parameters
    ----------
    writer : Writer
    limits : Limits
    clock : Clock, optional
    """

    def __init__(self, writer: Writer, limits: Limits, clock: Clock | None = None) -> None:
        self.roll = Roll()
        self.doors = Doors()
        self.clock = clock or Clock()
        self.commander = Commander(self.clock)
        #: Commands that monitors asked for, for whoever queues them.
        self.asked: list[Command] = []
        self._writer = writer
        self._limits = limits
        self._at: list[asyncio.Server] = []
        self._with: set[asyncio.StreamWriter] = set()

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Open the door; return the port, which for 0 the system chose."""
        server = await asyncio.start_server(self._meet, host, port, ssl=tls, backlog=1024)
        self._at.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Close the door and let all go."""
        for server in self._at:
            server.close()
        for writer in list(self._with):
            writer.transport.abort()  # one that fetches nothing would never let itself be closed
        for server in self._at:
            await server.wait_closed()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str(writer.get_extra_info("peername")[0])
        doors = self.doors
        if (
            doors.open.total() >= self._limits.connections
            or doors.open[peer] >= self._limits.of_address
        ):
            doors.refused += 1
            writer.close()
            return
        _keep_alive(writer)
        doors.opened += 1
        doors.open[peer] += 1
        self._with.add(writer)
        try:
            await self._listen_to(reader, writer, peer)
        except (ConnectionError, TimeoutError, ssl.SSLError):
            pass  # the monitor went; what it was not answered it sends again
        finally:
            self._with.discard(writer)
            self.commander.forget(writer)
            doors.open[peer] -= 1
            if not doors.open[peer]:
                del doors.open[peer]
            writer.close()

    async def _listen_to(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        splitter = Splitter()
        frames, since = 0, time.monotonic()
        while (pieces := await self._read(reader, splitter)) is not None:
            for piece in pieces:
                await self._take(piece, writer, peer)
                frames += 1
            ahead_s = frames / self._limits.frames_s - (time.monotonic() - since) - 1.0
            if ahead_s > 0:
                self.doors.slowed += 1
                await asyncio.sleep(ahead_s)
            elif ahead_s < -_BURST_S:  # what was saved up is not kept for ever
                frames, since = 0, time.monotonic()
            if writer.transport.get_write_buffer_size() > _UNREAD:
                writer.transport.abort()  # closing would wait until it is fetched
                return
        for piece in splitter.flush():
            await self._take(piece, writer, peer)

    async def _read(
        self, reader: asyncio.StreamReader, splitter: Splitter
    ) -> list[bytes | Lost] | None:
        """What came next; None at the end. Some monitors send no line end, then wait."""
        lingers = splitter.lacks_end
        try:
            data = await asyncio.wait_for(
                reader.read(_READ), _LINE_END_S if lingers else self._limits.silent_s
            )
        except TimeoutError:
            if not lingers:
                raise
            return splitter.flush()
        return splitter.feed(data) if data else None

    async def _take(self, piece: bytes | Lost, writer: asyncio.StreamWriter, peer: str) -> None:
        received_us = self.clock.now_us()
        if isinstance(piece, Lost):
            await self._writer.keep(Said("", b"", received_us, peer, cause=piece.fault.value))
            return
        heard = hear(piece, peer=peer, received_us=received_us, roll=self.roll)
        if heard.packet is not None:
            self.commander.hear(heard.packet, writer)
            self.clock.hear(heard.said.mn, heard.said.clock_ms)
            if heard.packet.cn == _TIME_WANTED:
                mn, qn = heard.packet.mn, heard.packet.qn
                self.asked.append(set_time(mn, qn, now_s=received_us // 1_000_000))
        done = await self._writer.keep(heard.said)
        if heard.said.cause == PASSWORD:
            self.doors.wrong[peer] += 1
            await asyncio.sleep(self._limits.wrong_s)
        if heard.reply:
            done.add_done_callback(lambda kept: _answer(kept, writer, heard.reply))


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Let the system notice within two minutes that the other end of a cut line is gone."""
    line = writer.get_extra_info("socket")
    for level, option, value in _ALIVE:
        line.setsockopt(level, option, value)


def _answer(kept: asyncio.Future[None], writer: asyncio.StreamWriter, reply: bytes) -> None:
    if not kept.cancelled() and not writer.is_closing():
        writer.write(reply)
