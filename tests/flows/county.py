"""A made-up county: hours of five stations as a file and as plain values for the reference."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from lantian.flows.add import add_files
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake
from lantian.terms.mark import Source
from oracle import reference as ref

STATIONS = ("1A", "2A", "3A", "4A", "5A")
#: 3A is a background point of 甲市.
PLACES = "station,place,background\n1A,甲市,0\n2A,甲市,0\n3A,甲市,1\n4A,乙市,0\n5A,乙市,0\n"
NAMES = {"pm25": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "o3": "O3", "co": "CO"}
_USUAL = {"pm25": 55, "pm10": 100, "so2": 12, "no2": 40, "o3": 110, "co": 0.9}

type Hours = dict[tuple[str, datetime], dict[str, Decimal | None]]


def local_hours(first: date, last: date) -> Iterator[datetime]:
    """Local hour ends of whole days."""
    hour = datetime.fromisoformat(f"{first}T01:00")
    while hour <= datetime.fromisoformat(f"{last}T00:00") + timedelta(days=1):
        yield hour
        hour += timedelta(hours=1)


def made_hours(first: date, last: date, seed: int = 7, gaps: float = 0.08) -> Hours:
    """Whole numbers (CO tenths) that swing from day to day, with gaps at random."""
    rng = np.random.default_rng(seed)
    hours: Hours = {}
    for station in STATIONS:
        for n, hour in enumerate(local_hours(first, last)):
            if n % 24 == 0:
                swing = {key: float(rng.choice([0.4, 0.8, 1.1, 1.6])) for key in NAMES}
            values: dict[str, Decimal | None] = {}
            for key, usual in _USUAL.items():
                value = usual * swing[key] * (0.6 + 0.8 * rng.random())
                decimals = 1 if key == "co" else 0
                there = rng.random() >= gaps
                values[key] = Decimal(f"{value:.{decimals}f}") if there else None
            hours[station, hour] = values
    return hours


def write_hours(hours: Hours, path: Path, only: Sequence[str] = tuple(NAMES)) -> Path:
    """Write the file in the layout that `auto` knows; `only` leaves other columns out."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["time", "site", *(NAMES[key] for key in only)])
        for (station, hour), values in hours.items():
            cells = ["" if values[key] is None else values[key] for key in only]
            out.writerow([f"{hour:%Y-%m-%d %H:%M}", station, *cells])
    return path


def add(lake: Lake, path: Path, origin: Source = Source.REALTIME_FILE) -> None:
    """Add a file that must be good."""
    added = add_files(lake, [path], origin=origin, progress=lambda _: None)
    assert added.bad == []
    assert [r.quarantined for r in added.reports] == [0]


def made_lake(folder: Path, hours: Hours) -> Path:
    """Make a lake of these hours with its two cities."""
    Lake.init(folder)
    places = folder.with_suffix(".places.csv")
    places.write_text(PLACES, "utf-8")
    with Lake.open(folder) as lake:
        add(lake, write_hours(hours, folder.with_suffix(".csv")))
        enrol(lake, "places", places)
    return folder


def day_of(hours: Hours, station: str, day: date, offset_h: int = 8) -> dict[str, object]:
    """Statistics of one station day by the reference; the hours' stamps are at +8."""
    start = datetime.fromisoformat(f"{day}T00:00") + timedelta(hours=8 - offset_h)
    stamps = [start + timedelta(hours=h) for h in range(1, 25)]
    series = {key: [hours.get((station, t), {}).get(key) for t in stamps] for key in NAMES}
    return ref.daily_values(series)
