"""A day of a lidar as a picture: cells of time and height, the layer's top, the clouds."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lantian.desk.language import language
from lantian.desk.profiles.queries.instruments import Instrument
from lantian.lake.fine import FineStore
from lantian.lake.surveys import read_scan
from lantian.profile.boundary_layer import USUAL, layer_height
from lantian.profile.scan import Floats, Scan

#: Heights that a picture may reach to, m above the ground; the first is the usual one.
TOPS_M: Final = (5_000, 2_000, 10_000, 15_000)
#: Colours span these powers of ten of 1e-6 / (m sr).
LOW: Final = -1.5
HIGH: Final = 1.5
_STEPS_S: Final = (60, 120, 300, 600, 900, 1_800, 3_600)
_MOST_ROWS: Final = 200
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of a lidar: its profiles, and the layer's top at each."""

    of: Instrument
    day: date
    scan: Scan | None
    top_m: Floats

    @property
    def first_t(self) -> int:
        """Moment at which the day begins."""
        return self.of.span(self.day)[0]


@dataclass(frozen=True, slots=True)
class HourOfLayer:
    """An hour's layer: the hour's number 1 to 24, profiles, how many show a top, and where."""

    hour: int
    profiles: int
    found: int
    median_m: int | None
    low_m: int | None
    high_m: int | None
    cloud_m: int | None


def day_of(store: FineStore, one: Instrument, day: date) -> Day:
    """Read a day; profiles just before it smooth its first ones.

    Raises
    ------
    LakeBroken
        If a file is missing or damaged.
    """
    first_t, last_t = one.span(day)
    wide = read_scan(store.ledger, one.mn, first_t - USUAL.window_s, last_t)
    if wide is None:
        return Day(one, day, None, np.empty(0, np.float32))
    kept = wide.t > first_t
    top_m = layer_height(wide)[kept]
    scan = wide.part(kept)
    return Day(one, day, scan if scan.t.size else None, top_m)


def hours_of(found: Day) -> list[HourOfLayer]:
    """Return the hours of a day that have profiles."""
    if found.scan is None:
        return []
    number = (found.scan.t - found.first_t - 1) // 3_600
    return [
        _hour(int(hour), found.top_m[number == hour], found.scan.cloud_base_m[number == hour])
        for hour in np.unique(number)
    ]


def _hour(hour: int, top_m: Floats, cloud_m: Floats) -> HourOfLayer:
    known = top_m[np.isfinite(top_m)]
    clouds = cloud_m[np.isfinite(cloud_m)]
    median_m, low_m, high_m = (_whole(known, how) for how in (np.median, np.min, np.max))
    lowest_m = _whole(clouds, np.min)
    return HourOfLayer(hour + 1, top_m.size, known.size, median_m, low_m, high_m, lowest_m)


def _whole(values: Floats, how: Callable[[Floats], Any]) -> int | None:
    return round(float(how(values))) if values.size else None


