"""Content of documents: which files are taken, kept once, found changed, backed up."""

import hashlib
import io
import zipfile
from collections.abc import Iterator

import pytest
from django.utils import timezone
from docx import Document as Word
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.register.conftest import JPEG, PDF, saved, workbook

from lantian.desk.env import env
from lantian.desk.register import document_store, documents
from lantian.desk.register.document_list import amiss
from lantian.desk.register.document_store import keep, opened, path_of
from lantian.desk.register.models import Document
from lantian.desk.site.backup import save, unpack
from lantian.desk.site.checkup import checkup
from lantian.errors import BadFile, Conflict

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(8)


def docx() -> bytes:
    file = io.BytesIO()
    Word().save(file)
    return file.getvalue()


def content_of(sha256: str) -> bytes:
    with opened(sha256, "a.pdf") as file:
        return file.read()


def with_part(data: bytes, name: str) -> bytes:
    """An archive with one more part."""
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")
    return file.getvalue()


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


def test_the_content_is_whole_before_the_row_says_so(given_to, monkeypatch) -> None:
    def fails(*args: object, **more: object) -> None:
        raise RuntimeError("power gone")

    monkeypatch.setattr(documents, "record", fails)
    with pytest.raises(RuntimeError):
        given_to(data=PDF + b"kept")
    assert not Document.objects.exists()
    assert path_of(hashlib.sha256(PDF + b"kept").hexdigest()).is_file()


def test_a_check_up_names_files_that_are_gone_or_cut(given_to) -> None:
    given_to()
    assert amiss() == (1, [])
    gone = given_to(data=PDF + b"gone", name="a.pdf")
    cut = given_to(data=PDF + b"cut", name="b.pdf")
    path_of(gone.sha256).unlink()
    path_of(cut.sha256).write_bytes(PDF)
    assert amiss() == (3, ["a.pdf", "b.pdf"])
    (said,) = [f for f in checkup(env()) if "documents" in f.what]
    assert (said.well, "of 3 are gone or cut: a.pdf" in said.said) == (False, True)


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
