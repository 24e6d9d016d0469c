"""A disk that takes no more: what was asked is refused in words, nothing is kept by half."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from tests.desk.api.conftest import bearer
from tests.desk.register.conftest import HEADINGS, upload

from lantian.desk.jobs.models import Job
from lantian.desk.jobs.queries import job_of
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import work_off
from lantian.desk.places.models import Place
from lantian.desk.register.models import Batch
from lantian.errors import LakeBroken
from lantian.lake.enrol import enrol_rows
from lantian.lake.store import Lake
from postgres import SQLITE_ONLY

WORDS = "磁盘已满"
NEW = {"code": "990103", "name_zh": "新镇", "level": "township", "parent": "990100"}


@contextmanager
def full(most: int = 0) -> Iterator[None]:
    """No file may grow beyond `most` bytes: Linux refuses the write, as on a full disk."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.fixture
def office(client_as, county) -> Client:
    """A browser of headquarters that is given the page of a fault, not the fault."""
    client = client_as("headquarters")
    client.raise_request_exception = False
    return client


def make_place(client: Client, **headers: str):
    return client.post("/places/new", NEW, headers=headers)


@pytest.mark.django_db(transaction=True)
def test_a_change_is_refused_in_words_and_made_once_there_is_room(
    office, account_as, token_of
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL writes in a process of its own")
    program = bearer(token_of(account_as("headquarters")))
    with full():
        page = make_place(office)
        machine = make_place(office, Accept="application/json")
    for answer in (page, machine):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
    assert WORDS in page.content.decode()
    program.raise_request_exception = False
    program.get("/api/v1/places")
    with full():
        told = program.post("/api/v1/places", NEW, content_type="application/json")
    assert (told.status_code, told.json()["detail"]) == (503, "服务器磁盘已满，没有保存")
    assert machine.json()["what"].startswith("服务器磁盘已满")
    assert not Place.objects.filter(code="990103").exists()
    assert make_place(office).status_code == 302
    assert Place.objects.filter(code="990103").exists()


@pytest.mark.django_db
def test_of_an_upload_nothing_is_left(office, folder: Path) -> None:
    text = ",".join(HEADINGS) + "\n" + "990103,新镇,乡镇街道,990100\n" * 1000
    there = set((folder / "files/imports").glob("*"))
    with full(8192):
        answer = office.post(
            "/places/import", {"file": upload(text.encode(), "x.csv"), "coordinates": "wgs84"}
        )
    assert answer.status_code == 503
    assert WORDS in answer.content.decode()
    assert set((folder / "files/imports").glob("*")) == there
    assert not Batch.objects.exists()


@pytest.mark.django_db
def test_a_job_that_writes_a_file_is_tried_again_when_there_may_be_room(
    declare, actor, now, folder: Path
) -> None:
    def export(run) -> None:
        file = run.scratch("rows.csv")
        with full(100) if run.attempt == 1 else full(10**6):
            file.write_bytes(b"x" * 1000)
        with run.effect():
            run.keep(file, count=1000)
            run.finish()

    declare("test-export", export)
    job = enqueue(name="test-export", by=actor, now=now)
    assert work_off() == 1
    seen = job_of(job)
    assert (seen.state, WORDS in seen.reason) == ("queued", True)
    assert not list((folder / "files/jobs").rglob(f"{job}*"))
    Job.objects.get(pk=job).task.__class__.objects.filter(pk=job).update(run_after=now)
    assert work_off() == 1
    assert job_of(job).state == "done"
    assert Job.objects.get(pk=job).result["bytes"] == 1000


@SQLITE_ONLY
def test_the_lake_refuses_and_stays_whole(tmp_path: Path) -> None:
    Lake.init(tmp_path)
    row = {"station": "1001A", "name": "甲", "lon": "116.4", "lat": "39.9"}
    with Lake.open(tmp_path) as lake:
        enrol_rows(lake, "stations", [row])
        before = lake.sequence
        with full(), pytest.raises(LakeBroken, match="磁盘"):
            enrol_rows(lake, "stations", [row | {"name": "乙"}])
        assert lake.sequence == before
        assert enrol_rows(lake, "stations", [row | {"name": "乙"}]).sequence == before + 1
    with Lake.open(tmp_path) as lake:
        assert [station.name for station in lake.roster().stations] == ["乙"]
