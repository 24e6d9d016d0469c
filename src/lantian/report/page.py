"""Pages of PDF, set by typst from frozen content with the fonts of a wheel."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pylopdf_fonts_zh_cn as fonts
import typst

from lantian.errors import DocumentFailed
from lantian.report import chart, sections
from lantian.report.bulletin import Bulletin
from lantian.report.derivation import Derivation, as_json
from lantian.report.figure import collect
from lantian.report.language import day_label
from lantian.report.pollution_calendar import month_blocks
from lantian.report.table import Table, cell_text

_TEMPLATES: Final = Path(__file__).parent / "templates"


def bulletin_pdf(bulletin: Bulletin) -> bytes:
    """Set a bulletin as PDF.

    Parameters
    ----------
    bulletin : Bulletin
        What it says; the file's date is `bulletin.issued`.

    Returns
    -------
    bytes
        A4 pages with embedded fonts; the same bulletin gives the same bytes.

    Raises
    ------
    DocumentFailed
        If the pages cannot be set, or the figures contradict each other.
    """
    return _set("bulletin.typ", _content(bulletin), bulletin.issued)


def derivation_pdf(derivation: Derivation, issued: date) -> bytes:
    """Set one derivation on one page of PDF.

    Parameters
    ----------
    derivation : Derivation
        Its steps.
    issued : date
        Date written into the file: derived from the period, never the clock.

    Returns
    -------
    bytes
        One page, A4 wherever the steps fit.

    Raises
    ------
    DocumentFailed
        If the page cannot be set.
    """
    lang = derivation.lang
    words = {"basis": lang.of("依据：", "Basis: "), "key": lang.of("标识：", "Key: ")}
    content = as_json(derivation) | {"lang": lang.value, "words": words}
    return _set("derivation.typ", content, issued)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[fonts.sans_path().parent],
    )


def _set(template: str, content: dict[str, Any], issued: date) -> bytes:
    try:
        pages = typst.compile(
            _TEMPLATES / template,
            root=_TEMPLATES,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            timestamp=datetime(issued.year, issued.month, issued.day, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise DocumentFailed(
            f"the pages cannot be set: {error.message}",
            where=template,
            fix="this is a fault of Lantian's page template; please report it with the message",
        ) from error
    return pages


def _content(bulletin: Bulletin) -> dict[str, Any]:
    lang = bulletin.lang
    labels = {"now": bulletin.period, "before": bulletin.comparison}
    return {
        "lang": lang.value,
        "heading": bulletin.heading,
        "period": bulletin.period,
        "office": bulletin.office,
        "state": sections.state_line(bulletin),
        "issued": day_label(bulletin.issued, lang),
        "basis": bulletin.basis,
        "digest": collect(bulletin).sha256,
        "notices": bulletin.notices,
        "headlines": bulletin.headlines,
        "words": sections.words(lang),
        "titles": sections.titles(lang, bulletin.comparison),
        "tables": {key: _table(table) for key, table in sections.tables(bulletin).items()},
        "calendar": [
            {
                "label": block.label,
                "days": block.days,
                "rows": [
                    {"place": place, "squares": [asdict(s) for s in squares]}
                    for place, squares in block.rows
                ],
            }
            for block in month_blocks(bulletin)
        ],
        "levels": [asdict(level) for level in bulletin.levels],
        "pictures": {
            "diurnal": chart.diurnal(bulletin.charts, lang, kind="svg", **labels).decode(),
            "trend": chart.trend(bulletin.charts, lang, kind="svg", **labels).decode(),
        },
        "derivations": [as_json(d) for d in bulletin.derivations],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": [asdict(column) for column in table.columns],
        "rows": [[cell_text(cell) for cell in row] for row in table.rows],
        "notes": table.notes,
        "empty": table.empty,
    }
