"""A database that goes and comes back."""

import logging
import threading

import pytest
from django.db import OperationalError, connection

from lantian.desk.jobs.outage import Outage
from lantian.desk.jobs.queries import job_of, last_beat
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import run_worker, work_off


@pytest.mark.django_db(transaction=True)
def test_an_outage_is_said_once_and_waited_out_longer_and_longer(monkeypatch, caplog) -> None:
    caplog.set_level(logging.WARNING)
    waits: list[float] = []
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", waits.append)
    outage = Outage("worker", stop)
    left = [8]

    def step() -> bool:
        left[0] -= 1
        if left[0] >= 0:
            raise OperationalError("gone")
        return True

    while not outage.tried(step):
        pass
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert outage.tried(step)
    assert len(caplog.records) == 2


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_waited_out_too(monkeypatch, caplog) -> None:
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda _: None)
    outage = Outage("scheduler", stop)

    def full() -> bool:
        raise OSError(28, "No space left on device")

    assert not outage.tried(full)
    assert "No space left" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_ours_is_no_outage() -> None:
    with pytest.raises(ZeroDivisionError):
        Outage("worker", threading.Event()).tried(lambda: bool(1 / 0))


def postgres_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a file has no connections that somebody else can end")


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_connection_was_ended_goes_on(declare, wait, actor, now) -> None:
    postgres_only()
    declare("test-job", lambda _: {"done": True})
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, kwargs={"stop": stop, "idle_s": 0.05})
    worker.start()
    try:
        wait(last_beat)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        job = enqueue(name="test-job", by=actor, now=now)
        wait(lambda: job_of(job).state == "done")
    finally:
        stop.set()
        worker.join()


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_connection_was_ended_is_tried_again(declare, actor, now) -> None:
    postgres_only()

    def work(run) -> None:
        if run.attempt == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    declare("test-job", work)
    job = enqueue(name="test-job", by=actor, now=now)
    assert work_off() == 1
    seen = job_of(job)
    assert seen.state == "queued"
    assert "OperationalError" in seen.reason
