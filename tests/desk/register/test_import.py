"""Imports: what a sheet would do, in its own words; all or nothing, good rows, undo."""

import csv
import io
import json

import openpyxl
import pytest
from django.utils import timezone
from tests.desk.register.conftest import saved, upload, workbook

from lantian.desk.jobs.worker import work_off
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register import imports
from lantian.desk.register.models import Batch
from lantian.desk.register.services import change
from lantian.desk.register.uploads import result_path, upload_path

ROUTE = "/places/import"


def send(client, data, name="places.xlsx", **more):
    answer = client.post(ROUTE, {"file": upload(data, name), "coordinates": "wgs84", **more})
    if answer.status_code == 302:
        return Batch.objects.get(pk=answer.url.rpartition("/")[2])
    return answer


def act(client, batch, what):
    answer = client.post(f"{ROUTE}/{batch.pk}", {"act": what})
    batch.refresh_from_db()
    return answer


def villages(count, bad=()):
    """Rows of villages; those at `bad` are wrong, each in its own way."""
    rows = [[f"9901010{n:03}", f"村{n}", "村居", "990101"] for n in range(count)]
    for n, spoil in bad:
        rows[n] = spoil(rows[n])
    return rows


SEVEN = (
    (3, lambda r: [r[0], r[1], "镇子", r[3]]),
    (11, lambda r: [r[0], None, r[2], r[3]]),
    (40, lambda r: [r[0], r[1], r[2], "990199"]),
    (41, lambda r: ["9901010000", r[1], r[2], r[3]]),
    (77, lambda r: ["村 77", r[1], r[2], r[3]]),
    (150, lambda r: [r[0], r[1], "区县", r[3]]),
    (199, lambda r: [r[0], "名" * 61, r[2], r[3]]),
)


def test_200_rows_with_7_bad_ones_are_told_in_the_words_of_the_sheet(client_as, county) -> None:
    client = client_as("headquarters")
    batch = send(client, saved(workbook(*villages(200, SEVEN))))
    assert (batch.state, batch.total, batch.created, batch.faults) == ("checked", 200, 193, 7)
    assert Place.objects.count() == 4
    said = {(f.line, f.heading, f.said) for f in batch.found.all()}
    assert said == {
        (5, "级别*", "镇子"),
        (13, "名称*", ""),
        (42, "上级", "990199"),
        (43, "区划代码*", "9901010000"),
        (79, "区划代码*", "村 77"),
        (152, "上级", "990101"),
        (201, "名称*", "名" * 61),
    }
    page = client.get(f"{ROUTE}/{batch.pk}").text
    assert "不在可选值之内" in page
    assert "省、市、区县、乡镇街道、村居、网格" in page
    assert "与第 2 行重复" in page
    assert 'value="all"' not in page


def test_all_or_nothing_writes_nothing_where_a_row_is_wrong(client_as, county) -> None:
    client = client_as("headquarters")
    batch = send(client, saved(workbook(*villages(200, SEVEN))))
    act(client, batch, "all")
    assert Place.objects.count() == 4
    assert batch.state == "checked"
    assert "全部未导入" in batch.message


def test_good_rows_only_writes_the_good_rows(client_as, county) -> None:
    client = client_as("headquarters")
    batch = send(client, saved(workbook(*villages(200, SEVEN))))
    act(client, batch, "good")
    assert (batch.state, batch.created, batch.changed, batch.faults) == ("applied", 193, 0, 7)
    assert Place.objects.filter(level="village").count() == 193
    one = Place.objects.get(code="9901010000")
    assert one.path == "/990000/990100/990101/9901010000/"
    page = client.get(f"/places/{one.pk}/").text
    assert "导入" in page
    sheet = openpyxl.load_workbook(result_path(batch)).active
    outcome = [row[4].value for row in sheet.iter_rows(min_row=2)]
    assert outcome.count("新增 / new") == 193
    assert "「镇子」不在可选值之内" in outcome[3]


