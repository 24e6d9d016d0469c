"""Schedules: each due time once, whatever the clocks and other schedulers do."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from lantian.desk.jobs import registry
from lantian.desk.jobs.due import next_due
from lantian.desk.jobs.models import Job, Schedule
from lantian.desk.jobs.scheduler import lay_out, run_due
from lantian.desk.jobs.services import set_enabled
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.models import Entry

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 0, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch) -> None:
    monkeypatch.setattr(registry, "_DECLARED", {})


@pytest.fixture
def minutely(db: None, declare) -> None:
    declare("test-job", lambda _: None, every_s=60)
    lay_out(START)


@pytest.fixture
def daily(db: None, declare) -> None:
    """Due at 02:30 in Shanghai, 18:30 UTC."""
    declare("test-job", lambda _: None, at="02:30")
    lay_out(START)


def go(now: datetime) -> int:
    """Let the schedules run at a time, and the worker after it; return the jobs asked for."""
    asked = len(run_due(now))
    work_off()
    return asked


def test_a_job_is_due_each_minute(minutely) -> None:
    asked = [go(START + timedelta(seconds=s)) for s in range(0, 181)]
    assert sum(asked) == 3
    assert [s for s, n in enumerate(asked) if n] == [30, 90, 150]


def test_missed_times_are_served_by_one_run(minutely) -> None:
    assert go(START + timedelta(hours=5)) == 1
    assert go(START + timedelta(hours=5, seconds=1)) == 0


def test_a_due_time_is_served_by_the_run_that_still_waits(minutely) -> None:
    assert len(run_due(START + timedelta(minutes=1))) == 1
    assert len(run_due(START + timedelta(minutes=2))) == 0
    assert Job.objects.count() == 1
    work_off()
    assert len(run_due(START + timedelta(minutes=3))) == 1


def test_a_daily_job_is_due_at_its_local_time(daily) -> None:
    assert go(datetime(2026, 3, 2, 18, 29, 59, tzinfo=UTC)) == 0
    assert go(datetime(2026, 3, 2, 18, 30, tzinfo=UTC)) == 1
    assert go(datetime(2026, 3, 3, 18, 29, tzinfo=UTC)) == 0
    assert go(datetime(2026, 3, 3, 18, 30, tzinfo=UTC)) == 1


def test_a_clock_that_goes_back_runs_nothing_twice(daily) -> None:
    due = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    assert go(due + timedelta(minutes=5)) == 1
    assert go(due - timedelta(hours=1)) == 0
    assert go(due) == 0
    assert go(due + timedelta(hours=1)) == 0
    assert go(due + timedelta(days=1)) == 1


def test_a_clock_that_goes_back_after_missed_days_runs_nothing_twice(daily) -> None:
    due = datetime(2026, 3, 5, 18, 30, tzinfo=UTC)
    assert go(due + timedelta(minutes=5)) == 1
    assert go(due - timedelta(hours=2)) == 0
    assert go(due) == 0
    assert go(due + timedelta(days=1)) == 1


def test_a_clock_that_was_a_year_ahead_does_not_stop_the_schedule(daily) -> None:
    assert go(START + timedelta(days=365)) == 1
    assert go(START) == 0
    assert go(datetime(2026, 3, 2, 18, 30, tzinfo=UTC)) == 1


def test_a_minutely_job_goes_on_when_the_clock_went_back_an_hour(minutely) -> None:
    assert go(START + timedelta(hours=1)) == 1
    assert go(START) == 0
    assert go(START + timedelta(seconds=60)) == 1


def test_a_schedule_that_is_off_runs_nothing_and_stays_off(minutely, actor) -> None:
    set_enabled(name="test-job", enabled=False, by=actor, now=START)
    lay_out(START)
    assert go(START + timedelta(minutes=5)) == 0
    set_enabled(name="test-job", enabled=True, by=actor, now=START)
    assert go(START + timedelta(minutes=5)) == 1
    assert Entry.objects.filter(action="schedule.edit").count() == 2


def test_schedules_follow_what_the_jobs_declare(minutely, declare) -> None:
    registry._DECLARED["test-job"] = registry.Declared("test-job", "", "", lambda _: None, 3600)
    lay_out(START)
    row = Schedule.objects.get()
    assert row.every_s == 3600
    assert row.next_due == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    registry._DECLARED["test-job"] = registry.Declared("test-job", "", "", lambda _: None)
    lay_out(START)
    assert not Schedule.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_schedulers_at_once_serve_each_due_time_once(declare) -> None:
    declare("test-job", lambda _: None, every_s=60)
    lay_out(START)
    count = 4
    for minute in range(1, 9):
        asked: list[int] = []
        barrier = threading.Barrier(count)

        def race(now: datetime, asked: list[int] = asked, all_=barrier) -> None:
            try:
                all_.wait(30)
                asked.append(len(run_due(now)))
            finally:
                connection.close()

        at = START + timedelta(minutes=minute)
        threads = [threading.Thread(target=race, args=(at,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(asked) == [0, 0, 0, 1]
        work_off()
    assert Job.objects.count() == 8


@given(
    st.integers(1, 100_000),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_due_time_lies_within_one_period(every_s: int, after: datetime) -> None:
    due = next_due(every_s, "", after, ZONE)
    assert after < due <= after + timedelta(seconds=every_s)
    assert int(due.timestamp()) % every_s == 0


@given(
    st.times(),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_daily_time_lies_within_a_day(at, after: datetime) -> None:
    text = f"{at:%H:%M}"
    due = next_due(None, text, after, ZONE)
    assert after < due <= after + timedelta(days=1)
    assert f"{due.astimezone(ZONE):%H:%M}" == text


@pytest.mark.parametrize(
    "wrong", [{"every_s": 0}, {"every_s": 5, "at": "02:30"}, {"at": "24:00"}, {"at": "2:30"}]
)
def test_a_schedule_that_is_none_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="test-job"):
        registry.job("test-job", zh="", en="", **wrong)(lambda _: None)
