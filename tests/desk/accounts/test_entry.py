"""Signing in by the pages: one message, one cost, a new session, no way to another host."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.utils import timezone

from lantian.desk.accounts import signin
from lantian.desk.accounts.models import Account, Session
from lantian.desk.accounts.services import create_account, set_active
from lantian.desk.log.models import Entry

WRONG = "用户名或密码不正确"


def test_the_right_password_opens_a_session_on_record(client, person, sign_in) -> None:
    answer = sign_in(client, next="/account")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
    assert client.get("/account").status_code == 200
    row = Session.objects.get()
    assert (row.account, row.address) == (person.pk, "127.0.0.1")
    entry = Entry.objects.get(action="accounts.sign-in")
    assert (entry.account, entry.actor, entry.origin) == (person.pk, "wang", "127.0.0.1")


def test_user_names_are_read_without_case_and_width(client, person, sign_in) -> None:
    assert sign_in(client, " ＷＡＮＧ ").status_code == 302


def test_every_refusal_reads_the_same(client, person, sign_in, actor, now) -> None:
    texts = {_message(sign_in(client, "nobody")), _message(sign_in(client, "wang", "wrong-one"))}
    set_active(account=person.pk, active=False, by=actor, now=now)
    texts.add(_message(sign_in(client)))
    set_active(account=person.pk, active=True, by=actor, now=now)
    Account.objects.update(locked_until=timezone.now() + timedelta(minutes=5))
    texts.add(_message(sign_in(client)))
    assert len(texts) == 1
    assert WRONG in texts.pop()
    assert not Session.objects.filter(account=person.pk).exists()
    whys = [e.after for e in Entry.objects.filter(action="accounts.refused")]
    assert [w[8:-2] for w in whys] == ["unknown", "password", "inactive", "locked"]


def _message(answer) -> str:
    assert answer.status_code == 200
    page = answer.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r'value="[^"]*"', "", main)


def test_every_refusal_costs_one_hash(client, person, sign_in, monkeypatch) -> None:
    hashed = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)

        def counted(self, *args, real=real, name=name, **more):
            hashed.append(name)
            return real(self, *args, **more)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    costs = []
    for username in ("wang", "nobody"):
        hashed.clear()
        sign_in(client, username, "wrong-one")
        costs.append(len(hashed))
    Account.objects.update(locked_until=timezone.now() + timedelta(minutes=5))
    hashed.clear()
    sign_in(client)
    costs.append(len(hashed))
    assert costs == [1, 1, 1]


def test_passwords_are_kept_as_argon2(person, as_installed) -> None:
    assert person.password.startswith("argon2$argon2id$")
    # OWASP: at least 19 MiB and two rounds.
    time, memory_kib, _ = as_installed
    assert (time >= 2, memory_kib >= 19 * 1024) == (True, True)


def test_a_session_key_planted_before_sign_in_opens_nothing(client, person, sign_in) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["lantian_session"] = planted
    sign_in(client)
    own = client.cookies["lantian_session"].value
    assert own != planted
    thief = Client()
    thief.cookies["lantian_session"] = planted
    assert thief.get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize(
    "asked",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example",
     "javascript:alert(1)", "http://testserver.evil.example/", "\t//evil.example", ""],
)  # fmt: skip
def test_no_way_leads_to_another_host(client, person, sign_in, asked: str) -> None:
    assert sign_in(client, next=asked).headers["Location"] == "/"
    assert client.get("/sign-in", {"next": asked}).headers["Location"] == "/"


def test_who_is_not_signed_in_is_asked_and_comes_back(client, person, sign_in) -> None:
    answer = client.get("/account/sessions")
    assert answer.headers["Location"] == "/sign-in?next=/account/sessions"
    page = client.get(answer.headers["Location"]).content.decode()
    assert 'name="next" value="/account/sessions"' in page


def test_signing_out_ends_the_session_and_needs_a_form(client, person, sign_in) -> None:
    sign_in(client)
    assert client.get("/sign-out").status_code == 405
    key = client.cookies["lantian_session"].value
    answer = client.post("/sign-out")
    assert answer.status_code == 302
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(session_key=key).exists()
    assert Entry.objects.filter(action="accounts.sign-out").count() == 1
    assert client.get("/account").status_code == 302


def test_forms_from_elsewhere_are_refused(person) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in", {"username": "wang", "password": "x"})
    assert answer.status_code == 403


def test_too_many_from_one_address_wait(client, person, sign_in, desk_set) -> None:
    desk_set(lock_after=3)
    for number in range(30):
        sign_in(client, f"nobody{number}", "x")
    assert sign_in(client).status_code == 429


def test_a_one_time_password_opens_its_change_alone_and_for_a_week(
    db, client, sign_in, actor, now
) -> None:
    _, password = create_account(username="li", name="李", by=actor, now=now)
    assert sign_in(client, "li", password).status_code == 302
    assert client.get("/account").headers["Location"] == "/account/password"
    new = {"old": password, "new": "vier-fuenf-sechs", "again": "vier-fuenf-sechs"}
    assert client.post("/account/password", new).headers["Location"] == "/"
    assert client.get("/account").status_code == 200
    old = now - signin.ONE_TIME - timedelta(seconds=1)
    late, password = create_account(username="lu", name="陆", by=actor, now=old)
    assert sign_in(Client(), "lu", password).status_code == 200
    assert late.must_change_password


def test_the_page_speaks_the_language_of_the_account_then(client, person, sign_in) -> None:
    Account.objects.update(language="en")
    sign_in(client)
    assert "My account" in client.get("/account").content.decode()
