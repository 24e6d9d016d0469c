"""Doors in this process: a lake, a writer, a reception, and streams that a test declares."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gate.door import rows_of
from lantian.gate.doors.door import Door, Reception
from lantian.gate.doors.opening import Ways, doors_of
from lantian.gate.doors.streams import DOORS, load
from lantian.gate.roll import roll_of
from lantian.gate.writer import Writer
from lantian.lake.device import read_devices
from lantian.lake.fine import FineStore
from lantian.lake.store import Lake

READING = """
[reading]
span_s = 0
records = "rows"
[reading.source]
path = "id"
[reading.time]
paths = ["t"]
format = "unix_s"
[reading.factors]
a34004 = { path = "pm25", unit = "ug/m3" }
"""


def declare(folder: Path, name: str, text: str, reading: str = READING) -> None:
    """Declare a stream."""
    (folder / DOORS).mkdir(exist_ok=True)
    (folder / DOORS / f"{name}.toml").write_text(text + reading, "utf-8")


def now_t() -> int:
    return int(time.time())


def body(*rows: tuple[str, int, object]) -> bytes:
    """A message of rows: identity, time, PM2.5."""
    return json.dumps({"rows": [{"id": i, "t": t, "pm25": v} for i, t, v in rows]}).encode()


def stored(folder: Path) -> dict[tuple[str, int], int | None]:
    """PM2.5 in ug/m3 by identity and time, as it stands in the tables."""
    with rows_of(folder) as ask:
        found = [
            row
            for (day,) in ask("SELECT day FROM day WHERE kind = 'fine'")
            for row in ask(
                f"SELECT p.mn, f.t, f.value FROM fine_{day} f JOIN series s ON s.id = f.series "
                "JOIN source p ON p.id = s.source"
            )
        ]
    assert len({row[:2] for row in found}) == len(found)
    return {(mn, t): None if v is None else v // 1_000_000 for mn, t, v in found}


def faults(folder: Path) -> dict[tuple[str, str], int]:
    """How often what was wrong, by identity and cause."""
    with rows_of(folder) as ask:
        rows = ask(
            "SELECT s.mn, f.cause, SUM(f.count) FROM fault f JOIN source s ON s.id = f.source "
            "GROUP BY s.mn, f.cause"
        )
    return {(mn, cause): int(count) for mn, cause, count in rows}


class Inside:
    """The doors of a gate in this process."""

    def __init__(self, folder: Path, ways: Ways) -> None:
        self.folder = folder
        self.ways = ways
        self.said: list[str] = []
        self.stop = asyncio.Event()

    async def __aenter__(self) -> "Inside":
        with Lake.open(self.folder) as lake:
            roll = roll_of(read_devices(lake.ledger), {})
        streams = load(self.folder)
        self.store = FineStore.open(self.folder)
        self.writer = Writer(self.store, self.said.append)
        readers = {name: stream.reader for name, stream in streams.items()}
        self.reception = Reception(self.writer, readers)
        self.reception.roll = roll
        self.doors: list[Door] = [
            *doors_of(self.ways, streams, self.reception, self.folder, self.said.append)
        ]
        self.told = [await door.open() for door in self.doors]
        self.running = [asyncio.ensure_future(door.run(self.stop)) for door in self.doors]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await asyncio.gather(*self.running)
        await self.writer.close()
        self.store.close()

    @property
    def port(self) -> int:
        """Where HTTP is listened for."""
        return int(next(t for t in self.told if t.startswith("HTTP")).rpartition(":")[2])

    async def until(self, true: Callable[[], Any], seconds: float = 10) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            while not true():
                for door in self.running:
                    if door.done():
                        door.result()
                await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Broker:
    """A real mosquitto in a folder of its own, that can go and come back."""

    def __init__(self, folder: Path, program: str, *more: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        lines = (
            "user root",  # else, started as root, it could not enter the folder
            f"listener {self.port} 127.0.0.1",
            "persistence true",
            "max_queued_messages 0",  # else, of those for one that is away, 1,000 are kept
            f"persistence_location {folder}/",
            f"log_dest file {folder}/log",
            *(more or ("allow_anonymous true",)),
        )
        (folder / "conf").write_text("\n".join(lines) + "\n", "utf-8")
        self.start()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", str(self.folder / "conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 10
        while True:
            assert self._process.poll() is None, "mosquitto ended"
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert time.monotonic() < until
            time.sleep(0.02)

    def end(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(10)
            self._process = None


@contextmanager
def broker(folder: Path, *more: str) -> Iterator[Broker]:
    """A broker; where mosquitto is not installed a test is skipped, and fails where CI is set."""
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        reason = "mosquitto absent: apt-get install mosquitto"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    running = Broker(folder, program, *more)
    try:
        yield running
    finally:
        running.end(signal.SIGKILL)


def local(t: int) -> str:
    """Beijing time as text."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=t, hours=8)
    return f"{at:%Y-%m-%d %H:%M:%S}"
