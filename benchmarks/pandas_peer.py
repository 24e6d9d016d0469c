"""The straightforward pandas version of Parquet → ranked table, and the physical floor.

Written as an analyst would, HJ 633-2012 with plain rounding of doubles: the peer that the
evaluation is timed against. `floor` decodes the same columns and reads them once.

    python benchmarks/pandas_peer.py FOLDER
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

POLLUTANTS = ["so2", "no2", "pm10", "pm25", "co", "o3"]
IAQI = [0, 50, 100, 150, 200, 300, 400, 500]
LIMITS = {
    "so2": [0, 50, 150, 475, 800, 1600, 2100, 2620],
    "no2": [0, 40, 80, 180, 280, 565, 750, 940],
    "pm10": [0, 50, 150, 250, 350, 420, 500, 600],
    "pm25": [0, 35, 75, 115, 150, 250, 350, 500],
    "co": [0, 2, 4, 14, 24, 36, 48, 60],
    "o3": [0, 100, 160, 215, 265, 800],
    "o3_max1h": [0, 160, 200, 300, 400, 800, 1000, 1200],
}
STANDARD = {"so2": 60, "no2": 40, "pm10": 70, "pm25": 35, "co": 4, "o3": 160}
PERCENTILE = {"so2": 98, "no2": 98, "pm10": 95, "pm25": 95, "co": 95, "o3": 90}


def days(hours: pd.DataFrame) -> pd.DataFrame:
    """Daily values of each station: five means, ozone's MDA8 and 1-hour maximum."""
    hours["day"] = (hours["h"] + 7) // 24  # UTC+8, hour-ending
    hours[POLLUTANTS] /= 1000
    rolling = hours.groupby("station", observed=True)["o3"].rolling(8, min_periods=6).mean()
    hours["o3_8h"] = rolling.to_numpy()
    hours.loc[(hours["h"] + 7) % 24 < 7, "o3_8h"] = np.nan  # windows end at 08 … 24
    grouped = hours.groupby(["station", "day"], observed=True)
    count = grouped[[*POLLUTANTS, "o3_8h"]].count()
    daily = grouped[["so2", "no2", "pm10", "pm25", "co"]].mean().where(count >= 20)
    top = grouped[["o3", "o3_8h"]].max()
    daily["o3"] = top["o3_8h"].where((count["o3_8h"] >= 14) | (top["o3_8h"].round() > 160))
    daily["o3_max1h"] = top["o3"].where((count["o3"] >= 20) | (top["o3"] > 200))
    return daily[[*POLLUTANTS, "o3_max1h"]].round(dict.fromkeys(LIMITS, 0) | {"co": 1})


def judge(daily: pd.DataFrame) -> pd.DataFrame:
    """AQI and primary pollutant of each day (the first of a tie)."""
    iaqi = pd.DataFrame(
        {p: np.ceil(np.interp(daily[p], bp, IAQI[: len(bp)])) for p, bp in LIMITS.items()},
        index=daily.index,
    )
    iaqi["o3"] = iaqi["o3"].where(daily["o3"] <= 800)
    iaqi["o3"] = iaqi[["o3", "o3_max1h"]].max(axis=1)
    daily["aqi"] = iaqi[POLLUTANTS].max(axis=1)
    daily["primary"] = iaqi[POLLUTANTS].fillna(-1).idxmax(axis=1).where(daily["aqi"] > 50)
    return daily


def rank(daily: pd.DataFrame) -> pd.DataFrame:
    """Statistics of the whole period, composite index and rank of each station."""
    by_station = daily.groupby("station", observed=True)
    table = by_station[["so2", "no2", "pm10", "pm25"]].mean()
    for p, q in PERCENTILE.items():
        table[f"{p}_p{q}"] = by_station[p].quantile(q / 100)
    table["co"], table["o3"] = table["co_p95"], table["o3_p90"]
    table = table.round(0).assign(co=table["co"].round(1), co_p95=table["co_p95"].round(1))
    table["index"] = sum(table[p] / limit for p, limit in STANDARD.items()).round(2)
    table["valid_days"] = by_station["aqi"].count()
    table["good_days"] = (daily["aqi"] <= 100).groupby("station", observed=True).sum()
    table["rank"] = table["index"].rank(method="min")
    return table.sort_values("rank")


def evaluate(folder: Path) -> pd.DataFrame:
    """Ranked table of all monthly files in the folder."""
    columns = ["station", "h", *POLLUTANTS]
    hours = pd.read_parquet(folder, columns=columns).sort_values(
        ["station", "h"], ignore_index=True
    )
    return rank(judge(days(hours)))


def floor(paths: Sequence[Path], columns: list[str] | None = None) -> int:
    """Decode the columns on two threads and sum each decoded byte once; gives the bytes."""
    pa.set_cpu_count(2)
    size = 0
    for path in paths:
        table = pq.read_table(path, columns=columns)
        # Chunks are slices of shared buffers: each buffer is read once.
        buffers = {
            buffer.address: buffer
            for column in table.columns
            for chunk in column.chunks
            for buffer in chunk.buffers()
            if buffer is not None
        }
        for buffer in buffers.values():
            np.frombuffer(buffer, np.int64, buffer.size // 8).sum()
            size += buffer.size
    return size


def main() -> None:
    folder = Path(sys.argv[1])
    paths = sorted(folder.glob("*.parquet"))
    for _ in range(3):
        started = time.perf_counter()
        size = floor(paths)
        print(f"floor {time.perf_counter() - started:.3f} s, {size / 1e6:.0f} MB decoded")
    started = time.perf_counter()
    table = evaluate(folder)
    print(f"pandas {time.perf_counter() - started:.1f} s, {len(table)} places")
    print(table.head(5).to_string())


if __name__ == "__main__":
    main()
