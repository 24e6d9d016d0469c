"""Real hours for the measure of quality checks: national stations of 2019, Beijing with weather."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from lantian.quality.window import Weather, Window
from lantian.terms.mark import MISSING

FOLDER: Final = Path(os.environ.get("LANTIAN_SHARED", "../shared")) / "data"
_COLUMNS: Final = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3")
_SECTORS: Final = (
    *("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"),
    *("S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"),
)


@dataclass(frozen=True)
class Hours:
    """All stations of a set, with the columns at which its months begin."""

    codes: tuple[str, ...]
    focus: np.ndarray
    first_hour: int
    values: np.ndarray
    months: tuple[int, ...]
    weather: Weather | None = None

    def window(self, month: int, months_before: int) -> Window:
        """One month under judgement, with those before it."""
        start, end = self.months[month], self.months[month + 1]
        early = self.months[month - months_before]
        found = Window(
            stations=self.codes,
            first_hour=self.first_hour + start,
            trailing=self.values[:, :, early:start],
            judged=self.values[:, :, start:end],
        )
        if self.weather is None:
            return found
        w = self.weather
        parts = (w.wind_ms, w.wind_from_deg, w.rh_pct, w.temp_c)
        return replace(found, weather=Weather(*(part[:, start:end] for part in parts)))


def national() -> Hours:
    """317 national stations of six provinces, January to October 2019; 50 are the focus."""
    folder = FOLDER / "china_sites_2019"
    table = pq.read_table(folder / "hourly_region_2019-01_2019-10.parquet")
    focus = pq.read_table(
        folder / "hourly_alltypes_focus_2019-01_2019-10.parquet", columns=["site"]
    )
    names = set(focus["site"].to_numpy(zero_copy_only=False).astype(str))
    codes, first, values, months = _blocks(table, "site", dict.fromkeys(_COLUMNS, 1.0))
    # A station with hardly an hour is closed.
    open_ = (values[3] != MISSING).mean(axis=1) > 0.1
    kept = tuple(code for code, keep in zip(codes, open_, strict=True) if keep)
    return Hours(kept, np.array([c in names for c in kept]), first, values[:, open_], months)


def beijing() -> Hours:
    """12 stations of Beijing, March 2013 to February 2016, with the weather near each."""
    table = pq.read_table(FOLDER / "beijing_prsa" / "hourly.parquet")
    scale = dict.fromkeys(_COLUMNS, 1.0) | {"CO": 0.001}
    codes, first, values, months = _blocks(table, "station", scale)
    row, column = _places(table, "station")[1:3]
    inside = (column >= 0) & (column < values.shape[2])

    def laid(numbers: np.ndarray) -> np.ndarray:
        out = np.full(values.shape[1:], np.nan)
        out[row[inside], column[inside]] = numbers[inside]
        return out

    wind, dew, temp = (_floats(table, name) for name in ("WSPM", "DEWP", "TEMP"))
    degrees = {name: 22.5 * n for n, name in enumerate(_SECTORS)}
    words = table["wd"].to_numpy(zero_copy_only=False)
    come = np.array([degrees.get(word, np.nan) for word in words])
    # Magnus: humidity from dew point and temperature.
    rh = 100 * np.exp(17.625 * dew / (243.04 + dew) - 17.625 * temp / (243.04 + temp))
    weather = Weather(laid(wind), laid(come), laid(np.clip(rh, 0, 100)), laid(temp))
    end = months[36]
    held = tuple(m for m in months if m <= end)
    return Hours(codes, np.ones(len(codes), bool), first, values, held, weather)


def _floats(table: object, name: str) -> np.ndarray:
    return table[name].to_numpy(zero_copy_only=False).astype(float)


def _places(table: object, station: str) -> tuple:
    names = table[station].to_numpy(zero_copy_only=False).astype(str)
    codes, row = np.unique(names, return_inverse=True)
    hours = table["time"].to_numpy().astype("datetime64[h]")
    # The stamp is Beijing time; the first hour of a day ends at 01:00.
    local = hours.astype("int64")
    start = int(local.min())
    start += (1 - start) % 24
    return codes, row, local - start, start


def _blocks(table: object, station: str, scale: dict[str, float]) -> tuple:
    codes, row, column, start = _places(table, station)
    days = (int(column.max()) + 1) // 24
    values = np.full((6, len(codes), days * 24), MISSING, np.int32)
    inside = (column >= 0) & (column < days * 24)
    for p, name in enumerate(_COLUMNS):
        numbers = _floats(table, name) * scale[name]
        good = inside & np.isfinite(numbers)
        values[p, row[good], column[good]] = np.rint(numbers[good] * 1000)
    first_day = (start - 1) // 24
    dates = np.datetime64("1970-01-01") + first_day + np.arange(days)
    new = np.flatnonzero(np.append(True, np.diff(dates.astype("datetime64[M]").astype(int)) > 0))
    months = (*(int(day) * 24 for day in new), days * 24)
    return tuple(map(str, codes)), start - 8, values, months
