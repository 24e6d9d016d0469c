"""Speed of a desk: 50 readers at its pages, the cost of single pages, exports, memory.

    python benchmarks/desk.py [--seconds 30] [--only load,pages,exports,log,memory] [--keep DIR]

Makes 300 stations with years of hours, 5,000 sources and 500 people (kept in DIR for the next
time), starts a desk of two web processes, and prints figures beside their goals. The readers
share the machine with the desk. With PostgreSQL (LANTIAN_DATABASE_URL) measure the log alone:
a database holds one data folder, and the log has one of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from lantian.desk.site.entry import set_up
from lantian.desk.site.server import free_port

_HERE: Final = Path(__file__).parent
_PARTS: Final = ("load", "pages", "exports", "log", "memory")


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """A running desk: its host and port, and the process that started it."""
    host = f"127.0.0.1:{free_port('127.0.0.1')}"
    words = ["-P", "-m", "lantian.cli.main", "desk", "serve", "--dir", str(folder)]
    words += ["--port", host.partition(":")[2], "--processes", "2"]
    child = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    try:
        line = child.stdout.readline() if child.stdout else ""
        if host not in line:
            raise SystemExit(f"the desk did not start: {line}")
        yield host, child.pid
    finally:
        child.terminate()
        child.wait(30)


def readers(host: str, **options: float) -> dict:
    """What the process of readers measured."""
    words = [sys.executable, str(_HERE / "desk_load.py"), host]
    for name, value in options.items():
        words += [f"--{name}", str(value)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def show_load(found: dict, users: int, think: float) -> None:
    """Print what readers saw."""
    rate = found["requests"] / found["wall_s"]
    print(f"{users} readers, {think:g} s between pages: {rate:.0f} requests/s answered")
    print(f"  sign-in (argon2, one at a time, not timed below): {found['sign_in_ms']:.0f} ms")
    print(f"  {'page':<14}{'n':>6}{'p50':>8}{'p95':>8}{'max':>8}  ms")
    for name, (n, p50, p95, most) in sorted(found["pages"].items(), key=lambda kv: kv[1][2]):
        print(f"  {name:<14}{n:>6}{p50:>8.0f}{p95:>8.0f}{most:>8.0f}")
    faults = found["faults"]
    print(f"  p95 {found['pages']['all'][2]:.0f} ms (goal: 200), errors {len(faults)} (goal: 0)")
    for fault in faults[:5]:
        print(f"    {fault}")


def resident(parent: int) -> list[float]:
    """MB of memory of the web workers below a process, the largest two."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        below.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [parent]
    while waiting:
        pid = waiting.pop()
        waiting += below.get(pid, [])
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"granian" in words or b"multiprocessing" in words:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            found.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
    return sorted(found)[-2:]


def measure_memory(folder: Path) -> None:
    """Memory of the web processes after 1,000 views and after 10,000."""
    with serving(folder) as (host, pid):
        readers(host, users=8, seconds=0, think=0, least=1000)
        early = sum(resident(pid))
        readers(host, users=8, seconds=0, think=0, least=9000)
        late = sum(resident(pid))
    change = 100 * (late / early - 1)
    print(f"memory of both web processes: {early:.0f} MB after 1,000 views, {late:.0f} MB after")
    print(f"  10,000: {change:+.1f} % (goal: within 5)")


def main() -> None:
    """Make, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--think", type=float, default=1.0)
    parser.add_argument("--only", default=",".join(_PARTS))
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    parts = asked.only.split(",")
    if strange := set(parts) - set(_PARTS):
        parser.error(f"no part {sorted(strange)}; one of {', '.join(_PARTS)}")
    with tempfile.TemporaryDirectory() as name:
        folder = (asked.keep or Path(name)) / "data"
        start = time.perf_counter()
        folder.mkdir(parents=True, exist_ok=True)
        set_up(folder)
        # What follows imports tables of the desk, so it is loaded once the desk is set up.
        if parts != ["log"]:
            import_module("desk_data").make(folder)
            print(f"data folder ready after {time.perf_counter() - start:.0f} s")
        for part in ("pages", "exports", "log"):
            if part in parts:
                import_module(f"desk_{part}").measure(folder)
        if "load" in parts:
            with serving(folder) as (host, _):
                found = readers(host, users=asked.users, seconds=asked.seconds, think=asked.think)
                show_load(found, asked.users, asked.think)
        if "memory" in parts:
            measure_memory(folder)


if __name__ == "__main__":
    main()
