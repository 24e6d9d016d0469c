"""A small fictional county."""

from collections.abc import Callable
from datetime import datetime

import pytest

from lantian.desk.log.actor import Actor
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.services import create

type MakePlace = Callable[..., Place]


def square(west: float, south: float, side: float = 0.1) -> str:
    """GeoJSON of a square, wound the wrong way round."""
    east, north = west + side, south + side
    ring = [[west, south], [west, north], [east, north], [east, south], [west, south]]
    return f'{{"type":"Polygon","coordinates":[{ring}]}}'


@pytest.fixture
def place(db: None, actor: Actor, now: datetime) -> MakePlace:
    """Make a place: place("990101", "township", county)."""

    def make(code: str, level: str, parent: Place | None = None, **values: object) -> Place:
        given = {"code": code, "name_zh": f"地{code}", "level": level, "parent": parent, **values}
        return create(PLACES, given, by=actor, now=now)  # type: ignore[return-value]

    return make


@pytest.fixture
def county(place: MakePlace) -> Place:
    """A county with two townships."""
    city = place("990000", "city", fictional=True)
    county = place("990100", "county", city)
    place("990101", "township", county, boundary=square(116.0, 36.0))
    place("990102", "township", county, boundary=square(116.2, 36.0))
    return county
