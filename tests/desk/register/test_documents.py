"""Documents of rows: attached, replaced, withdrawn, never destroyed; logged and counted."""

import json
import re
from datetime import date

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404, QueryDict
from django.test.utils import CaptureQueriesContext
from tests.desk.register.conftest import JPEG, PDF

from lantian.desk.log.models import Entry
from lantian.desk.register.document_store import opened
from lantian.desk.register.documents import About, withdraw
from lantian.desk.register.exporting import Extract, write_export
from lantian.desk.register.models import Document
from lantian.desk.register.services import remove
from lantian.desk.rights.reach import Holding, Reach
from lantian.desk.sources.register import SOURCES
from lantian.errors import BadRequest, Conflict
from lantian.terms.coordinates import CoordinateSystem


def content_of(sha256: str) -> bytes:
    with opened(sha256, "a.pdf") as file:
        return file.read()


def test_a_document_is_attached_replaced_and_withdrawn_and_each_is_logged(
    given_to, source, actor, now
) -> None:
    first = given_to()
    renewed = About(sort="permit", title="新许可证", until=date(2031, 1, 1))
    second = given_to(renewed, PDF + b"2", replaces=first.pk)
    withdraw(SOURCES, source.pk, second.pk, reason="已注销", by=actor, now=now, reach=None)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.successor, first.ended_by, first.reason) == (second, actor.name, "")
    assert (second.successor, second.ended_by, second.reason) == (None, actor.name, "已注销")
    assert content_of(first.sha256) == PDF
    entries = Entry.objects.filter(kind="source", key="S1").order_by("id")
    told = [
        (e.action, json.loads(e.before).get("document"), json.loads(e.after).get("document"))
        for e in entries
    ]
    assert told == [
        ("source.add", None, None),
        ("source.attach", None, "排污许可证"),
        ("source.replace", "排污许可证", "新许可证"),
        ("source.withdraw", "新许可证", None),
    ]
    assert json.loads(entries[1].after)["sha256"] == first.sha256
    assert entries[3].reason == "已注销"


def test_what_ended_does_not_end_again(given_to, source, actor, now) -> None:
    first = given_to()
    given_to(replaces=first.pk)
    with pytest.raises(Conflict, match="tester"):
        given_to(replaces=first.pk)
    with pytest.raises(Conflict, match="tester"):
        withdraw(SOURCES, source.pk, first.pk, reason="x", by=actor, now=now, reach=None)
    with pytest.raises(Http404):
        given_to(replaces=first.pk + 99)
    assert Document.objects.filter(ended_at=None).count() == 1
    # The database holds it, too: nothing has two successors.
    others = Document.objects.order_by("pk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=others.last().pk).update(successor=others.last().pk)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        (About(sort="passport", title="x"), "no such sort"),
        (About(sort="permit", title="  "), "no title"),
        (About(sort="permit", title="x" * 101), "too long"),
        (About(sort="permit", title="x", number="x" * 61), "too long"),
        (About(sort="permit", title="a\x07"), "control"),
        (
            About(sort="permit", title="x", day=date(2026, 3, 2), until=date(2026, 3, 1)),
            "before the day",
        ),
    ],
)
def test_what_is_said_of_it_must_hold(given_to, about, says) -> None:
    with pytest.raises(BadRequest, match=says):
        given_to(about)
    assert not Document.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_a_withdrawal_needs_a_reason(given_to, source, actor, now, reason) -> None:
    made = given_to()
    with pytest.raises(BadRequest, match="a reason is needed"):
        withdraw(SOURCES, source.pk, made.pk, reason=reason, by=actor, now=now, reach=None)


def test_writers_of_another_area_attach_nothing(given_to, source, township, actor, now) -> None:
    made = given_to()
    elsewhere = Reach([Holding("township", "/990000/990100/990102/")])
    with pytest.raises(Http404):
        given_to(reach=elsewhere)
    with pytest.raises(Http404):
        withdraw(SOURCES, source.pk, made.pk, reason="x", by=actor, now=now, reach=elsewhere)
    assert given_to(reach=Reach([Holding("township", township.path)]))


def test_a_row_with_a_document_is_not_deleted(given_to, source, actor, now) -> None:
    made = given_to()
    withdraw(SOURCES, source.pk, made.pk, reason="x", by=actor, now=now, reach=None)
    with pytest.raises(BadRequest, match="文件"):
        remove(SOURCES, source.pk, version=1, by=actor, now=now)


def test_an_export_counts_the_documents_that_hold(given_to, source, actor, now, tmp_path) -> None:
    first = given_to()
    given_to(replaces=first.pk)
    given_to(About(sort="photograph", title="大门"), JPEG, name="a.jpg")
    query = QueryDict("show=code&show=documents&sort=-documents").urlencode()
    reach = Reach([Holding("headquarters")])
    extract = Extract(SOURCES, query, reach, date(2026, 3, 1), CoordinateSystem.WGS84)
    file = tmp_path / "s.xlsx"
    assert write_export(extract, "xlsx", file, lambda *_: None) == 1
    cells = [cell.value for cell in list(openpyxl.load_workbook(file).active.iter_rows())[1]]
    assert cells[:2] == ["S1", 2]
    whole = Extract(SOURCES, "", reach, date(2026, 3, 1), CoordinateSystem.WGS84)
    counted = whole.headings.index("文件数")
    assert [whole.columns[counted].value(row) for row in whole.rows(lambda *_: None)] == [2]


def test_a_list_counts_documents_only_where_it_shows_them(given_to, client_as) -> None:
    given_to()
    client = client_as("headquarters")
    with CaptureQueriesContext(connection) as asked:
        client.get("/sources/")
    assert not any("register_document" in query["sql"] for query in asked)
    page = client.get("/sources/?show=code&show=documents&sort=-documents").text
    assert "文件数" in page
    assert re.search(r'data-label="文件数"[^>]*><span>1</span>', page)
