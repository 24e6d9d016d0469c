"""Every route × role × area: what the one table says is what the desk does."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from lantian.desk.accounts.models import Account
from lantian.desk.devices.register import DEVICES
from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.people.register import APPOINTMENTS, ORGANISATIONS, PEOPLE, POSTS
from lantian.desk.places.register import PLACES
from lantian.desk.register.row import Row
from lantian.desk.register.services import create
from lantian.desk.register.spec import Register, registers
from lantian.desk.rights.services import Granted, set_grants
from lantian.desk.rights.table import PUBLIC, SIGNED_IN, table
from lantian.desk.sources.register import SOURCES
from lantian.desk.stations.register import STATIONS
from lantian.lake.store import Lake

pytestmark = pytest.mark.django_db

#: Answers that a route which is allowed may give to a request without content.
ANSWERED = {200, 204, 302, 304, 400, 404, 405, 406, 409, 415, 422}


@dataclass(frozen=True)
class Route:
    """One address: its name and the parameters that it takes."""

    name: str
    parameters: tuple[tuple[str, str], ...]


def routes() -> list[Route]:
    found = {}
    for name, pattern in _walk(get_resolver(), ()):
        converters = pattern.pattern.converters
        kinds = tuple((key, type(value).__name__) for key, value in converters.items())
        found[name] = Route(name, kinds)
    return [found[name] for name in sorted(found)]


def _walk(resolver: URLResolver, within: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, (*within, *filter(None, (entry.namespace,))))
        else:
            yield ":".join([*within, entry.name or ""]), entry


ROUTES = routes()
#: The API is walked with its tokens in tests/desk/api.
WALKED = [route for route in ROUTES if not route.name.startswith("api:")]
#: Registers of which there is a row in each of two areas.
LIMITED = [PLACES, ORGANISATIONS, PEOPLE, POSTS, APPOINTMENTS, SOURCES, DEVICES]
PHONE = "10055512345"
ROLES = sorted(table().roles)
_USUAL = {
    "IntConverter": 1,
    "StringConverter": "x",
    "SlugConverter": "x",
    "PathConverter": "x",
    "UUIDConverter": uuid.UUID(int=1),
}


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    addresses = {route.name for route in ROUTES}
    assert sorted(addresses - table().routes.keys()) == []
    assert sorted(table().routes.keys() - addresses) == []


@dataclass(frozen=True)
class Land:
    """Two townships of a county, each with one row of every register that has areas."""

    east: str
    west: str
    rows: dict[tuple[str, str], Row]


@pytest.fixture(scope="module")
def land(django_db_setup: None, django_db_blocker) -> Iterator[Land]:
    """Rows that all cases of the matrix read, beside an empty lake; they go with the module."""
    if not Lake.exists(env().folder):
        Lake.init(env().folder)
    with django_db_blocker.unblock(), transaction.atomic():
        yield _fill(Actor.system("test"), timezone.now())
        transaction.set_rollback(True)


def _fill(by: Actor, now: datetime) -> Land:
    rows: dict[tuple[str, str], Row] = {}

    def made(side: str, register: Register, **values: object) -> Row:
        row = create(register, values, by=by, now=now)
        rows[register.kind, side] = row
        return row

    county = made("all", PLACES, code="99", name_zh="县", level="county", parent=None)
    paths = {}
    for side, code in (("east", "9901"), ("west", "9902")):
        place = made(side, PLACES, code=code, name_zh=side, level="township", parent=county)
        paths[side] = place.path
        office = made(
            side, ORGANISATIONS, code=f"O{code}", kind="township", name_zh=side, place=place
        )
        person = made(side, PEOPLE, code=f"P{code}", name_zh=side, organisation=office)
        post = made(
            side, POSTS, code=f"G{code}", title_zh=side, organisation=office, role="township",
            place=place, subjects="",
        )  # fmt: skip
        made(side, APPOINTMENTS, post=post, person=person)
        owner = made(
            side, ORGANISATIONS, code=f"C{code}", name_zh=side, kind="company", place=place
        )
        made(
            side, SOURCES, code=f"S{code}", name_zh=side, category="kiln", place=place,
            owner=owner, phone=PHONE,
        )  # fmt: skip
        station = {"code": f"T{code}", "name_zh": side, "kind": "micro", "place": place}
        stands = create(STATIONS, {**station, "background": False}, by=by, now=now)
        made(side, DEVICES, mn=f"D{code}", station=stands, password=PHONE)
    return Land(paths["east"], paths["west"], rows)


def _kinds() -> dict[str, Register]:
    """Register of each route that names one of its rows."""
    return {
        register.route(page): register
        for register in registers()
        for page in ("detail", "edit", "remove", "note", *(["attach"] * bool(register.documents)))
    }


REGISTER_OF = _kinds()


def _address(route: Route, land: Land, side: str) -> str:
    values = {name: _USUAL[kind] for name, kind in route.parameters}
    register = REGISTER_OF.get(route.name)
    row = land.rows.get((register.kind, side)) if register else None
    if row is not None:
        values["pk"] = row.pk
    return reverse(route.name, kwargs=values)


@pytest.fixture(scope="module")
def clients(land: Land) -> dict[str, Client]:
    """A signed-in browser for each role, which holds it in the eastern township."""
    found = {}
    for role in ROLES:
        account = Account(username=f"matrix-{role}", name=role, created_at=timezone.now())
        account.set_unusable_password()
        account.save()
        set_grants(
            account=account.pk,
            source="test",
            grants=[Granted(role, land.east, organisation="C9901" if role == "company" else "")],
            by=Actor.system("test"),
            now=timezone.now(),
        )
        client = Client(raise_request_exception=True)
        client.force_login(account)
        found[role] = client
    return found


@pytest.mark.slow
@pytest.mark.parametrize("route", WALKED, ids=lambda route: route.name)
def test_each_role_reaches_the_route_in_its_area_or_not_at_all(
    route: Route, land: Land, clients: dict[str, Client]
) -> None:
    need = table().routes[route.name]
    for role, client in clients.items():
        held = table().roles[role].may
        allowed = need in {PUBLIC, SIGNED_IN} or held.issuperset(need.split(" & "))
        if allowed:
            _is_open(route, need, land, client)
        else:
            _is_closed(route, land, client)


def _is_closed(route: Route, land: Land, client: Client) -> None:
    assert client.get(_address(route, land, "east")).status_code == 403
    before = Entry.objects.count()
    assert client.post(_address(route, land, "east")).status_code == 403
    assert Entry.objects.count() == before


def _is_open(route: Route, need: str, land: Land, client: Client) -> None:
    inside = client.get(_address(route, land, "east"))
    register = REGISTER_OF.get(route.name)
    if register is None or (register.kind, "west") not in land.rows:
        assert inside.status_code in ANSWERED, inside.status_code
        return
    assert inside.status_code in {200, 405}
    outside = client.get(_address(route, land, "west"))
    if table().permissions[need.partition(" & ")[0]].everywhere:
        assert outside.status_code == inside.status_code
    else:
        posted = client.post(_address(route, land, "west"), {"version": 1, "act": "delete"})
        assert (outside.status_code, posted.status_code) in {(404, 404), (405, 404), (404, 405)}


@pytest.mark.parametrize("route", WALKED, ids=lambda route: route.name)
def test_who_is_not_signed_in_is_asked_to(route: Route, land: Land) -> None:
    answer = Client().get(_address(route, land, "east"))
    if table().routes[route.name] == PUBLIC:
        assert answer.status_code in ANSWERED
    else:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("accounts:sign-in"))


@pytest.mark.parametrize("register", LIMITED, ids=lambda register: register.kind)
def test_a_list_holds_no_row_of_another_area(
    register: Register, land: Land, clients: dict[str, Client]
) -> None:
    west = land.rows[register.kind, "west"]
    everywhere = table().permissions[register.read].everywhere
    readers = [c for role, c in clients.items() if register.read in table().roles[role].may]
    assert readers
    for client in readers:
        answer = client.get(reverse(register.route("list")))
        assert answer.status_code == 200
        shown = reverse(register.route("detail"), args=[west.pk]) in answer.text
        assert shown is everywhere
        assert PHONE not in answer.text
