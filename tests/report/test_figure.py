"""Figures: exact, spelled as they are worth, one value for each key, one canonical spelling."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import DocumentFailed
from lantian.report.figure import (
    BLANK,
    DataState,
    Figure,
    FigureSet,
    Stamp,
    canonical_json,
    collect,
)
from lantian.report.language import Language
from lantian.terms.mark import MISSING
from lantian.terms.rounding import step_of

STAMP = Stamp(DataState.AUDITED, "HJ633-2012", True)


@pytest.mark.parametrize("value", [4.1, True, "4.1"])
def test_only_exact_numbers_become_figures(value):
    with pytest.raises(DocumentFailed, match="not an exact number"):
        Figure("4.1", value, "mg/m3", DataState.AUDITED, "HJ633-2012", True, "x")


@pytest.mark.parametrize(("text", "value"), [("60", 61), (BLANK, 0), ("60", None), ("4.1", 4)])
def test_spelling_and_value_must_agree(text, value):
    with pytest.raises(DocumentFailed, match="spelled"):
        Figure(text, value, "ug/m3", DataState.AUDITED, "HJ633-2012", True, "x")


@pytest.mark.parametrize("text", ["60 μg/m³", "", "abc"])
def test_text_without_a_number_is_refused(text):
    with pytest.raises(DocumentFailed, match="no number"):
        Figure(text, 60, "ug/m3", DataState.AUDITED, "HJ633-2012", True, "x")


@given(st.integers(-9_999_999, 9_999_999), st.integers(0, 3))
def test_value_is_the_rounded_integer(thousandths, decimals):
    figure = STAMP.number(thousandths, decimals, "ug/m3", "x")
    assert figure.decimals == decimals
    assert abs(figure.value * 1000 - thousandths) <= Decimal(step_of(decimals)) / 2
    assert STAMP.change(thousandths, decimals, "%", "x").value == figure.value


@given(st.integers(-9_999_999, 9_999_999))
def test_a_change_shows_its_direction(thousandths):
    text = STAMP.change(thousandths, 1, "%", "x").text
    value = Decimal(text)
    assert text[0] == ("+" if value > 0 else "-" if value < 0 else text[0])
    assert (text[0] in "+-") == (value != 0) or text == "-0.0"


def test_missing_is_blank_in_every_maker():
    for figure in (
        STAMP.number(MISSING, 1, "ug/m3", "a"),
        STAMP.change(MISSING, 1, "%", "b"),
        STAMP.count(MISSING, "d", "c"),
    ):
        assert (figure.text, figure.value) == (BLANK, None)


@given(st.permutations([STAMP.count(n, "d", f"k{n}") for n in range(6)]))
def test_order_of_contents_does_not_change_the_identity(figures):
    usual = collect(tuple(sorted(figures, key=lambda f: f.key)))
    assert collect(tuple(figures)).sha256 == usual.sha256


def test_any_change_changes_the_identity():
    one = STAMP.count(60, "ug/m3", "a")
    others = [
        STAMP.count(61, "ug/m3", "a"),
        replace(one, state=DataState.REALTIME),
        replace(one, verified=False),
        replace(one, rules="HJ633-2026"),
        replace(one, key="b"),
    ]
    assert len({FigureSet((f,)).sha256 for f in (one, *others)}) == 6


def test_one_key_cannot_have_two_values():
    with pytest.raises(DocumentFailed, match=r"60 and 61.*figure a"):
        collect((STAMP.count(60, "ug/m3", "a"), STAMP.count(61, "ug/m3", "a")))


def test_canonical_spelling_is_sorted_utf8_without_floats(made):
    figures = collect(made)
    text = figures.canonical()

    def refuse(spelling):
        raise AssertionError(f"float {spelling}")

    parsed = json.loads(text, parse_float=refuse)
    assert [f["key"] for f in parsed] == sorted(f["key"] for f in parsed)
    assert all(list(f) == sorted(f) for f in parsed)
    assert len(parsed) > 500
    assert "\\u" not in text
    assert figures[parsed[0]["key"]].text == parsed[0]["text"]


def test_the_whole_bulletin_has_a_canonical_spelling(made):
    assert json.loads(canonical_json(made))["issued"] == "2016-01-01"


@pytest.mark.parametrize("content", [1.5, (1, [2]), {"a": 1}, b"x"])
def test_what_has_no_exact_spelling_is_refused(content):
    with pytest.raises(DocumentFailed, match="no one exact spelling"):
        canonical_json(content)


def test_states_are_told_apart_in_both_languages():
    for lang in Language:
        assert len({state.label(lang) for state in DataState}) == 3
