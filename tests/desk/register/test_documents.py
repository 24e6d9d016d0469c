"""Documents of rows: what is taken, kept, given back, withdrawn; by whom; never destroyed."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404, QueryDict
from django.test import Client
from django.utils import timezone
from docx import Document as Word
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.register.conftest import saved, workbook

from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.myday import queries as myday
from lantian.desk.places.models import Place
from lantian.desk.register import document_store, documents
from lantian.desk.register.document_store import keep, opened, path_of
from lantian.desk.register.documents import About, attach, withdraw
from lantian.desk.register.exporting import Extract, write_export
from lantian.desk.register.models import Document
from lantian.desk.register.queries import documents_due
from lantian.desk.register.services import create, remove
from lantian.desk.rights.reach import Holding, Reach
from lantian.desk.site.backup import save, unpack
from lantian.desk.sources.models import Source
from lantian.desk.sources.register import SOURCES
from lantian.errors import BadFile, BadRequest, Conflict
from lantian.terms.coordinates import CoordinateSystem

PDF = b"%PDF-1.7\n%a permit\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(8)
PERMIT = About(
    sort="permit", title="排污许可证", number="9199", day=date(2026, 1, 5), until=date(2026, 12, 31)
)

type Attach = Callable[..., Document]


def docx() -> bytes:
    file = io.BytesIO()
    Word().save(file)
    return file.getvalue()


def content_of(sha256: str) -> bytes:
    with opened(sha256, "a.pdf") as file:
        return file.read()


def status(client: Client, url: str) -> int:
    answer = client.get(url)
    answer.getvalue()
    return answer.status_code


def with_part(data: bytes, name: str) -> bytes:
    """An archive with one more part."""
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")
    return file.getvalue()


@pytest.fixture
def township(county: Place) -> Place:
    return Place.objects.get(code="990101")


@pytest.fixture
def source(township: Place, actor: Actor, now: datetime) -> Source:
    values = {"code": "S1", "name_zh": "水泥厂", "category": "enterprise", "place": township}
    return create(SOURCES, values, by=actor, now=now)  # type: ignore[return-value]


@pytest.fixture
def given_to(source: Source, actor: Actor, now: datetime) -> Attach:
    def make(about: About = PERMIT, data: bytes = PDF, **more: object) -> Document:
        given = {"name": "许可证.pdf", "by": actor, "now": now, "reach": None, **more}
        return attach(SOURCES, source.pk, about, blocks=[data], **given)  # type: ignore[arg-type]

    return make


# --- content --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "media"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("照片.JPG", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.png", PNG, "image/png"),
        ("a.webp", WEBP, "image/webp"),
        (
            "a.docx",
            docx(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            "a.xlsx",
            saved(workbook(("1", "2"))),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)  # fmt: skip
def test_a_file_of_a_declared_type_is_kept_under_its_hash(name, data, media) -> None:
    content = keep(name, [data[:5], data[5:]])
    sha256 = hashlib.sha256(data).hexdigest()
    assert (content.name, content.media, content.size, content.sha256) == (
        name, media, len(data), sha256,
    )  # fmt: skip
    path = path_of(sha256)
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o077 == 0
    assert content_of(sha256) == data


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.exe", b"MZ", "not taken"),
        ("permit", PDF, "not taken"),
        ("a.pdf.exe", PDF, "not taken"),
        ("a.svg", b"<svg/>", "not taken"),
        ("a.html", b"<p>", "not taken"),
        ("a.docm", docx(), "not taken"),
        ("a.xlsm", saved(workbook()), "not taken"),
        ("a.pdf", b"", "or it is empty"),
        ("a.pdf", JPEG, "the content is not"),
        ("a.jpg", PDF, "the content is not"),
        ("a.png", b"<script>", "the content is not"),
        ("a.webp", b"RIFF\x10\x00\x00\x00WAVE", "the content is not"),
        ("a.docx", PDF, "the content is not"),
        ("a.docx", b"PK\x03\x04 broken", "not a sound office file"),
        ("a.docx", saved(workbook()), "not a sound office file"),
        ("a.xlsx", docx(), "not a sound office file"),
        ("a.docx", with_part(docx(), "word/vbaProject.bin"), "macros are refused"),
        ("a.xlsx", with_part(saved(workbook()), "xl/vbaProject.bin"), "macros are refused"),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_leaves_nothing(name, data, says) -> None:
    with pytest.raises(BadFile, match=says):
        keep(name, [data])
    assert [
        p for p in path_of("00").parents[1].rglob("*") if p.is_file() and len(p.name) != 64
    ] == []


def test_a_file_is_refused_as_soon_as_it_is_too_large() -> None:
    taken = 0

    def blocks() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield PDF + bytes(1 << 20)

    with pytest.raises(BadFile, match="larger than 20 MB"):
        keep("a.pdf", blocks())
    assert taken == 20


def test_one_content_lies_there_once_and_a_damaged_one_is_mended() -> None:
    first = keep("a.pdf", [PDF])
    path = path_of(first.sha256)
    at = path.stat().st_ino
    assert keep("b.pdf", [PDF]).sha256 == first.sha256
    assert path.stat().st_ino == at
    path.write_bytes(b"%PDF- changed")
    with pytest.raises(Conflict, match="not what its hash says"):
        opened(first.sha256, "a.pdf")
    keep("c.pdf", [PDF])
    assert path.read_bytes() == PDF
    path.unlink()
    with pytest.raises(Conflict, match="not what its hash says"):
        opened(first.sha256, "a.pdf")


@given(st.text(max_size=400))
def test_a_name_never_leads_elsewhere(name: str) -> None:
    kept = document_store._plain(f"{name}.pdf")
    assert kept.endswith(".pdf")
    assert len(kept) <= 150
    assert kept.isprintable()
    assert not set(kept) & set("/\\")


# --- rows -----------------------------------------------------------------------------------


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


# --- pages ----------------------------------------------------------------------------------


def sent(**more: object) -> dict[str, object]:
    file = SimpleUploadedFile("许可证.pdf", PDF, "application/pdf")
    return {"sort": "permit", "title": "许可证", "file": file, **more}


def test_a_browser_attaches_reads_replaces_and_withdraws(client_as, source, township) -> None:
    client = client_as("township", area=township.path)
    base = f"/sources/{source.pk}"
    form = client.get(f"{base}/documents/new").text
    assert 'enctype="multipart/form-data"' in form
    assert 'accept=".pdf,' in form
    assert "image/jpeg" in form
    assert f'data-largest="{20 << 20}"' in form
    assert client.post(f"{base}/documents/new", sent(until="2031-12-31")).url == f"{base}/"
    one = Document.objects.get()
    assert (one.file_name, one.size, one.author) == ("许可证.pdf", len(PDF), one.author)
    page = client.get(f"{base}/").text
    assert f"{base}/documents/{one.pk}" in page
    assert one.sha256 in page
    assert "存入文件" in page
    got = client.get(f"{base}/documents/{one.pk}")
    assert got.getvalue() == PDF
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in got.headers["Cache-Control"]
    again = f"{base}/documents/new?replaces={one.pk}"
    assert "许可证" in client.get(again).text
    client.post(again, sent(title="新证"))
    new = Document.objects.get(ended_at=None)
    assert client.post(f"{base}/documents/{new.pk}/withdraw").status_code == 400
    client.post(f"{base}/documents/{new.pk}/withdraw", {"reason": "注销"})
    page = client.get(f"{base}/").text
    assert "注销" in page
    assert "撤回文件" in page
    assert "排污许可证" in page
    assert ">permit<" not in page
    for old in (one, new):
        assert client.get(f"{base}/documents/{old.pk}").getvalue() == PDF


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "不接收这种文件"),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ")}, "内容不是"),
        ({"sort": "passport"}, "passport"),
        ({"title": ""}, "必填"),
        ({"day": "2026-03-02", "until": "2026-03-01"}, "有效期早于文件日期"),
    ],
)
def test_a_form_says_what_is_wrong(client_as, source, changes, says) -> None:
    answer = client_as("headquarters").post(f"/sources/{source.pk}/documents/new", sent(**changes))
    assert answer.status_code == 422
    assert says in answer.text
    assert not Document.objects.exists()


def test_a_changed_file_is_not_given(client_as, given_to, source) -> None:
    made = given_to(data=PDF + b"tampered")
    path_of(made.sha256).write_bytes(PDF + b"tampering")
    answer = client_as("headquarters").get(f"/sources/{source.pk}/documents/{made.pk}")
    assert answer.status_code == 409
    assert "不予提供" in answer.text
    path_of(made.sha256).unlink()


def test_who_reaches_the_row_reads_its_documents_and_nobody_else(
    client_as, given_to, source, township, actor, now
) -> None:
    made = given_to()
    other = create(
        SOURCES,
        {"code": "S2", "name_zh": "乙", "category": "kiln", "place": township},
        by=actor,
        now=now,
    )
    url = f"/sources/{source.pk}/documents/{made.pk}"
    assert status(client_as("grid_member", area=township.path), url) == 200
    assert status(client_as("department", subjects=("industry",)), url) == 200
    # Not another area, another subject, another company, another row, another register.
    assert status(client_as("township", area="/990000/990100/990102/"), url) == 404
    assert status(client_as("department", subjects=("dust",)), url) == 404
    assert status(client_as("company", organisation="C9"), url) == 404
    everywhere = client_as("headquarters")
    assert status(everywhere, f"/sources/{other.pk}/documents/{made.pk}") == 404
    assert everywhere.get(f"/stations/{source.pk}/documents/{made.pk}").status_code == 404
    assert status(client_as("auditor"), url) == 403
    assert Client().get(url).status_code == 302
    # Who reads may not write.
    reader = client_as("grid_member", area=township.path)
    assert reader.post(f"/sources/{source.pk}/documents/new", sent()).status_code == 403
    assert reader.post(f"{url}/withdraw", {"reason": "x"}).status_code == 403
    assert "documents/new" not in reader.get(f"/sources/{source.pk}/").text
    outside = client_as("township", area="/990000/990100/990102/")
    assert outside.post(f"/sources/{source.pk}/documents/new", sent()).status_code == 404
    assert outside.post(f"{url}/withdraw", {"reason": "x"}).status_code == 404
    assert Document.objects.get().ended_at is None


def test_what_ends_soon_is_told_to_those_who_answer(
    client_as, given_to, source, township, actor, now, monkeypatch
) -> None:
    monkeypatch.setattr(myday, "_air", lambda *_: (None, None))
    today = timezone.localdate(now)
    for title, days in (("久", 31), ("近", 30), ("过", -1)):
        given_to(About(sort="permit", title=title, until=today + timedelta(days=days)))
    withdrawn = given_to(About(sort="permit", title="撤", until=today))
    withdraw(SOURCES, source.pk, withdrawn.pk, reason="x", by=actor, now=now, reach=None)
    page = client_as("headquarters").get(f"/sources/{source.pk}/").text
    assert "30 天后到期" in page
    assert "已过期 1 天" in page
    assert "31 天后" not in page

    def told(role: str, area: str, *subjects: str) -> list[str]:
        reach = Reach([Holding(role, area, frozenset(subjects))])
        assert [d.document.title for d in documents_due(reach, today)] == [
            title[-1] for title in _late(actor, reach, now)
        ]
        return _late(actor, reach, now)

    both = ["水泥厂：过", "水泥厂：近"]
    assert told("township", township.path) == both
    assert told("department", "/", "industry") == both
    assert told("department", "/", "dust") == []
    assert told("township", "/990000/990100/990102/") == []
    assert told("grid_member", township.path) == []
    Source.objects.filter(pk=source.pk).update(last=today - timedelta(days=1))
    assert told("township", township.path) == []


def _late(actor: Actor, reach: Reach, now: datetime) -> list[str]:
    late = myday.my_day(actor, reach, timezone.localtime(now)).late
    return [str(item.title) for item in late.items if "#documents" in item.url] if late else []


# --- uploads of all kinds ---------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sources/import", "/sources/1/documents/new", "/sign-in"])
def test_a_body_that_announces_too_much_is_refused_unread(client_as, path) -> None:
    client = client_as("headquarters")

    class Unread(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

    answer = client.generic(
        "POST",
        path,
        **{
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(23 << 20),
            "wsgi.input": Unread(),
        },
    )
    assert answer.status_code == 413
    assert "20 MB" in answer.text


def test_a_file_that_outgrows_the_limit_inside_of_an_allowed_body_is_stopped(
    client_as, source
) -> None:
    large = SimpleUploadedFile("a.pdf", PDF + bytes(env().upload_b))
    answer = client_as("headquarters").post(
        f"/sources/{source.pk}/documents/new", {"sort": "permit", "title": "x", "file": large}
    )
    assert answer.status_code == 413
    assert "上传内容过大" in answer.text
    assert not Document.objects.exists()


def test_one_file_in_one_request(client_as, source) -> None:
    two = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(2)]
    answer = client_as("headquarters").post(
        f"/sources/{source.pk}/documents/new", {"sort": "permit", "title": "x", "file": two}
    )
    assert answer.status_code == 400


def test_a_backup_holds_the_documents(given_to, tmp_path) -> None:
    made = given_to(data=PDF + b"backed up")
    path = path_of(made.sha256)
    half = path.parents[1] / "half.new"
    half.write_bytes(PDF)
    backup = tmp_path / "all.tgz"
    save(env(), backup, head="", now=timezone.now())
    again = tmp_path / "again"
    again.mkdir()
    named = unpack(backup, again)["sha256"]
    name = path.relative_to(env().folder).as_posix()
    assert named[name] == made.sha256
    assert (again / name).read_bytes() == PDF + b"backed up"
    assert not any(each.endswith("half.new") for each in named)
    half.unlink()


def test_the_content_is_whole_before_the_row_says_so(given_to, monkeypatch) -> None:
    def fails(*args: object, **more: object) -> None:
        raise RuntimeError("power gone")

    monkeypatch.setattr(documents, "record", fails)
    with pytest.raises(RuntimeError):
        given_to(data=PDF + b"kept")
    assert not Document.objects.exists()
    assert path_of(hashlib.sha256(PDF + b"kept").hexdigest()).is_file()
