"""A lake of the desk under test, and intents about places."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lantian.desk import observations
from lantian.desk.env import Env, env
from lantian.desk.intents.models import Intent
from lantian.desk.intents.services import intend
from lantian.lake.store import Lake

#: Runs as a program of its own.
collect_ignore = ["killed_process.py"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder where the desk looks for its lake, in this test."""
    folder = tmp_path / "county"
    folder.mkdir()
    here = env()
    monkeypatch.setattr(observations, "env", lambda: Env(folder, here.database_url, here.settings))
    yield folder
    observations.let_go()


@pytest.fixture
def county(home: Path) -> Lake:
    """The lake of the desk, empty and open."""
    Lake.init(home)
    return observations.lake()


@pytest.fixture
def place(actor, now) -> Callable[..., Intent]:
    """Intend a place of a station: place("1001A", "甲县")."""

    def make(station: str, name: str, **more: object) -> Intent:
        row = {"station": station, "place": name, "level": "county", **more}
        body = {"rows": [row]}
        return intend(kind="roster.places", key=station, body=body, by=actor, now=now)

    return make
