"""Overdue receipts go up the roster: officer, deputy, leader, each once."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.notices.escalation import escalate, overdue
from lantian.desk.notices.models import Delivery, Notice
from lantian.desk.notices.queries import unread_count
from lantian.desk.notices.services import give_receipt

MINUTE = timedelta(minutes=1)
STEP = timedelta(minutes=30)


@pytest.fixture
def noon() -> datetime:
    return timezone.make_aware(datetime(2026, 3, 2, 12))


def tick(now: datetime) -> None:
    """What the job of each minute does."""
    for notice in overdue(now):
        escalate(notice, now)


def called() -> list[tuple[str, str]]:
    rows = Delivery.objects.exclude(escalated="").order_by("id").select_related("account")
    return [(row.escalated, row.account.name) for row in rows]


@pytest.fixture
def duty(county, noon):
    return {
        position: county.on_duty(position, name, noon)
        for position, name in (("leader", "L"), ("officer", "O"), ("deputy", "D"))
    }


@pytest.fixture
def late(county, duty, say, noon):
    """A notice of a township, due at noon, that nobody has acknowledged."""
    to = county.account_as("township", name="T", area=county.east.path)
    before = noon - timedelta(hours=1)
    pk = say([to.pk], needs_receipt=True, due_at=noon, now=before, area=county.east.path)
    return pk, to


def test_nothing_goes_up_before_its_time(late, noon) -> None:
    tick(noon)
    assert called() == []


def test_it_goes_up_officer_then_deputy_then_leader_each_once(late, noon) -> None:
    start = noon + MINUTE
    for minute in range(0, 200):
        tick(start + minute * MINUTE)
        expected = [("officer", "O"), ("deputy", "D"), ("leader", "L")][: minute // 30 + 1]
        assert called() == expected
    entries = Entry.objects.filter(action="notice.escalate").order_by("id")
    assert ["officer" in e.after for e in entries] == [True, False, False]
    assert len(entries) == 3


def test_those_called_find_it_unread_in_their_inbox(late, duty, noon) -> None:
    tick(noon + MINUTE)
    assert [unread_count(duty[p].pk) for p in ("officer", "deputy", "leader")] == [1, 0, 0]


def test_a_receipt_of_the_addressee_ends_it(late, noon) -> None:
    pk, to = late
    tick(noon + MINUTE)
    give_receipt(notice=pk, by=Actor(to.pk, "T"), now=noon + 5 * MINUTE)
    tick(noon + MINUTE + STEP)
    assert called() == [("officer", "O")]


def test_an_officer_who_takes_it_on_ends_it(late, duty, noon) -> None:
    tick(noon + MINUTE)
    give_receipt(notice=late[0], by=Actor(duty["officer"].pk, "O"), now=noon + 2 * MINUTE)
    tick(noon + MINUTE + STEP)
    assert called() == [("officer", "O")]


def test_one_who_has_it_already_is_passed_over(county, duty, say, noon) -> None:
    say([duty["officer"].pk], needs_receipt=True, due_at=noon, now=noon - STEP)
    tick(noon + MINUTE)
    assert called() == [("deputy", "D")]


def test_the_nearest_roster_is_called(county, duty, late, noon) -> None:
    county.on_duty("officer", "E", noon, county.east)
    county.on_duty("officer", "W", noon, county.west)
    tick(noon + MINUTE)
    assert called() == [("officer", "E")]


def test_where_nobody_is_on_duty_that_is_logged_once(county, say, noon) -> None:
    to = county.account_as("township", name="T")
    pk = say([to.pk], needs_receipt=True, due_at=noon, now=noon - STEP)
    for minute in range(1, 99):
        tick(noon + minute * MINUTE)
    (entry,) = Entry.objects.filter(action="notice.escalate", key=str(pk))
    assert "nobody else is on duty" in entry.reason
    assert called() == []


def test_two_schedulers_at_once_call_one_position(late, noon) -> None:
    pks = overdue(noon + MINUTE)
    assert escalate(pks[0], noon + MINUTE) == "officer"
    # The other one found the same notice overdue a moment before.
    escalate(pks[0], noon + MINUTE)
    assert called() == [("officer", "O")]


def test_the_job_of_each_minute_escalates(county, say, now, actor) -> None:
    county.on_duty("officer", "O", timezone.localtime(now) - timedelta(days=1))
    county.on_duty("officer", "O2", timezone.localtime(now))
    to = county.account_as("township", name="T")
    pk = say([to.pk], needs_receipt=True, due_at=now - MINUTE, now=now - STEP)
    enqueue(name="notices-escalate", by=actor, now=now)
    work_off()
    assert Notice.objects.get(pk=pk).step == 1
    assert called() == [("officer", "O2")]