def test_an_import_is_undone(client_as, county, place) -> None:
    client = client_as("headquarters")
    known = place("9901010001", "village", Place.objects.get(code="990101"))
    batch = send(client, saved(workbook(*villages(3))))
    assert (batch.created, batch.changed) == (2, 1)
    act(client, batch, "all")
    known.refresh_from_db()
    assert (known.name_zh, known.version) == ("村1", 2)
    act(client, batch, "undo")
    known.refresh_from_db()
    assert batch.state == "undone"
    assert (known.name_zh, known.version) == ("地9901010001", 3)
    assert set(Place.objects.filter(level="village")) == {known}


def test_an_import_is_not_undone_over_a_later_change(client_as, county, actor, now) -> None:
    client = client_as("headquarters")
    batch = send(client, saved(workbook(*villages(3))))
    act(client, batch, "all")
    row = Place.objects.get(code="9901010001")
    change(PLACES, row.pk, {"name_zh": "后改"}, version=1, by=actor, now=now)
    answer = act(client, batch, "undo")
    assert answer.status_code == 409
    assert "9901010001" in answer.text
    assert Place.objects.filter(level="village").count() == 3


def test_a_row_changed_after_the_check_is_not_overwritten(client_as, county, place, actor) -> None:
    client = client_as("headquarters")
    known = place("9901010001", "village", Place.objects.get(code="990101"))
    batch = send(client, saved(workbook(*villages(3))))
    change(PLACES, known.pk, {"name_zh": "后改"}, version=1, by=actor, now=timezone.now())
    act(client, batch, "all")
    known.refresh_from_db()
    assert known.name_zh == "后改"
    assert "tester" in batch.found.get().wrong


def test_rows_may_refer_to_rows_above_them(client_as, county) -> None:
    client = client_as("headquarters")
    rows = [
        ["990103", "新镇", "乡镇街道", "990100"],
        ["990103001", "新村", "村居", "990103"],
        ["990103001-1", "网格", "网格", "990103001"],
    ]
    batch = send(client, saved(workbook(*rows)))
    assert (batch.created, batch.faults) == (3, 0)
    act(client, batch, "all")
    assert (
        Place.objects.get(code="990103001-1").path == "/990000/990100/990103/990103001/990103001-1/"
    )


def test_a_second_import_of_the_same_changes_nothing(client_as, county) -> None:
    client = client_as("headquarters")
    data = saved(workbook(*villages(5)))
    act(client, send(client, data), "all")
    batch = send(client, data)
    assert (batch.created, batch.changed, batch.same) == (0, 0, 5)


def test_empty_cells_leave_what_is_there_and_a_word_empties(client_as, county, place) -> None:
    client = client_as("headquarters")
    place("990103", "township", county, name_en="Old")
    headings = ("区划代码", "名称", "级别", "英文名")
    batch = send(client, saved(workbook(["990103", "镇", "乡镇街道", None], headings=headings)))
    act(client, batch, "all")
    assert Place.objects.get(code="990103").name_en == "Old"
    batch = send(client, saved(workbook(["990103", "镇", "乡镇街道", "（空）"], headings=headings)))
    act(client, batch, "all")
    assert Place.objects.get(code="990103").name_en == ""


def test_the_template_is_filled_and_sent_back(client_as, county) -> None:
    client = client_as("headquarters")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/places/template").content))
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[4]]
    assert headings[:5] == ["区划代码*", "名称*", "英文名", "级别*", "上级"]
    offered = {
        str(v.sqref).split(":")[0]: v.formula1 for v in sheet.data_validations.dataValidation
    }
    assert offered["D5"] == "'选项'!$D$1:$D$6"
    assert book["选项"]["E3"].value == "990101 地990101"
    for at, text in enumerate(["990104", "丁镇", None, "乡镇街道", "990100 地990100"], 1):
        sheet.cell(5, at, text)
    batch = send(client, saved(book))
    assert (batch.created, batch.faults) == (1, 0), list(batch.found.values())


