"""Sub-indices: the worked vectors and every edge of both tables through the kernel, and laws."""

import tomllib
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.evaluate.hourly import round_hours
from lantian.evaluate.iaqi import NO_INDEX, BreakpointTable, sub_indices
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING
from oracle import reference as ref

GOLDEN = Path(__file__).parents[1] / "golden"
CLAUSES = {edition: rule_set(f"HJ633-{edition}").aqi.clause for edition in ("2012", "2026")}
ITEMS = tuple(CLAUSES["2012"].breakpoints)


def cases(name):
    return tomllib.loads((GOLDEN / name).read_text("utf-8"))["case"]


def kernel(item, thousandths, edition):
    """Index of unrounded thousandths of one item, rounded and judged by the package."""
    step = 100 if item.startswith("co") else 1000
    values = round_hours(np.asarray(thousandths, np.int32).reshape(1, 1, -1), np.array([step]))
    return sub_indices(values[0], BreakpointTable.of(CLAUSES[edition], (item,)))[0].tolist()


@pytest.mark.parametrize("edition", ["2012", "2026"])
@pytest.mark.parametrize("name", ["iaqi_vectors.toml", "iaqi_edges.toml"])
def test_all_golden_vectors(name, edition):
    wrong = []
    for case in cases(name):
        found = kernel(case["item"], [int(Decimal(case["conc"]) * 1000)], edition)[0]
        expected = case[f"iaqi_{edition}"]
        if found != (NO_INDEX if expected == "none" else expected):
            wrong.append((case["item"], case["conc"], found, expected))
    assert wrong == []


def test_the_golden_vectors_are_all_there():
    assert len(cases("iaqi_vectors.toml")) == 28
    edges = cases("iaqi_edges.toml")
    assert {c["item"] for c in edges} == set(ITEMS)
    assert len(edges) > 900


@pytest.mark.parametrize("edition", ["2012", "2026"])
def test_every_table_row_of_the_printed_page(edition):
    tables = tomllib.loads((GOLDEN / "aqi_tables.toml").read_text("utf-8"))["table"]
    table = next(t for t in tables if t["edition"] == f"HJ633-{edition}")
    for row in table["row"]:
        for item in row.keys() - {"iaqi"}:
            assert kernel(item, [row[item] * 1000], edition) == [row["iaqi"]], (item, row)


@pytest.mark.parametrize("edition", ["2012", "2026"])
@pytest.mark.parametrize("item", ITEMS)
def test_every_reportable_concentration_agrees_with_the_reference(item, edition):
    """All whole units (CO tenths) from 0 to beyond the last row, and the tie above each."""
    step = 100 if item.startswith("co") else 1000
    top = CLAUSES[edition].breakpoints[item][-1] * 1000 * 11 // 10
    values = np.arange(0, top, step // 2)
    found = kernel(item, values, edition)
    for value, index in zip(values.tolist(), found, strict=True):
        expected = ref.iaqi(item, Decimal(value) / 1000, edition)
        assert index == (NO_INDEX if expected is None else expected), (item, value)


@given(
    st.sampled_from(ITEMS),
    st.sampled_from(["2012", "2026"]),
    st.lists(st.integers(0, 5_000_000), min_size=2, max_size=40),
)
def test_a_higher_concentration_never_gives_a_lower_index(item, edition, values):
    found = kernel(item, sorted(values), edition)
    known = [index for index in found if index != NO_INDEX]
    assert known == sorted(known)
    # Only what lies above the last row of a short column has none.
    assert found[: len(known)] == known
    assert all(0 <= index <= 500 for index in known)


@given(st.sampled_from(ITEMS), st.sampled_from(["2012", "2026"]), st.integers(-(2**31), -501))
def test_what_is_no_concentration_has_no_index(item, edition, value):
    table = BreakpointTable.of(CLAUSES[edition], (item,))
    found = sub_indices(np.array([[value, MISSING, 0]], np.int32), table)
    assert found.tolist() == [[NO_INDEX, NO_INDEX, 0]]
