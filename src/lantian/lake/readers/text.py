"""Text tables: encodings, separators, and lines that are no rows."""

import csv
from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from lantian.errors import BadFile
from lantian.lake.readers.sheet import Column, Table, column, header_row
from lantian.lake.rows import Refusal

_UTF8_BOM: Final = b"\xef\xbb\xbf"
_UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS: Final = (",", "\t", ";")
_BLOCK: Final = 4 << 20
_TEXT: Final = pa.dictionary(pa.int32(), pa.string())


class TextSheet:
    """A CSV file: UTF-8, GBK, or both mixed, with comma, tab or semicolon."""

    def __init__(self, path: Path) -> None:
        """Read the text and find separator and header."""
        self._file = path.name
        raw = path.read_bytes()
        if raw[:2] in _UTF16_BOMS:
            raw = _from_utf16(raw, self._file)
        self._raw, self._broken = _mend(raw.removeprefix(_UTF8_BOM))
        self.notes = _cut_off(self._raw)
        head = self._raw[: 1 << 20].splitlines()[:10]
        self._separator = max(_SEPARATORS, key=lambda s: max(n.count(s.encode()) for n in head))
        rows = [self._fields(line.decode()) or [] for line in head]
        header = header_row(rows)
        self.names: Sequence[str] = [name.strip() for name in rows[header]]
        self._header_line = header + 1

    def load(self, places: Sequence[int]) -> Table:
        """Load columns: at once where every line is a row, else line by line."""
        found = None if self._broken else self._at_once(places)
        return found or self._line_by_line(places)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._raw.splitlines()

    def _at_once(self, places: Sequence[int]) -> Table | None:
        """Let the fast parser read it all; None unless each line gave exactly one row."""
        keys = [str(at) for at in range(len(self.names))]
        wanted = [keys[at] for at in places]
        try:
            table = pacsv.read_csv(
                pa.BufferReader(self._raw),
                read_options=pacsv.ReadOptions(
                    column_names=keys, skip_rows=self._header_line, block_size=_BLOCK
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self._separator, ignore_empty_lines=False
                ),
                convert_options=pacsv.ConvertOptions(
                    include_columns=wanted, column_types=dict.fromkeys(wanted, _TEXT)
                ),
            )
        except pa.ArrowInvalid:
            return None  # some line is no row: the careful way names it
        lines = self._raw.count(b"\n") + (not self._raw.endswith(b"\n"))
        if table.num_rows != lines - self._header_line:
            return None
        first = self._header_line + 1
        return Table(
            cells={at: column(table.column(str(at))) for at in places},
            line=np.arange(first, first + table.num_rows, dtype=np.int32),
            raw=lambda row: self._lines[first + row - 1].decode(),
        )

    def _line_by_line(self, places: Sequence[int]) -> Table:
        """Cut each line by itself; what is no row is refused with its number."""
        rows: list[Sequence[str]] = []
        numbers: list[int] = []
        refused = dict(self._broken)
        # One place too many, so that a single column still gives tuples.
        pick = itemgetter(*places, 0)
        for number, line in enumerate(self._lines, 1):
            if number <= self._header_line or number in refused or not line.strip():
                continue
            text = line.decode()
            fields = self._fields(text)
            if reason := self._why_no_row(fields, text):
                refused[number] = Refusal(number, reason, text)
            elif fields and any(fields):
                rows.append(pick(fields))
                numbers.append(number)
        columns = list(zip(*rows, strict=True)) or [()] * (len(places) + 1)
        return Table(
            cells={at: _text_column(columns[i]) for i, at in enumerate(places)},
            line=np.array(numbers, dtype=np.int32),
            raw=lambda row: self._lines[numbers[row] - 1].decode(),
            refused=tuple(refused.values()),
        )

    def _fields(self, text: str) -> list[str] | None:
        """Cut one line into cells; None where its quotes do not match."""
        if '"' not in text:
            return text.split(self._separator)
        try:
            return next(csv.reader([text], delimiter=self._separator, strict=True))
        except csv.Error:
            return None

    def _why_no_row(self, fields: list[str] | None, text: str) -> str:
        if "\0" in text:
            return "行内有空字节，文件可能损坏 / the line holds zero bytes, the file may be damaged"
        if fields is None:
            return "引号不成对 / quotes do not match"
        width = len(self.names)
        if len(fields) < width or any(fields[width:]):
            return f"应有 {width} 列，实有 {len(fields)} 列 / {len(fields)} cells, not {width}"
        return ""


def _text_column(cells: Sequence[str]) -> Column:
    return column(pa.array(cells, pa.string()))


def _from_utf16(raw: bytes, file: str) -> bytes:
    try:
        return raw.decode("utf-16").encode()
    except UnicodeDecodeError as error:
        raise BadFile(
            f"不是完好的 UTF-16 文本 / not sound UTF-16 text: {error.reason}",
            where=file,
            fix="另存为 UTF-8 的 CSV / save it as CSV in UTF-8",
        ) from error


def _mend(raw: bytes) -> tuple[bytes, dict[int, Refusal]]:
    """Give the text in UTF-8, and the lines that are neither UTF-8 nor GBK."""
    if raw.isascii():
        return raw, {}
    try:
        raw.decode()
    except UnicodeDecodeError:
        return _mend_lines(raw)
    return raw, {}


def _mend_lines(raw: bytes) -> tuple[bytes, dict[int, Refusal]]:
    lines = raw.splitlines()
    whole = raw.endswith((b"\n", b"\r"))
    broken: dict[int, Refusal] = {}
    for at, line in enumerate(lines):
        if line.isascii():
            continue
        text = _decoded(line, may_be_cut=at == len(lines) - 1 and not whole)
        if text is None:
            text = line.decode("utf-8", "backslashreplace")
            reason = "既不是 UTF-8 也不是 GBK / neither UTF-8 nor GBK"
            broken[at + 1] = Refusal(at + 1, reason, text)
        lines[at] = text.encode()
    return b"\n".join(lines) + (b"\n" if whole else b""), broken


def _decoded(line: bytes, *, may_be_cut: bool) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        # Half a character at the file's end is a cut, not another encoding.
        if may_be_cut and error.reason == "unexpected end of data":
            return None
    try:
        return line.decode("gb18030")
    except UnicodeDecodeError:
        return None


def _cut_off(raw: bytes) -> Sequence[str]:
    if raw.endswith((b"\n", b"\r")):
        return ()
    return (
        "末行没有换行符，文件可能被截断，请核对末行 / the last line has no line end: "
        "the file may be cut off, check its last line",
    )
