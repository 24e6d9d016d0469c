"""Speed of the gate: many monitors at once, each waiting until its values are durable.

    python benchmarks/gate.py [--connections 1000] [--seconds 600] [--rate 10000] [--burst 30]
                              [--only load,burst,compaction,latest,peer] [--rows N]

Starts a gate on a new folder (PostgreSQL where LANTIAN_DATABASE_URL says so), and sends from the
same machine: frames of 40 values, of 2005, 2017 and 2025, `rate` values a second in all, then ten
times that for `burst` seconds. Prints what was answered, how long it took, the memory of the
gate, and what the tables hold; beside it the peer: one SQLite commit for each frame. `compaction`
tidies old values and frames beside such a load; `latest` asks a store of 50 million rows.
"""

import argparse
import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gate_store
from lantian.hj212.packet import compose, encode
from lantian.lake.enrol import enrol_rows
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.store import Lake

_VALUES = 40
_FLAGS = (1, 5, 9)
_FACTORS = [f"a{34000 + n}" for n in range(_VALUES)]


class Monitor:
    """One connection that sends frames on a beat and notes when each is answered."""

    def __init__(self, number: int) -> None:
        self.mn = f"BENCH{number:05d}"
        self.flag = _FLAGS[number % 3]
        self.sent: dict[bytes, float] = {}
        self.times: list[float] = []
        self.stamp = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=-40)

    def frame(self) -> tuple[bytes, bytes]:
        self.stamp += timedelta(seconds=1)
        now = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=8)
        qn = f"{now:%Y%m%d%H%M%S}{self.stamp.second * 10 + self.stamp.minute % 10:03d}"
        items = [[("DataTime", f"{self.stamp:%Y%m%d%H%M%S}")]]
        items += [
            [(f"{f}-Rtd", f"{(self.stamp.second * 7 + n) % 97}")] for n, f in enumerate(_FACTORS)
        ]
        fields = {"QN": qn, "ST": "22", "CN": "2011", "PW": "123456", "MN": self.mn}
        return qn.encode(), encode(compose({**fields, "Flag": str(self.flag)}, items))

    async def run(self, port: int, every_s: float, until: float, late: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        hear = asyncio.create_task(self._hear(reader))
        at = time.perf_counter() + late
        while at < until:
            await asyncio.sleep(max(at - time.perf_counter(), 0))
            qn, frame = self.frame()
            self.sent[qn] = time.perf_counter()
            writer.write(frame)
            await writer.drain()
            at += every_s
        for _ in range(600):
            if not self.sent:
                break
            await asyncio.sleep(0.1)
        hear.cancel()
        writer.close()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            qn = line[9:26]
            started = self.sent.pop(qn, None)
            if started is not None:
                self.times.append(time.perf_counter() - started)


async def load(port: int, monitors: list[Monitor], rate: float, seconds: float) -> None:
    every_s = len(monitors) * _VALUES / rate
    until = time.perf_counter() + seconds
    tasks = (
        m.run(port, every_s, until, every_s * n / len(monitors)) for n, m in enumerate(monitors)
    )
    await asyncio.gather(*tasks)


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def show(name: str, monitors: list[Monitor], seconds: float, pid: int) -> None:
    times = sorted(t for m in monitors for t in m.times)
    left = sum(len(m.sent) for m in monitors)
    p50, p99 = (times[int(len(times) * q)] * 1000 for q in (0.5, 0.99))
    print(
        f"{name}: {len(times) * _VALUES / seconds:,.0f} values/s answered, p50 {p50:.0f} ms, "
        f"p99 {p99:.0f} ms, longest {times[-1] * 1000:.0f} ms, unanswered {left}, "
        f"gate {memory_mb(pid):.0f} MB",
        flush=True,
    )
    for monitor in monitors:
        monitor.times.clear()


def start(folder: Path) -> tuple[subprocess.Popen[str], int]:
    words = ["gate", "serve", "--lake", str(folder), "--hj212", "127.0.0.1:0"]
    gate = subprocess.Popen(
        [sys.executable, "-P", "-m", "lantian.cli.main", *words], stdout=subprocess.PIPE, text=True
    )
    line = gate.stdout.readline() if gate.stdout else ""
    return gate, int(line.rpartition(":")[2])


def peer(seconds: float = 5.0) -> float:
    """Values a second of one SQLite commit for each frame, fully durable."""
    with tempfile.TemporaryDirectory() as folder:
        sql = sqlite3.connect(Path(folder, "peer.sqlite"), isolation_level=None)
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("PRAGMA synchronous = FULL")
        sql.execute(
            "CREATE TABLE v (s INTEGER, t INTEGER, x REAL, PRIMARY KEY (s, t)) WITHOUT ROWID"
        )
        frames, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            sql.execute("BEGIN")
            sql.executemany(
                "INSERT INTO v VALUES (?, ?, 1.5)", [(n, frames) for n in range(_VALUES)]
            )
            sql.execute("COMMIT")
            frames += 1
        sql.close()
        return frames * _VALUES / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=10_000)
    parser.add_argument("--burst", type=float, default=30)
    parser.add_argument("--rows", type=int, default=0, help="old values of the store")
    parser.add_argument("--only", default="load,burst,compaction,latest,peer")
    arguments = parser.parse_args()
    only = set(arguments.only.split(","))
    if "latest" in only:
        latest(arguments.rows or 50_000_000)
    if only & {"load", "burst"}:
        load_and_burst(arguments, only)
    if "compaction" in only:
        compaction(arguments)
    if "peer" in only and "LANTIAN_DATABASE_URL" not in os.environ:
        print(f"peer, a SQLite commit for each frame: {peer():,.0f} values/s")


