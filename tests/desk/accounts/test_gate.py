"""Until every proof is given no route answers, but those that ask for it."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from lantian.desk.accounts import factor, totp
from lantian.desk.accounts.models import Account
from lantian.desk.rights.services import Granted, set_grants
from lantian.desk.rights.table import PUBLIC, table
from lantian.errors import BadSetting

_SAMPLES = {"int": "1", "str": "x", "slug": "x", "path": "x/y", "uuid": "0" * 32}


def _routes(resolver: URLResolver, name: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    """Every route of the desk with an address that it answers."""
    for pattern in resolver.url_patterns:
        here = path + _sample(pattern)
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _routes(pattern, name + space, here)
        elif isinstance(pattern, URLPattern):
            yield f"{name}{pattern.name}", here


def _sample(pattern: URLPattern | URLResolver) -> str:
    text = str(pattern.pattern)
    for key, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        sample = {"string": "x"}.get(kind) or _SAMPLES.get(kind, "1")
        for spelled in (f"<{key}>", f"<str:{key}>", f"<{kind}:{key}>"):
            text = text.replace(spelled, sample)
    return text


ROUTES = dict(_routes(get_resolver()))
#: Signing out, and what of the API is public: that takes no session at all.
OPEN = {"accounts:sign-out"} | {
    route for route, need in table().routes.items() if route.startswith("api:") and need == PUBLIC
}


def test_the_walk_finds_the_routes() -> None:
    assert len(ROUTES) > 15
    assert {"accounts:account", "privacy:reveal", "site:health"} <= ROUTES.keys()
    of_here = {r for r in table().routes if r.startswith(("accounts:", "privacy:"))}
    assert of_here <= ROUTES.keys()


@pytest.fixture
def commander(person, actor, now, desk_set) -> Account:
    """Somebody whose role needs a second factor."""
    desk_set(second_factor_roles=["headquarters"])
    grants = [Granted("headquarters")]
    set_grants(account=person.pk, source="test", grants=grants, by=actor, now=now)
    return person


def _closed(client: Client, step: str, beside: set[str]) -> None:
    for route, path in ROUTES.items():
        if route in OPEN | beside:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(f"/{path}", headers={"accept": "application/json"})
            # The interface for programs takes tokens and no session, whatever its state.
            closed = (401, None) if path.startswith("api/v1/") else (302, step)
            assert (answer.status_code, answer.headers.get("Location")) == closed, (route, method)
    for path in ("/", "/nowhere", "/sign-in/code/", "//account", "/ACCOUNT"):
        assert client.get(path).headers.get("Location") == step, path


def test_no_route_opens_before_a_needed_device_is_enrolled(client, commander, sign_in) -> None:
    sign_in(client)
    _closed(client, "/account/second-factor", {"accounts:enrol", "accounts:qr"})
    assert client.get("/account/second-factor").status_code == 200


def test_no_route_opens_before_the_code_is_given(client, commander, sign_in, actor, now) -> None:
    secret, _ = _enrolled(commander, actor, now)
    sign_in(client)
    _closed(client, "/sign-in/code", {"accounts:second-factor"})
    assert client.post("/sign-in/code", {"code": "000000"}).status_code == 200
    assert client.get("/account").headers["Location"] == "/sign-in/code"
    assert client.options("/account").status_code == 302
    key = client.cookies["lantian_session"].value
    typed = totp.code(secret, totp.step_at(timezone.now().timestamp()) + 1)
    assert client.post("/sign-in/code", {"code": typed}).status_code == 302
    assert client.get("/account").status_code == 200
    assert client.cookies["lantian_session"].value != key


@pytest.mark.slow
def test_who_enrolled_of_free_will_is_asked_too(client, person, sign_in, actor, now) -> None:
    _enrolled(person, actor, now)
    sign_in(client)
    _closed(client, "/sign-in/code", {"accounts:second-factor"})


@pytest.mark.slow
def test_no_route_opens_before_a_one_time_password_is_changed(client, person, sign_in) -> None:
    Account.objects.update(must_change_password=True, password_since=timezone.now())
    sign_in(client)
    _closed(client, "/account/password", {"accounts:password"})


@pytest.mark.slow
def test_a_role_given_to_an_open_session_closes_it_until_enrolled(
    client, person, sign_in, actor, now, desk_set
) -> None:
    desk_set(second_factor_roles=["headquarters"])
    sign_in(client)
    assert client.get("/account").status_code == 200
    set_grants(
        account=person.pk, source="more", grants=[Granted("headquarters")], by=actor, now=now
    )
    _closed(client, "/account/second-factor", {"accounts:enrol", "accounts:qr"})


@pytest.mark.slow
def test_a_session_made_without_any_proof_passes_no_gate(client, commander) -> None:
    client.force_login(commander)
    _closed(client, "/account/second-factor", {"accounts:enrol", "accounts:qr"})


def test_a_desk_that_asks_a_role_that_is_not_there_does_not_start(db, desk_set) -> None:
    desk_set(second_factor_roles=["headqarters"])
    with pytest.raises(BadSetting, match="headqarters"):
        Client().get("/healthz")


def _enrolled(account: Account, actor, now) -> tuple[str, list[str]]:
    pending = factor.pending_secret()
    secret = factor.shown(pending, account.username)[0].replace(" ", "")
    typed = totp.code(secret, totp.step_at(now.timestamp()))
    codes = factor.enrol(account=account, pending=pending, given=typed, by=actor, now=now)
    assert codes
    return secret, codes
