"""The jobs of the queue itself, and the pages of jobs."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from lantian.desk.jobs.models import Job
from lantian.desk.jobs.queries import job_of, last_beat
from lantian.desk.jobs.run import FILES, Run
from lantian.desk.jobs.scheduler import lay_out
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Unsealed

pytestmark = pytest.mark.django_db


def make_file(run: Run) -> None:
    file = run.scratch("rows.csv")
    file.write_text("a,b\n")
    with run.effect():
        run.keep(file, count=1)
        run.finish()


def asked_by(account) -> Actor:
    return Actor(account.pk, account.name, "127.0.0.1", "r1")


@pytest.fixture
def export(declare, account_as, now):
    """A finished export, and the client of who asked for it."""
    declare("test-export", make_file)
    account = account_as("township")
    job = enqueue(name="test-export", by=asked_by(account), now=now)
    work_off()
    client = Client()
    client.force_login(account)
    return job, client


def test_the_asker_sees_the_job_and_downloads_its_file(export) -> None:
    job, client = export
    assert str(job) in client.get("/jobs/").text
    page = client.get(f"/jobs/{job}").text
    assert "SHA-256" in page
    assert "hx-trigger" not in page  # it is over: nothing to ask again
    answer = client.get(f"/jobs/{job}/file")
    assert b"".join(answer) == b"a,b\n"
    assert 'filename="rows.csv"' in answer.headers["Content-Disposition"]


def test_others_do_not_see_it(export, client_as) -> None:
    job, _ = export
    other = client_as("headquarters")
    assert str(job) not in other.get("/jobs/").text
    for path in ("", "/progress", "/file"):
        assert other.get(f"/jobs/{job}{path}").status_code == 404
    for path in ("/cancel", "/retry"):
        assert other.post(f"/jobs/{job}{path}").status_code == 404


def test_who_runs_the_system_sees_the_job_but_not_what_it_exported(export, client_as) -> None:
    job, _ = export
    administrator = client_as("administrator")
    assert str(job) in administrator.get("/jobs/").text
    page = administrator.get(f"/jobs/{job}")
    assert page.status_code == 200
    assert f"/jobs/{job}/file" not in page.text
    assert administrator.get(f"/jobs/{job}/file").status_code == 404


def test_who_runs_the_system_downloads_what_a_machine_made(declare, client_as, now) -> None:
    declare("test-export", make_file)
    job = enqueue(name="test-export", by=Actor.system("scheduler"), now=now)
    work_off()
    answer = client_as("administrator").get(f"/jobs/{job}/file")
    assert b"".join(answer) == b"a,b\n"
    assert client_as("headquarters").get(f"/jobs/{job}/file").status_code == 404


def test_a_job_in_progress_asks_again_and_can_be_cancelled(declare, account_as, now) -> None:
    declare("test-job", lambda _: None)
    account = account_as("township")
    job = enqueue(name="test-job", by=asked_by(account), now=now)
    Job.objects.update(done=5, total=9, words="读 / reading")
    client = Client()
    client.force_login(account)
    fragment = client.get(f"/jobs/{job}/progress", query_params={"lang": "en"}).text
    assert 'hx-trigger="every 2s"' in fragment
    assert "5 / 9" in fragment
    assert "reading" in fragment
    assert "读" not in fragment
    assert client.post(f"/jobs/{job}/cancel").status_code == 302
    assert job_of(job).state == "cancelled"
    assert client.post(f"/jobs/{job}/cancel").status_code == 409
    assert client.post(f"/jobs/{job}/retry").status_code == 302
    assert job_of(job).state == "queued"


def test_a_failed_job_says_why(declare, account_as, now) -> None:
    declare("test-job", lambda _: 1 / 0)
    account = account_as("township")
    job = enqueue(name="test-job", by=asked_by(account), now=now)
    work_off()
    client = Client()
    client.force_login(account)
    assert "ZeroDivisionError" in client.get(f"/jobs/{job}").text


def test_jobs_are_paged(account_as, declare, now, monkeypatch) -> None:
    monkeypatch.setattr("lantian.desk.jobs.queries.PAGE", 2)
    monkeypatch.setattr("lantian.desk.jobs.views.PAGE", 2)
    declare("test-job", lambda _: None)
    account = account_as("township")
    jobs = [enqueue(name="test-job", by=asked_by(account), now=now) for _ in range(3)]
    client = Client()
    client.force_login(account)
    first = client.get("/jobs/")
    assert [str(job) in first.text for job in jobs] == [False, True, True]
    second = client.get(first.context["pager"]["next_url"])
    assert [str(job) in second.text for job in jobs] == [True, False, False]
    assert client.get("/jobs/?before=yesterday").status_code == 400


def test_schedules_are_listed_and_switched_by_who_runs_the_system(client_as, now) -> None:
    lay_out(now)
    client = client_as("administrator")
    assert "03:30" in client.get("/jobs/schedules").text
    assert client.post("/jobs/schedules/verify-log", {"enabled": "0"}).status_code == 302
    assert "停用" in client.get("/jobs/schedules").text
    assert client.post("/jobs/schedules/no-such-job", {"enabled": "0"}).status_code == 404
    assert client_as("headquarters").get("/jobs/schedules").status_code == 403


def test_the_nightly_verification_fails_when_the_log_does_not_hold(actor, now) -> None:
    job = enqueue(name="verify-log", by=Actor(7, "someone"), now=now - timedelta(hours=1))
    Unsealed.objects.all().delete()  # what was asked an hour ago is never sealed
    work_off()
    seen = job_of(job)
    assert seen.state == "failed"
    assert "never sealed" in seen.reason


def test_the_nightly_verification_tells_the_head(now) -> None:
    job = enqueue(name="verify-log", by=Actor.system("scheduler"), now=now)
    work_off()
    assert job_of(job).result == {"entries": 0, "head": f"0:{'0' * 64}"}


def test_old_jobs_go_with_their_files_and_young_ones_stay(export, folder: Path, now) -> None:
    old, _ = export
    young = enqueue(name="test-export", by=Actor(1, "x"), now=now)
    work_off()
    DBTaskResult.objects.filter(pk=old).update(finished_at=now - timedelta(days=8))
    old_file, young_file = job_of(old).file, job_of(young).file
    orphan = folder / FILES / f"{uuid.uuid4()}-1"
    orphan.mkdir()
    crashed = folder / FILES / "unfinished" / f"{uuid.uuid4()}-1"
    crashed.mkdir(parents=True, exist_ok=True)
    tidy = enqueue(name="tidy-jobs", by=Actor.system("scheduler"), now=now)
    work_off()
    assert job_of(tidy).state == "done"
    assert job_of(old) is None
    assert job_of(young).state == "done"
    assert [p.exists() for p in (old_file, young_file, orphan, crashed)] == [
        False,
        True,
        False,
        False,
    ]


def test_a_worker_that_never_ran_has_no_beat() -> None:
    assert last_beat() is None