def latest(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Lake.init(folder)
        done = gate_store.fill(folder, rows, int(time.time()) // gate_store.DAY_S - 1, newest=True)
        gate_store.ask_latest(folder, done)


def monitors_in(folder: Path, connections: int) -> list[Monitor]:
    """Make a lake that knows so many monitors."""
    monitors = [Monitor(n) for n in range(connections)]
    Lake.init(folder)
    rows = [{"mn": m.mn, "station": m.mn, "password": "123456"} for m in monitors]
    with Lake.open(folder) as lake:
        enrol_rows(lake, "devices", rows)
    return monitors


def compaction(arguments: argparse.Namespace) -> None:
    """A day of old values and one of old frames are tidied beside a load."""
    today = int(time.time()) // gate_store.DAY_S
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monitors = monitors_in(folder, arguments.connections)
        gate_store.fill_frames(folder, 50_000, today - 50)
        rows = gate_store.fill(folder, arguments.rows or 2_000_000, today - 40, newest=False)
        (folder / "retention.toml").write_text("[frames]\ndays = 45\n", "utf-8")
        print(f"compaction: {rows:,} old values, 50,000 old frames", flush=True)
        gate, port = start(folder)
        try:
            for alone in (True, False):
                asyncio.run(beside(folder, port, monitors, arguments, alone=alone))
                what = "steady, alone" if alone else "steady, tidied beside"
                show(what, monitors, arguments.seconds, gate.pid)
        finally:
            gate.terminate()
            gate.wait(60)


async def beside(
    folder: Path, port: int, monitors: list[Monitor], arguments: argparse.Namespace, *, alone: bool
) -> None:
    """Send a load, and tidy meanwhile unless `alone`."""
    loading = asyncio.create_task(load(port, monitors, arguments.rate, arguments.seconds))
    if not alone:
        await asyncio.sleep(2)
        print(await asyncio.to_thread(gate_store.tidy_beside, folder), flush=True)
    await loading


def load_and_burst(arguments: argparse.Namespace, only: set[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monitors = monitors_in(folder, arguments.connections)
        gate, port = start(folder)
        try:
            for part in range(4 if "load" in only else 0):
                seconds = arguments.seconds / 4
                asyncio.run(load(port, monitors, arguments.rate, seconds))
                show(f"steady {part + 1}/4", monitors, seconds, gate.pid)
            if "burst" in only and arguments.burst:
                begun = time.perf_counter()
                asyncio.run(load(port, monitors, arguments.rate * 10, arguments.burst))
                show("burst", monitors, time.perf_counter() - begun, gate.pid)
        finally:
            gate.terminate()
            gate.wait(60)
        ledger = GateLedger.open(folder, busy_s=5)
        frames = sum(
            ledger.sql.execute(f"SELECT COUNT(*) FROM frame_{day}").fetchone()[0]
            for day in ledger.days("frame")
        )
        values = sum(
            ledger.sql.execute(f"SELECT COUNT(*) FROM fine_{day}").fetchone()[0]
            for day in ledger.days("fine")
        )
        faults = ledger.sql.execute("SELECT cause, SUM(count) FROM fault GROUP BY cause").fetchall()
        ledger.close()
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        print(f"stored: {frames:,} frames, {values:,} values, {size / 1e6:.0f} MB; faults {faults}")


if __name__ == "__main__":
    main()
