"""Sections: reasons, repeated names, calendar months, units, citations."""

import re
from dataclasses import replace
from datetime import date

import pytest

from lantian.report import bulletin, sections
from lantian.report.language import SUBSCRIPT, Language, period_label
from lantian.report.pollution_calendar import DARK, LIGHT, ink_on, month_blocks
from lantian.report.table import cell_text
from lantian.rules.book import national_shelf
from lantian.rules.ruleset import rule_set
from lantian.terms.period import parse_period

HAN = re.compile(r"[一-鿿]")


def test_every_row_fits_its_columns(made):
    for table in sections.tables(made).values():
        assert len({c.key for c in table.columns}) == len(table.columns)
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_a_place_without_rank_keeps_its_index_and_says_why(made):
    table = sections.ranking(made)
    row = next(r for r in table.rows if cell_text(r[0]) == "—")
    assert cell_text(row[2]) != "—"
    reason = next(r.reason for r in made.ranking if r.reason)
    assert any(cell_text(row[1]) in note and reason in note for note in table.notes)


def test_a_place_is_named_once_in_changes(made):
    names = [cell_text(row[0]) for row in sections.changes(made).rows]
    assert names[0] == made.changes[0].place
    assert names[1:9] == [""] * 8
    assert len([n for n in names if n]) == len({c.place for c in made.changes})


def test_a_change_in_points_says_so(made):
    texts = [cell_text(row[5]) for row in sections.changes(made).rows]
    assert made.lang.of("-19.4百分点", "-19.4 pp") in texts
    assert "-6" in texts


def test_unverified_rules_are_marked(made):
    table = sections.rules(made)
    marks = {cell_text(row[4]) for row in table.rows}
    assert marks == {sections.verified_label(made.lang, verified=v) for v in (True, False)}
    assert made.lang.of("未核实", "NOT verified") in table.notes[0]


def test_rules_all_verified_need_no_warning(made):
    sure = tuple(replace(r, verified=True) for r in made.rules)
    assert sections.rules(replace(made, rules=sure)).notes == ()


def test_calendar_is_cut_into_months(made):
    row = made.calendar[0]
    days = tuple(
        replace(row.days[0], day=day)
        for day in (date(2015, 1, 30), date(2015, 2, 1), date(2015, 3, 2))
    )
    blocks = month_blocks(replace(made, calendar=(replace(row, days=days),)))
    assert [len(b.days) for b in blocks] == [2, 28, 2]
    assert [s.text for s in blocks[0].rows[0][1]] == [row.days[0].aqi.text, ""]
    assert month_blocks(replace(made, calendar=())) == ()


def test_colours_come_from_the_rule_book(made):
    fills = {s.fill for b in month_blocks(made) for _, squares in b.rows for s in squares}
    assert fills - {""} <= {level.hex for level in made.levels}
    assert "" in fills


def test_ink_is_readable_on_every_level():
    levels = bulletin.levels_of(rule_set("HJ633-2026").levels.clause, Language.ZH)
    assert [ink_on(level.hex) for level in levels] == [DARK, DARK, DARK, LIGHT, LIGHT, LIGHT]


def test_english_tables_hold_no_chinese_but_citations(december):
    made = december["made_up"](Language.EN)
    for key, table in sections.tables(made).items():
        heads = "".join(c.title + c.unit for c in table.columns)
        assert not HAN.search(heads + table.empty), key
        if key != "rules":
            body = "".join(cell_text(c) for row in table.rows for c in row)
            assert not HAN.search(body + "".join(table.notes)), key
    titles = "".join(sections.titles(Language.EN, made.comparison).values())
    assert not HAN.search(titles + "".join(made.headlines))


def test_titles_are_numbered_in_order():
    numbers = [t.split("、")[0] for t in sections.titles(Language.ZH, "2014年").values()]
    assert numbers == [*"一二三四五六七八九十", "十一", "十二"]


def test_citations_hold_source_and_dates():
    rules = rule_set("HJ633-2012")
    lines = bulletin.rule_lines(rules.entries(), national_shelf(), Language.EN)
    assert [line.id for line in lines] == [e.id for e in rules.entries()]
    assert all(line.source and line.title for line in lines)
    assert lines[0].effective == "2016-01-01 — 2026-02-28"


def test_notes_of_rules_are_in_the_language_of_the_document():
    shelf, entry = national_shelf(), rule_set("HJ633-2012").limits
    zh, en = (bulletin.rule_lines((entry,), shelf, lang)[0].note for lang in Language)
    assert (zh, en) == (entry.note_zh, entry.note)
    assert HAN.search(zh)
    assert not HAN.search(en)


@pytest.mark.parametrize("lang", list(Language))
def test_a_note_in_one_language_only_is_not_lost(lang):
    entry = rule_set("HJ633-2012").limits
    for only in (replace(entry, note=""), replace(entry, note_zh="")):
        (line,) = bulletin.rule_lines((only,), national_shelf(), lang)
        assert line.note == only.note + only.note_zh != ""


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("2015", "2015年", "2015"),
        ("2019-Q1", "2019年一季度", "first quarter of 2019"),
        ("2019-Q4", "2019年四季度", "fourth quarter of 2019"),
        ("2015-12-08", "2015年12月8日", "8 December 2015"),
        ("2015-12-01..2015-12-08", "2015年12月1日至2015年12月8日",
         "1 December 2015 to 8 December 2015"),
    ],
)  # fmt: skip
def test_labels_of_periods(text, zh, en):
    period = parse_period(text)
    assert (period_label(period, Language.ZH), period_label(period, Language.EN)) == (zh, en)


@pytest.mark.parametrize(
    ("text", "lowered"),
    [
        ("朝阳区PM2.5均值", ["2.5"]),
        ("SO2、NO2和O3-8h", ["2", "2", "3"]),
        ("PM10 is 150", ["10"]),
        ("HJ633-2012, PM100, CO2015, DO3", []),
        ("GB 3095-2012", []),
    ],
)
def test_only_digits_of_pollutants_are_lowered(text, lowered):
    assert [m[2] for m in SUBSCRIPT.finditer(text)] == lowered
