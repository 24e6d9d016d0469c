"""A lake of two micro-stations: one beside its reference, one that was never calibrated."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from lantian.desk import observations
from lantian.desk.env import Env, env
from lantian.flows.calibration import calibrate_day
from lantian.lake.enrol import enrol_rows
from lantian.lake.rows import HOUR, WEATHER, Reading, RowKind, Rows
from lantian.lake.store import Lake
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING, Source
from lantian.terms.pollutant import O3

DAY = date(2026, 3, 20)
HOURS = 24 * 24


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    folder = tmp_path / "county"
    Lake.init(folder)
    with Lake.open(folder) as held:
        first = first_hour(day_number(DAY - timedelta(days=20)))
        hour = np.arange(HOURS)
        true = 60 + 40 * np.sin(hour / 7) + 10 * np.sin(hour / 31)
        still = np.full(HOURS, 30_000)
        columns = {
            "9A": {"o3": true * 1000, "no2": still},
            "M1": {"o3": (0.6 * true + 9) * 1000, "no2": still},
            "M2": {"no2": still},
        }
        weather = {
            "9A": {
                "rh_pct": 50_000 + 9_000 * np.sin(hour / 5),
                "temp_c": 9_000 + 4_000 * np.sin(hour / 9),
            }
        }
        held.add(
            Reading(_rows(HOUR, columns, first), _rows(WEATHER, weather, first)),
            source="t", sha256="t", layout="t", origin=Source.GATE,
        )  # fmt: skip
        enrol_rows(
            held,
            "stations",
            [
                {"station": code, "name": f"站{code}", "lon": 115.5, "lat": 35.9, "kind": kind,
                 "background": 0, "from": "", "to": "", "offset_h": 8}
                for code, kind in (("9A", "national"), ("M1", "micro"), ("M2", "micro"))
            ],
        )  # fmt: skip
        calibrate_day(held, DAY, pollutants=[O3])
        yield held


def _rows(kind: RowKind, given: dict[str, dict[str, np.ndarray]], first: int) -> Rows:
    names = tuple(sorted(given))
    values = np.full((len(kind.columns), len(names) * HOURS), MISSING, np.int32)
    for n, name in enumerate(names):
        for column, some in given[name].items():
            values[kind.columns.index(column), n * HOURS : (n + 1) * HOURS] = np.rint(some)
    return Rows(
        kind,
        names,
        np.repeat(np.arange(len(names), dtype=np.int32), HOURS),
        np.tile(np.arange(first, first + HOURS, dtype=np.int32), len(names)),
        values,
        np.zeros(values.shape, np.bool_),
    )


@pytest.fixture
def pages(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path
) -> Iterator[Lake]:
    """Let the pages read that lake."""
    (folder / "static").mkdir(exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    held = Env(lake.folder, "", env().settings)
    monkeypatch.setattr(observations, "env", lambda: held)
    observations.let_go()
    yield lake
    observations.let_go()
