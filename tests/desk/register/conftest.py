"""A county with two townships, and sheets of places."""

from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lantian.desk.log.actor import Actor
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.services import create

HEADINGS = ("区划代码*", "名称*", "级别*", "上级")

type MakePlace = Callable[..., Place]


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
