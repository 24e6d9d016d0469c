"""Documents in pages: rights, what is told of their end, uploads that are too large."""

import io
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.desk.register.conftest import PDF

from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.myday import queries as myday
from lantian.desk.register.document_store import path_of
from lantian.desk.register.documents import About, withdraw
from lantian.desk.register.models import Document
from lantian.desk.register.queries import documents_due
from lantian.desk.register.services import create
from lantian.desk.rights.reach import Holding, Reach
from lantian.desk.sources.models import Source
from lantian.desk.sources.register import SOURCES


def status(client: Client, url: str) -> int:
    answer = client.get(url)
    answer.getvalue()
    return answer.status_code


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
