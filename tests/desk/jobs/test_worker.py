"""What becomes of a job: done, failed, tried again, cancelled, given back."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.tasks import TaskResultStatus
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from lantian.desk.jobs import worker
from lantian.desk.jobs.lease import Held, LeaseLost, Watcher, beat, claim
from lantian.desk.jobs.models import Job, Lease
from lantian.desk.jobs.queries import job_of
from lantian.desk.jobs.queue import perform
from lantian.desk.jobs.run import FILES, Run
from lantian.desk.jobs.services import cancel, enqueue, ensure, retry
from lantian.desk.jobs.worker import do_next, work_off
from lantian.desk.language import language
from lantian.desk.log.models import Entry
from lantian.errors import BadRequest, Conflict, LakeBroken

pytestmark = pytest.mark.django_db


def ask(actor, now, name: str = "test-job", **arguments: object):
    return enqueue(name=name, by=actor, now=now, arguments=arguments)


def test_a_job_is_done_with_its_arguments_and_gives_its_result(declare, actor, now) -> None:
    declare("test-job", lambda _, *, a, b: {"sum": a + b})
    job = ask(actor, now, a=2, b=3)
    assert job_of(job).state == "queued"
    assert work_off() == 1
    seen = job_of(job)
    assert (seen.state, seen.result, seen.attempts) == ("done", {"sum": 5}, 1)
    assert seen.finished is not None


def test_a_job_nobody_declared_is_refused(actor, now) -> None:
    with pytest.raises(BadRequest, match="no job 'no-such-job'"):
        ask(actor, now, name="no-such-job")


def test_an_error_for_people_fails_the_job_with_its_words(declare, actor, now) -> None:
    def work(run: Run) -> None:
        raise BadRequest("没有 / nothing there", where="x", fix="y")

    declare("test-job", work)
    job = ask(actor, now)
    assert work_off() == 1
    seen = job_of(job)
    assert (seen.state, seen.reason) == ("failed", "没有 / nothing there")


def test_a_fault_of_ours_fails_the_job_and_is_logged_with_its_trace(
    declare, actor, now, caplog
) -> None:
    declare("test-job", lambda _: 1 / 0)
    job = ask(actor, now)
    work_off()
    assert job_of(job).state == "failed"
    assert "ZeroDivisionError" in job_of(job).reason
    assert "ZeroDivisionError" in DBTaskResult.objects.get().traceback
    assert "test-job" in caplog.text


@pytest.mark.parametrize(
    "error", [LakeBroken("忙 / busy", where="x", fix="y"), OperationalError("locked")]
)
def test_what_may_pass_is_tried_again_later_and_not_for_ever(declare, actor, now, error) -> None:
    def work(run: Run) -> None:
        raise error

    declare("test-job", work, attempts=2)
    job = ask(actor, now)
    assert work_off() == 1
    assert job_of(job).state == "queued"
    task = DBTaskResult.objects.get()
    assert timedelta(seconds=10) < task.run_after - now < timedelta(minutes=1)
    DBTaskResult.objects.update(run_after=now)
    assert work_off() == 1
    assert job_of(job).state == "failed"


def test_effects_of_a_job_that_fails_in_them_are_undone(declare, actor, now) -> None:
    def work(run: Run) -> None:
        with run.effect():
            ask(actor, now, name="test-other")
            raise BadRequest("x / x", where="x", fix="y")

    declare("test-job", work)
    declare("test-other", lambda _: None)
    ask(actor, now)
    assert work_off() == 1
    assert Job.objects.count() == 1


def test_progress_shows_and_cancels(declare, actor, now) -> None:
    shown = []

    def work(run: Run) -> None:
        for done in range(1, 4):
            run._spoke = -1.0  # as if half a second had passed
            run.progress(done, 3, "读 / reading")
            shown.append(job_of(job).done)
            if done == 2:
                cancel(job=job, by=actor, now=now)

    declare("test-job", work)
    job = ask(actor, now)
    work_off()
    assert shown == [1, 2]
    seen = job_of(job)
    assert (seen.state, seen.words, seen.total) == ("cancelled", "读 / reading", 3)


def test_a_waiting_job_is_cancelled_at_once_and_may_be_tried_again(declare, actor, now) -> None:
    declare("test-job", lambda _: None)
    job = ask(actor, now)
    cancel(job=job, by=actor, now=now)
    assert job_of(job).state == "cancelled"
    assert work_off() == 0
    with pytest.raises(Conflict):
        cancel(job=job, by=actor, now=now)
    retry(job=job, by=actor, now=now)
    assert work_off() == 1
    assert job_of(job).state == "done"
    with pytest.raises(Conflict):
        retry(job=job, by=actor, now=now)
    actions = list(Entry.objects.filter(key=str(job)).values_list("action", flat=True))
    assert actions == ["job.cancel", "job.retry"]


def test_a_stopping_worker_gives_the_job_back_as_if_never_begun(declare, actor, now) -> None:
    stop = threading.Event()

    def work(run: Run) -> None:
        stop.set()
        run.progress(1)

    declare("test-job", work)
    job = ask(actor, now)
    assert do_next(holder="A", stop=stop)
    assert (job_of(job).state, job_of(job).attempts) == ("queued", 0)


def test_a_file_is_kept_with_its_count_and_hash_and_scratch_is_gone(
    declare, actor, now, folder: Path
) -> None:
    def work(run: Run) -> None:
        run.scratch("left.txt").write_text("left")
        file = run.scratch("../rows.csv")
        file.write_text("abc")
        with run.effect():
            run.keep(file, count=7)
            run.finish({"kind": "x"})

    declare("test-job", work)
    job = ask(actor, now)
    work_off()
    seen = job_of(job)
    assert seen.file.name == "rows.csv"
    assert seen.file.read_text() == "abc"
    assert seen.result["sha256"].startswith("ba7816bf")
    assert (seen.result["count"], seen.result["bytes"], seen.result["kind"]) == (7, 3, "x")
    assert not list((folder / FILES / "unfinished").iterdir())


def test_a_job_speaks_the_language_of_who_asked(declare, actor, now) -> None:
    declare("test-job", lambda _: {"language": language().value})
    with translation.override("en"):
        job = ask(actor, now)
    with translation.override("zh-hans"):
        work_off()
    assert job_of(job).result == {"language": "en"}


def test_asking_again_for_what_waits_asks_once(declare, actor, now) -> None:
    declare("test-job", lambda _: None)
    first = ensure(name="test-job", by=actor, now=now)
    assert ensure(name="test-job", by=actor, now=now) == first
    work_off()
    assert ensure(name="test-job", by=actor, now=now) != first


def test_the_queues_own_worker_cannot_do_a_job() -> None:
    with pytest.raises(RuntimeError, match="under a lease"):
        perform.call(name="x", arguments={})


@pytest.fixture
def held(declare, actor, now) -> Held:
    declare("test-job", lambda _: None, attempts=2)
    ask(actor, now)
    return claim("A", now)


def test_a_job_is_claimed_by_one(held, now) -> None:
    assert claim("B", now) is None


def test_a_watcher_takes_a_lease_only_when_its_beat_stands_still(held, now) -> None:
    clock = [0.0]
    watcher = Watcher(lease_s=30, clock=lambda: clock[0])
    assert watcher.look(now) == []
    clock[0] = 29.0
    beat(held, now)
    assert watcher.look(now) == []
    clock[0] = 58.0
    assert watcher.look(now) == []
    clock[0] = 59.0
    assert watcher.look(now) == [held.job]
    assert job_of(held.job).state == "queued"
    with pytest.raises(LeaseLost):
        beat(held, now)


def test_a_wrong_clock_takes_no_lease_away(held, now) -> None:
    watcher = Watcher(lease_s=30, clock=lambda: 5.0)
    watcher.look(now)
    assert watcher.look(now + timedelta(days=400)) == []
    assert watcher.look(now - timedelta(days=400)) == []


def test_a_job_whose_workers_keep_dying_fails_with_the_reason(held, now) -> None:
    clock = [0.0]
    watcher = Watcher(lease_s=30, clock=lambda: clock[0])

    def die() -> None:
        watcher.look(now)
        clock[0] += 31
        assert watcher.look(now) == [held.job]

    die()
    assert claim("B", now).token > held.token
    die()
    seen = job_of(held.job)
    assert seen.state == "failed"
    assert "worker B stopped answering; tried 2 times" in seen.reason


def test_a_cancelled_job_of_a_dead_worker_is_not_begun_again(held, actor, now) -> None:
    cancel(job=held.job, by=actor, now=now)
    clock = [0.0]
    watcher = Watcher(lease_s=30, clock=lambda: clock[0])
    watcher.look(now)
    clock[0] = 31
    watcher.look(now)
    assert job_of(held.job).state == "cancelled"


def test_tokens_only_grow(held, actor, now) -> None:
    tokens = [held.token]
    for _ in range(3):
        DBTaskResult.objects.update(status=TaskResultStatus.READY)
        tokens.append(claim("A", now).token)
    assert tokens == sorted(set(tokens))
    assert Lease.objects.get().token == tokens[-1]


def test_the_lost_run_writes_no_outcome(declare, actor, now, caplog) -> None:
    def work(run: Run) -> None:
        Lease.objects.update(token=99)

    declare("test-job", work)
    job = ask(actor, now)
    work_off()
    assert job_of(job).state == "running"
    assert "dropped" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_worker_goes_on_after_the_database_was_gone(monkeypatch, caplog) -> None:
    stop = threading.Event()
    tries = []

    def step(**more: object) -> bool:
        tries.append(1)
        if len(tries) <= 3:
            raise OperationalError("server closed the connection")
        stop.set()
        return True

    monkeypatch.setattr(worker, "do_next", step)
    monkeypatch.setattr("lantian.desk.jobs.outage._FIRST_S", 0.01)
    worker.run_worker(stop=stop, idle_s=0.01)
    said = [record.levelname for record in caplog.records]
    assert said == ["ERROR", "WARNING"]
    assert "server closed" in caplog.records[0].getMessage()
