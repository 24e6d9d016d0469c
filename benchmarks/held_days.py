"""Speed of held days: refreshing them, reading them back, and how long a gate waits meanwhile.

    python benchmarks/held_days.py [--stations 300] [--months 36]

Prints, with the goals: the time to evaluate all station days of a lake and those of one more
hour; held days of a month (at most 15 ms) and a year (150 ms) of all stations and of one station's
year (5 ms), each by two rule sets, and the same year from the hours; the newest day of hours
(30 ms); and the longest time that another process takes to store an hour of all stations while
everything is refreshed (100 ms).
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lake import add, month_rows, timed
from lantian.evaluate.place import Member
from lantian.flows.held_days import held_days
from lantian.flows.level_days import STATION, lake_days
from lantian.flows.refresh import forget_days, refresh_days
from lantian.lake.enrol import enrol_rows
from lantian.lake.latest import latest_hours
from lantian.lake.part import month_hours
from lantian.lake.rows import Reading
from lantian.lake.store import Lake
from lantian.rules.ruleset import rule_set
from lantian.terms.period import parse_period

FIRST = 588  # January 2019, in months from 1970-01
YEAR, MONTH = parse_period("2019"), parse_period("2019-06")


def fill(lake: Lake, stations: int, months: int) -> None:
    """Load whole months as parts and two weeks as hot rows, with a roster of places."""
    names = [f"{1001 + s:04d}A" for s in range(stations)]
    places = [{"station": n, "place": f"P{i // 10}"} for i, n in enumerate(names)]
    enrol_rows(lake, "places", places)
    for month in range(FIRST, FIRST + months):
        add(lake, Reading(month_rows(stations, *month_hours(month), seed=month)), f"{month}")
    after, _ = month_hours(FIRST + months)
    for h in range(after, after + 14 * 24):
        add(lake, Reading(month_rows(stations, h, h + 1, seed=h)), f"hour {h}")


def measure_refresh(lake: Lake, stations: int, months: int) -> None:
    """Evaluate everything, then one more hour of all stations."""
    refresh_days(lake)  # compiles the kernels
    forget_days(lake)
    seconds = timed(lambda: refresh_days(lake))
    print(f"refresh of {stations} stations, {months} months and two weeks: {seconds:.2f} s")
    h = lake.span()[1] + 1
    add(lake, Reading(month_rows(stations, h, h + 1, seed=h)), "one more hour")
    print(f"refresh after one more hour: {timed(lambda: refresh_days(lake)) * 1e3:.0f} ms")


def measure_reading(lake: Lake) -> None:
    """Read held days back, by both rule sets."""
    stations = lake.stations()
    one = [Member(stations[0], stations[0], -(10**6), 10**6)]
    for name in ("HJ633-2012", "HJ633-2026"):
        rules = rule_set(name)
        show(f"{name}: month, stations", 15, lambda r=rules: held_days(lake, STATION, MONTH, r))
        show(f"{name}: month, cities", 15, lambda r=rules: held_days(lake, "city", MONTH, r))
        show(f"{name}: year, stations", 150, lambda r=rules: held_days(lake, STATION, YEAR, r))
        show(f"{name}: year, cities", 150, lambda r=rules: held_days(lake, "city", YEAR, r))
        show(
            f"{name}: year of one station",
            5,
            lambda r=rules: held_days(lake, "one", YEAR, r, members=one),
        )
        show(f"{name}: year from hours", None, lambda r=rules: lake_days(lake, STATION, YEAR, r))
    show("newest day of hours, hot rows", 30, lambda: latest_hours(lake, stations))
    in_parts, _ = month_hours(FIRST + 7)
    show("newest day of hours, in parts", 30, lambda: latest_hours(lake, stations, until=in_parts))


def show(what: str, goal_ms: int | None, work: Callable[[], object]) -> None:
    """Print the median and the worst of some runs."""
    work()
    times = [timed(work) * 1e3 for _ in range(9)]
    goal = "" if goal_ms is None else f" (goal: {goal_ms})"
    print(f"{what}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms{goal}")


def measure_gate(lake: Lake, stations: int) -> None:
    """Let another process store hours while everything is refreshed, again and again."""
    forget_days(lake)
    gate = subprocess.Popen(
        [sys.executable, __file__, "--stations", str(stations), "--gate", str(lake.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    gate.stdout.readline()
    while gate.poll() is None:
        forget_days(lake)
        refresh_days(lake)
    times = [float(word) for word in gate.stdout.read().split()]
    print(
        f"an hour of {stations} stations stored during refreshes: median "
        f"{statistics.median(times):.1f} ms, worst {max(times):.1f} ms of {len(times)} (goal: 100)"
    )


def be_gate(folder: Path, stations: int) -> None:
    """Store 200 hours, a little apart, and print the milliseconds of each."""
    with Lake.open(folder) as lake:
        h = lake.span()[1] + 1
        readings = [Reading(month_rows(stations, h + n, h + n + 1, seed=n)) for n in range(220)]
        times = []
        print("ready", flush=True)
        for n, reading in enumerate(readings):
            times.append(timed(lambda r=reading, n=n: add(lake, r, f"gate {n}")) * 1e3)
            time.sleep(0.03)
    print(*times[20:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=300)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--gate", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.gate:
        be_gate(arguments.gate, arguments.stations)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "lake"
        Lake.init(folder)
        with Lake.open(folder) as lake:
            fill(lake, arguments.stations, arguments.months)
            measure_refresh(lake, arguments.stations, arguments.months)
            measure_reading(lake)
            measure_gate(lake, arguments.stations)


if __name__ == "__main__":
    main()
