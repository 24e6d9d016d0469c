"""The bulletin as a Word file, from a template that an office may replace."""

import re
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage, RichText
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from lantian.errors import DocumentFailed
from lantian.report import chart, sections
from lantian.report.archive import settled
from lantian.report.bulletin import Bulletin
from lantian.report.derivation import Derivation, Row, Step, as_json
from lantian.report.figure import collect
from lantian.report.language import SUBSCRIPT, Language, day_label
from lantian.report.pollution_calendar import MonthBlock, Square, month_blocks
from lantian.report.table import Table, cell_text, heading
from lantian.report.template import CALENDAR

#: The template that is shipped; `template.default_template` makes it.
DEFAULT_TEMPLATE: Final = Path(__file__).parent / "templates" / "bulletin.docx"

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_PICTURE_CM: Final = 17.0
_PLACE_TWIPS: Final = 1500
_DAYS_TWIPS: Final = 8130


def bulletin_docx(bulletin: Bulletin, template: Path = DEFAULT_TEMPLATE) -> bytes:
    """Fill a Word template with a bulletin.

    Parameters
    ----------
    bulletin : Bulletin
        What it says; the file's dates are `bulletin.issued`.
    template : Path
        A .docx with docxtpl tags; names that may stand in it are the keys of `context`.

    Returns
    -------
    bytes
        The .docx; the same bulletin and template give the same bytes.

    Raises
    ------
    DocumentFailed
        If the template is no Word file, has a broken tag, or asks for an unknown name.
    """
    digest = collect(bulletin).sha256
    try:
        document = DocxTemplate(BytesIO(template.read_bytes()))
        document.init_docx()
    except (OSError, BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise DocumentFailed(
            f"the template cannot be read as a Word file: {error}",
            where=str(template),
            fix="save it as .docx, or start again from the default template",
        ) from error
    names = context(bulletin, digest) | _pictures(bulletin, document)
    environment = SandboxedEnvironment(undefined=StrictUndefined)
    try:
        document.render(names, environment, autoescape=True)
    except TemplateSyntaxError as error:
        raise _refused(f"a tag is broken: {error.message}", template, names) from error
    except TemplateError as error:
        raise _refused(
            f"it asks for what there is not: {error.message}", template, names
        ) from error
    except (SyntaxError, TypeError, ArithmeticError) as error:  # lxml's is a SyntaxError
        raise _refused(f"a tag cannot be filled: {error}", template, names) from error
    _finish(document, bulletin, digest)
    target = BytesIO()
    document.save(target)
    return settled(target.getvalue())


def _refused(what: str, template: Path, names: dict[str, Any]) -> DocumentFailed:
    return DocumentFailed(
        f"the Word template is refused: {what}",
        where=str(template),
        fix=f"correct the tag; known names: {', '.join(sorted(names))}",
    )


def context(bulletin: Bulletin, digest: str) -> dict[str, Any]:
    """Everything a template may name, except pictures: plain strings, lists and dictionaries.

    Parameters
    ----------
    bulletin : Bulletin
        The contents.
    digest : str
        Identity of its figures.

    Returns
    -------
    dict
        Names as used in templates: `{{ heading }}`, `{{ heads.ranking.so2 }}`,
        `{%tr for r in rows.ranking %}` with `{{ r.place }}`, `{{ figures["KEY"] }}`, ….
    """
    lang = bulletin.lang
    tables = sections.tables(bulletin)
    return {
        "heading": bulletin.heading,
        "place": bulletin.place,
        "office": bulletin.office,
        "period": bulletin.period,
        "comparison": bulletin.comparison,
        "issued": day_label(bulletin.issued, lang),
        "state": sections.state_line(bulletin),
        "basis": bulletin.basis,
        "digest": digest,
        "notices": list(bulletin.notices),
        "headlines": list(bulletin.headlines),
        "words": sections.words(lang),
        "titles": sections.titles(lang, bulletin.comparison),
        "heads": {k: {c.key: heading(c) for c in t.columns} for k, t in tables.items()},
        "rows": {k: _rows(t) for k, t in tables.items()},
        "notes": {k: list(t.notes) for k, t in tables.items()},
        "empty": {k: t.empty for k, t in tables.items()},
        "figures": {f.key: f.text for f in collect(bulletin).figures},
        "calendar": [_month(block) for block in month_blocks(bulletin)],
        "legend": _legend(bulletin),
        "derivations": [_derivation(d, lang) for d in bulletin.derivations],
    }


def _derivation(derivation: Derivation, lang: Language) -> dict[str, Any]:
    """Plain values with titles and labels in one language; `half` in office.typ is the same."""
    steps = tuple(
        Step(
            _half(step.title, lang),
            tuple(Row(_half(r.label, lang), r.value, r.note) for r in step.rows),
        )
        for step in derivation.steps
    )
    return as_json(replace(derivation, title=_half(derivation.title, lang), steps=steps))


def _half(label: str, lang: Language) -> str:
    """Choose the half of a label that reads "zh / en"; one that reads otherwise stays whole."""
    zh, *en = label.split(" / ")
    both = len(en) == 1 and _HAN.search(zh) and not _HAN.search(en[0])
    return lang.half(label) if both else label


def _rows(table: Table) -> list[dict[str, str]]:
    return [
        {c.key: cell_text(cell) for c, cell in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]


def _month(block: MonthBlock) -> dict[str, Any]:
    return {
        "label": block.label,
        "days": list(block.days),
        "rows": [
            {"place": place, "squares": [_square(s) for s in squares]}
            for place, squares in block.rows
        ],
    }


def _square(square: Square) -> dict[str, Any]:
    text = RichText(square.text, color=square.ink, size=11)
    return {"text": text, "fill": square.fill.lstrip("#") or "auto"}


def _legend(bulletin: Bulletin) -> RichText:
    legend = RichText()
    for level in bulletin.levels:
        legend.add("■ ", color=level.hex, size=16)
        legend.add(f"{level.name}   ", size=16)
    return legend


def _pictures(bulletin: Bulletin, document: DocxTemplate) -> dict[str, Any]:
    labels = {"now": bulletin.period, "before": bulletin.comparison}
    made = {
        "diurnal": chart.diurnal(bulletin.charts, bulletin.lang, kind="png", **labels),
        "trend": chart.trend(bulletin.charts, bulletin.lang, kind="png", **labels),
    }
    return {
        "pictures": {
            name: InlineImage(document, BytesIO(png), width=Cm(_PICTURE_CM))
            for name, png in made.items()
        }
    }


def _finish(document: DocxTemplate, bulletin: Bulletin, digest: str) -> None:
    """Lower the digits of pollutants, set the calendar's widths, fix the file's properties."""
    word = document.docx
    section = word.sections[0]
    for root in (word.element.body, section.header._element, section.footer._element):
        for run in list(root.iter(qn("w:r"))):
            _lower(run)
    for table in word.element.body.iter(qn("w:tbl")):
        _narrow(table)
    when = datetime(bulletin.issued.year, bulletin.issued.month, bulletin.issued.day)  # noqa: DTZ001
    properties = word.core_properties
    properties.title = f"{bulletin.heading} {bulletin.period}"
    properties.author = properties.last_modified_by = bulletin.office
    properties.comments = f"sha256 {digest}"
    properties.created = properties.modified = when
    properties.revision = 1


def _lower(run: Any) -> None:
    """Split a run so that the digits of PM2.5, O3, … stand below the line."""
    if not any(SUBSCRIPT.search(text.text or "") for text in run.findall(qn("w:t"))):
        return
    for child in run:
        if child.tag == qn("w:t"):
            _split(run, child.text or "")
        elif child.tag != qn("w:rPr"):
            _piece(run, deepcopy(child))
    run.getparent().remove(run)


def _split(run: Any, text: str) -> None:
    position = 0
    for match in SUBSCRIPT.finditer(text):
        _piece(run, _text(text[position : match.end(1)]))
        lowered = _piece(run, _text(match[2]))
        align = OxmlElement("w:vertAlign")
        align.set(qn("w:val"), "subscript")
        lowered.get_or_add_rPr().append(align)
        position = match.end()
    if position < len(text):
        _piece(run, _text(text[position:]))


def _text(text: str) -> Any:
    node = OxmlElement("w:t")
    node.set(qn("xml:space"), "preserve")
    node.text = text
    return node


def _piece(run: Any, child: Any) -> Any:
    """Put a run of the same look, holding `child` alone, before `run`."""
    piece = OxmlElement("w:r")
    look = run.find(qn("w:rPr"))
    if look is not None:
        piece.append(deepcopy(look))
    piece.append(child)
    run.addprevious(piece)
    return piece


def _narrow(table: Any) -> None:
    """Give the calendar one column for places and equal ones for days, however many."""
    caption = table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
    if caption is None or caption.get(qn("w:val")) != CALENDAR:
        return
    columns = table.find(qn("w:tblGrid")).findall(qn("w:gridCol"))
    days = _DAYS_TWIPS // max(1, len(columns) - 1)
    widths = [_PLACE_TWIPS, *[days] * (len(columns) - 1)]
    for column, width in zip(columns, widths, strict=True):
        column.set(qn("w:w"), str(width))
    for row in table.findall(qn("w:tr")):
        for cell, width in zip(row.findall(qn("w:tc")), widths, strict=False):
            for size in cell.iter(qn("w:tcW")):
                size.set(qn("w:w"), str(width))
                size.set(qn("w:type"), "dxa")
