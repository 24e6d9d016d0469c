"""One of two writers at once: `waiter.py DIR gate|desk WRITES`; it tells of each write.

The gate stores the newest hour of 300 stations, again and again; the desk changes the roster.
Neither pauses. Printed are, one write a line, in seconds: when it asked for the lake, when it
had it, when it gave it back; and at each of the three how long it had been kept off the
processors since it began, ready to run (Linux tells it), its server process included.
"""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from lantian.lake.enrol import enrol
from lantian.lake.ledger import Ledger
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.store import Lake
from lantian.terms.mark import Source

FIRST, STATIONS = 433_145, 300
NAMES = tuple(f"S{s:03d}" for s in range(STATIONS))
_writes = []
_write = Ledger.write
_processes = {os.getpid()}


def moment():
    """Now, and how long the processes stood ready without a processor."""
    delay = sum(
        int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1]) for pid in _processes
    )
    return time.perf_counter(), delay / 1e9


@contextmanager
def timed(ledger):
    asked = moment()
    with _write(ledger) as sql:
        had = moment()
        yield sql
    _writes.append((*asked, *had, *moment()))


def hours_of(number):
    """An hour of every station, and the hour before it once more."""
    station = np.repeat(np.arange(STATIONS, dtype=np.int32), 2)
    h = np.tile(np.array([FIRST + number - 1, FIRST + number], np.int32), STATIONS)
    values = np.tile(h - FIRST + 1, (6, 1))
    return Reading(Rows(HOUR, NAMES, station, h, values, np.zeros(values.shape, np.bool_)))


def gate(lake, number):
    lake.add(hours_of(number), source="gate", sha256=f"{number}", layout="", origin=Source.GATE)


def desk(lake, number):
    file = lake.folder / "stations.csv"
    file.write_text(f"station,name,lon,lat\n1001A,第{number}次,116.4,39.9\n", "utf-8")
    enrol(lake, "stations", file)


def main(folder, role, writes):
    work = {"gate": gate, "desk": desk}[role]
    Ledger.write = timed
    with Lake.open(Path(folder)) as lake:
        # The first of each compiles and opens what the others find ready.
        work(lake, 10_000)
        work(lake, 10_001)
        if os.environ.get("LANTIAN_DATABASE_URL"):
            with lake.ledger.read() as sql:
                _processes.add(sql.execute("SELECT pg_backend_pid()").fetchone()[0])
        print("ready", flush=True)
        sys.stdin.readline()
        _writes.clear()
        for number in range(writes):
            work(lake, number)
    for write in _writes:
        print(*write)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
