"""Word, Excel and PDF of one bulletin: complete, typed, embedded, the same bytes each time."""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import RGBColor
from pypdf import PdfReader

from lantian.errors import DocumentFailed
from lantian.report import bulletin, page, sections, sheet, word
from lantian.report.derivation import Derivation, Row, Step
from lantian.report.figure import Figure, collect
from lantian.report.language import width_of
from lantian.report.table import Dated, Marked, cell_text

SCRIPT = Path(__file__).with_name("december.py")


def squeezed(text: str) -> str:
    """Text without white space: layout breaks lines and lowers digits."""
    return re.sub(r"\s", "", text)


def pdf_text(data: bytes) -> str:
    pages = PdfReader(BytesIO(data)).pages
    # Footers and headers stand between two lines of one table; they are cut by page.
    return squeezed("".join(p.extract_text() for p in pages))


def docx_text(data: bytes) -> str:
    body = Document(BytesIO(data)).element.body
    return squeezed("".join(node.text or "" for node in body.iter(qn("w:t"))))


def expected(made) -> list[str]:
    """Everything that PDF and Word must say."""
    tables = sections.tables(made)
    words = [made.heading, made.period, made.office, made.basis, *made.notices, *made.headlines]
    words += [c.title for t in tables.values() for c in t.columns]
    words += [cell_text(cell) for t in tables.values() for row in t.rows for cell in row]
    words += [note for t in tables.values() for note in t.notes]
    words += list(sections.titles(made.lang, made.comparison).values())
    words += [row.label for d in made.derivations for step in d.steps for row in step.rows]
    words += [row.note for d in made.derivations for step in d.steps for row in step.rows]
    words.append(collect(made).sha256)
    return [squeezed(w) for w in words]


def test_pdf_says_everything(made, documents):
    text = pdf_text(documents["pdf"])
    assert [w for w in expected(made) if w not in text] == []
    missing = [f.key for f in collect(made).figures if f.text not in text]
    assert missing == []


def test_word_says_everything(made, documents):
    text = docx_text(documents["docx"])
    assert [w for w in expected(made) if w not in text] == []
    assert [f.key for f in collect(made).figures if f.text not in text] == []
    assert "{" not in text


def test_pages_are_numbered_filled_and_headed(made, documents):
    reader = PdfReader(BytesIO(documents["pdf"]))
    total = len(reader.pages)
    for number, sheet_of_paper in enumerate(reader.pages, 1):
        text = squeezed(sheet_of_paper.extract_text())
        assert f"{number}/{total}" in text
        assert len(text) > 200
        assert squeezed(made.basis) in text
        if number > 1:
            assert squeezed(made.heading) in text


def test_fonts_are_embedded_and_none_is_a_fallback(documents):
    fonts = set()
    for sheet_of_paper in PdfReader(BytesIO(documents["pdf"])).pages:
        for font in sheet_of_paper["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
            fonts.add(str(inner["/BaseFont"]).partition("+")[2])
    assert {f for f in fonts if not f.startswith("NotoS")} == set()


def test_pollutants_stand_with_real_subscripts_in_word(documents):
    body = Document(BytesIO(documents["docx"])).element.body
    lowered = {
        "".join(t.text for t in run.iter(qn("w:t")))
        for run in body.iter(qn("w:r"))
        if run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}") is not None
    }
    assert lowered == {"2.5", "10", "2", "3"}


def test_word_tables_repeat_their_heading(documents):
    tables = Document(BytesIO(documents["docx"])).tables
    assert len(tables) >= 9
    assert all(t.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None for t in tables[:3])


def test_excel_cells_are_typed(made, documents):
    book = openpyxl.load_workbook(BytesIO(documents["xlsx"]))
    by_title = dict(zip([s.title for s in book], book, strict=True))
    for table, title in (
        (sections.ranking(made), made.lang.of("排名", "Ranking")),
        (sections.changes(made), made.lang.of("变化", "Changes")),
        (sections.exceeded(made), made.lang.of("超标日", "Days exceeded")),
        (sections.stations(made), made.lang.of("数据有效率", "Data")),
    ):
        found = by_title[title]
        for number, row in enumerate(table.rows, 2):
            for column, cell in enumerate(row, 1):
                read = found.cell(number, column).value
                match cell:
                    case Figure():
                        assert (read is None) == (cell.value is None)
                        assert read is None or Decimal(str(read)) == cell.value
                        assert type(read) in (int, float, type(None))
                    case Marked(figure, _):
                        assert type(read) in (int, float)
                        assert Decimal(str(read)) == figure.value
                    case Dated(day, _):
                        assert read.date() == day
                    case text:
                        assert (read or "") == text


