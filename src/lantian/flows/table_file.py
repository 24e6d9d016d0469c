"""Tables on disk: an Arrow table out to Parquet, CSV or Excel, and small CSV registers in."""

import csv
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import xlsxwriter

from lantian.errors import BadFile, BadRequest

_KINDS: Final = (".parquet", ".csv", ".xlsx")
_EXCEL_ROWS: Final = 1_048_575


class TableWriter:
    """Writes tables of one schema, one after another, to one file.

    The file appears under its name only when everything is written.
    """

    def __init__(self, path: Path, schema: Any) -> None:
        if path.suffix not in _KINDS:
            raise BadRequest(
                f"cannot write {path.name}",
                where="-o",
                fix=f"end the name in {' or '.join(_KINDS)}",
            )
        if not path.parent.is_dir():
            raise BadRequest(
                f"no folder {path.parent}", where="-o", fix="make it, or name another file"
            )
        self._path = path
        self._draft = path.with_name(f".{path.name}.part")
        self._schema = schema
        self._rows = 0
        self._book: Any = None
        if path.suffix == ".parquet":
            self._writer = pq.ParquetWriter(self._draft, schema, compression="zstd")
        elif path.suffix == ".csv":
            self._writer = pacsv.CSVWriter(
                self._draft, schema, write_options=pacsv.WriteOptions(quoting_style="needed")
            )
        else:
            # A station named like a formula or an address stays the text that it is.
            options = {
                "constant_memory": True,
                "default_date_format": "yyyy-mm-dd",
                "strings_to_formulas": False,
                "strings_to_urls": False,
            }
            self._book = xlsxwriter.Workbook(str(self._draft), options)
            self._writer = self._book.add_worksheet("lantian")
            self._writer.freeze_panes(1, 0)
            self._writer.write_row(0, 0, schema.names, self._book.add_format({"bold": True}))

    def write(self, table: Any) -> None:
        """Append a table of the writer's schema."""
        self._rows += table.num_rows
        if self._book is None:
            self._writer.write_table(table)
            return
        if self._rows > _EXCEL_ROWS:
            raise BadRequest(
                f"{self._rows} rows do not fit on an Excel sheet",
                where=self._path.name,
                fix="write .parquet or .csv, or ask for fewer days",
            )
        first = self._rows - table.num_rows + 1
        columns = [c.to_pylist() for c in table.columns]
        for n, row in enumerate(zip(*columns, strict=True)):
            for k, value in enumerate(row):
                if value is not None:
                    self._writer.write(first + n, k, value)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the finished file in place; drop an unfinished one."""
        (self._book or self._writer).close()
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)


def read_table(path: Path) -> Any:
    """Read a Parquet or CSV table whole.

    Raises
    ------
    BadFile
        If there is no such file or it cannot be read.
    """
    if not path.is_file():
        raise BadFile("no such file", where=str(path), fix="check the name")
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        return pacsv.read_csv(pa.BufferReader(_text(path).encode()))
    except (pa.ArrowInvalid, OSError) as error:
        raise BadFile(
            f"not a readable table: {error}",
            where=str(path),
            fix="give a Parquet or CSV file",
        ) from error


def _text(path: Path) -> str:
    """Text of a file in UTF-8, with or without BOM, or in GBK."""
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("neither UTF-8 nor GBK", where=str(path), fix="save it as UTF-8 CSV")


def csv_rows(path: Path, needed: set[str], known: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a small CSV register with their line numbers; UTF-8 with or without BOM, or GBK.

    Raises
    ------
    BadFile
        If a needed column is missing or one is unknown; both are named.
    """
    if not path.is_file():
        raise BadFile("no such file", where=str(path), fix="check the name")
    reader = csv.DictReader(_text(path).splitlines())
    names = {n.strip() for n in reader.fieldnames or ()}
    if needed - names or names - known - needed:
        lacking, odd = sorted(needed - names), sorted(names - known - needed)
        raise BadFile(
            f"missing columns: {', '.join(lacking) or 'none'}; "
            f"unknown columns: {', '.join(odd) or 'none'}",
            where=str(path),
            fix=f"needed: {', '.join(sorted(needed))}; known: {', '.join(sorted(known))}",
        )
    for row in reader:
        yield reader.line_num, {(k or "").strip(): (v or "").strip() for k, v in row.items()}
