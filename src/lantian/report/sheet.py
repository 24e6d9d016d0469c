"""The bulletin as an Excel workbook: typed cells, frozen headings, a sheet of sources."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lantian.report import sections
from lantian.report.archive import settled
from lantian.report.bulletin import Bulletin, DiurnalSeries, TrendSeries
from lantian.report.figure import Figure, collect
from lantian.report.language import Language, day_label, unit_label, width_of
from lantian.report.pollution_calendar import ink_on
from lantian.report.table import Align, Cell, Column, Dated, Marked, Table, cell_text
from lantian.terms.rounding import THOUSAND

_WIDEST: Final = 60
#: Width of the column of sentences, in characters, and height of one line.
_SUMMARY_WIDTH: Final = 110
_LINE_PT: Final = 16
_LEFT: Final = Align.LEFT

type Typed = Cell | Decimal | date | None


def bulletin_xlsx(bulletin: Bulletin) -> bytes:
    """Write a bulletin as an Excel workbook.

    Parameters
    ----------
    bulletin : Bulletin
        What it says; the file's date is `bulletin.issued`.

    Returns
    -------
    bytes
        The .xlsx: summary, one sheet for each table, calendar, chart data, sources; the
        same bulletin gives the same bytes.

    Raises
    ------
    DocumentFailed
        If figures contradict each other.
    """
    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as workbook:
        writer = _Writer(workbook, bulletin.lang)
        _summary(writer, bulletin)
        names = _names(bulletin.lang)
        made = sections.tables(bulletin)
        for key in ("ranking", "singles", "changes"):
            writer.table(names[key], made[key])
        _calendar(writer, bulletin, names["calendar"])
        _diurnal(writer, bulletin, names["diurnal"])
        _trend(writer, bulletin, names["trend"])
        for key in ("exceeded", "targets", "exceptional", "stations", "rules"):
            writer.table(names[key], made[key])
        _sources(writer, bulletin, names["sources"])
        workbook.set_properties(
            {
                "title": f"{bulletin.heading} {bulletin.period}",
                "author": bulletin.office,
                "comments": f"sha256 {collect(bulletin).sha256}",
                "created": _midnight(bulletin.issued),
            }
        )
    return settled(target.getvalue())


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def _names(lang: Language) -> dict[str, str]:
    return {
        "summary": lang.of("摘要", "Summary"),
        "ranking": lang.of("排名", "Ranking"),
        "singles": lang.of("单项指数", "Single indices"),
        "changes": lang.of("变化", "Changes"),
        "calendar": lang.of("污染日历", "Calendar"),
        "diurnal": lang.of("日变化", "Course of the day"),
        "trend": lang.of("逐日", "Day by day"),
        "exceeded": lang.of("超标日", "Days exceeded"),
        "targets": lang.of("目标", "Targets"),
        "exceptional": lang.of("例外日", "Exceptional days"),
        "stations": lang.of("数据有效率", "Data"),
        "rules": lang.of("评价依据", "Rules"),
        "sources": lang.of("来源", "Sources"),
    }


class _Writer:
    """A workbook being written, with its formats by look."""

    def __init__(self, workbook: Workbook, lang: Language) -> None:
        self.workbook = workbook
        self.lang = lang
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def look(self, **properties: Any) -> Any:
        """Format with these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": "等线", "font_size": 10, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format(base | properties)
        return self._formats[key]

    def sheet(self, name: str, heads: Iterable[str], *, frozen_columns: int = 0) -> Worksheet:
        """Add a sheet with a frozen heading row that repeats on every printed page."""
        sheet = self.workbook.add_worksheet(name)
        look = self.look(bold=True, align="center", text_wrap=True, bottom=1, bg_color="#F2F2F2")
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, look)
        sheet.freeze_panes(1, frozen_columns)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def table(self, name: str, table: Table) -> None:
        """Add a table as a sheet; notes stand below it, one row apart."""
        heads = [_head(column) for column in table.columns]
        sheet = self.sheet(name, heads)
        for number, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                self.cell(sheet, number, column, cell)
        notes = table.notes if table.rows else (table.empty,)
        for number, note in enumerate(notes, len(table.rows) + 2):
            sheet.write_string(number, 0, note, self.look(font_color="#595959"))
        _widen(sheet, heads, table.rows)

    def cell(self, sheet: Worksheet, row: int, column: int, cell: Typed) -> None:
        """Write one cell by its type: a number, a date, a text or nothing."""
        match cell:
            case None:
                pass
            case Figure():
                self._figure(sheet, row, column, cell, "")
            case Marked(figure, unit):
                self._figure(sheet, row, column, figure, unit)
            case Decimal():
                sheet.write_number(row, column, cell, self.look(num_format="0.0##"))
            case Dated(day, _):
                self.cell(sheet, row, column, day)
            case date():
                look = self.look(num_format="yyyy-mm-dd", align="left")
                sheet.write_datetime(row, column, _midnight(cell), look)
            case str():
                sheet.write_string(row, column, cell, self.look())

    def _figure(
        self, sheet: Worksheet, row: int, column: int, figure: Figure, unit: str, **more: Any
    ) -> None:
        digits = f"0.{'0' * figure.decimals}" if figure.decimals else "0"
        suffix = f'"{unit}"' if unit else ""
        plus = figure.text.startswith("+")
        form = f"+{digits}{suffix};-{digits}{suffix}" if plus else f"{digits}{suffix}"
        look = self.look(num_format=form, align="center", **more)
        if figure.value is None:
            sheet.write_blank(row, column, None, look)
        else:
            sheet.write_number(row, column, figure.value, look)

    def coloured(self, sheet: Worksheet, row: int, column: int, figure: Figure, fill: str) -> None:
        """Write a figure on the fill of its level."""
        self._figure(
            sheet, row, column, figure, "", bg_color=fill, font_color=ink_on(fill), border=0
        )