def test_coordinates_are_converted_at_the_edge(client_as, county) -> None:
    client = client_as("headquarters")
    headings = ("区划代码", "名称", "级别", "中心经度", "中心纬度", "坐标系")
    rows = [
        ["991", "甲", "市", 116.38404722455657, 39.91334545536069, None],
        ["992", "乙", "市", 116.377817, 39.911954, "WGS84"],
        ["993", "丙", "市", 116.377817, 39.911954, "月球"],
    ]
    rows[0][3:5] = [116.3840472, 39.9133455]
    batch = send(client, saved(workbook(*rows, headings=headings)), coordinates="gcj02")
    assert [f.line for f in batch.found.all()] == [4]
    act(client, batch, "good")
    places = Place.objects.filter(code__in=["991", "992"]).order_by("code")
    first, second = ((p.centre_lon, p.centre_lat) for p in places)
    assert [abs(a - b) < 1e-6 for a, b in zip(first, second, strict=True)] == [True, True]


def test_a_large_sheet_is_checked_and_applied_by_jobs(client_as, county, monkeypatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE_B", 0)
    monkeypatch.setattr(imports, "AT_ONCE_ROWS", 0)
    client = client_as("headquarters")
    batch = send(client, saved(workbook(*villages(30))))
    assert batch.state == "checking"
    assert "检查中" in client.get(f"{ROUTE}/{batch.pk}").text
    work_off()
    batch.refresh_from_db()
    assert (batch.state, batch.created) == ("checked", 30)
    act(client, batch, "all")
    assert batch.state == "applying"
    work_off()
    batch.refresh_from_db()
    assert batch.state == "applied"
    assert Place.objects.filter(level="village").count() == 30


def test_an_import_is_applied_once(client_as, county) -> None:
    client = client_as("headquarters")
    batch = send(client, saved(workbook(*villages(3))))
    act(client, batch, "all")
    assert act(client, batch, "all").status_code == 409
    assert Place.objects.filter(level="village").count() == 3


def test_a_discarded_import_leaves_no_file(client_as, county) -> None:
    client = client_as("headquarters")
    batch = send(client, saved(workbook(*villages(3))))
    assert upload_path(batch).exists()
    act(client, batch, "discard")
    assert batch.state == "discarded"
    assert not upload_path(batch).exists()
    assert not result_path(batch).exists()


def test_csv_in_two_encodings(client_as, county) -> None:
    client = client_as("headquarters")
    for code, encoding in (("990108", "utf-8-sig"), ("990109", "gb18030")):
        text = io.StringIO()
        csv.writer(text).writerows(
            [["区划代码", "名称", "级别", "上级"], [code, "镇", "乡镇街道", "990100"]]
        )
        batch = send(client, text.getvalue().encode(encoding), "镇.csv")
        assert (batch.created, batch.faults) == (1, 0)


def test_another_account_does_not_see_the_import(client_as, county) -> None:
    batch = send(client_as("headquarters"), saved(workbook(*villages(3))))
    other = client_as("headquarters")
    assert other.get(f"{ROUTE}/{batch.pk}").status_code == 404
    assert other.get(f"{ROUTE}/{batch.pk}?file=result").status_code == 404
    assert other.post(f"{ROUTE}/{batch.pk}", {"act": "all"}).status_code == 404


def test_the_log_tells_of_every_row_and_of_the_file(client_as, county) -> None:
    client = client_as("headquarters")
    batch = send(client, saved(workbook(*villages(3))))
    act(client, batch, "all")
    page = client.get("/log/", {"kind": "import", "key": str(batch.pk)})
    assert page.status_code == 200
    row = Place.objects.get(code="9901010001")
    history = client.get(f"/places/{row.pk}/").context["changes"]
    assert [entry["text"] for entry in history] == [f"import {batch.pk}"]
    assert json.loads(json.dumps(history[0]["changes"], default=str))


@pytest.mark.parametrize("role", ["official", "auditor"])
def test_who_may_not_import_does_not(client_as, county, role) -> None:
    client = client_as(role)
    assert client.get(ROUTE).status_code == 403
    assert client.get("/places/template").status_code == 403