def picture(found: Day, top_m: int) -> dict[str, Any]:
    """Data of the picture as `chart/scan.js` expects them; a gap is 0 in `cells`."""
    scan = found.scan
    if scan is None:
        return {"columns": 0}
    step_s = _step(scan.t)
    columns = _DAY_S // step_s
    at = np.minimum((scan.t - found.first_t - 1) // step_s, columns - 1)
    edges = _edges(scan.height_m, top_m)
    cells = _cells(scan, at, columns, edges)
    lang = language()
    return {
        "day": f"{found.day}",
        "step_s": step_s,
        "columns": columns,
        "heights": [round(float(edge), 1) for edge in edges],
        "most": top_m,
        "cells": base64.b64encode(cells.tobytes()).decode(),
        "low": LOW,
        "high": HIGH,
        "unit": "×10⁻⁶ m⁻¹ sr⁻¹",
        "top": _by_column(found.top_m, at, columns, np.nanmedian),
        "cloud": _by_column(scan.cloud_base_m, at, columns, np.nanmin),
        "names": {
            "value": lang.of("衰减后向散射", "attenuated backscatter"),
            "top": lang.of("边界层高度", "boundary-layer height"),
            "cloud": lang.of("云底高度", "cloud base"),
            "height": lang.of("离地高度 m", "height above ground, m"),
        },
        "note": method_words(),
        "describe": described(found),
    }


def method_words() -> str:
    """How the layer's top was found, in one line."""
    return language().of(
        f"哈尔小波协方差（Brooks 2003），尺度 {USUAL.dilation_m:.0f} m，"
        f"{USUAL.window_s // 60} 分钟平均",
        f"Haar wavelet covariance (Brooks 2003), dilation {USUAL.dilation_m:.0f} m, "
        f"mean of {USUAL.window_s // 60} minutes",
    )


def described(found: Day) -> str:
    """Say a day in words: what the picture shows, for who does not see it."""
    lang, known = language(), found.top_m[np.isfinite(found.top_m)]
    if found.scan is None:
        return lang.of(f"{found.day} 没有数据", f"No data on {found.day}")
    head = lang.of(
        f"{found.day}，{found.scan.t.size} 条廓线，{known.size} 条可见边界层顶",
        f"{found.day}: {found.scan.t.size} profiles, of which {known.size} show a top of the layer",
    )
    if not known.size:
        return head
    hours = [hour for hour in hours_of(found) if hour.median_m is not None]
    top = max(hours, key=lambda hour: hour.median_m or 0)
    least = min(hours, key=lambda hour: hour.median_m or 0)
    return head + lang.of(
        f"；小时中位数最高 {top.median_m} m（{top.hour} 时），最低 {least.median_m} m"
        f"（{least.hour} 时）",
        f"; the hourly median is highest at {top.hour}:00 with {top.median_m} m, lowest at "
        f"{least.hour}:00 with {least.median_m} m",
    )


def _step(t: npt.NDArray[np.int64]) -> int:
    usual = float(np.median(np.diff(t))) if t.size > 1 else _STEPS_S[0]
    return next((step for step in _STEPS_S if step >= usual - 1), _STEPS_S[-1])


def _edges(height_m: Floats, top_m: int) -> npt.NDArray[np.float64]:
    """Heights between rows of cells: those between gates, or fewer where there are too many."""
    gates = height_m[height_m <= top_m].astype(np.float64)
    if gates.size < 2:  # a single gate has no neighbour to tell its depth
        return np.array([0.0, float(top_m)])
    middle = (gates[1:] + gates[:-1]) / 2
    edges = np.concatenate(
        [[max(2 * gates[0] - middle[0], 0)], middle, [2 * gates[-1] - middle[-1]]]
    )
    # Rows are of one depth, so a few gates at the top are left out where they make no whole row.
    return edges[:: -(-gates.size // _MOST_ROWS)]


def _cells(
    scan: Scan, at: npt.NDArray[np.int64], columns: int, edges: npt.NDArray[np.float64]
) -> npt.NDArray[np.uint8]:
    """Means of what counts, as 1 to 255 by the logarithm; 0 where nothing does; row by row."""
    row = np.searchsorted(edges, scan.height_m, side="right") - 1
    inside = (row >= 0) & (row < edges.size - 1)
    values = scan.valid[:, inside]
    cell = at[:, None] + columns * row[inside][None, :]
    known = np.isfinite(values)
    size = columns * (edges.size - 1)
    sums = np.bincount(cell[known], values[known], minlength=size)
    counts = np.bincount(cell[known], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        log = np.log10(np.maximum(sums / counts, 10**LOW))
    scaled = 1 + np.rint(254 * np.clip((log - LOW) / (HIGH - LOW), 0, 1))
    return np.where(counts > 0, scaled, 0).astype(np.uint8)


def _by_column(
    values: Floats, at: npt.NDArray[np.int64], columns: int, how: Any
) -> list[float | None]:
    known = np.isfinite(values)
    found: list[float | None] = [None] * columns
    places = at[known]
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    bounds: Sequence[int] = [*starts.tolist(), places.size]
    for first, last in pairwise(bounds):
        found[int(places[first])] = round(float(how(values[known][first:last])))
    return found
