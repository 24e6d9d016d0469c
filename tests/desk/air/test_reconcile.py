"""Official tables: taken in with care, compared by the flow, each difference with its class."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from openpyxl import Workbook

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.reconciled import CLASSES
from lantian.desk.env import env
from lantian.desk.log.models import Entry
from lantian.evaluate.reconcile import Difference
from lantian.flows.official import read_official
from lantian.flows.reconcile import reconcile

HEAD = ["地区", "时段", "PM2.5", "综合指数", "排名"]
ROWS = [["朝阳区", "2015-12", 157, 11.26, 7], ["海淀区", "2015-12", 120, 9.99, 2]]


def upload(client: Client, content: bytes, name: str, **more: str) -> HttpResponse:
    file = SimpleUploadedFile(name, content)
    return client.post("/air/reconcile/", {"file": file, **more})


def as_csv() -> bytes:
    lines = [",".join(map(str, row)) for row in (HEAD, *ROWS)]
    return "\n".join(lines).encode()


def as_xlsx() -> bytes:
    book = Workbook()
    for row in (HEAD, *ROWS):
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(("make", "name"), [(as_csv, "12月.csv"), (as_xlsx, "12月.xlsx")])
def test_a_table_is_kept_compared_and_downloaded(
    reader: Client, beijing: Ground, make: Callable[[], bytes], name: str, tmp_path: Path
) -> None:
    answer = upload(reader, make(), name, level="district")
    assert answer.status_code == 302
    address = answer.headers["Location"]
    page = reader.get(f"{address}&all=1").text
    path = tmp_path / name
    path.write_bytes(make())
    expected = reconcile(beijing.lake, read_official(path), level="district")
    kinds = [cell.finding.kind for cell in expected.cells]
    assert kinds.count(Difference.EQUAL) == 3
    for kind in set(kinds):
        assert f"{CLASSES[kind][0]} {kinds.count(kind)}" in page
    assert "157" in page
    assert "11.26" in page
    file = reader.get(address.replace("/?", "/table.csv?"))
    assert file.status_code == 200
    assert len(file.content.decode("utf-8-sig").splitlines()) == 1 + len(expected.cells)
    assert Entry.objects.filter(action="air.reconcile").count() == 1


def test_only_differences_are_shown_unless_all_are_asked_for(reader: Client) -> None:
    address = upload(reader, as_csv(), "t.csv", level="district").headers["Location"]
    short, whole = reader.get(address).text, reader.get(f"{address}&all=1").text
    assert short.count("<tr") < whole.count("<tr")


def bomb() -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", 8) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"0" * 60_000_000)
    return stream.getvalue()


def with_macros() -> bytes:
    stream = BytesIO(as_xlsx())
    with ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "picture.png"),
        (b"\x00\x01\x02" * 200, "binary.csv"),
        (b"a,b\n1,2\n", "strange.csv"),
        ("地区,时段,PM2.5\n朝阳区,2015-12,viel\n".encode(), "words.csv"),
        ("地区,时段,PM2.5\n蓬莱岛,2015-12,35\n".encode(), "nowhere.csv"),
        ("地区,时段,PM2.5\n朝阳区,2031-12,35\n".encode(), "later.csv"),
        (b"PK\x03\x04 no archive", "broken.xlsx"),
        (bomb(), "bomb.xlsx"),
        (with_macros(), "macros.xlsx"),
        (b"x" * (5 * 1024 * 1024 + 1), "large.csv"),
    ],
)
def test_what_is_no_official_table_is_told_and_not_kept_as_one(
    reader: Client, content: bytes, name: str
) -> None:
    answer = upload(reader, content, name)
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert str(env().folder) not in answer.text


def test_a_table_is_found_only_under_its_own_hash(reader: Client) -> None:
    upload(reader, as_csv(), "t.csv", level="district")
    assert reader.get("/air/reconcile/" + "f" * 64 + ".csv/").status_code == 404
    assert reader.get("/air/reconcile/official.toml/").status_code == 404
