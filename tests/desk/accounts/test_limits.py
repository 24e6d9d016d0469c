"""Guessing is limited exactly, many at once included."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from lantian.desk.accounts import factor, limits, totp
from lantian.desk.accounts.models import Account, Address, RecoveryCode
from lantian.desk.accounts.services import create_account
from lantian.desk.accounts.signin import TooManyAttempts, prove_password
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry

PASSWORD = "korrekt-pferd-batterie"  # noqa: S105
CALLER = Actor(None, "", "10.0.0.9", "r")


def _guess(username: str, password: str, at, by: Actor = CALLER) -> Account | None:
    return prove_password(username=username, password=password, by=by, now=at)


def _at_once(work, times: int) -> list:
    gate = Barrier(times)

    def one(number: int):
        try:
            gate.wait(30)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.fixture
def committed(transactional_db, now, actor) -> Account:
    account, _ = create_account(
        username="wang", name="王", password=PASSWORD, must_change=False, by=actor, now=now
    )
    return account


def test_parallel_guesses_never_exceed_the_limit(committed, desk_set, monkeypatch) -> None:
    desk_set(lock_after=3)
    looked = []
    real = limits.take

    def take(account: int, now) -> bool:
        taken = real(account, now)
        looked.append(taken)
        return taken

    monkeypatch.setattr(limits, "take", take)
    now = timezone.now()
    found = _at_once(lambda n: _guess("wang", f"wrong-guess-{n}", now), 12)
    assert found == [None] * 12
    assert (looked.count(True), looked.count(False)) == (3, 9)
    committed.refresh_from_db()
    assert committed.failures == 3
    assert committed.locked_until == now + timedelta(minutes=15)
    assert _guess("wang", PASSWORD, now) is None


def test_a_code_is_good_once_even_at_once(committed, desk_set) -> None:
    desk_set(lock_after=20)
    now = timezone.now()
    secret = totp.new_secret()
    Account.objects.filter(pk=committed.pk).update(
        totp_secret=factor.encrypt(secret, factor._place(committed.pk)), totp_since=now
    )
    committed.refresh_from_db()
    typed = totp.code(secret, totp.step_at(now.timestamp()))
    prove = lambda _: factor.prove_code(account=committed, given=typed, now=now)  # noqa: E731
    assert sorted(_at_once(prove, 8)) == [""] * 7 + ["totp"]


def test_a_recovery_code_is_good_once_even_at_once(committed, actor, now, desk_set) -> None:
    desk_set(lock_after=20)
    [code, *_] = factor.new_recovery_codes(account=committed, by=actor, now=now)
    prove = lambda _: factor.prove_code(account=committed, given=code, now=now)  # noqa: E731
    assert sorted(_at_once(prove, 8)) == [""] * 7 + ["recovery"]
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_a_lock_ends_by_itself_and_success_forgets(person, now) -> None:
    for _ in range(5):
        assert _guess("wang", "wrong-password", now) is None
    assert _guess("wang", PASSWORD, now) is None
    assert _guess("wang", PASSWORD, now + timedelta(minutes=14)) is None
    later = now + timedelta(minutes=15)
    assert _guess("wang", PASSWORD, later) == person
    person.refresh_from_db()
    assert (person.failures, person.locked_until) == (0, None)


def test_the_last_allowed_attempt_may_be_right(person, now) -> None:
    for _ in range(4):
        _guess("wang", "wrong-password", now)
    assert _guess("wang", PASSWORD, now) == person
    person.refresh_from_db()
    assert (person.failures, person.locked_until) == (4, None)


def test_a_known_password_does_not_renew_guesses_of_the_second_factor(person, now) -> None:
    guesses = 0
    for _ in range(30):
        _guess("wang", PASSWORD, now)
        if limits.take(person.pk, now):
            guesses += 1
    assert guesses == 5


def test_one_address_cannot_try_one_password_on_everybody(person, now, desk_set) -> None:
    desk_set(lock_after=3)
    for number in range(30):
        assert _guess(f"nobody{number}", "same-password", now) is None
    with pytest.raises(TooManyAttempts):
        _guess("wang", PASSWORD, now)
    other = Actor(None, "", "10.0.0.10", "r")
    assert _guess("wang", PASSWORD, now, other) == person
    assert _guess("wang", PASSWORD, now + timedelta(minutes=16)) == person


def test_an_ipv6_home_is_one_address_and_old_ones_are_forgotten(db, now) -> None:
    limits.take_address("2001:db8:1:2::1", now)
    limits.take_address("2001:db8:1:2:ffff::9", now)
    assert Address.objects.get().failures == 2
    limits.take_address("10.0.0.1", now + timedelta(days=2))
    assert [row.address for row in Address.objects.all()] == ["10.0.0.1"]


def test_refusals_are_logged_without_what_was_typed(person, now) -> None:
    _guess("wang", "typed-by-mistake", now)
    _guess("typed-by-mistake", "x", now)
    first, second = Entry.objects.filter(action="accounts.refused")
    assert (first.key, second.key) == (str(person.pk), "")
    assert (first.after, second.after) == ('{"why":"password"}', '{"why":"unknown"}')
    assert first.origin == "10.0.0.9"
    assert not [e for e in Entry.objects.all() if "mistake" in e.before + e.after + e.key]
