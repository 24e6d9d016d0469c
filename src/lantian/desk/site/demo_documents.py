"""Documents of the demonstration: permits of the fictional county's sources, marked as such."""

import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from docx import Document

from lantian.desk.log.actor import Actor
from lantian.desk.register.documents import About, attach
from lantian.desk.register.row import Row
from lantian.desk.sources.register import SOURCES

#: Years that a permit holds, and days from today to the end of the first ones: one has ended,
#: one ends soon.
_YEARS: Final = 5
_ENDS: Final = (-12, 20)
_LATER: Final = 300


def attach_permits(sources: Iterable[tuple[Row, str]], by: Actor, now: datetime) -> int:
    """Give sources their permits as documents; return how many.

    Parameters
    ----------
    sources : iterable of (Row, str)
        Each with the number of its permit.
    by : Actor
    now : datetime
        Local time.
    """
    count = 0
    for count, (row, number) in enumerate(sources, 1):
        days = _ENDS[count - 1] if count <= len(_ENDS) else _LATER + 60 * count
        until = now.date() + timedelta(days=days)
        day = until - timedelta(days=365 * _YEARS)
        attach(
            SOURCES,
            row.pk,
            About(sort="permit", title="排污许可证", number=number, day=day, until=until),
            name=f"{number}.docx",
            blocks=[permit(str(row), number, day, until)],
            by=by,
            now=now,
            reach=None,
        )
    return count


def permit(name: str, number: str, day: date, until: date) -> bytes:
    """Write a permit of one page, which says that it is none.

    Examples
    --------
    >>> permit("示例厂", "X1", date(2026, 1, 1), date(2030, 12, 31))[:2]
    b'PK'
    """
    page = Document()
    page.add_heading("排污许可证（虚构样张）", 1)
    page.add_paragraph(
        "虚构演示县的样张，不具任何效力 / a specimen of a fictional county, of no force"
    )
    for label, value in (
        ("单位 / holder", name),
        ("编号 / number", number),
        ("自 / from", f"{day}"),
        ("至 / until", f"{until}"),
    ):
        page.add_paragraph(f"{label}：{value}")
    file = io.BytesIO()
    page.save(file)
    return file.getvalue()
