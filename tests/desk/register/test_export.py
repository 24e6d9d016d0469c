"""Exports: exactly what is filtered, typed, counted, hashed, and safe to open."""

import csv
import hashlib
import io
import json

import openpyxl
import pytest

from lantian.desk.jobs.models import Job
from lantian.desk.jobs.queries import job_of
from lantian.desk.jobs.worker import work_off
from lantian.desk.places.models import Place
from lantian.desk.register import exporting
from lantian.terms.coordinates import CoordinateSystem, from_wgs84

SQUARE = '{"type":"Polygon","coordinates":[[[116,36],[116.1,36],[116.1,36.1],[116,36]]]}'


def exported(client, query="", form="xlsx", coordinates="wgs84"):
    answer = client.post(f"/places/export?{query}", {"form": form, "coordinates": coordinates})
    assert answer.status_code == 302, answer.text
    work_off()
    seen = job_of(Job.objects.latest("task__enqueued_at").pk)
    assert seen.state == "done", seen.reason
    assert hashlib.sha256(seen.file.read_bytes()).hexdigest() == seen.result["sha256"]
    return seen


def test_it_holds_exactly_what_the_list_shows(client_as, county, place) -> None:
    place("990104", "township", county, last="2020-01-01")
    client = client_as("headquarters")
    query = "level=township&sort=-code"
    assert "2 行" in client.get(f"/places/export?{query}").text.replace("\n", " ")
    seen = exported(client, query)
    assert seen.result["count"] == 2
    sheet = openpyxl.load_workbook(seen.file).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["990102", "990101"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:M3"


def test_cells_are_typed(client_as, county, place, now) -> None:
    place("990104", "township", county, boundary=SQUARE, first=now.date())
    seen = exported(client_as("headquarters"), "q=990104")
    sheet = openpyxl.load_workbook(seen.file).active
    row = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert isinstance(row["面积 km²"].value, float)
    assert row["生效日期"].is_date
    assert row["级别"].value == "乡镇街道"
    assert row["虚构"].value == "否"
    assert row["坐标系"].value == "WGS84"


def test_only_chosen_columns(client_as, county) -> None:
    seen = exported(client_as("headquarters"), "show=name_zh&show=code", "csv")
    head = seen.file.read_text("utf-8-sig").splitlines()[0]
    assert head == "名称,区划代码,坐标系"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1"])
def test_no_text_becomes_a_formula(client_as, county, name) -> None:
    Place.objects.filter(code="990101").update(name_zh=name)
    client = client_as("headquarters")
    sheet = openpyxl.load_workbook(exported(client, "q=990101").file).active
    assert (sheet["B2"].value, sheet["B2"].data_type) == (name, "s")
    text = exported(client, "q=990101", "csv").file.read_text("utf-8-sig")
    cell = next(csv.DictReader(io.StringIO(text)))["名称"]
    assert cell == f"'{name}"


def test_what_was_exported_can_be_sent_back(client_as, county, place) -> None:
    place("990104", "township", county, boundary=SQUARE, name_en="-2 x")
    client = client_as("headquarters")
    for form in ("xlsx", "csv"):
        seen = exported(client, "", form)
        answer = client.post(
            "/places/import",
            {"file": _named(seen.file), "coordinates": "gcj02"},
        )
        page = client.get(answer.url)
        batch = page.context["batch"]
        assert (batch.total, batch.same, batch.faults) == (5, 5, 0), list(batch.found.values())


def _named(path):
    file = io.BytesIO(path.read_bytes())
    file.name = path.name
    return file


def test_geojson_in_another_system(client_as, county, place) -> None:
    place("990104", "township", county, boundary=SQUARE)
    seen = exported(client_as("headquarters"), "level=township", "geojson", "gcj02")
    found = json.loads(seen.file.read_text("utf-8"))
    assert found["coordinate_system"] == "GCJ-02"
    assert [f["properties"]["code"] for f in found["features"]] == ["990101", "990102", "990104"]
    corner = found["features"][2]["geometry"]["coordinates"][0][0]
    lon, lat = from_wgs84(116, 36, CoordinateSystem.GCJ02)
    assert corner == pytest.approx([float(lon), float(lat)], abs=1e-7)
    place = Place.objects.get(code="990104")
    assert "[116.0,36.0]" in place.boundary


def test_an_empty_list_gives_an_empty_file(client_as, county) -> None:
    seen = exported(client_as("headquarters"), "q=nowhere", "geojson")
    assert seen.result["count"] == 0
    assert json.loads(seen.file.read_text("utf-8"))["features"] == []


def test_more_rows_than_a_worksheet_has_are_refused(client_as, county, monkeypatch) -> None:
    monkeypatch.setattr(exporting, "_MOST_ROWS", 3)
    client = client_as("headquarters")
    client.post("/places/export", {"form": "xlsx", "coordinates": "wgs84"})
    work_off()
    seen = job_of(Job.objects.get().pk)
    assert seen.state == "failed"
    assert "4 行，超过工作表上限" in seen.reason


def test_who_may_not_export_does_not(client_as, county) -> None:
    assert client_as("official").post("/places/export", {"form": "csv"}).status_code == 403