def _head(column: Column) -> str:
    return f"{column.title} ({column.unit})" if column.unit else column.title


def _widen(sheet: Worksheet, heads: list[str], rows: tuple[tuple[Cell, ...], ...]) -> None:
    for column, head in enumerate(heads):
        texts = [head, *(cell_text(row[column]) for row in rows)]
        sheet.set_column(column, column, min(_WIDEST, max(map(width_of, texts)) + 3))


def _summary(writer: _Writer, bulletin: Bulletin) -> None:
    lang = bulletin.lang
    sheet = writer.sheet(
        sections.plain_titles(lang, bulletin.comparison)["summary"],
        [f"{bulletin.heading}  {bulletin.period}"],
    )
    sheet.set_column(0, 0, _SUMMARY_WIDTH)
    issued = day_label(bulletin.issued, lang)
    first = [text for text in (bulletin.office, sections.state_line(bulletin), issued) if text]
    words = sections.words(lang)
    last = [
        f"{words['basis']}{bulletin.basis}",
        f"{words['digest']}{collect(bulletin).sha256}",
    ]
    wrapped = writer.look(text_wrap=True)
    for row, text in enumerate([*first, *bulletin.notices, *bulletin.headlines, *last], 1):
        # Not every program makes room for wrapped text by itself.
        sheet.set_row(row, _LINE_PT * (width_of(text) // _SUMMARY_WIDTH + 1))
        sheet.write_string(row, 0, text, wrapped)


def _calendar(writer: _Writer, bulletin: Bulletin, name: str) -> None:
    days = sorted({d.day for row in bulletin.calendar for d in row.days})
    heads = [writer.lang.of("地区", "Place"), *(str(day) for day in days)]
    sheet = writer.sheet(name, heads, frozen_columns=1)
    column_of = {day: column for column, day in enumerate(days, 1)}
    for number, row in enumerate(bulletin.calendar, 1):
        writer.cell(sheet, number, 0, row.place)
        for found in row.days:
            column = column_of[found.day]
            if found.level is None:
                writer.cell(sheet, number, column, found.aqi)
            else:
                fill = bulletin.levels[found.level].hex
                writer.coloured(sheet, number, column, found.aqi, fill)
    places = [width_of(row.place) for row in bulletin.calendar]
    sheet.set_column(0, 0, max([8, *places]) + 2)
    sheet.set_column(1, max(1, len(days)), 11)


def _diurnal(writer: _Writer, bulletin: Bulletin, name: str) -> None:
    hours: list[Typed] = [f"{hour:02d}:00" for hour in range(1, 25)]
    first = writer.lang.of("时（小时末）", "Hour (end)")
    _series(writer, bulletin, name, (first, hours), bulletin.charts.diurnal)


def _trend(writer: _Writer, bulletin: Bulletin, name: str) -> None:
    days: list[Typed] = list(bulletin.charts.days)
    first = writer.lang.of("日期", "Day")
    _series(writer, bulletin, name, (first, days), bulletin.charts.trend)


def _series(
    writer: _Writer,
    bulletin: Bulletin,
    name: str,
    first: tuple[str, list[Typed]],
    series: tuple[DiurnalSeries, ...] | tuple[TrendSeries, ...],
) -> None:
    """Write the data of a chart: a column for each pollutant and period; gaps stay empty."""
    heads, columns = [first[0]], [first[1]]
    for one in series:
        unit = unit_label(one.unit, bulletin.lang)
        for period, values in ((bulletin.period, one.now), (bulletin.comparison, one.before)):
            heads.append(f"{one.symbol} {unit}\n{period}")
            columns.append([None if v is None else Decimal(v) / THOUSAND for v in values])
    sheet = writer.sheet(name, heads, frozen_columns=1)
    for column, cells in enumerate(columns):
        for row, cell in enumerate(cells, 1):
            writer.cell(sheet, row, column, cell)
    sheet.set_column(0, len(heads), 16)


def _sources(writer: _Writer, bulletin: Bulletin, name: str) -> None:
    """List every figure with the key of its derivation, its state and its rule."""
    lang = writer.lang
    columns = (
        Column("key", lang.of("数字标识", "Key"), align=_LEFT),
        Column("value", lang.of("数值", "Value")),
        Column("unit", lang.of("单位", "Unit"), align=_LEFT),
        Column("state", lang.of("数据状态", "Data"), align=_LEFT),
        Column("rules", lang.of("规则", "Rules"), align=_LEFT),
        Column("verified", lang.of("核实", "Verified"), align=_LEFT),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            *(f.key, f, unit_label(f.unit, lang), f.state.label(lang)),
            *(f.rules, sections.verified_label(lang, verified=f.verified)),
        )
        for f in collect(bulletin).figures
    )
    words = sections.words(lang)
    notes = (
        f"{words['basis']}{bulletin.basis}",
        f"{words['digest']}{collect(bulletin).sha256}",
    )
    writer.table(name, Table("sources", columns, rows, notes))
