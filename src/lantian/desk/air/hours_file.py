"""Files of station hours, written part by part in bounded memory."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from lantian.desk.air.files import csv_bytes
from lantian.desk.air.queries.hours import Hours
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

FORMS: Final = ("csv", "xlsx")
#: Rows that a worksheet holds.
SHEET_ROWS: Final = 1_048_576
#: Day 0 of a worksheet's clock.
_SHEET_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001

type Heads = Sequence[Sequence[str]]
type Told = Callable[[int], None]


def write_csv(
    path: Path,
    heads: Heads,
    columns: Sequence[str],
    parts: Iterable[Hours],
    names: dict[str, str],
    told: Told,
) -> int:
    """Write hours as CSV and return the rows; `told` hears of them on the way.

    Parameters
    ----------
    path : Path
    heads : sequence of rows
        What the numbers are, above the columns.
    columns : sequence of str
    parts : iterable of Hours
    names : mapping of str to str
        Names of the stations that have one.
    told : callable
    """
    count = 0
    with path.open("wb") as file:
        file.write(csv_bytes(heads, columns, ()))
        for part in parts:
            if len(part):
                file.write(_lines(part, names))
            count += len(part)
            told(count)
    return count


def _lines(part: Hours, names: dict[str, str]) -> memoryview:
    """Lines of a part; each text is spelled once, then taken by its number."""
    stations = [_line([code, names.get(code, "")]) for code in part.stations]
    steps = range(int(part.step.max()) + 1)
    moments = [f"{part.first + timedelta(hours=n):%Y-%m-%d %H:%M}" for n in steps]
    cells = [pa.array(stations).take(pa.array(part.station))]
    cells.append(pa.array(moments).take(pa.array(part.step)))
    for at, values in enumerate(part.values):
        found = pa.array(values).dictionary_encode()
        end = "\r\n" if at == len(part.values) - 1 else ""
        texts = pa.array([f"{_spelled(v)}{end}" for v in found.dictionary.to_pylist()])
        cells.append(texts.take(found.indices))
    wide = [cell.cast(pa.large_string()) for cell in cells]
    joined = pc.binary_join_element_wise(*wide, pa.scalar(",", pa.large_string()))
    _, offsets, data = joined.buffers()
    return memoryview(data)[: int(np.frombuffer(offsets, np.int64)[len(part)])]


def _line(cells: Sequence[str]) -> str:
    """Cells as CSV has them, safe in a spreadsheet, without the line's end."""
    return csv_bytes((), cells, ()).decode("utf-8-sig").removesuffix("\r\n")


def _spelled(thousandths: int) -> str:
    """Spell a value exactly, without needless digits.

    Examples
    --------
    >>> _spelled(35_000), _spelled(1_250), _spelled(-50), _spelled(MISSING)
    ('35', '1.25', '-0.05', '')
    """
    if thousandths == MISSING:
        return ""
    whole, rest = divmod(abs(thousandths), 1000)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if thousandths < 0 else text


def write_xlsx(
    path: Path,
    heads: Heads,
    columns: Sequence[str],
    parts: Iterable[Hours],
    names: dict[str, str],
    told: Told,
) -> int:
    """Write hours as a worksheet, times and numbers typed; see `write_csv`."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("hours")
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.set_column(2, 2, 18)
    for at, row in enumerate((*heads, columns)):
        for n, text in enumerate(row):
            sheet.write_string(at, n, text)
    top = at = len(heads) + 1
    for part in parts:
        start = (part.first - _SHEET_DAY_0) / timedelta(days=1)
        for n, step, *values in zip(
            part.station.tolist(), part.step.tolist(), *part.values.tolist(), strict=True
        ):
            code = part.stations[n]
            sheet.write_string(at, 0, code)
            sheet.write_string(at, 1, names.get(code, ""))
            sheet.write_number(at, 2, start + step / 24, moment)
            for item, value in enumerate(values, 3):
                if value != MISSING:
                    sheet.write_number(at, item, value / 1000)
            at += 1
        told(at - top)
    sheet.freeze_panes(top, 0)
    book.close()
    return at - top


def column_names(code: str, name: str, time: str) -> list[str]:
    """Headings of the columns, units among them."""
    return [code, name, time, *(f"{p.symbol} ({p.unit})" for p in POLLUTANTS)]
