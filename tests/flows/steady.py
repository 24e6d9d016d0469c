"""A made-up county whose hours are steady through each day: its day values are plain to see."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from flows.county import add, local_hours
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake

ITEMS = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3")
#: Day values of a place on which nothing else depends; ug/m3, CO in mg/m3.
USUAL = {"SO2": 6, "NO2": 20, "PM10": 70, "PM2.5": 35, "CO": 0.8, "O3": 80}

type Days = Mapping[str, Sequence[float | None]]


def steady_lake(folder: Path, first: date, places: Mapping[str, Days], days: int) -> Lake:
    """Make a lake with one station a place, called after it; what is not said is USUAL.

    The lake is open and has the level `county`.
    """
    path = folder.with_suffix(".csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["time", "site", *ITEMS])
        for place, said in places.items():
            for n in range(days):
                day = first + timedelta(days=n)
                values = [said[i][n] if i in said else USUAL[i] for i in ITEMS]
                cells = ["" if v is None else v for v in values]
                for hour in local_hours(day, day):
                    out.writerow([f"{hour:%Y-%m-%d %H:%M}", f"S-{place}", *cells])
    Lake.init(folder)
    lake = Lake.open(folder)
    add(lake, path)
    load(lake, "places", "station,place,level", [f"S-{p},{p},county" for p in places])
    return lake


def load(lake: Lake, register: str, header: str, rows: Sequence[str]) -> None:
    """Load rows into a register of the roster."""
    path = lake.folder.with_suffix(f".{register}.csv")
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    enrol(lake, register, path)


def set_targets(lake: Lake, *rows: str) -> None:
    load(lake, "targets", "place,from,to,indicator,goal", rows)


def claim(lake: Lake, *rows: str) -> None:
    load(lake, "exclusions", "scope,day,pollutant,reason,state,declared_by", rows)
