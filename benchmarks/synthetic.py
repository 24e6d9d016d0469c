"""Made-up hourly data of any size: 1,800 stations, month by month, as Parquet or wide CSV.

Same seed, same data. Concentrations are int32 thousandths of ug/m3 (CO of mg/m3) in whole ug/m3
and tenths of mg/m3; hours are UTC hour numbers of the hour's end; months and days are of UTC+8.

    python benchmarks/synthetic.py FOLDER [--year 2019] [--years 1] [--stations 1800]
"""

import argparse
import calendar
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

MISSING = np.iinfo(np.int32).min
COLUMNS = ("so2", "no2", "pm10", "pm25", "co", "o3")
CSV_NAMES = {"pm25": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "o3": "O3", "co": "CO"}
OFFSET_H = 8

# Typical level in ug/m3 (CO mg/m3), winter over summer, spread of days and of hours (log scale).
LEVEL = np.array([10, 30, 70, 38, 0.8, 55], np.float32)
WINTER = np.array([1.4, 1.4, 1.4, 1.8, 1.5, 0.6], np.float32)
DAY_SPREAD = np.array([0.35, 0.35, 0.45, 0.50, 0.35, 0.25], np.float32)
HOUR_SPREAD = np.array([0.25, 0.25, 0.25, 0.22, 0.20, 0.20], np.float32)
# Hour of the largest value and size of the daily wave (log scale): ozone peaks in the afternoon.
PEAK_HOUR = np.array([10, 20, 22, 23, 8, 15], np.float32)
WAVE = np.array([0.15, 0.35, 0.15, 0.15, 0.15, 0.90], np.float32)
STEP = np.array([1000, 1000, 1000, 1000, 100, 1000], np.int32)
LOST_VALUES, LOST_DAYS = 0.02, 0.015


class Month(NamedTuple):
    """One local month: hours (n,) and values (6, stations, n), both int32."""

    year: int
    month: int
    hours: np.ndarray
    values: np.ndarray


def station_codes(stations: int) -> list[str]:
    return [f"{1001 + number}A" for number in range(stations)]


def month(year: int, number: int, stations: int = 1800, seed: int = 1) -> Month:
    """The month, drawn from its own stream, so that any month can be made alone."""
    rng = np.random.default_rng((seed, year, number))
    days = calendar.monthrange(year, number)[1]
    first = (date(year, number, 1) - date(1970, 1, 1)).days
    hours = np.arange(24 * first + 1, 24 * (first + days) + 1, dtype=np.int32) - OFFSET_H
    # A station keeps its own level and half of each day's weather is common to all.
    own = np.random.default_rng(seed).normal(0, 0.2, (6, stations)).astype(np.float32)
    values = np.empty((6, stations, 24 * days), np.int32)
    lost_days = np.repeat(rng.random((stations, days), np.float32) < LOST_DAYS, 24, axis=1)
    weather = rng.standard_normal(days, np.float32)
    clock = np.tile(np.arange(1, 25, dtype=np.float32), days)
    winter = (1 + np.cos((number - 1) * np.pi / 6)) / 2
    for p in range(6):
        daily = rng.standard_normal((stations, days), np.float32)
        daily = DAY_SPREAD[p] * (0.7 * daily + 0.7 * weather) + own[p][:, None]
        wave = WAVE[p] * np.cos((clock - PEAK_HOUR[p]) * np.float32(2 * np.pi / 24))
        log = rng.standard_normal((stations, 24 * days), np.float32)
        log *= HOUR_SPREAD[p]
        log += np.repeat(daily, 24, axis=1)
        log += wave + np.log(LEVEL[p] * WINTER[p] ** (2 * winter - 1))
        steps = np.exp(log, out=log)
        steps *= 1000 / STEP[p]
        values[p] = np.maximum(np.rint(steps, out=steps), 1)
        values[p] *= STEP[p]
        lost = rng.random((stations, 24 * days), np.float32) < LOST_VALUES
        values[p][lost | lost_days] = MISSING
    return Month(year, number, hours, values)


def months(year: int, stations: int = 1800, seed: int = 1) -> Iterator[Month]:
    """The twelve months of a year, one in memory at a time."""
    for number in range(1, 13):
        yield month(year, number, stations, seed)


def _nullable(values: np.ndarray) -> pa.Array:
    return pa.array(values.ravel(), mask=values.ravel() == MISSING)


def _station_column(stations: int, hours: int) -> pa.Array:
    index = np.repeat(np.arange(stations, dtype=np.int32), hours)
    return pa.DictionaryArray.from_arrays(index, station_codes(stations))


def table(block: Month) -> pa.Table:
    """Rows sorted by station and hour: station, h and six nullable int32 columns."""
    _, stations, hours = block.values.shape
    columns = {"station": _station_column(stations, hours), "h": np.tile(block.hours, stations)}
    return pa.table(columns | dict(zip(COLUMNS, map(_nullable, block.values), strict=True)))


def write_year(folder: Path, year: int, stations: int = 1800, seed: int = 1) -> list[Path]:
    """One zstd Parquet a month, `YYYY-MM.parquet`; a month already there is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(1, 13):
        path = folder / f"{year}-{number:02d}.parquet"
        if not path.exists():
            part = path.with_suffix(".part")
            rows = table(month(year, number, stations, seed))
            pq.write_table(rows, part, compression="zstd", row_group_size=1 << 18)
            part.replace(path)
        paths.append(path)
    return paths


def write_csv(path: Path, block: Month) -> int:
    """One month as a wide CSV in local time, CO in mg/m3; gives the rows written."""
    _, stations, hours = block.values.shape
    local = (block.hours.astype(np.int64) + OFFSET_H).astype("datetime64[h]")
    spelled = np.char.add(np.char.replace(local.astype(str), "T", " "), ":00:00")
    values = dict(zip(COLUMNS, block.values, strict=True))
    columns = {
        "time": pa.DictionaryArray.from_arrays(
            np.tile(np.arange(hours, dtype=np.int32), stations), spelled.tolist()
        ).dictionary_decode(),
        "site": _station_column(stations, hours).dictionary_decode(),
    }
    for name, title in CSV_NAMES.items():
        scale = np.float64(1000) if name == "co" else np.int32(1000)
        absent = values[name].ravel() == MISSING
        whole = np.where(absent, 0, values[name].ravel())
        number = whole / scale if name == "co" else whole // scale
        columns[title] = pa.array(number, mask=absent)
    rows = pa.table(columns)
    with path.open("wb") as file:
        file.write((",".join(columns) + "\n").encode())  # pyarrow would quote the names
        pc.write_csv(rows, file, pc.WriteOptions(include_header=False, quoting_style="none"))
    return rows.num_rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Write made-up hourly data as monthly Parquet.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--year", type=int, default=2019)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--stations", type=int, default=1800)
    options = parser.parse_args()
    for year in range(options.year, options.year + options.years):
        for path in write_year(options.folder, year, options.stations):
            print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
