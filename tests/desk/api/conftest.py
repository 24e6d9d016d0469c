"""Callers of the API with a token of their own, and rows and air for them to find."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.desk.air.conftest import beijing, beijing_folder, stand
from tests.desk.register.conftest import county, place

from lantian.desk.accounts.models import Account
from lantian.desk.alarms.register import RULES
from lantian.desk.api import rate
from lantian.desk.api.models import Token
from lantian.desk.api.services import create_token
from lantian.desk.api.views.tokens import offered
from lantian.desk.devices.register import DEVICES
from lantian.desk.duties.register import DUTIES, LEADERS, SHIFTS
from lantian.desk.log.actor import Actor
from lantian.desk.people.register import APPOINTMENTS, ORGANISATIONS, PEOPLE, POSTS
from lantian.desk.places.models import Place
from lantian.desk.register.row import Row
from lantian.desk.register.services import create
from lantian.desk.register.spec import Register
from lantian.desk.rights.queries import reach_of
from lantian.desk.sources.register import SOURCES
from lantian.desk.stations.register import MEMBERSHIPS, SITES, STATIONS

__all__ = ["beijing", "beijing_folder", "county", "place", "stand"]

#: A number that no answer may hold.
PHONE = "13800131234"

type MakeToken = Callable[..., str]
type Caller = Callable[..., Client]


@pytest.fixture(autouse=True)
def _fresh_minute() -> None:
    """No test spends what another took out of a minute: numbers of tokens come again."""
    rate.SPENDING._left.clear()


@pytest.fixture
def token_of(now: datetime) -> MakeToken:
    """Make a token of an account with all it may carry, or with some permissions."""

    def make(account: Account, *scopes: str, days: int = 30) -> str:
        reach = reach_of(account.pk, now.date())
        _, text = create_token(
            account=account.pk,
            name="test",
            scopes=scopes or sorted(offered(reach)),
            expires_at=now + timedelta(days=days),
            reach=reach,
            by=Actor.system("test"),
            now=now,
        )
        return text

    return make


@pytest.fixture
def caller(account_as: Callable[..., Account], token_of: MakeToken) -> Caller:
    """A client that sends the token of a fresh account: caller("department", area="/99/")."""

    def make(*roles: str, scopes: tuple[str, ...] = (), **where: object) -> Client:
        return bearer(token_of(account_as(*roles, **where), *scopes))

    return make


def bearer(text: str) -> Client:
    """A client that sends a token."""
    return Client(headers={"Authorization": f"Bearer {text}"})


def token_row(text: str) -> Token:
    """The row of a token's text."""
    from lantian.desk.api.models import hash_of  # noqa: PLC0415

    return Token.objects.get(hash=hash_of(text))


@pytest.fixture
def land(county: Place, actor: Actor, now: datetime) -> dict[str, dict[str, int]]:
    """One row of every register in each of two townships: number by kind and code of place."""
    found: dict[str, dict[str, int]] = {}

    def made(register: Register, at: str, **values: object) -> Row:
        row = create(register, values, by=actor, now=now)
        found.setdefault(register.kind, {})[at] = row.pk
        return row

    for at in ("990101", "990102"):
        place = Place.objects.get(code=at)
        office = made(ORGANISATIONS, at, code=f"O{at}", kind="township", name_zh=at, place=place)
        person = made(PEOPLE, at, code=f"P{at}", name_zh=at, organisation=office, phone=PHONE)
        post = made(POSTS, at, code=f"G{at}", title_zh=at, organisation=office, role="township",
                    place=place, subjects="")  # fmt: skip
        made(APPOINTMENTS, at, post=post, person=person)
        made(SOURCES, at, code=f"S{at}", name_zh=f"源{at}", category="kiln", place=place,
             phone=PHONE, lon=115, lat=36)  # fmt: skip
        station = made(STATIONS, at, code=f"T{at}", name_zh=at, kind="township", place=place,
                       background=False)  # fmt: skip
        made(SITES, at, station=station, lon=115, lat=36)
        made(MEMBERSHIPS, at, station=station, place=place)
        made(DEVICES, at, mn=f"M{at}", station=station, password=PHONE)
        made(DUTIES, at, code=f"D{at}", principle="dual_duty", organisation=office, text_zh="x",
             citation_zh="y")  # fmt: skip
        made(LEADERS, at, code=f"L{at}", person=person, place=place)
        made(SHIFTS, at, day=now.date(), from_hour=8, position="lead", person=person, place=place)
        made(RULES, at, code=f"A{at}", name_zh=at, place=place, factor="pm25", step="hour",
             threshold=75, clear=60, steps=2, from_hour=0, to_hour=24, post1=post, wait1=30,
             wait2=30, post2=None, post3=None)  # fmt: skip
        found.setdefault("place", {})[at] = place.pk
    return found


@pytest.fixture
def empty(stand: Callable[[Path], None], tmp_path: Path) -> None:
    """A desk without a lake."""
    stand(tmp_path)
