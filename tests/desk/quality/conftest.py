"""A lake of eight stations under the pages, judged: one of them was smoothed in June."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from lantian.desk import observations
from lantian.desk.env import Env, env
from lantian.desk.quality import jobs
from lantian.flows.quality import judge_quality
from lantian.lake.enrol import enrol_rows
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.store import Lake
from lantian.terms.mark import Source
from lantian.terms.period import parse_period
from quality.conftest import START, STATIONS, air

DAYS = 61
SPIKE_H = START + 31 * 24 + 50
#: The one with the spike is national, the second a township's; the sixth is too smooth.
OFFICIAL, OWN, SMOOTH = STATIONS[0], STATIONS[1], STATIONS[5]


def chart(page: str, name: str) -> Any:
    """Data of a chart that stands in a page."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture(scope="session")
def judged_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality") / "county"
    block = air(DAYS)
    half = 31 * 24
    smooth = np.convolve(block[3, 5, half:] / 1000, np.ones(5) / 5, "same")
    block[3, 5, half:] = np.rint(smooth).astype(np.int32) * 1000
    block[3, :2, half + 50] = 950_000
    n, hours = block.shape[1:]
    flat = np.ascontiguousarray(block.reshape(6, -1))
    rows = Rows(
        HOUR,
        STATIONS,
        np.repeat(np.arange(n, dtype=np.int32), hours),
        np.tile(np.arange(START, START + hours, dtype=np.int32), n),
        flat,
        np.zeros(flat.shape, np.bool_),
    )
    Lake.init(folder)
    with Lake.open(folder) as lake:
        lake.add(Reading(rows), source="x", sha256="x", layout="x", origin=Source.GATE)
        kinds = {OWN: "township"}
        enrol_rows(
            lake,
            "stations",
            [
                {"station": s, "name": f"站{n}", "lon": 115, "lat": 35,
                 "kind": kinds.get(s, "national")}
                for n, s in enumerate(STATIONS)
            ],
        )  # fmt: skip
        judge_quality(lake, parse_period("2019-06"))
    return folder


@pytest.fixture
def county(judged_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """The judged lake under the pages; a test may write to it."""
    if not (judged_folder / "lake.sqlite").exists():
        pytest.skip("a lake in PostgreSQL is not copied")
    folder = tmp_path / "county"
    shutil.copytree(judged_folder, folder)
    here = env()
    held = Env(folder, here.database_url, here.settings)
    monkeypatch.setattr(observations, "env", lambda: held)
    monkeypatch.setattr(jobs, "env", lambda: held)
    yield observations.lake()
    observations.let_go()


@pytest.fixture(autouse=True)
def _plain_statics(settings: Settings, folder: Path) -> None:
    """Pages name their statics plainly; hashing them is tested with the site."""
    (folder / "static").mkdir(exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