def test_excel_headings_are_frozen_and_sources_listed(made, documents):
    book = openpyxl.load_workbook(BytesIO(documents["xlsx"]))
    assert all(found.freeze_panes in ("A2", "B2") for found in book)
    sources = book[made.lang.of("来源", "Sources")]
    keys = {row[0].value: row for row in sources.iter_rows(min_row=2)}
    for figure in collect(made).figures:
        row = keys[figure.key]
        assert row[3].value == figure.state.label(made.lang)
        assert row[4].value == figure.rules
        assert row[5].value == sections.verified_label(made.lang, verified=figure.verified)
    assert any(made.basis in str(row[0].value) for row in sources.iter_rows())


def test_excel_shows_the_digits_that_were_rounded(documents, made):
    found = openpyxl.load_workbook(BytesIO(documents["xlsx"]))[made.lang.of("排名", "Ranking")]
    assert found.cell(2, 3).number_format == "0.00"
    assert found.cell(2, 4).number_format == "0"
    assert found.cell(2, 8).number_format == "0.0"


def test_excel_calendar_has_the_level_colours(documents, made):
    found = openpyxl.load_workbook(BytesIO(documents["xlsx"]))[made.lang.of("污染日历", "Calendar")]
    for number, row in enumerate(made.calendar, 2):
        for column, day in enumerate(row.days, 2):
            if day.level is not None:
                fill = found.cell(number, column).fill.start_color.rgb
                assert fill[-6:] == made.levels[day.level].hex[1:].upper()


@pytest.mark.slow
def test_two_processes_make_the_same_bytes(documents, lang):
    here = [f"{kind} {hashlib.sha256(data).hexdigest()}" for kind, data in documents.items()]
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "America/Lima", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), lang],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == here


