"""Killed and stopped workers: each effect happens once."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from lantian.desk.jobs.models import Job, Lease
from lantian.desk.jobs.queries import last_beat
from lantian.desk.jobs.services import enqueue

pytestmark = pytest.mark.django_db(transaction=True)

#: Jobs of `worker_process.py`; a scheduler asks for others beside them.
OURS = ("once", "linger", "steps", "long")


@pytest.fixture(autouse=True)
def _what_the_processes_declare(declare) -> None:
    for name in OURS:
        declare(name, lambda _: None)


def stop_between_beats(process: subprocess.Popen[bytes], wait) -> None:
    """Stop a worker where it holds no lock of the database."""
    before = Lease.objects.get(job__name__in=OURS).beat
    wait(lambda: Lease.objects.get(job__name__in=OURS).beat != before)
    time.sleep(0.1)
    process.send_signal(signal.SIGSTOP)


def status() -> str:
    return DBTaskResult.objects.get(job__name__in=OURS).status


@pytest.mark.slow
def test_the_job_of_a_killed_worker_is_done_by_another_once(
    start, wait, effects, actor, now, tmp_path: Path
) -> None:
    enqueue(name="once", by=actor, now=now)
    first = start("worker", "A")
    wait((tmp_path / "begun-A").exists)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    (tmp_path / "go").touch()
    start("worker", "B")
    wait(lambda: status() == TaskResultStatus.SUCCESSFUL)
    assert effects() == ["B"]
    row = Job.objects.get(name__in=OURS)
    assert (row.attempts, row.result) == (2, {"by": "B"})
    assert Lease.objects.get(job__name__in=OURS).token == 3


@pytest.mark.slow
def test_the_effect_of_a_slow_worker_is_refused_when_it_wakes_up(
    start, wait, effects, actor, now, tmp_path: Path
) -> None:
    enqueue(name="once", by=actor, now=now)
    slow = start("worker", "A")
    wait((tmp_path / "begun-A").exists)
    stop_between_beats(slow, wait)
    start("worker", "B")
    wait((tmp_path / "begun-B").exists)
    (tmp_path / "go").touch()
    wait((tmp_path / "done-B").exists)
    slow.send_signal(signal.SIGCONT)
    wait((tmp_path / "refused-A").exists)
    assert effects() == ["B"]
    assert Job.objects.get(name__in=OURS).result == {"by": "B"}
    assert status() == TaskResultStatus.SUCCESSFUL


@pytest.mark.slow
def test_the_slow_worker_is_refused_although_nobody_has_begun_again(
    start, wait, effects, actor, now, tmp_path: Path
) -> None:
    """The scheduler took the lease away; the token moved on with that."""
    enqueue(name="once", by=actor, now=now)
    slow = start("worker", "A")
    wait((tmp_path / "begun-A").exists)
    stop_between_beats(slow, wait)
    start("scheduler", "S")
    wait(lambda: status() == TaskResultStatus.READY)
    (tmp_path / "go").touch()
    slow.send_signal(signal.SIGCONT)
    wait((tmp_path / "refused-A").exists)
    wait((tmp_path / "done-A").exists)  # as its next attempt, under a new lease
    assert effects() == ["A"]


@pytest.mark.slow
def test_a_worker_killed_after_the_effect_that_finished_leaves_nothing_to_repeat(
    start, wait, effects, actor, now, tmp_path: Path
) -> None:
    enqueue(name="linger", by=actor, now=now)
    first = start("worker", "A")
    wait((tmp_path / "done-A").exists)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    start("worker", "B")
    time.sleep(6)  # longer than the lease
    assert effects() == ["A"]
    assert status() == TaskResultStatus.SUCCESSFUL


@pytest.mark.slow
def test_effects_that_were_remembered_are_not_repeated(
    start, wait, effects, actor, now, tmp_path: Path
) -> None:
    enqueue(name="steps", by=actor, now=now)
    first = start("worker", "A")
    wait((tmp_path / "two-A").exists)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    start("worker", "B")
    wait(lambda: status() == TaskResultStatus.SUCCESSFUL)
    assert effects() == ["0", "1", "2", "3", "4"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_gives_its_job_back(
    start, wait, actor, now, tmp_path: Path, number: int
) -> None:
    enqueue(name="long", by=actor, now=now)
    worker = start("worker", "A")
    wait((tmp_path / "begun-A").exists)
    worker.send_signal(number)
    assert worker.wait(20) == 0
    assert (tmp_path / "ended-A").exists()
    assert status() == TaskResultStatus.READY
    assert Job.objects.get(name__in=OURS).attempts == 0


@pytest.mark.slow
def test_a_scheduler_stops_at_once_when_told(start, wait, tmp_path: Path) -> None:
    scheduler = start("scheduler", "S")
    wait(lambda: last_beat("scheduler"))
    scheduler.send_signal(signal.SIGTERM)
    assert scheduler.wait(20) == 0
    assert (tmp_path / "ended-S").exists()
