"""A small county among three, with townships and stations that are late."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desk.air.conftest import Stand, stand
from desk.browser.conftest import county_folder, plain_env
from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.kept import RESULTS
from lantian.flows.add import add_files
from lantian.flows.refresh import refresh_days
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake

__all__ = ["county_folder", "plain_env", "stand"]

#: Stations: name, site, kind, PM2.5 of three whole days and of the day of the last hour.
STATIONS = {
    "1A": ("县政府", "115.50,35.90", "national", (60, 60, 10, 25)),
    "2T": ("东镇站", "115.55,35.95", "township", (40, 40, 40, 40)),
    "3T": ("西镇站", "115.45,35.85", "township", (70, 70, 70, 70)),
    "1B": ("乙站", "116.50,35.90", "national", (50, 50, 50, 50)),
    "1C": ("丙站", "117.50,35.90", "national", (80, 80, 80, 80)),
}
PLACES = (("1A", "甲县", "county"), ("1B", "乙县", "county"), ("1C", "丙县", "county"),
          ("2T", "东镇", "township"), ("3T", "西镇", "township"))  # fmt: skip
GOALS = (("甲县", "2026-03-01", "2026-03-03", "PM2.5", "9.0"),
         ("甲县", "2026-01-01", "2026-12-31", "PM2.5", "60.0"))  # fmt: skip
#: The last hour: 2026-03-04 06:00. From this one on a station is silent.
LAST = datetime(2026, 3, 4, 6)
SILENT = {"2T": datetime(2026, 3, 4, 5), "3T": datetime(2026, 3, 2, 6)}
#: The time of the tests: minutes after the last hour.
NOW = datetime(2026, 3, 4, 6, 20, tzinfo=ZoneInfo("Asia/Shanghai"))


def _rows() -> Iterator[str]:
    yield "station,time,so2,no2,pm10,pm25,co,o3"
    first = datetime(2026, 3, 1, 1)
    for n in range(int((LAST - first) / timedelta(hours=1)) + 1):
        at = first + timedelta(hours=n)
        day = (at - timedelta(hours=1)).day - 1
        for code, (_, _, _, fine) in STATIONS.items():
            if code not in SILENT or at < SILENT[code]:
                yield f"{code},{at:%Y-%m-%d %H:%M},9,30,{fine[day] + 30},{fine[day]},0.5,80"


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county's lake."""
    base = tmp_path_factory.mktemp("wall")
    folder = base / "lake"
    files = {
        "hours": list(_rows()),
        "stations": ["station,name,lon,lat,kind,background"]
        + [f"{c},{name},{site},{kind},0" for c, (name, site, kind, _) in STATIONS.items()],
        "places": ["station,place,level", *map(",".join, PLACES)],
        "targets": ["place,from,to,indicator,goal", *map(",".join, GOALS)],
    }
    for name, lines in files.items():
        (base / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Lake.init(folder)
    with Lake.open(folder) as lake:
        add_files(lake, [base / "hours.csv"], progress=print)
        for register in ("stations", "places", "targets"):
            enrol(lake, register, base / f"{register}.csv")
        refresh_days(lake)
    return folder


@pytest.fixture
def small(stand: Stand, small_folder: Path) -> Ground:
    """The pages' ground on the small county."""
    stand(small_folder)
    return ground()


@pytest.fixture
def empty(stand: Stand, tmp_path: Path) -> None:
    """A lake without anything."""
    Lake.init(tmp_path / "empty")
    RESULTS._slots.clear()
    stand(tmp_path / "empty")
