"""A county with two townships, and sheets of places."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lantian.desk.log.actor import Actor
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.documents import About, attach
from lantian.desk.register.models import Document
from lantian.desk.register.services import create
from lantian.desk.sources.models import Source
from lantian.desk.sources.register import SOURCES

HEADINGS = ("区划代码*", "名称*", "级别*", "上级")

type MakePlace = Callable[..., Place]
type Attach = Callable[..., Document]

PDF = b"%PDF-1.7\n%a permit\n"
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
PERMIT = About(
    sort="permit", title="排污许可证", number="9199", day=date(2026, 1, 5), until=date(2026, 12, 31)
)


def workbook(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> openpyxl.Workbook:
    """A workbook with headings and rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    """Bytes of a workbook."""
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def upload(data: bytes, name: str = "places.xlsx") -> SimpleUploadedFile:
    """A file that a browser sends."""
    return SimpleUploadedFile(name, data)


@pytest.fixture
def place(db: None, actor: Actor, now: datetime) -> MakePlace:
    """Make a place: place("990101", "township", county)."""

    def make(code: str, level: str, parent: Place | None = None, **values: object) -> Place:
        given = {"code": code, "name_zh": f"地{code}", "level": level, "parent": parent, **values}
        return create(PLACES, given, by=actor, now=now)  # type: ignore[return-value]

    return make


@pytest.fixture
def county(place: MakePlace) -> Place:
    """A county with two townships, 990101 and 990102."""
    county = place("990100", "county", place("990000", "city"))
    place("990101", "township", county)
    place("990102", "township", county)
    return county


@pytest.fixture
def township(county: Place) -> Place:
    """A township."""
    return Place.objects.get(code="990101")


@pytest.fixture
def source(township: Place, actor: Actor, now: datetime) -> Source:
    """A factory of it."""
    values = {"code": "S1", "name_zh": "水泥厂", "category": "enterprise", "place": township}
    return create(SOURCES, values, by=actor, now=now)  # type: ignore[return-value]


@pytest.fixture
def given_to(source: Source, actor: Actor, now: datetime) -> Attach:
    """Attach a permit to the factory, or another document."""

    def make(about: About = PERMIT, data: bytes = PDF, **more: object) -> Document:
        given = {"name": "许可证.pdf", "by": actor, "now": now, "reach": None, **more}
        return attach(SOURCES, source.pk, about, blocks=[data], **given)  # type: ignore[arg-type]

    return make
