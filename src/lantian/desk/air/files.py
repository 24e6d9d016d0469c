"""Files that pages offer: CSV with what its numbers are, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

#: A cell that begins so would be run as a formula; numbers with a sign are none.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(
    heads: Iterable[Sequence[object]], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> bytes:
    """Return a file in UTF-8 with a byte-order mark, so that spreadsheets read the Chinese.

    Parameters
    ----------
    heads : iterable of rows
        Title, unit, state, basis; one to a line, above the columns.
    columns : sequence of str
    rows : iterable of rows

    Examples
    --------
    >>> csv_bytes([["unit", "ug/m3"]], ["day", "A"], [["2015-12-01", "=1+1"]]).decode("utf-8-sig")
    "unit,ug/m3\\r\\nday,A\\r\\n2015-12-01,'=1+1\\r\\n"
    """
    stream = StringIO()
    writer = csv.writer(stream)
    for row in (*heads, columns, *rows):
        writer.writerow([_safe(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig")


def _safe(cell: object) -> object:
    text = "" if cell is None else str(cell)
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
