"""A county with boundaries, stations with sites, and the lake of the desk."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lantian.desk import observations
from lantian.desk.env import Env, env
from lantian.desk.log.actor import Actor
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.services import create
from lantian.desk.stations.models import Station
from lantian.desk.stations.register import SITES, STATIONS
from lantian.lake.store import Lake

type MakeStation = Callable[..., Station]


def box(west: float, south: float, east: float, north: float) -> str:
    """GeoJSON of a rectangle."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


@pytest.fixture
def open_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """The lake of the desk, empty and open."""
    folder = tmp_path / "county"
    folder.mkdir()
    here = env()
    monkeypatch.setattr(observations, "env", lambda: Env(folder, here.database_url, here.settings))
    Lake.init(folder)
    yield observations.lake()
    observations.let_go()


@pytest.fixture
def county(db: None, actor: Actor, now: datetime) -> Place:
    """City 990000 of the counties 990100 (west, townships 1 and 2) and 990200 (east)."""

    def make(code: str, name: str, level: str, parent: Place | None, **values: Any) -> Place:
        given = {"code": code, "name_zh": name, "level": level, "parent": parent, **values}
        return create(PLACES, given, by=actor, now=now)  # type: ignore[return-value]

    city = make("990000", "赤市", "city", None)
    west = make("990100", "西县", "county", city, boundary=box(116, 36, 117, 37))
    make("990200", "东县", "county", city, boundary=box(117, 36, 118, 37))
    make("990101", "南镇", "township", west, boundary=box(116, 36, 117, 36.5))
    make("990102", "北镇", "township", west, boundary=box(116, 36.5, 117, 37))
    return west


@pytest.fixture
def station(county: Place, actor: Actor, now: datetime) -> MakeStation:
    """Make a station: station("1A", "national", [(116.5, 36.2, None, None)])."""

    def make(
        code: str, kind: str, sites: list[tuple[Any, ...]], place: str = "990101", **values: Any
    ) -> Station:
        given = {
            "code": code,
            "name_zh": f"站{code}",
            "kind": kind,
            "place": Place.objects.get(code=place),
            "background": False,
            **values,
        }
        made = create(STATIONS, given, by=actor, now=now)
        for lon, lat, first, last in sites:
            row = {"station": made, "lon": lon, "lat": lat, "first": first, "last": last}
            create(SITES, row, by=actor, now=now)
        return made  # type: ignore[return-value]

    return make
