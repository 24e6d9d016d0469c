"""A clock that runs eight hours ahead, or is put back: nobody is shut out, nothing is lost."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.backends import db
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.desk.api.conftest import bearer

from lantian.desk.accounts import gate, limits
from lantian.desk.accounts import session as sessions
from lantian.desk.accounts.models import Account, Address, Session
from lantian.desk.api import middleware, rate
from lantian.desk.api.models import Token
from lantian.desk.api.services import PER_MINUTE, take_request
from lantian.desk.jobs.lease import Watcher
from lantian.desk.jobs.queries import job_of
from lantian.desk.jobs.services import LATEST, enqueue, put_back
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.chain import verify
from lantian.desk.log.models import Entry, Seal
from lantian.desk.log.sealer import seal_new
from lantian.desk.log.services import record

pytestmark = pytest.mark.django_db
AHEAD = timedelta(hours=8)


@pytest.fixture
def clock(monkeypatch):
    """Move the clock of sessions, tokens and the gates: clock(hours=8)."""
    shown = {"now": timezone.now()}

    class Clock:
        localdate = staticmethod(timezone.localdate)

        @staticmethod
        def now():
            return shown["now"]

    for module in (sessions, gate, db, middleware):
        monkeypatch.setattr(module, "timezone", Clock)

    def move(**by: float) -> None:
        shown["now"] += timedelta(**by)

    return move


def test_a_session_begun_ahead_goes_on_and_ends_by_the_right_clock(clock, client_as) -> None:
    clock(hours=8)
    client = client_as("headquarters")
    assert client.get("/account").status_code == 200
    clock(hours=-8)
    assert client.get("/account").status_code == 200
    assert Session.objects.get().seen_at < timezone.now() + timedelta(minutes=1)
    clock(minutes=59)
    assert client.get("/account").status_code == 200
    clock(minutes=61)
    assert client.get("/account").status_code == 302


def test_a_session_is_back_when_the_clock_that_ran_ahead_is(clock, client_as) -> None:
    client = client_as("headquarters")
    client.get("/account")
    clock(hours=8)
    assert client.get("/account").status_code == 302


def test_a_lock_taken_ahead_does_not_hold_for_hours(account_as, now) -> None:
    account: Account = account_as("headquarters")
    for _ in range(20):
        limits.take(account.pk, now + AHEAD)
        limits.take_address("10.0.0.1", now + AHEAD)
    assert not limits.take(account.pk, now + AHEAD)
    Address.objects.update(failures=10_000)
    assert not limits.take_address("10.0.0.1", now + AHEAD)
    assert limits.take(account.pk, now)
    assert limits.take_address("10.0.0.1", now)
    # A clock that is a second behind another one opens no lock.
    for _ in range(20):
        limits.take(account.pk, now)
    assert not limits.take(account.pk, now - timedelta(seconds=1))


def test_a_token_used_ahead_is_not_shut_out(clock, account_as, token_of) -> None:
    client = bearer(token_of(account_as("headquarters")))
    token = Token.objects.get()
    while take_request(token.pk, timezone.now() + AHEAD):
        pass
    rate.SPENDING._left.clear()
    assert client.get("/api/v1/places").status_code == 200
    # And within the right minute it has its usual number.
    now = timezone.now()
    Token.objects.update(minute=int(now.timestamp()) // 60, taken=PER_MINUTE)
    assert not take_request(token.pk, now)
    assert not take_request(token.pk, now - timedelta(minutes=1))


def test_a_token_ends_by_the_clock_and_is_good_again_when_it_was_wrong(
    clock, account_as, token_of
) -> None:
    client = bearer(token_of(account_as("headquarters"), days=1))
    clock(hours=25)
    assert client.get("/api/v1/places").status_code == 401
    clock(hours=-25)
    assert client.get("/api/v1/places").status_code == 200


def test_a_job_put_off_ahead_does_not_wait_for_hours(declare, actor, now) -> None:
    declare("test-job", lambda _: None)
    job = enqueue(name="test-job", by=actor, now=now)
    put_back(DBTaskResult.objects.get(pk=job), after=now + AHEAD)
    assert work_off() == 0
    Watcher().look(now)
    assert work_off() == 1
    assert job_of(job).state == "done"


def test_a_job_put_off_by_the_right_clock_waits(declare, actor, now) -> None:
    declare("test-job", lambda _: None)
    job = enqueue(name="test-job", by=actor, now=now)
    put_back(DBTaskResult.objects.get(pk=job), after=now + LATEST - timedelta(seconds=1))
    Watcher().look(now)
    assert work_off() == 0


def test_the_log_keeps_the_order_of_what_happened_whatever_the_clock_says(
    actor, now, tmp_path: Path
) -> None:
    for number, at in enumerate((now, now + AHEAD, now - AHEAD, now)):
        with transaction.atomic():
            record(by=actor, now=at, action="test.clock", kind="test", key=str(number))
        seal_new(at, folder=tmp_path)
    entries = {entry.pk: entry.key for entry in Entry.objects.filter(action="test.clock")}
    sealed = Seal.objects.order_by("seq").values_list("entry", flat=True)
    assert [entries[pk] for pk in sealed if pk in entries] == ["0", "1", "2", "3"]
    assert not verify(now=now, heads=tmp_path / "log.heads").findings
