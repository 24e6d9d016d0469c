"""The workbook that people fill in: headings, notes, an example, drop-downs."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from lantian.desk.language import language
from lantian.desk.register.headings import SYSTEM
from lantian.desk.register.kinds import Day, Number, Reference
from lantian.desk.register.listing import reference_choices
from lantian.desk.register.spec import Column, Register
from lantian.desk.rights.reach import Reach

#: Rows that have drop-downs and formats.
_ROWS: Final = 5000
_SYSTEMS: Final = ("WGS84", "GCJ-02", "BD-09")
_MOST_OPTIONS: Final = 500
_HEADINGS: Final = 3


def template(register: Register, reach: Reach) -> bytes:
    """Make the template of a register in the language of the page.

    Rows: title, notes, example, headings; what is filled in begins below the headings, and
    what stands above them is not read.

    Parameters
    ----------
    reach : Reach
        Rows out of reach are not offered in drop-downs.
    """
    of = language().of
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet(str(register.label)[:31])
    options = book.add_worksheet(of("选项", "options"))
    options.hide()
    looks = _looks(book)
    more = language().half(register.note)
    sheet.write_string(
        0, 0, " · ".join(filter(None, (str(register.label), _how(), more))), looks["title"]
    )
    for at, column in enumerate(register.sheet):
        _column(sheet, at, column, looks)
        _drop_down(sheet, options, at, _offered(register, column, reach))
    if register.shown:
        at = len(register.sheet)
        sheet.write_string(1, at, of("留空为 WGS84", "WGS84 where empty"), looks["note"])
        sheet.write_string(2, at, _SYSTEMS[0], looks["example"])
        sheet.write_string(_HEADINGS, at, of(*SYSTEM), looks["heading"])
        sheet.set_column(at, at, 12)
        _drop_down(sheet, options, at, _SYSTEMS)
    sheet.freeze_panes(_HEADINGS + 1, 0)
    sheet.set_row(1, 60)
    book.close()
    return file.getvalue()


def _how() -> str:
    return language().of(
        "从表头下一行起填写；带 * 的必填；已有编码的行为修改，空格不改原值，填「（空）」清空；"
        "表头以上各行不导入",
        "fill in below the headings; * must be filled; a row whose key exists is changed, empty "
        "cells leave what is there, (empty) clears it; rows above the headings are not read",
    )


def _looks(book: Any) -> dict[str, Any]:
    top = {"text_wrap": True, "valign": "top"}
    return {
        "title": book.add_format({"bold": True}),
        "note": book.add_format({**top, "font_color": "#595959", "font_size": 9}),
        "example": book.add_format({"italic": True, "font_color": "#595959"}),
        "heading": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1}),
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "plain": None,
    }


def _column(sheet: Any, at: int, column: Column, looks: dict[str, Any]) -> None:
    half = language().half
    star = "*" if column.needed else ""
    note = half(column.note) or half(column.kind.allowed)
    sheet.write_string(1, at, note, looks["note"])
    sheet.write_string(2, at, column.example or _first(column), looks["example"])
    sheet.write_string(_HEADINGS, at, f"{column.label}{star}", looks["heading"])
    kind = column.kind
    look = "day" if isinstance(kind, Day) else "plain" if isinstance(kind, Number) else "text"
    sheet.set_column(at, at, column.width, looks[look])


def _first(column: Column) -> str:
    choices = column.kind.choices()
    return choices[0][1] if choices else ""


def _offered(register: Register, column: Column, reach: Reach) -> Sequence[str]:
    kind = column.kind
    if isinstance(kind, Reference):
        pairs = reference_choices(kind, reach, register.write, _MOST_OPTIONS)
        return [shown for _, shown in pairs] if len(pairs) <= _MOST_OPTIONS else []
    return [] if kind.input == "many" else [shown for _, shown in kind.choices()]


def _drop_down(sheet: Any, options: Any, at: int, offered: Sequence[str]) -> None:
    """Offer values in a column; they lie in a hidden sheet, where a list may be long."""
    if not offered:
        return
    for row, text in enumerate(offered):
        options.write_string(row, at, text)
    letter = xlsxwriter.utility.xl_col_to_name(at)
    first = _HEADINGS + 1
    sheet.data_validation(
        first,
        at,
        first + _ROWS,
        at,
        {
            "validate": "list",
            "source": f"='{options.get_name()}'!${letter}$1:${letter}${len(offered)}",
            "error_type": "warning",
        },
    )
