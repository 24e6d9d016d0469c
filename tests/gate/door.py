"""A gate in a process of its own, a lake for it, and questions to its tables."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gate.independent import Message, pack, unpack
from lantian.gate.roll import roll_of
from lantian.gate.server import Limits, Server
from lantian.gate.writer import Writer
from lantian.lake.device import read_devices
from lantian.lake.enrol import enrol
from lantian.lake.fine import FineStore
from lantian.lake.store import Lake

STATIONS = "station,name,lon,lat\nS1,一号,116.1,40.1\nS2,二号,116.2,40.2\n"
DEVICES = (
    "mn,station,password,units,tolerance\n"
    "A1,S1,123456,a34004=ug/m3 a34002=ug/m3,field\n"
    "B2,S2,,a34004=mg/m3,strict\n"
)


def write(folder: Path, register: str, text: str) -> None:
    """Enrol a register's rows."""
    path = folder.parent / f"{register}.csv"
    path.write_text(text, encoding="utf-8")
    with Lake.open(folder) as lake:
        enrol(lake, register, path)


class Running:
    """A gate in a process of its own."""

    def __init__(
        self,
        folder: Path,
        *more: str,
        port: int = 0,
        host: str = "127.0.0.1",
        before: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.started = time.monotonic()
        words = ["gate", "serve", "--lake", str(folder), "--hj212", f"{host}:{port}", *more]
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "lantian.cli.main", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self.said: list[str] = []
        while not self.said or "listening" not in self.said[-1]:
            line = self.process.stdout.readline()
            assert line, f"the gate ended: {self.said}"
            self.said.append(line)
        self.up_s = time.monotonic() - self.started
        self.address = (host, int(self.said[-1].rpartition(":")[2]))
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        self.said.extend(self.process.stdout)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=10)

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal; return its status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=20)
        self._reader.join()
        self.process.stdout.close()
        return status


@contextmanager
def rows_of(folder: Path) -> Iterator[Callable[[str], list[Any]]]:
    """Ask the gate's tables, on a connection that has seen nothing before."""
    store = FineStore.open(folder)
    try:

        def ask(question: str) -> list[Any]:
            with store.ledger.read() as sql:
                return [tuple(row) for row in sql.execute(question).fetchall()]

        yield ask
    finally:
        store.close()


def eventually(true: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait until something is so; return what it gave."""
    until = time.monotonic() + seconds
    while True:
        found = true()
        if found or time.monotonic() > until:
            assert found, "it never came so"
            return found
        time.sleep(0.02)


def run_async(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine, with a limit: a test that hangs has failed."""

    async def limited() -> Any:
        async with asyncio.timeout(30):
            return await work()

    return asyncio.run(limited())


class Door:
    """A gate's door and writer in this process, without what a gate does by the clock."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        self.said: list[str] = []
        self._lines: list[Line] = []

    async def __aenter__(self) -> "Door":
        with Lake.open(self.folder) as lake:
            offsets = {s.station: s.offset_h for s in lake.roster().stations}
            roll = roll_of(read_devices(lake.ledger), offsets)
        self.store = FineStore.open(self.folder)
        self.writer = Writer(self.store, self.said.append)
        self.server = Server(self.writer, self.limits)
        self.server.roll = roll
        self.port = await self.server.listen("127.0.0.1", 0, None)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.close()
        await self.writer.close()
        self.store.close()
        for line in self._lines:
            line.writer.transport.abort()
            with suppress(ConnectionError):
                await line.writer.wait_closed()

    async def connect(self, *, receives: int = 0) -> "Line":
        """Connect as a monitor, whose system holds so many bytes that it has not fetched."""
        end = socket.socket()
        if receives:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        end.setblocking(False)
        await asyncio.get_running_loop().sock_connect(end, ("127.0.0.1", self.port))
        self._lines.append(Line(*await asyncio.open_connection(sock=end)))
        return self._lines[-1]


class Line:
    """A monitor's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> Message:
        return unpack(await self.reader.readuntil(b"\r\n"))

    async def ask(self, data: bytes) -> Message:
        await self.send(data)
        return await self.answer()

    async def ended(self) -> bool:
        """Whether the gate has closed its end; nothing more was to be read."""
        try:
            return await self.reader.read(1) == b""
        except ConnectionError:
            return True


def now_local(offset: timedelta = timedelta(0)) -> datetime:
    """Beijing time."""
    return datetime.now(UTC) + timedelta(hours=8) + offset


#: The moment of a test, so that frames of it never fall on each other's second.
MOMENT = [now_local()]


def real(number: object, *, mn: str = "A1", flag: int = 5, pw: str = "123456", n: int = 0) -> bytes:
    """A frame of real-time PM2.5, of so many seconds before the test began."""
    at = MOMENT[0] - timedelta(seconds=n)
    return pack(
        f"QN={at:%Y%m%d%H%M%S}{n % 1000:03d};ST=22;CN=2011;PW={pw};MN={mn};Flag={flag};"
        f"CP=&&DataTime={at:%Y%m%d%H%M%S};a34004-Rtd={number},a34004-Flag=N&&"
    )
