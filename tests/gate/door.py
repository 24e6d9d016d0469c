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
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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

    def __init__(self, folder: Path, *more: str, port: int = 0) -> None:
        self.folder = folder
        self.started = time.monotonic()
        words = ["gate", "serve", "--lake", str(folder), "--hj212", f"127.0.0.1:{port}", *more]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lantian.cli.main", *words],
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
        self.address = ("127.0.0.1", int(self.said[-1].rpartition(":")[2]))
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
