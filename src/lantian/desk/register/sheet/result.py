"""The sheet that comes back: every row as it was sent, with what became of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import xlsxwriter

_LONGEST: Final = 32_767


class ResultSheet:
    """Writes the sheet row by row, in bounded memory."""

    def __init__(self, path: Path, headings: Sequence[str], outcome: str) -> None:
        """Start it with the headings as they were sent, `outcome` before them."""
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True})
        self._sheet = self._book.add_worksheet()
        bold = self._book.add_format({"bold": True})
        self._wrong = self._book.add_format({"font_color": "#9C0006", "bg_color": "#FFC7CE"})
        self._row = 0
        self._width = len(headings)
        for at, heading in enumerate((*headings, outcome)):
            self._text(at, heading, bold)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(self._width, self._width, 60)

    def add(self, cells: Sequence[str], outcome: str, *, wrong: bool) -> None:
        """Add a row."""
        self._row += 1
        for at, cell in enumerate(cells[: self._width]):
            self._text(at, cell, None)
        self._text(self._width, outcome, self._wrong if wrong else None)

    def _text(self, column: int, text: str, look: Any) -> None:
        # As a string, whatever it looks like: no cell of it is ever a formula.
        self._sheet.write_string(self._row, column, text[:_LONGEST], look)

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the file."""
        self._book.close()
