"""The Word template an office can start from: every place-holder that a bulletin fills."""

from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from lantian.report.archive import settled
from lantian.report.table import Align, Column

#: Caption of the table that holds the pollution calendar.
CALENDAR: Final = "calendar"
_RED: Final = RGBColor(0xB0, 0, 0)
_GREY: Final = RGBColor(0x5A, 0x5A, 0x5A)
_WIDTH_CM: Final = 17.0
_DAYS_CM: Final = 14.0
#: Column of the labels in a derivation.
_LABEL_CM: Final = 3.0
_ALIGN: Final = {
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    Align.NUMBER: WD_ALIGN_PARAGRAPH.CENTER,
}


def default_template(columns: dict[str, tuple[Column, ...]]) -> bytes:
    """Build the template that is shipped; it serves both languages.

    Parameters
    ----------
    columns : dict
        Columns of each table, by the table's key.

    Returns
    -------
    bytes
        A .docx with docxtpl tags: `{{ heading }}`, `{%tr for r in rows.ranking %}`, …
    """
    document = Document()
    _page(document)
    _title_block(document)
    _loop(document, "n in notices", "n", colour=_RED, size=9)
    _section(document, "summary")
    _loop(document, "s in headlines", "s", size=11, indent=True)
    _section(document, "ranking")
    _table(document, "ranking", columns["ranking"])
    _paragraph(
        document,
        "{{ words.singles }}",
        size=9,
        align=WD_ALIGN_PARAGRAPH.CENTER,
        above=6,
        follows=True,
    )
    _table(document, "singles", columns["singles"])
    _section(document, "changes")
    _table(document, "changes", columns["changes"])
    _calendar(document)
    for name in ("diurnal", "trend"):
        _section(document, name)
        _paragraph(document, f"{{{{ pictures.{name} }}}}", align=WD_ALIGN_PARAGRAPH.CENTER)
    for name in ("exceeded", "targets", "exceptional", "stations", "rules"):
        _section(document, name)
        _table(document, name, columns[name])
    _derivations(document)
    _paragraph(document, "{{ words.basis }}{{ basis }}", size=8, colour=_GREY, above=8)
    _paragraph(document, "{{ words.digest }}{{ digest }}", size=7, colour=_GREY)
    target = BytesIO()
    document.save(target)
    return settled(target.getvalue())


def _page(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.1)
    for name, face in (("Normal", "宋体"), ("Heading 1", "黑体"), ("Title", "黑体")):
        style = document.styles[name]
        style.font.name = "Times New Roman" if name == "Normal" else "Arial"
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), face)
        style.paragraph_format.space_before = Pt(0)
        style.paragraph_format.space_after = Pt(3)
    heading = document.styles["Heading 1"]
    heading.font.size, heading.font.bold, heading.font.color.rgb = Pt(13), False, RGBColor(0, 0, 0)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(14), Pt(5)
    ends = section.right_margin and (
        section.page_width - section.left_margin - section.right_margin
    )
    for part, text in ((section.header, "{{ heading }}\t{{ period }}"), (section.footer, None)):
        line = part.paragraphs[0]
        line.style = document.styles["Normal"]
        line.paragraph_format.tab_stops.add_tab_stop(ends, WD_TAB_ALIGNMENT.RIGHT)
        run = line.add_run(text or "{{ basis }}\t")
        _dress(run, size=8 if text else 7, colour=_GREY)
        _edge(line, "bottom" if text else "top", 4, "5A5A5A")
        if text is None:
            _page_number(line)


def _page_number(line: Any) -> None:
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        run = line.add_run()
        _dress(run, size=7, colour=_GREY)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)


def _title_block(document: Any) -> None:
    centre = WD_ALIGN_PARAGRAPH.CENTER
    _paragraph(document, "{{ heading }}", size=22, colour=_RED, align=centre, face="黑体")
    _paragraph(document, "{{ period }}", size=14, align=centre, face="黑体")
    line = _paragraph(document, "{{ office }}\t{{ state }}\t{{ issued }}", size=9, colour=_GREY)
    line.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDTH_CM / 2), WD_TAB_ALIGNMENT.CENTER)
    line.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT)
    _edge(line, "bottom", 12, "B00000")


def _section(document: Any, name: str) -> None:
    document.add_paragraph(f"{{{{ titles.{name} }}}}", style="Heading 1")


def _loop(document: Any, loop: str, name: str, **look: Any) -> None:
    _paragraph(document, f"{{%p for {loop} %}}")
    _paragraph(document, f"{{{{ {name} }}}}", **look)
    _paragraph(document, "{%p endfor %}")


def _table(document: Any, key: str, columns: tuple[Column, ...]) -> None:
    """Add a table whose middle row repeats, its notes, and the sentence for an empty one."""
    _paragraph(document, f"{{%p if rows.{key} %}}")
    total = sum(c.share for c in columns)
    widths = [_WIDTH_CM * c.share / total for c in columns]
    table = _grid(document, 4, widths)
    for column, cell in zip(columns, table.rows[0].cells, strict=True):
        _fill(cell, f"{{{{ heads.{key}.{column.key} }}}}", _ALIGN[column.align])
    _fill(table.rows[1].cells[0], f"{{%tr for r in rows.{key} %}}")
    for column, cell in zip(columns, table.rows[2].cells, strict=True):
        _fill(cell, f"{{{{ r.{column.key} }}}}", _ALIGN[column.align])
    _fill(table.rows[3].cells[0], "{%tr endfor %}")
    _loop(document, f"n in notes.{key}", "n", size=8, colour=_GREY, above=2)
    _paragraph(document, "{%p else %}")
    _paragraph(document, f"{{{{ empty.{key} }}}}")
    _paragraph(document, "{%p endif %}")


