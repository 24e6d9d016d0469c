"""Sessions end: by idleness, by age, by their owner, with the password."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from lantian.desk.accounts import gate
from lantian.desk.accounts import session as sessions
from lantian.desk.accounts.models import Session
from lantian.desk.accounts.services import delete_ended_sessions, end_sessions, set_active
from lantian.desk.accounts.views import entry
from lantian.desk.log.models import Entry

PASSWORD = "korrekt-pferd-batterie"  # noqa: S105


@pytest.fixture
def clock(monkeypatch):
    """Moves the clock that sessions see."""
    start = timezone.now()
    shown = {"now": start}

    class Clock:
        localdate = staticmethod(timezone.localdate)

        @staticmethod
        def now():
            return shown["now"]

    for module in (sessions, gate, entry, db):
        monkeypatch.setattr(module, "timezone", Clock)

    def move(**by: float) -> None:
        shown["now"] += timedelta(**by)

    return move


def test_an_idle_session_ends(client, person, sign_in, clock) -> None:
    sign_in(client)
    clock(minutes=59)
    assert client.get("/account").status_code == 200
    clock(minutes=59)
    assert client.get("/account").status_code == 200
    clock(minutes=61)
    assert client.get("/account").status_code == 302


def test_what_a_page_asks_by_itself_is_no_use(client, person, sign_in, clock) -> None:
    sign_in(client)
    polling = {"X-Lantian-Polling": "1"}
    for _ in range(5):
        clock(minutes=10)
        assert client.get("/account/alive", headers=polling).status_code == 204
        # A page that writes into the session while it polls keeps it open no longer, either.
        store = client.session
        store["something"] = timezone.now().timestamp()
        store.save()
    clock(minutes=11)
    ended = client.get("/account/alive", headers=polling)
    assert (ended.status_code, ended.url) == (302, "/sign-in?next=/account/alive")


def test_pages_say_what_they_ask_by_themselves_and_walls_do_not(root: Path) -> None:
    """A wall that turns is in use: its session ends by age alone."""
    scripts = root / "src/lantian/desk/site/static/js"
    named = {p.name for p in scripts.rglob("*.js") if sessions.POLLING in p.read_text("utf-8")}
    assert named == {"page.js"}
    assert "src=\"{% static 'js/page.js' %}\"" not in (
        root / "src/lantian/desk/site/templates/wall_base.html"
    ).read_text("utf-8")


def test_an_open_page_asks_whether_its_session_still_is(client, person, sign_in) -> None:
    assert "data-alive" not in client.get("/sign-in").text
    sign_in(client)
    assert ' data-alive="/account/alive"' in client.get("/account").text


def test_a_session_in_use_ends_by_age(client, person, sign_in, clock) -> None:
    sign_in(client)
    for _ in range(14):
        clock(minutes=50)
        last = client.get("/account").status_code
        assert last == 200
    clock(minutes=50)
    assert client.get("/account").status_code == 302


def test_use_is_written_once_a_minute(client, person, sign_in, clock) -> None:
    sign_in(client)
    first = Session.objects.get().seen_at
    clock(seconds=59)
    client.get("/account")
    assert Session.objects.get().seen_at == first
    clock(seconds=2)
    client.get("/account")
    assert Session.objects.get().seen_at == first + timedelta(seconds=61)


def test_the_cookie_is_of_this_browser_session_and_out_of_reach_of_scripts(
    client, person, sign_in
) -> None:
    sign_in(client)
    cookie = client.cookies["lantian_session"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_the_owner_sees_sessions_and_ends_them(person, sign_in) -> None:
    here, there, third = Client(), Client(headers={"user-agent": "Other/1.0"}), Client()
    for client in (here, there, third):
        sign_in(client)
    page = here.get("/account/sessions").content.decode()
    assert "Other/1.0" in page
    assert "127.0.0.1" in page
    for row in Session.objects.all():
        assert row.session_key not in page
    other = Session.objects.get(agent="Other/1.0")
    here.post("/account/sessions", {"handle": other.handle})
    assert there.get("/account").status_code == 302
    assert third.get("/account").status_code == 200
    here.post("/account/sessions")
    assert third.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    assert Entry.objects.filter(action="accounts.end-sessions").count() == 2


def test_nobody_ends_sessions_of_others(person, sign_in, client_as) -> None:
    client = Client()
    sign_in(client)
    handle = Session.objects.get().handle
    client_as("department").post("/account/sessions", {"handle": handle})
    assert client.get("/account").status_code == 200


def test_a_changed_password_ends_all_other_sessions(person, sign_in) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    before = here.cookies["lantian_session"].value
    new = "vier-fuenf-sechs"
    here.post("/account/password", {"old": PASSWORD, "new": new, "again": new})
    assert here.get("/account").status_code == 200
    assert here.cookies["lantian_session"].value != before
    assert there.get("/account").status_code == 302
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), password=new).status_code == 302


@pytest.mark.parametrize(
    "given",
    [
        {"old": "wrong", "new": "vier-fuenf-sechs", "again": "vier-fuenf-sechs"},
        {"old": PASSWORD, "new": "vier-fuenf-sechs", "again": "vier-fuenf-acht"},
        {"old": PASSWORD, "new": "password123", "again": "password123"},
        {"old": PASSWORD, "new": PASSWORD, "again": PASSWORD},
        {"old": PASSWORD},
    ],
)
def test_a_bad_change_changes_nothing(person, sign_in, given) -> None:
    client = Client()
    sign_in(client)
    assert client.post("/account/password", given).status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_deactivated_account_is_out_at_once(person, sign_in, actor, now) -> None:
    client = Client()
    sign_in(client)
    set_active(account=person.pk, active=False, by=actor, now=now)
    assert client.get("/account").status_code == 302


def test_ended_sessions_are_swept_and_open_ones_not(person, sign_in, now) -> None:
    sign_in(Client())
    assert delete_ended_sessions(now=now + timedelta(minutes=59)) == 0
    assert delete_ended_sessions(now=now + timedelta(minutes=62)) == 1
    assert not Session.objects.exists()


def test_a_session_that_was_ended_does_not_come_back(person, sign_in, actor, now) -> None:
    client = Client()
    sign_in(client)
    store = sessions.SessionStore(client.cookies["lantian_session"].value)
    store["x"] = 1
    assert end_sessions(account=person.pk, handles=None, by=actor, now=now) == 1
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()