def test_archives_hold_no_times_and_are_sorted(documents):
    for kind in ("docx", "xlsx"):
        entries = ZipFile(BytesIO(documents[kind])).infolist()
        assert [e.filename for e in entries] == sorted(e.filename for e in entries)
        assert {e.date_time for e in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_files_are_dated_by_the_bulletin(made, documents):
    core = Document(BytesIO(documents["docx"])).core_properties
    assert core.created.date() == core.modified.date() == made.issued
    book = openpyxl.load_workbook(BytesIO(documents["xlsx"]))
    assert book.properties.created.date() == made.issued
    info = PdfReader(BytesIO(documents["pdf"])).metadata
    assert info.creation_date.date() == made.issued


def test_twelve_places_take_less_than_ten_seconds(timed):
    assert timed[1] < 10


@pytest.fixture
def light(made):
    """The bulletin without charts, which take most of the time."""
    return replace(made, charts=bulletin.Charts((), (), ()))


CITED = Derivation(
    "Miyun 2015-12",
    "151 μg/m³",
    "place/Miyun",
    (
        Step("站点 / stations", (Row("一中 / 二中", "31"), Row("甲站 / station A / B", "30"))),
        Step(
            "细颗粒物 / fine particles",
            (
                Row("日值 / daily values", " ".join(f"12-{d:02d}={d * 7}" for d in range(1, 32))),
                Row("平均 / mean over days", "4695 / 31 = 151.451613", "HJ 663-2013, clause 5"),
                Row("607 / 31 = 19.58", "20"),
            ),
        ),
    ),
    "lake 7",
)


@pytest.mark.parametrize("write", [word.bulletin_docx, page.bulletin_pdf])
def test_labels_of_a_derivation_are_in_the_language_of_the_document(light, write):
    data = write(replace(light, derivations=(CITED,)))
    text = (docx_text if write is word.bulletin_docx else pdf_text)(data)
    own = ("细颗粒物", "日值", "平均"), ("fineparticles", "dailyvalues", "meanoverdays")
    here, other = own if light.lang.value == "zh" else own[::-1]
    text = text[text.index(squeezed(CITED.title)) :]
    assert [w for w in here if w not in text] == []
    assert [w for w in other if w in text] == []
    # Names with a stroke, two strokes, and divisions are no pair of languages.
    for whole in ("一中/二中", "甲站/stationA/B", "607/31=19.58", "4695/31=151.451613"):
        assert whole in text


def test_word_sets_a_derivation_in_two_columns_with_the_note_below(light):
    body = Document(BytesIO(word.bulletin_docx(replace(light, derivations=(CITED,)))))
    table = body.tables[-1]
    assert len(table.rows) == 3
    label, value = table.columns
    assert 0.15 < label.width / (label.width + value.width) < 0.2
    days, mean = (row.cells[1].paragraphs for row in table.rows[:2])
    assert [p.text for p in days] == [CITED.steps[1].rows[0].value]
    assert [p.text for p in mean] == ["4695 / 31 = 151.451613", "HJ 663-2013, clause 5"]
    shown, note = (p.runs[0].font for p in mean)
    assert note.size < shown.size
    assert (shown.color.rgb, note.color.rgb) == (None, RGBColor(0x5A, 0x5A, 0x5A))


def test_markup_in_names_is_only_text(light):
    name = "A&B <x> #strong[y] {{ period }} *z* $1$ @q \\n"
    rows = (replace(light.ranking[0], place=name), *light.ranking[1:])
    odd = replace(light, ranking=rows)
    assert squeezed(name) in docx_text(word.bulletin_docx(odd))
    assert squeezed(name) in pdf_text(page.bulletin_pdf(odd))
    book = openpyxl.load_workbook(BytesIO(sheet.bulletin_xlsx(odd)))
    assert book.worksheets[1].cell(2, 2).value == name


def test_empty_sections_say_so(light):
    bare = replace(
        light, ranking=(), changes=(), calendar=(), exceeded=(), targets=(), stations=(),
        exceptional=(), derivations=(), notices=(),
    )  # fmt: skip
    says = [squeezed(t.empty) for t in sections.tables(bare).values() if t.empty]
    for text in (docx_text(word.bulletin_docx(bare)), pdf_text(page.bulletin_pdf(bare))):
        assert [s for s in says if s not in text] == []
    assert sheet.bulletin_xlsx(bare)


def test_contradicting_figures_are_refused_everywhere(light):
    first, *rest = light.exceeded
    wrong = replace(first, aqi=replace(first.aqi, text="1", value=1))
    torn = replace(light, exceeded=(wrong, *rest))
    for write in (word.bulletin_docx, sheet.bulletin_xlsx, page.bulletin_pdf):
        with pytest.raises(DocumentFailed, match=re.escape(first.aqi.key)):
            write(torn)


def office_template(tmp_path, text: str) -> Path:
    document = Document()
    document.add_paragraph(text)
    path = tmp_path / "office.docx"
    document.save(path)
    return path


def test_an_office_may_bring_its_own_template(light, tmp_path):
    key = light.ranking[0].index.key
    text = f"{{{{ place }}}}: {{{{ figures['{key}'] }}}} ({{{{ rows.ranking|length }}}})"
    made_file = word.bulletin_docx(light, office_template(tmp_path, text))
    said = docx_text(made_file)
    assert said == squeezed(f"{light.place}:{light.ranking[0].index.text}({len(light.ranking)})")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{{ plaace }}", "plaace"),
        ("{{ rows.ranking[0].pm1 }}", "pm1"),
        ("{{ place", "broken"),
        ("{% if place %}", "broken"),
        ("{{ ''.__class__.__mro__ }}", "__class__"),
        ("{{ place + 1 }}", "cannot be filled"),
    ],
)
def test_a_faulty_template_is_refused_by_name(light, tmp_path, text, named):
    with pytest.raises(DocumentFailed, match=named) as refused:
        word.bulletin_docx(light, office_template(tmp_path, text))
    assert "office.docx" in refused.value.where
    assert "headlines" in refused.value.fix


def test_what_is_no_word_file_is_refused(light, tmp_path):
    path = tmp_path / "not.docx"
    path.write_text("hello", encoding="utf-8")
    for wrong in (path, tmp_path / "absent.docx"):
        with pytest.raises(DocumentFailed, match="cannot be read as a Word file"):
            word.bulletin_docx(light, wrong)


def test_the_shipped_template_is_the_one_the_code_makes(december):
    fresh = december["fresh_template"]()
    assert word.DEFAULT_TEMPLATE.read_bytes() == fresh, (
        "write it anew: python tests/report/december.py template"
    )


def test_a_sentence_longer_than_its_column_gets_the_height_of_its_lines(documents) -> None:
    first = openpyxl.load_workbook(BytesIO(documents["xlsx"])).worksheets[0]
    width = first.column_dimensions["A"].width
    heights = {
        row: first.row_dimensions[row].height / first.row_dimensions[2].height
        for row in range(2, first.max_row + 1)
    }
    texts = {row: str(first.cell(row, 1).value) for row in heights}
    assert any(width_of(text) > width for text in texts.values())
    for row, text in texts.items():
        assert heights[row] * width >= width_of(text)
