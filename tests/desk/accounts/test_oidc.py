"""Sign-in by an identity server that really runs: the way through, and every lie refused."""

import importlib.util
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from lantian.desk.accounts import oidc
from lantian.desk.accounts.models import Account, Session
from lantian.desk.env import Oidc, env
from lantian.desk.log.models import Entry
from lantian.errors import BadSetting


def _module() -> ModuleType:
    file = Path(__file__).with_name("identity_server.py")
    spec = importlib.util.spec_from_file_location("identity_server", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def servers() -> Iterator[object]:
    with _module().running() as server:
        yield server


@pytest.fixture
def server(servers, monkeypatch: pytest.MonkeyPatch):
    """The identity server, telling the truth of wang; the desk knows it."""
    servers.lie, servers.who = {}, {"sub": "s-1", "preferred_username": "wang"}
    servers.asked.clear()
    known = Oidc(
        issuer=servers.issuer,
        client_id="desk",
        client_secret="kept-between-the-two",  # noqa: S106
        label="县统一登录 / county sign-on",
    )
    monkeypatch.setattr(env(), "settings", env().settings.model_copy(update={"oidc": known}))
    oidc._client.cache_clear()
    return servers


def _there_and_back(client: Client, asked: str = "") -> str:
    """Go to the identity server as a browser does; return the way back to the desk."""
    sent = client.get(f"/sign-in/oidc?next={asked}")
    assert sent.status_code == 302
    there = urlsplit(sent.headers["Location"])
    link = HTTPConnection(there.netloc)
    link.request("GET", f"{there.path}?{there.query}")
    answer = link.getresponse()
    link.close()
    back = urlsplit(answer.headers["Location"])
    assert back.netloc == "testserver"
    return f"{back.path}?{back.query}"


def test_without_settings_there_is_no_button_and_no_address(client, db) -> None:
    assert client.get("/sign-in/oidc").status_code == 404
    assert client.get("/sign-in/oidc/return?code=1&state=2").status_code == 404
    assert "/sign-in/oidc" not in client.get("/sign-in").content.decode()


def test_the_way_through(client, person, server) -> None:
    assert "县统一登录" in client.get("/sign-in").content.decode()
    back = _there_and_back(client, "/account")
    before = client.cookies["lantian_session"].value
    answer = client.get(back)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
    assert client.cookies["lantian_session"].value != before
    assert client.get("/account").status_code == 200
    asked = server.asked[0]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    entry = Entry.objects.get(action="accounts.sign-in")
    assert entry.after == '{"means":"oidc"}'


def test_the_first_time_binds_the_subject_and_then_the_subject_decides(
    person, server, account_as
) -> None:
    client = Client()
    client.get(_there_and_back(client))
    person.refresh_from_db()
    assert person.oidc_subject == "s-1"
    server.who = {"sub": "s-1", "preferred_username": "renamed"}
    client = Client()
    assert client.get(_there_and_back(client)).status_code == 302
    server.who = {"sub": "s-2", "preferred_username": "wang"}
    client = Client()
    assert client.get(_there_and_back(client)).status_code == 403


def test_nobody_unknown_or_inactive_comes_in_and_no_account_is_made(person, server) -> None:
    count = Account.objects.count()
    for who in ({"sub": "s-9", "preferred_username": "nobody"}, {"sub": "s-9"}):
        server.who = who
        client = Client()
        assert client.get(_there_and_back(client)).status_code == 403
    Account.objects.update(is_active=False)
    server.who = {"sub": "s-1", "preferred_username": "wang"}
    client = Client()
    assert client.get(_there_and_back(client)).status_code == 403
    assert Account.objects.count() == count
    assert not Session.objects.exclude(account=None).exists()
    assert Entry.objects.filter(action="accounts.refused").count() == 3


LIES = {
    "another audience": {"aud": "another-desk"},
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "another nonce": {"nonce": "guessed"},
    "expired": {"exp": 1_600_000_000},
    "no subject": {"sub": None},
    "unsigned": {"alg": "none"},
    "a shared secret": {"alg": "HS256"},
    "another key": {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused(client, person, server, lie: str) -> None:
    server.lie = LIES[lie]
    answer = client.get(_there_and_back(client))
    assert answer.status_code == 400
    assert client.get("/account").status_code == 302
    assert not Session.objects.exclude(account=None).exists()


def test_a_code_without_this_browsers_state_is_refused(person, server) -> None:
    victim, thief = Client(), Client()
    back = _there_and_back(thief)
    assert victim.get(back).status_code == 400
    assert victim.get("/account").status_code == 302
    assert thief.get(back).status_code == 302
    assert thief.get(back).status_code == 400


@pytest.mark.parametrize("asked", ["https://evil.example/", "//evil.example"])
def test_the_way_back_leads_to_no_other_host(client, person, server, asked: str) -> None:
    assert client.get(_there_and_back(client, asked)).headers["Location"] == "/"


def test_the_second_factor_is_asked_here_all_the_same(client, person, server, desk_set) -> None:
    desk_set(second_factor_roles=["department"])
    client.get(_there_and_back(client))
    assert client.get("/account").headers["Location"] == "/account/second-factor"


def test_a_password_that_nobody_uses_needs_no_change(client, person, server) -> None:
    Account.objects.update(must_change_password=True)
    client.get(_there_and_back(client))
    assert client.get("/account").status_code == 200


def test_an_error_of_the_server_and_a_server_that_is_gone_are_told(
    client, person, server, monkeypatch
) -> None:
    client.get("/sign-in/oidc")
    assert client.get("/sign-in/oidc/return?error=access_denied&state=x").status_code == 400
    gone = Oidc(issuer="http://127.0.0.1:1", client_id="desk")
    monkeypatch.setattr(env(), "settings", env().settings.model_copy(update={"oidc": gone}))
    assert client.get("/sign-in/oidc").status_code == 400


def test_an_identity_server_without_https_is_refused(db) -> None:
    with pytest.raises(BadSetting, match="https"):
        oidc._client(Oidc(issuer="http://id.example.org", client_id="desk"))
