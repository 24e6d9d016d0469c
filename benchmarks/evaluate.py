"""Parquet to ranked table: Lantian against the physical floor and against plain pandas.

    python benchmarks/evaluate.py [--years 10] [--folder DIR]

1,800 stations × 8,760 h × 6 pollutants a year, a zstd Parquet part for each month. The floor
decodes the same columns of the same parts on two threads and passes once over the bytes. All
figures are ratios of one run, caches and compiled kernels warm.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

import pandas_peer
import synthetic
from lantian.evaluate.ranking import UNRANKED
from lantian.flows.level_days import lake_days
from lantian.flows.rank import rank, rank_table
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.store import Lake
from lantian.rules.ruleset import for_period
from lantian.terms.mark import MISSING, Source
from lantian.terms.period import Period

FIRST_YEAR = 2019
COLUMNS = ["station", "h", *HOUR.columns]


def build(folder: Path, years: int) -> None:
    """Load synthetic years into a lake, month by month, where they are not there yet."""
    if not (folder / "lake.sqlite").exists():
        Lake.init(folder)
    with Lake.open(folder) as lake:
        for year in range(FIRST_YEAR, FIRST_YEAR + years):
            if (folder / "parts" / str(year)).is_dir():
                continue
            for block in synthetic.months(year):
                lake.add(
                    Reading(_rows(block)),
                    source=f"synthetic {year}-{block.month:02d}",
                    sha256=f"{year}-{block.month}",
                    layout="synthetic",
                    origin=Source.REALTIME_FILE,
                )


def _rows(block: synthetic.Month) -> Rows:
    stations, hours = block.values.shape[1:]
    values = block.values.reshape(len(HOUR.columns), -1)
    there = (values != MISSING).any(axis=0)
    station = np.repeat(np.arange(stations, dtype=np.int32), hours)[there]
    h = np.tile(np.asarray(block.hours, np.int32), stations)[there]
    kept = np.ascontiguousarray(values[:, there])
    names = tuple(synthetic.station_codes(stations))
    return Rows(HOUR, names, station, h, kept, np.zeros(kept.shape, bool))


def ranked(folder: Path, years: int) -> int:
    """Rank every station over the period and return how many have a rank."""
    period = Period(date(FIRST_YEAR, 1, 1), date(FIRST_YEAR + years - 1, 12, 31))
    rules, _ = for_period(period, "HJ633-2012")
    with Lake.open(folder) as lake:
        ranking = rank(lake_days(lake, "station", period, rules, detail=False))
    rank_table(ranking)
    return int((ranking.ranks != UNRANKED).sum())


def median_s(task: Callable[[], object], rounds: int) -> float:
    """Median wall time of some rounds, after one to warm up."""
    task()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_mb() -> int:
    """Peak memory of this process; what getrusage says may be its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(v for v in status.splitlines() if v.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def own_process(folder: Path, years: int) -> tuple[float, float]:
    """Wall seconds and peak memory (MB) of the ranking in processes of its own, medians of 3."""
    words = [sys.executable, __file__, "--folder", str(folder), "--alone", str(years)]
    runs = [
        subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(3)
    ]
    seconds, megabytes = zip(*runs, strict=True)
    return statistics.median(map(float, seconds)), statistics.median(map(float, megabytes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-pandas", action="store_true")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        taken = median_s(lambda: ranked(arguments.folder, arguments.alone), 1)
        print(taken, peak_mb())
        return
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="lantian-benchmark-")) / "lake"
    build(folder, 1)
    year = folder / "parts" / str(FIRST_YEAR)
    parts = sorted(year.glob("*.parquet"))
    if arguments.years == 1:
        floor_s = median_s(lambda: pandas_peer.floor(parts, COLUMNS), arguments.rounds)
        lantian_s = median_s(lambda: ranked(folder, 1), arguments.rounds)
        print(
            f"floor {floor_s:.3f} s   lantian {lantian_s:.3f} s   ratio {lantian_s / floor_s:.2f}"
        )
    one_s, one_mb = own_process(folder, 1)
    print(f"own process: {one_s:.3f} s, peak {one_mb:.0f} MB")
    if arguments.years == 1 and not arguments.no_pandas:
        start = time.perf_counter()
        pandas_peer.evaluate(year)
        peer_s = time.perf_counter() - start
        print(f"pandas {peer_s:.2f} s   {peer_s / lantian_s:.1f} × lantian")
    if arguments.years > 1:
        build(folder, arguments.years)
        many_s, many_mb = own_process(folder, arguments.years)
        print(
            f"{arguments.years} years: {many_s:.2f} s = {many_s / one_s:.1f} × one year; "
            f"peak {many_mb:.0f} MB = {many_mb / one_mb:.2f} ×"
        )


if __name__ == "__main__":
    main()
