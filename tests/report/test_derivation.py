"""Derivations: every row in text, JSON and on one page."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from lantian.report import page
from lantian.report.derivation import Derivation, Row, Step, as_json, as_text
from lantian.report.language import Language, width_of

BASIS = "lake 7"


def long_one(rows: int) -> Derivation:
    steps = tuple(
        Step(f"step {n}", tuple(Row(f"label {n}.{m}", str(m), "note") for m in range(rows)))
        for n in range(3)
    )
    return Derivation("PM2.5 mean", "60 μg/m³", "place/x", steps, BASIS, Language.EN)


def test_text_holds_every_row_aligned(made):
    derivation = made.derivations[1]
    lines = as_text(derivation).splitlines()
    assert derivation.result in lines[0]
    for step in derivation.steps:
        for row in step.rows:
            assert any(row.label in line and row.value in line for line in lines)
    values = [line for line in lines if line.startswith("   ") and ":00" in line]
    assert len({width_of(line[: line.index(":00")]) for line in values}) == 1


def test_json_holds_every_row(made):
    for derivation in made.derivations:
        found = as_json(derivation)
        assert found["key"] == derivation.key
        assert [len(s["rows"]) for s in found["steps"]] == [len(s.rows) for s in derivation.steps]


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 12, 24, 60, 200])
def test_one_page_however_long(rows, december):
    derivation = long_one(rows)
    reader = PdfReader(BytesIO(page.derivation_pdf(derivation, december["DAYS"][-1])))
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert all(row.label in text for step in derivation.steps for row in step.rows)
    assert derivation.key in text


@pytest.mark.parametrize("rows", [1, 24, 60])
def test_the_page_is_a4_where_the_steps_fit(rows, december):
    reader = PdfReader(BytesIO(page.derivation_pdf(long_one(rows), december["DAYS"][-1])))
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
