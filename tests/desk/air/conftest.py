"""Lakes under the pages of the air: Beijing as it comes with Lantian, and a county beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from lantian.desk import observations
from lantian.desk.air.queries import ground as ground_module
from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.kept import RESULTS
from lantian.desk.env import Env, env
from lantian.flows.add import add_files
from lantian.flows.demo import DATA
from lantian.flows.refresh import refresh_days
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake

type Stand = Callable[[Path], None]


@pytest.fixture(scope="session")
def beijing_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("air") / "beijing"
    Lake.init(folder)
    with Lake.open(folder) as lake:
        add_files(lake, [DATA / "hours.parquet"], layout="prsa", progress=print)
        for register in ("stations", "places", "targets"):
            enrol(lake, register, DATA / f"{register}.csv")
        refresh_days(lake)
    return folder


_CODES = ("1A", "2T", "3T")
#: A county of two townships, south of Beijing, whose hours lie in the present rules.
_COUNTY = {
    "stations": "station,name,lon,lat,kind,background\n"
    "1A,县政府,115.50,35.90,national,0\n"
    "2T,东镇站,115.55,35.95,township,0\n"
    "3T,西镇站,115.45,35.85,township,0\n",
    "places": "station,place,level\n1A,甲县,county\n2T,东镇,township\n3T,西镇,township\n",
}


@pytest.fixture
def two_roots(beijing_folder: Path, tmp_path: Path) -> Path:
    """Beijing and a county of 2026 in one lake."""
    folder = tmp_path / "both"
    Lake.init(folder)
    hours = tmp_path / "hours.csv"
    lines = ["station,time,so2,no2,pm10,pm25,co,o3"]
    for day in range(1, 11):
        for hour in range(24):
            at = f"2026-03-{day:02d} {hour:02d}:00"
            lines += [f"{s},{at},9,30,{60 + n},{30 + n},0.5,80" for n, s in enumerate(_CODES)]
    hours.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Lake.open(folder) as lake:
        add_files(lake, [DATA / "hours.parquet"], layout="prsa", progress=print)
        add_files(lake, [hours], progress=print)
        for register in ("stations", "places"):
            enrol(lake, register, DATA / f"{register}.csv")
            path = tmp_path / f"{register}.csv"
            path.write_text(_COUNTY[register], encoding="utf-8")
            enrol(lake, register, path)
        refresh_days(lake)
    return folder


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """Let the pages read the lake of a folder."""

    def on(folder: Path) -> None:
        held = Env(folder, "", env().settings)
        monkeypatch.setattr(observations, "env", lambda: held)
        monkeypatch.setattr(ground_module, "env", lambda: held)

    yield on
    observations.let_go()


@pytest.fixture
def beijing(stand: Stand, beijing_folder: Path) -> Ground:
    """The pages' ground on Beijing's twelve stations."""
    stand(beijing_folder)
    return ground()


@pytest.fixture
def reader(beijing: Ground, client_as: Callable[..., Client]) -> Client:
    """A signed-in reader of the air pages who may export."""
    return client_as("headquarters")


@pytest.fixture
def forgetful() -> None:
    """Nothing is kept from earlier tests."""
    RESULTS._slots.clear()


@pytest.fixture(autouse=True)
def _plain_statics(settings: Settings, folder: Path) -> None:
    """Pages name their statics plainly; hashing them is tested with the site."""
    (folder / "static").mkdir(exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
