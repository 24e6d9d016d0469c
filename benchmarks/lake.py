"""Speed of the lake as ratios in one run: CSV against DuckDB, blocks against pyarrow, batches.

    python benchmarks/lake.py [--stations 1800] [--rounds 3]

Prints, with the goals of the design: time of `lake add` of a wide CSV over DuckDB's time to read
the same CSV and write it as sorted zstd Parquet (at most 2); time of one month's block over
pyarrow's time to decode the same columns; the median time until an hour of all stations is
durable (at most 10 ms); and the time from a correction of an old month to its being read.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from lantian.flows.add import add_files
from lantian.lake.part import month_hours
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.store import Lake
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING, Source
from lantian.terms.pollutant import POLLUTANTS

MONTH = 593  # June 2019, in months from 1970-01
FIRST, AFTER = month_hours(MONTH)


def month_rows(stations: int, h_from: int, h_to: int, seed: int = 1) -> Rows:
    """Rows of all stations, by hour and station as archives give them, 3 % missing."""
    rng = np.random.default_rng(seed)
    hours = np.arange(h_from, h_to, dtype=np.int32)
    count = hours.size * stations
    values = (rng.gamma(3, 15, (6, count)).astype(np.int32) + 1) * 1000
    values[4] = rng.integers(1, 30, count) * 100
    values[rng.random(values.shape) < 0.03] = MISSING
    names = tuple(f"{1001 + s:04d}A" for s in range(stations))
    station = np.tile(np.arange(stations, dtype=np.int32), hours.size)
    return Rows(
        HOUR, names, station, np.repeat(hours, stations), values, np.zeros_like(values, bool)
    )


def write_wide_csv(rows: Rows, path: Path) -> None:
    """Write rows as the usual wide table."""
    stamps = [f"{local_end(h):%Y-%m-%d %H:%M:%S}" for h in range(FIRST, AFTER)]
    columns = {
        "time": pa.array(stamps).take(pa.array(rows.h - FIRST)),
        "site": pa.array(rows.names).take(pa.array(rows.station)),
    }
    for pollutant, values in zip(POLLUTANTS, rows.values, strict=True):
        there = values != MISSING
        shown = values / 1000 if pollutant.key == "co" else values // 1000
        columns[pollutant.symbol] = pa.array(shown, mask=~there)
    pacsv.write_csv(pa.table(columns), path, pacsv.WriteOptions(quoting_style="none"))


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def by_duckdb(file: Path, out: Path) -> None:
    """Read the CSV and write it as Parquet: zstd, sorted by station and time."""
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{file}') ORDER BY site, time) "
            f"TO '{out}' (FORMAT parquet, COMPRESSION zstd)"
        )


def by_lake(file: Path, folder: Path) -> None:
    """Make a lake and add the CSV."""
    Lake.init(folder)
    with Lake.open(folder) as lake:
        added = add_files(lake, [file], progress=lambda _: None)
        if added.bad or added.reports[0].quarantined:
            sys.exit(f"not all rows were taken: {added}")


def measure_load(rows: Rows, folder: Path, rounds: int) -> None:
    """Load a wide CSV both ways."""
    file = folder / "wide.csv"
    write_wide_csv(rows, file)
    ours, theirs = [], []
    by_lake(file, folder / "warm")  # compiles the kernels
    for n in range(rounds):
        theirs.append(timed(lambda n=n: by_duckdb(file, folder / f"{n}.parquet")))
        ours.append(timed(lambda n=n: by_lake(file, folder / f"lake{n}")))
    size = file.stat().st_size / 1e6
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"wide CSV, {len(rows):,} rows, {size:.0f} MB: lake add {a:.2f} s, DuckDB {b:.2f} s")
    print(f"  ratio {a / b:.2f} (goal: at most 2)")


def measure_block(folder: Path, rounds: int) -> None:
    """Read one month of all stations as a block, and its file by pyarrow alone."""
    columns = ["station", "h", *HOUR.columns]
    with Lake.open(folder) as lake:
        stations = lake.stations()
        (part,) = lake.folder.rglob("*.parquet")
        buffer = lake.block(stations, FIRST, AFTER)
        ours, theirs = [], []
        for _ in range(rounds * 3):
            theirs.append(
                timed(lambda: pq.read_table(part, columns=columns, read_dictionary=["station"]))
            )
            ours.append(timed(lambda: lake.block(stations, FIRST, AFTER, out=buffer)))
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"block of a month, {len(stations)} stations: {a * 1e3:.0f} ms, decode {b * 1e3:.0f} ms")
    print(f"  ratio {a / b:.2f}")


def measure_batches(folder: Path, stations: int) -> None:
    """Add an hour of all stations, again and again; then correct one old value and read it."""
    with Lake.open(folder) as lake:
        times = []
        for n in range(100):
            reading = Reading(month_rows(stations, AFTER + n, AFTER + n + 1, seed=n))
            times.append(timed(lambda r=reading, n=n: add(lake, r, f"hour {n}")))
        print(
            f"hourly batch of {stations} stations, durable: median "
            f"{statistics.median(times) * 1e3:.1f} ms, worst {max(times) * 1e3:.1f} ms (goal: 10)"
        )
        one = month_rows(1, FIRST, FIRST + 1)
        corrected = replace(one, values=np.full_like(one.values, 77_000))
        visible = timed(lambda: add(lake, Reading(corrected), "correction"))
        seen = lake.block(one.names, FIRST, FIRST + 1)
        if not (seen == 77_000).all():
            sys.exit("the correction is not visible")
        print(f"correction of an old month: visible after {visible * 1e3:.1f} ms")


def add(lake: Lake, reading: Reading, name: str) -> None:
    """Add one reading under its own name."""
    lake.add(reading, source=name, sha256=name, layout="", origin=Source.REALTIME_FILE)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=1800)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure_load(month_rows(asked.stations, FIRST, AFTER), folder, asked.rounds)
        measure_block(folder / "warm", asked.rounds)
        measure_batches(folder / "warm", asked.stations)


if __name__ == "__main__":
    main()