def _calendar(document: Any) -> None:
    _section(document, "calendar")
    _paragraph(document, "{%p for month in calendar %}")
    _paragraph(document, "{{ month.label }}", size=9, colour=_GREY, above=5, follows=True)
    place_cm = _WIDTH_CM - _DAYS_CM
    table = _grid(document, 4, [place_cm, _DAYS_CM / 3, _DAYS_CM / 3, _DAYS_CM / 3], rules=False)
    # By this caption the filling knows which table to give equal columns of days.
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), CALENDAR)
    table._tbl.tblPr.append(caption)
    _fill(table.rows[0].cells[0], "", size=5.5)
    centre = WD_ALIGN_PARAGRAPH.CENTER
    for row, loop, text in (
        (table.rows[0], "day in month.days", "{{ day }}"),
        (table.rows[2], "s in row.squares", "{% cellbg s.fill %}{{r s.text }}"),
    ):
        _fill(row.cells[1], f"{{%tc for {loop} %}}", centre, size=5.5)
        _fill(row.cells[2], text, centre, size=5.5)
        _fill(row.cells[3], "{%tc endfor %}", centre, size=5.5)
    _fill(table.rows[1].cells[0], "{%tr for row in month.rows %}")
    _fill(table.rows[2].cells[0], "{{ row.place }}", size=7)
    _fill(table.rows[3].cells[0], "{%tr endfor %}")
    _paragraph(document, "{%p endfor %}")
    _paragraph(document, "{{r legend }}", size=8)


def _derivations(document: Any) -> None:
    _paragraph(document, "{%p if derivations %}")
    _section(document, "derivations")
    _paragraph(document, "{%p for d in derivations %}")
    _paragraph(
        document, "{{ d.title }} = {{ d.result }}", size=10, face="黑体", above=8, follows=True
    )
    _paragraph(document, "{%p for step in d.steps %}")
    _paragraph(document, "{{ loop.index }}. {{ step.title }}", size=8.5, above=4, follows=True)
    table = _grid(document, 3, [_LABEL_CM, _WIDTH_CM - _LABEL_CM])
    _fill(table.rows[0].cells[0], "{%tr for r in step.rows %}")
    label, value = table.rows[1].cells
    _fill(label, "{{ r.label }}")
    _fill(value, "{{ r.value }}")
    # The note, often a citation, stands below its value; a line to each tag, as docxtpl wants it.
    for text in ("{%p if r.note %}", "{{ r.note }}", "{%p endif %}"):
        line = _paragraph(value, text, size=7, colour=_GREY)
        line.paragraph_format.space_after = Pt(1.5)
    for cell in (label, value):
        cell.vertical_alignment = WD_ALIGN_VERTICAL.TOP
    _fill(table.rows[2].cells[0], "{%tr endfor %}")
    for _ in range(2):
        _paragraph(document, "{%p endfor %}")
    _paragraph(document, "{%p endif %}")


def _grid(document: Any, rows: int, widths_cm: list[float], *, rules: bool = True) -> Any:
    table = document.add_table(rows, len(widths_cm))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    edges = OxmlElement("w:tblBorders")
    white = "FFFFFF"
    for side, weight, colour in (
        ("top", 8, "000000" if rules else white),
        ("bottom", 8, "000000" if rules else white),
        ("insideH", 2 if rules else 4, "BEBEBE" if rules else white),
        ("insideV", 0 if rules else 4, white),
    ):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:val"), "single" if weight else "nil")
        edge.set(qn("w:sz"), str(weight))
        edge.set(qn("w:color"), colour)
        edges.append(edge)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "40" if rules else "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(edges)
    table._tbl.tblPr.append(margins)
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths_cm, strict=True):
            cell.width = Cm(width)
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table


def _fill(
    cell: Any, text: str, align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT, size: float = 8
) -> None:
    line = cell.paragraphs[0]
    line.alignment = align
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(1.5)
    _dress(line.add_run(text), size=size)
    # The mark that ends the paragraph gives an empty cell its height.
    mark, half_points = OxmlElement("w:rPr"), OxmlElement("w:sz")
    half_points.set(qn("w:val"), str(int(2 * size)))
    mark.append(half_points)
    line._p.get_or_add_pPr().append(mark)


def _paragraph(
    holder: Any,
    text: str,
    *,
    size: float = 10.5,
    colour: RGBColor | None = None,
    align: WD_ALIGN_PARAGRAPH | None = None,
    face: str = "",
    above: float = 0,
    indent: bool = False,
    follows: bool = False,
) -> Any:
    line = holder.add_paragraph()
    line.alignment = align
    line.paragraph_format.space_before = Pt(above)
    line.paragraph_format.keep_with_next = follows
    if indent:
        line.paragraph_format.first_line_indent = Pt(2 * size)
        line.paragraph_format.line_spacing = 1.4
    _dress(line.add_run(text), size=size, colour=colour, face=face)
    return line


def _dress(run: Any, *, size: float, colour: RGBColor | None = None, face: str = "") -> None:
    run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    if face:
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _edge(line: Any, side: str, weight: int, colour: str) -> None:
    edges = OxmlElement("w:pBdr")
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(weight)), ("space", "3"), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    edges.append(edge)
    line._p.get_or_add_pPr().append(edges)
