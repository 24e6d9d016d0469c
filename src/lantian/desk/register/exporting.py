"""Writing what a list shows into a file: Excel, CSV, GeoJSON; row by row, in bounded memory."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import shapely
import xlsxwriter
from django.http import QueryDict

from lantian.desk.language import language
from lantian.desk.register.cells import guarded
from lantian.desk.register.geometry import DECIMALS, geometry_of, loaded, spelled
from lantian.desk.register.headings import SYSTEM
from lantian.desk.register.kinds import Day, Number
from lantian.desk.register.listing import COLUMNS, asked, chosen
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Column, Register
from lantian.desk.rights.reach import Reach
from lantian.errors import BadRequest
from lantian.terms.coordinates import CoordinateSystem, from_wgs84

FORMS: Final = ("xlsx", "csv", "geojson")
_CHUNK: Final = 1000
#: A worksheet has no more rows, one of them for the headings.
_MOST_ROWS: Final = 1_048_575
_CELL: Final = 32_767
_EXACT: Final = {
    CoordinateSystem.WGS84: "WGS84",
    CoordinateSystem.GCJ02: "GCJ-02",
    CoordinateSystem.BD09: "BD-09",
}

type Step = Callable[[int, int], None]


class Extract:
    """What is to be exported: the rows of a list, in reach, in its order.

    Parameters
    ----------
    register : Register
    query : str
        Of the list's address; the columns that it names, or all.
    reach : Reach
    today : date
    system : CoordinateSystem
        That coordinates are given in.
    """

    def __init__(
        self, register: Register, query: str, reach: Reach, today: date, system: CoordinateSystem
    ) -> None:
        self.register = register
        address = QueryDict(query)
        what = asked(register, address, today)
        if COLUMNS not in address:
            what = replace(what, columns=register.printed)
        self.columns: Sequence[Column] = what.columns
        self.found = chosen(register, reach, what)
        self.total = self.found.count()
        self.system = system

    def rows(self, step: Step) -> Iterator[Row]:
        """Yield the rows; coordinates are in the system."""
        for done, row in enumerate(self.found.iterator(chunk_size=_CHUNK), 1):
            if done % _CHUNK == 0 or done == self.total:
                step(done, self.total)
            _convert(self.register, row, self.system)
            yield row

    @property
    def headings(self) -> list[str]:
        """Headings of the columns, and of the system of coordinates where there are any."""
        more = [language().of(*SYSTEM)] if self.register.shown else []
        return [*(str(column.label) for column in self.columns), *more]

    @property
    def tail(self) -> list[str]:
        """What stands in the column of the system."""
        return [_EXACT[self.system]] if self.register.shown else []


def write_export(extract: Extract, form: str, path: Path, step: Step) -> int:
    """Write an export and return how many rows it has.

    Parameters
    ----------
    form : str
        xlsx, csv or geojson.

    Raises
    ------
    BadRequest
        If the rows do not fit a worksheet, or the register has no geometry for GeoJSON.
    """
    return {"xlsx": _xlsx, "csv": _csv, "geojson": _geojson}[form](extract, path, step)


def _xlsx(extract: Extract, path: Path, step: Step) -> int:
    if extract.total > _MOST_ROWS:
        raise BadRequest(
            f"{extract.total} 行，超过工作表上限 / {extract.total} rows do not fit a worksheet",
            where="export",
            fix="改用 CSV / take CSV",
        )
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet(str(extract.register.label)[:31])
    bold = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, heading in enumerate(extract.headings):
        sheet.write_string(0, at, heading, bold)
    for at, column in enumerate(extract.columns):
        sheet.set_column(at, at, column.width, day if isinstance(column.kind, Day) else None)
    count = 0
    for count, row in enumerate(extract.rows(step), 1):
        for at, column in enumerate(extract.columns):
            _write_cell(sheet, count, at, column.kind.typed(column.value(row)), day)
        for at, text in enumerate(extract.tail, len(extract.columns)):
            sheet.write_string(count, at, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, count, len(extract.headings) - 1)
    book.close()
    return count


def _write_cell(sheet: Any, row: int, at: int, value: Any, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        sheet.write_datetime(row, at, value, day)
    elif isinstance(value, int | float):
        sheet.write_number(row, at, value)
    else:
        # As a string, whatever it looks like: it is never evaluated.
        sheet.write_string(row, at, str(value)[:_CELL])


def _csv(extract: Extract, path: Path, step: Step) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(extract.headings)
        for row in extract.rows(step):
            count += 1
            cells = [_guarded(c.kind.show(c.value(row)), c) for c in extract.columns]
            writer.writerow([*cells, *extract.tail])
    return count


def _guarded(text: str, column: Column) -> str:
    return text if isinstance(column.kind, Number) else guarded(text)


def _geojson(extract: Extract, path: Path, step: Step) -> int:
    shown = extract.register.shown
    if shown is None:
        raise BadRequest(
            "该台账没有空间位置 / this register has no geometry",
            where="export",
            fix="xlsx, csv",
        )
    plain = [c for c in extract.columns if c.name not in (shown.lon, shown.lat, shown.shape)]
    count = 0
    with path.open("w", encoding="utf-8") as file:
        system = json.dumps(_EXACT[extract.system])
        file.write(f'{{"type":"FeatureCollection","coordinate_system":{system},"features":[')
        for count, row in enumerate(extract.rows(step), 1):
            feature = {
                "type": "Feature",
                "geometry": geometry_of(shown, row),
                "properties": {c.name: c.kind.spell(c.value(row)) for c in plain},
            }
            file.write(("," if count > 1 else "") + "\n" + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")
    return count


def _convert(register: Register, row: Row, system: CoordinateSystem) -> None:
    """Put a row's coordinates into a system; the row is for printing only, never saved."""
    shown = register.shown
    if shown is None or system is CoordinateSystem.WGS84:
        return
    lon, lat = (getattr(row, name) if name else None for name in (shown.lon, shown.lat))
    if lon is not None and lat is not None:
        x, y = from_wgs84(float(lon), float(lat), system)
        setattr(row, shown.lon, round(float(x), DECIMALS))
        setattr(row, shown.lat, round(float(y), DECIMALS))
    if shown.shape and (text := getattr(row, shown.shape)):
        setattr(row, shown.shape, spelled(shapely.transform(loaded(text), _moved(system))))


def _moved(system: CoordinateSystem) -> Callable[[Any], Any]:
    def convert(points: Any) -> Any:
        lon, lat = from_wgs84(points[:, 0], points[:, 1], system)
        moved = points.copy()
        moved[:, 0], moved[:, 1] = lon.round(DECIMALS), lat.round(DECIMALS)
        return moved

    return convert
