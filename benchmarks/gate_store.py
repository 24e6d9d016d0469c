"""A store with many old values: tidied beside a load, and asked for its newest values."""

import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from lantian.lake.fine import FineStore
from lantian.lake.gate_ledger import GateLedger, Row
from lantian.lake.gate_tables import FINE_COLUMNS
from lantian.lake.said import Said, Value

DAY_S = 86_400
#: Series of a store: 50 monitors with 40 factors each.
MONITORS, FACTORS = 50, 40
_HOLD = re.compile(r"longest hold (\d+) ms \(CPU (\d+) ms\)")
_DONE = re.compile(r"(\d+) 行入档 .*?, (\d+) 天.* (\d+) 次写入")


def fill(folder: Path, rows: int, last_day: int, *, newest: bool) -> int:
    """Put values of a minute each into days up to one; return how many there are.

    With `newest` the last minute of each series is also its newest value, as the gate notes it.
    """
    store = FineStore.open(folder)
    keys = _name(store, last_day * DAY_S)
    series = [store.ledger.series[key] for key in keys]
    days = -(-rows // (len(series) * DAY_S // 60))
    done = 0
    for day in range(last_day - days + 1, last_day + 1):
        with store.ledger.write():
            store.ledger.make_day("fine", day)
        found = _rows(series, day * DAY_S, day == last_day)
        done += _insert(store.ledger, folder, day, found)
    if newest:
        with store.ledger.write():
            store.ledger.insert(
                f"latest ({FINE_COLUMNS})",
                [(s, (last_day + 1) * DAY_S, s * 1000, None, None, "N", 4096) for s in series],
                "ON CONFLICT (series) DO UPDATE SET t = excluded.t, value = excluded.value",
            )
    store.close()
    return done


def _name(store: FineStore, t: int) -> list[tuple[int, str, str, int]]:
    values = [Value(f"f{n:02d}", "", 60, t, 1, None, None, "N") for n in range(FACTORS)]
    for n in range(MONITORS):
        mn = f"OLD{n:02d}"
        store.keep([Said(mn, mn.encode(), t * 1_000_000, "", values=tuple(values))])
    return sorted(store.ledger.series)


def _rows(series: list[int], start: int, last: bool) -> list[list[Row]]:  # noqa: FBT001
    return [
        [
            (s, start + 60 * m, (s * 7 + m * 13) % 997 * 1000, None, None, "N", 4096 + m)
            for m in range(1, 1441 if not last else 1440)
        ]
        for s in series
    ]


def _insert(ledger: GateLedger, folder: Path, day: int, found: list[list[Row]]) -> int:
    file = folder / "gate.sqlite"
    if not file.is_file():
        for some in found:
            with ledger.write():
                ledger.insert(f"fine_{day} ({FINE_COLUMNS})", some, "ON CONFLICT DO NOTHING")
        return sum(map(len, found))
    sql = sqlite3.connect(file, isolation_level=None)
    sql.execute("PRAGMA synchronous = OFF")
    sql.execute("PRAGMA cache_size = -200000")
    sql.execute("BEGIN IMMEDIATE")
    for some in found:
        sql.executemany(f"INSERT OR IGNORE INTO fine_{day} VALUES (?, ?, ?, ?, ?, ?, ?)", some)
    sql.execute("COMMIT")
    sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sql.close()
    return sum(map(len, found))


def fill_frames(folder: Path, frames: int, day: int) -> None:
    """Keep so many small frames of a day, a thousand to a group."""
    store = FineStore.open(folder)
    for start in range(0, frames, 1000):
        at_us = (day * DAY_S + start // 10) * 1_000_000
        store.keep([Said("OLD00", b"##%d" % n, at_us, "") for n in range(start, start + 1000)])
    store.close()


def tidy_beside(folder: Path) -> str:
    """Tidy as the command does; return what it did and how long it took."""
    begun = time.perf_counter()
    words = ["-P", "-m", "lantian.cli.main", "gate", "tidy", str(folder)]
    done = subprocess.run(
        [sys.executable, *words], check=True, capture_output=True, text=True
    ).stdout
    what, hold = _DONE.search(done), _HOLD.search(done)
    if what is None or hold is None:
        raise RuntimeError(done)
    return (
        f"tidy: {int(what[1]):,} values into files, {what[2]} days of frames let go, "
        f"{what[3]} writes, longest hold of the lock {hold[1]} ms (goal 50), of processor "
        f"time {hold[2]} ms, {time.perf_counter() - begun:.0f} s"
    )


def ask_latest(folder: Path, rows: int) -> None:
    """Time the question for the newest value of every series."""
    ledger = GateLedger.open(folder, busy_s=5)
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        with ledger.read() as sql:
            found = sql.execute(
                "SELECT p.mn, s.factor, s.kind, s.span_s, l.t, l.value, l.flag FROM latest l "
                "JOIN series s ON s.id = l.series JOIN source p ON p.id = s.source"
            ).fetchall()
        times.append(time.perf_counter() - begun)
    ledger.close()
    print(
        f"latest: {len(found):,} values out of {rows:,} rows, first {times[0] * 1000:.1f} ms, "
        f"warm {sorted(times[1:])[9] * 1000:.1f} ms, slowest {max(times[1:]) * 1000:.1f} ms "
        "(goal 50)",
        flush=True,
    )
