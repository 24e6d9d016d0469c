"""Cells of a workbook as the texts that people see in them."""

from datetime import date, datetime, time
from typing import Any, Final

#: Excel keeps 15 digits of a number; the rest of an identity or credit code is lost.
_DIGITS: Final = 10**15
#: What Excel shows where a formula failed.
ERRORS: Final = frozenset(
    {"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#SPILL!", "#CALC!"}
)
#: How a text begins that a spreadsheet would take for a formula.
_LIKE_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class LostDigits(str):
    """Text of a number so long that the workbook no longer has all of its digits."""

    __slots__ = ()


def cell_text(cell: Any) -> str:
    """Spell a cell.

    Examples
    --------
    >>> cell_text(None), cell_text(35.0), cell_text(0.1 + 0.2), cell_text(datetime(2026, 3, 1))
    ('', '35', '0.3', '2026-03-01')
    >>> cell_text(True), isinstance(cell_text(911101081234567890), LostDigits)
    ('是', True)
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        text = str(int(cell)) if float(cell).is_integer() else f"{cell:.15g}"
        return LostDigits(text) if abs(cell) >= _DIGITS else text
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell).strip()


def guarded(text: str) -> str:
    """Keep a spreadsheet that opens a text file from taking a cell for a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("1+1"), unguarded(guarded("-a"))
    ("'=1+1", '1+1', '-a')
    """
    return f"'{text}" if text.startswith(_LIKE_FORMULA) else text


def unguarded(text: str) -> str:
    """Take the mark of `guarded` off."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_LIKE_FORMULA) else text
