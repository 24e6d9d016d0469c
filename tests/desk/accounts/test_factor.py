"""The second factor by its pages: enrolling, codes once, recovery codes, nothing in clear."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from lantian.desk.accounts import factor, totp
from lantian.desk.accounts.models import RecoveryCode
from lantian.desk.accounts.services import reset_second_factor
from lantian.desk.log.models import Entry

PASSWORD = "korrekt-pferd-batterie"  # noqa: S105


@pytest.fixture
def enrolled(client, person, sign_in):
    """Enrol by the page; gives the secret and the recovery codes."""
    sign_in(client)
    page = client.get("/account/second-factor").content.decode()
    secret = re.search(r"secret=([A-Z2-7]{32})", page)[1]
    assert totp.grouped(secret) in page
    typed = totp.code(secret, totp.step_at(timezone.now().timestamp()) - 1)
    answer = client.post("/account/second-factor", {"code": typed})
    codes = re.findall(r"<code[^>]*>([a-z2-9 ]{19})</code>", answer.content.decode())
    assert len(codes) == 10
    return secret, codes


def _code(secret: str, later: int = 0) -> str:
    return totp.code(secret, totp.step_at(timezone.now().timestamp()) + later)


def test_a_wrong_first_code_enrols_nothing(client, person, sign_in) -> None:
    sign_in(client)
    client.get("/account/second-factor")
    assert client.post("/account/second-factor", {"code": "000000"}).status_code == 200
    person.refresh_from_db()
    assert person.totp_since is None


def test_the_picture_is_a_file_of_its_own_that_holds_no_script(client, person, sign_in) -> None:
    sign_in(client)
    assert client.get("/account/second-factor.svg").status_code == 404
    page = client.get("/account/second-factor").content.decode()
    assert "<svg xmlns" not in page
    picture = client.get("/account/second-factor.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<?xml")
    assert b"<script" not in picture.content
    assert "no-store" in picture.headers["Cache-Control"]


def test_after_enrolling_each_sign_in_asks_for_a_new_code(enrolled, person, sign_in) -> None:
    secret, _ = enrolled
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, next="/account")
    typed = _code(secret)
    answer = first.post("/sign-in/code", {"code": typed})
    assert answer.headers["Location"] == "/account"
    assert second.post("/sign-in/code", {"code": typed}).status_code == 200
    assert second.get("/account").headers["Location"] == "/sign-in/code"
    assert second.post("/sign-in/code", {"code": _code(secret, 1)}).status_code == 302
    means = [e.after for e in Entry.objects.filter(action="accounts.sign-in").order_by("id")]
    assert means == ['{"means":"password"}'] + ['{"means":"password+totp"}'] * 2


def test_an_older_code_than_the_last_is_refused(enrolled, person) -> None:
    secret, _ = enrolled
    person.refresh_from_db()
    now = timezone.now()
    step = totp.step_at(now.timestamp())
    assert factor.prove_code(account=person, given=totp.code(secret, step + 1), now=now) == "totp"
    for back in (0, -1):
        given = totp.code(secret, step + back)
        assert factor.prove_code(account=person, given=given, now=now) == ""


def test_wrong_codes_lock_even_with_the_right_password(enrolled, person, sign_in) -> None:
    secret, _ = enrolled
    client = Client()
    sign_in(client)
    for _ in range(5):
        client.post("/sign-in/code", {"code": "000000"})
    person.refresh_from_db()
    assert person.locked_until > timezone.now()
    assert client.post("/sign-in/code", {"code": _code(secret)}).status_code == 200
    assert sign_in(Client()).status_code == 200
    refused = Entry.objects.filter(action="accounts.refused", after='{"why":"second factor"}')
    assert refused.count() == 6


def test_a_recovery_code_replaces_the_device_once(enrolled, person, sign_in) -> None:
    _, codes = enrolled
    for typed, status in ((codes[0].upper(), 302), (codes[0], 200), (codes[1], 302)):
        client = Client()
        sign_in(client)
        assert client.post("/sign-in/code", {"code": typed}).status_code == status
    assert RecoveryCode.objects.exclude(used_at=None).count() == 2


def test_neither_secret_nor_recovery_code_is_in_the_tables(enrolled, person) -> None:
    secret, codes = enrolled
    with connection.cursor() as cursor:
        told = []
        for name in ("accounts_account", "accounts_recoverycode", "accounts_session", "log_entry"):
            cursor.execute(f"SELECT * FROM {name}")
            told.append(repr(cursor.fetchall()))
    text = "".join(told)
    assert person.username in text
    assert secret not in text
    assert not [c for c in codes if c in text or c.replace(" ", "") in text]


def test_a_secret_copied_to_another_account_opens_nothing(enrolled, person, account_as) -> None:
    from lantian.desk.privacy.cipher import CipherBroken  # noqa: PLC0415

    person.refresh_from_db()
    other = account_as("department")
    other.totp_secret, other.totp_since = person.totp_secret, person.totp_since
    other.save()
    with pytest.raises(CipherBroken):
        factor.prove_code(account=other, given=_code(enrolled[0]), now=timezone.now())


def test_new_recovery_codes_need_the_password_and_end_the_old(enrolled, client, person) -> None:
    _, codes = enrolled
    client.post("/account/recovery-codes", {"password": "wrong-one"})
    assert factor._spent_recovery(person, codes[0], timezone.now()) == "recovery"
    answer = client.post("/account/recovery-codes", {"password": PASSWORD})
    new = re.findall(r"<code[^>]*>([a-z2-9 ]{19})</code>", answer.content.decode())
    assert len(new) == 10
    assert factor._spent_recovery(person, codes[1], timezone.now()) == ""
    assert factor._spent_recovery(person, new[0], timezone.now()) == "recovery"


def test_another_device_needs_the_password(enrolled, client, person) -> None:
    page = client.get("/account/second-factor").content.decode()
    secret = re.search(r"secret=([A-Z2-7]{32})", page)[1]
    assert secret != enrolled[0]
    given = {"code": _code(secret), "password": "wrong-one"}
    assert "密码不正确" in client.post("/account/second-factor", given).content.decode()
    given = {"code": _code(secret), "password": PASSWORD}
    assert "恢复码" in client.post("/account/second-factor", given).content.decode()
    person.refresh_from_db()
    assert factor.prove_code(account=person, given=_code(secret, 1), now=timezone.now()) == "totp"


def test_a_reset_takes_device_codes_and_sessions_away(enrolled, client, person, actor, now) -> None:
    reset_second_factor(account=person.pk, by=actor, now=now + timedelta(minutes=1))
    person.refresh_from_db()
    assert (person.totp_secret, person.totp_since) == ("", None)
    assert not RecoveryCode.objects.exists()
    assert client.get("/account").status_code == 302
