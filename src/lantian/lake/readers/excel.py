"""Excel workbooks as sheets."""

import warnings
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from lantian.errors import BadFile
from lantian.lake.readers.sheet import Table, cell_text, column, header_row

_HALF_SECOND: Final = timedelta(milliseconds=500)


class Workbook:
    """First sheet with cells of an Excel workbook."""

    def __init__(self, path: Path) -> None:
        """Read the cells and find the header."""
        self._rows, self.notes = _cells(path)
        header = header_row([r for _, r in self._rows[:10]])
        self.names: Sequence[str] = [name.strip() for name in self._rows[header][1]]
        self._rows = self._rows[header + 1 :]

    def load(self, places: Sequence[int]) -> Table:
        """Load columns; a row's line is its number in the sheet."""
        rows = self._rows
        return Table(
            cells={
                at: column(pa.array([r[at] if at < len(r) else "" for _, r in rows], pa.string()))
                for at in places
            },
            line=np.fromiter((n for n, _ in rows), np.int32, len(rows)),
            raw=lambda row: ",".join(rows[row][1]),
        )


def _cells(path: Path) -> tuple[list[tuple[int, list[str]]], Sequence[str]]:
    """Rows that are not empty, with their numbers, and what is odd."""
    try:
        # openpyxl warns of styles and extensions, which hold no data.
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(stream, read_only=True, data_only=True)
            for sheet in book.worksheets:
                # Some writers state a wrong extent; the rows themselves hold.
                sheet.reset_dimensions()
                texts = ((n, [_spell(c) for c in r]) for n, r in enumerate(sheet.values, 1))
                rows = [(n, r) for n, r in texts if any(c.strip() for c in r)]
                if rows:
                    return rows, _other_sheets(book, sheet.title)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError) as error:
        raise BadFile(
            f"不是完好的 Excel 工作簿 / not a sound Excel workbook: {error}",
            where=path.name,
            fix="在 Excel 中打开另存为 .xlsx / open it in Excel and save it again as .xlsx",
        ) from error
    raise BadFile(
        "工作簿是空的 / the workbook is empty", where=path.name, fix="核对文件 / check the file"
    )


def _spell(cell: Any) -> str:
    # A workbook's day number is a binary fraction: 01:00 may be stored as 00:59:59.999997.
    if isinstance(cell, datetime):
        return (cell + _HALF_SECOND).replace(microsecond=0).isoformat(" ")
    return cell_text(cell)


def _other_sheets(book: Any, read: str) -> Sequence[str]:
    others = [s.title for s in book.worksheets if s.title != read]
    if not others:
        return ()
    names = "、".join(others)
    return (f"只读了工作表 {read}，未读 {names} / only sheet {read} was read, not {names}",)
