"""The small county's lake, and its places in the register."""

from datetime import datetime, timedelta

import pytest

from desk.air.conftest import stand
from desk.wall.conftest import small, small_folder
from lantian.desk.log.actor import Actor
from lantian.desk.people.register import ORGANISATIONS, PEOPLE
from lantian.desk.places.register import PLACES
from lantian.desk.register.row import Row
from lantian.desk.register.services import create
from lantian.desk.register.spec import Register

__all__ = ["small", "small_folder", "stand"]

COUNTY, EAST, WEST = "/99/", "/99/9901/", "/99/9902/"


class Land:
    """Rows of registers, made by somebody."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def add(self, register: Register, by: str = "某人", **values: object) -> Row:
        """Make a row through its service, a second after the one before."""
        self.now += timedelta(seconds=1)
        return create(register, values, by=Actor(None, by, "test", "test"), now=self.now)


@pytest.fixture
def land(db: None, now: datetime) -> Land:
    """甲县 with 东镇 and 西镇, an office and two people, all of it older than a day."""
    found = Land(now.replace(year=now.year - 1, month=1, day=1))
    county = found.add(PLACES, code="99", name_zh="甲县", level="county", parent=None)
    for code, name in (("9901", "东镇"), ("9902", "西镇")):
        found.add(PLACES, code=code, name_zh=name, level="township", parent=county)
    found.office = found.add(  # type: ignore[attr-defined]
        ORGANISATIONS, code="O1", kind="department", name_zh="环境局", place=county
    )
    found.people = [  # type: ignore[attr-defined]
        found.add(PEOPLE, code=f"P{n}", name_zh=f"人{n}", organisation=found.office)  # type: ignore[attr-defined]
        for n in range(2)
    ]
    found.county = county  # type: ignore[attr-defined]
    found.now = now - timedelta(hours=1)
    return found
