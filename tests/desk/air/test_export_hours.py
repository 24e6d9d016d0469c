"""Hours as a file: every hour with a value, exactly, counted and hashed."""

import csv
import hashlib
import io
from datetime import datetime

import numpy as np
import openpyxl
import pytest
from django.test import Client

from lantian.desk.air import jobs
from lantian.desk.air.queries.ground import Ground
from lantian.desk.jobs.models import Job
from lantian.desk.jobs.queries import job_of
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.models import Entry
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period


def exported(client: Client, **asked: str):
    answer = client.post("/air/hours/export", {"period": "2015-12", "form": "csv", **asked})
    assert answer.status_code == 302, answer.text
    work_off()
    seen = job_of(Job.objects.latest("task__enqueued_at").pk)
    assert seen.state == "done", seen.reason
    assert hashlib.sha256(seen.file.read_bytes()).hexdigest() == seen.result["sha256"]
    return seen


def block_of(ground: Ground, stations, period: str):
    span = parse_period(period)
    start = first_hour(day_number(span.first))
    return ground.lake.block(stations, start, start + span.days * 24)


def test_a_csv_holds_every_hour_of_all_stations(reader: Client, beijing: Ground) -> None:
    seen = exported(reader, period="2015-Q4")
    lines = list(csv.reader(io.StringIO(seen.file.read_text("utf-8-sig"))))
    rows = lines[3:]
    block = block_of(beijing, beijing.group.stations, "2015-Q4")
    assert len(rows) == seen.result["count"] == int((block != MISSING).any(axis=0).sum())
    found = [[round(float(c) * 1000) if c else MISSING for c in row[3:]] for row in rows]
    total = np.where(block == MISSING, 0, block).sum(axis=(1, 2), dtype=np.int64)
    there = np.array(found, np.int64).T
    assert np.where(there == MISSING, 0, there).sum(axis=1).tolist() == total.tolist()


def test_a_row_says_the_local_end_of_its_hour(reader: Client, beijing: Ground) -> None:
    seen = exported(reader, name="Wanliu")
    rows = list(csv.reader(io.StringIO(seen.file.read_text("utf-8-sig"))))[3:]
    block = block_of(beijing, ["Wanliu"], "2015-12")[:, 0]
    for code, _, at, *cells in rows:
        assert code == "Wanliu"
        step = datetime.fromisoformat(at) - datetime(2015, 12, 1, 1)
        values = block[:, int(step.total_seconds()) // 3600].tolist()
        assert [int(float(c) * 1000 + 0.5) if c else MISSING for c in cells] == values


def test_a_worksheet_holds_the_same_typed(reader: Client) -> None:
    text = exported(reader, name="Wanliu").file.read_text("utf-8-sig")
    plain = list(csv.reader(io.StringIO(text)))[3:]
    seen = exported(reader, name="Wanliu", form="xlsx")
    sheet = openpyxl.load_workbook(seen.file).active
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(plain) == seen.result["count"]
    for row, line in zip(rows, plain, strict=True):
        assert f"{row[2]:%Y-%m-%d %H:%M}" == line[2]
        assert [*row[3:]] == [float(c) if c else None for c in line[3:]]


def test_what_does_not_fit_a_worksheet_is_refused(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SHEET_ROWS", 100)
    reader.post("/air/hours/export", {"period": "2015-12", "form": "xlsx"})
    work_off()
    seen = job_of(Job.objects.latest("task__enqueued_at").pk)
    assert seen.state == "failed"
    assert "工作表" in seen.reason


def test_asking_is_logged_and_needs_the_right(reader: Client, client_as) -> None:
    exported(reader)
    assert Entry.objects.filter(action="job.ask").exists()
    asked = {"period": "2015-12", "form": "csv"}
    assert client_as("auditor").post("/air/hours/export", asked).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"form": "exe"}, {"period": "x"}, {"name": "nowhere"}, {"period": "1990"}]
)
def test_nonsense_is_refused(reader: Client, wrong) -> None:
    before = Job.objects.count()
    asked = {"period": "2015-12", "form": "csv", **wrong}
    assert reader.post("/air/hours/export", asked).status_code in {400, 404, 422}
    assert Job.objects.count() == before


def test_the_pages_offer_it(reader: Client, client_as) -> None:
    for path in ("/air/quality/", "/air/station/Wanliu/?period=2015-12"):
        assert "/air/hours/export" in reader.get(path).text
