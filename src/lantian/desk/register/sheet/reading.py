"""A sheet as rows of texts with their line numbers, read one after the other."""

import csv
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from lantian.desk.register.cells import cell_text, unguarded
from lantian.desk.register.sheet.guard import guarded
from lantian.errors import BadFile

MOST_ROWS: Final = 200_000
_LOOK_DOWN: Final = 12
_MOST_COLUMNS: Final = 200
_NAMED: Final = 8
# A boundary is longer than what the module allows a cell by itself.
csv.field_size_limit(4_000_000)

type Lines = Generator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An opened sheet: its headings, and its rows each time they are asked for.

    Attributes
    ----------
    headings : tuple of str
        Cells of the row of headings.
    line : int
        Where that row stands, from 1.
    total : int
        How many rows follow at most.
    name : str
        What its sender calls the file.
    """

    headings: tuple[str, ...]
    line: int
    total: int
    name: str
    _lines: Callable[[], Lines]

    def rows(self) -> Lines:
        """Yield the rows below the headings that hold anything, with their lines.

        Raises
        ------
        BadFile
            If the file turns out to be damaged.
        """
        with _sound(self.name):
            for number, cells in self._lines():
                if number > self.line and any(cells):
                    yield number, cells


def open_sheet(path: Path, name: str, known: Callable[[str], bool]) -> Sheet:
    """Open a sheet and find its row of headings.

    Parameters
    ----------
    path : Path
    name : str
        What its sender calls it.
    known : callable
        Whether a cell is a heading of the register.

    Raises
    ------
    BadFile
        If it cannot be opened, holds merged cells or formulas without values below the
        headings, or has no row of headings.
    """
    form = guarded(path, name)
    with _sound(name):
        lines, total = _of_workbook(path) if form == "xlsx" else _of_text(path, name)
        headings, line = _headings(lines(), known, name)
        if form == "xlsx":
            _refuse_oddities(path, line, name)
    if total > MOST_ROWS:
        raise BadFile(
            f"超过 {MOST_ROWS} 行 / more than {MOST_ROWS} rows",
            where=name,
            fix="分成几个文件 / split it into several files",
        )
    return Sheet(tuple(headings), line, max(0, total - line), name, lines)


@contextmanager
def _sound(name: str) -> Iterator[None]:
    """Tell what reading a damaged file raises as one error."""
    try:
        yield
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError,
            ElementTree.ParseError, csv.Error) as error:  # fmt: skip
        raise BadFile(
            f"文件不完好 / the file is damaged: {error}",
            where=name,
            fix="在 Excel 中打开另存后再上传 / open it in Excel, save it and send it again",
        ) from error


def _headings(lines: Lines, known: Callable[[str], bool], name: str) -> tuple[list[str], int]:
    """Row among the first ones with the most headings: notes and examples may stand above."""
    best: tuple[int, list[str], int] = (0, [], 0)
    with closing(lines):
        for number, cells in islice(lines, _LOOK_DOWN):
            score = sum(map(known, cells))
            if score > best[0]:
                best = (score, cells, number)
    if not best[0]:
        raise BadFile(
            "找不到表头行 / no row of headings was found",
            where=name,
            fix="使用下载的模板，保留表头行 / use the template and keep its row of headings",
        )
    cells = best[1]
    while cells and not cells[-1]:
        cells.pop()
    return cells, best[2]


def _of_workbook(path: Path) -> tuple[Callable[[], Lines], int]:
    def lines() -> Lines:
        with path.open("rb") as stream:
            # openpyxl warns of styles and extensions, which hold no data.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = load_workbook(stream, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            # Some writers state a wrong extent; the rows themselves hold.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                yield number, [cell_text(cell) for cell in row[:_MOST_COLUMNS]]

    return lines, sum(element.tag.endswith("}row") for element in _elements(path))


def _first_sheet(archive: ZipFile) -> str:
    """Name of the entry of the first sheet: by the workbook's order, not by number."""
    office = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    wanted = next(e.get(office) for e in book.iter() if e.tag.endswith("}sheet"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next(e.get("Target", "") for e in links if e.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _elements(path: Path) -> Iterator[Any]:
    """Elements of the first sheet as they end; what was seen is let go.

    Expat itself refuses entities that swell (since 2.4.1).
    """
    with ZipFile(path) as archive, archive.open(_first_sheet(archive)) as stream:
        for _, element in ElementTree.iterparse(stream):  # noqa: S314
            yield element
            if element.tag.endswith(("}row", "}c", "}mergeCell")):
                element.clear()


def _refuse_oddities(path: Path, heading_line: int, name: str) -> None:
    """Refuse merged cells and formulas without values below the headings, with addresses."""
    merged: list[str] = []
    empty: list[str] = []
    for element in _elements(path):
        if element.tag.endswith("}mergeCell"):
            where = element.get("ref", "")
            if range_boundaries(where)[3] > heading_line:
                merged.append(where)
        elif element.tag.endswith("}c") and _without_value(element):
            empty.append(element.get("r", ""))
    if merged:
        raise BadFile(
            f"有合并单元格 {_some(merged)} / merged cells {_some(merged)}",
            where=name,
            fix="取消合并，每行各填一格 / unmerge them and fill every row",
        )
    if empty:
        raise BadFile(
            f"公式没有计算结果 {_some(empty)} / formulas without values {_some(empty)}",
            where=name,
            fix="在 Excel 中打开并保存，或粘贴为数值 / open and save it in Excel, or paste values",
        )


def _without_value(cell: Any) -> bool:
    children = {child.tag.rpartition("}")[2]: child for child in cell}
    value = children.get("v")
    return "f" in children and (value is None or not value.text)


def _some(addresses: Sequence[str]) -> str:
    more = f" … ({len(addresses)})" if len(addresses) > _NAMED else ""
    return ", ".join(addresses[:_NAMED]) + more


def _of_text(path: Path, name: str) -> tuple[Callable[[], Lines], int]:
    encoding = _encoding(path, name)

    def text() -> Any:
        return path.open(encoding=encoding, newline="")

    with text() as file:
        head = file.read(1 << 16)
        total = head.count("\n") + sum(
            block.count("\n") for block in iter(lambda: file.read(1 << 20), "")
        )
    separator = max(",\t;", key=head.count)

    def lines() -> Lines:
        with text() as stream:
            reader = csv.reader(stream, delimiter=separator, strict=True)
            for cells in reader:
                yield reader.line_num, [unguarded(cell.strip()) for cell in cells[:_MOST_COLUMNS]]

    return lines, total + 1


def _encoding(path: Path, name: str) -> str:
    with path.open("rb") as file:
        marked = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while block := file.read(1 << 20):
                    if "\0" in block:
                        raise BadFile(
                            "不是文本文件 / not a text file",
                            where=name,
                            fix="另存为 CSV / save it as CSV",
                        )
        except UnicodeDecodeError:
            continue
        return encoding
    raise BadFile(
        "既非 UTF-8 也非 GBK / neither UTF-8 nor GBK",
        where=name,
        fix="另存为 UTF-8 的 CSV / save it as CSV in UTF-8",
    )
