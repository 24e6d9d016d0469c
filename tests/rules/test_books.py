"""The national books against the official tables as transcribed, row by row."""

import re
import tomllib
from datetime import date, datetime, timedelta
from math import radians, sin
from pathlib import Path
from typing import Any

import pytest

from lantian.rules.book import book, national_shelf
from lantian.rules.ruleset import rule_set
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS

EDITIONS = ("HJ633-2012", "HJ633-2026")


@pytest.fixture(scope="module")
def golden(root: Path) -> Any:
    def read(name: str) -> dict[str, Any]:
        return tomllib.loads((root / "tests/golden" / name).read_text("utf-8"))

    return read


def test_breakpoints_equal_the_official_tables(golden: Any) -> None:
    tables = golden("aqi_tables.toml")["table"]
    assert [t["edition"] for t in tables] == list(EDITIONS)
    for table in tables:
        clause = book("aqi").entry(table["edition"]).clause
        assert list(clause.iaqi) == [row["iaqi"] for row in table["row"]]
        columns = {key for row in table["row"] for key in row} - {"iaqi"}
        assert set(clause.breakpoints) == columns
        for key, values in clause.breakpoints.items():
            assert list(values) == [row[key] for row in table["row"] if key in row]


def test_golden_cases_name_columns_of_the_tables(golden: Any) -> None:
    keys = set(book("aqi").entry("HJ633-2012").clause.breakpoints)
    for name in ("iaqi_vectors.toml", "iaqi_edges.toml"):
        found = golden(name)
        assert found["source"]
        assert {case["item"] for case in found["case"]} <= keys
    assert {case["item"] for case in golden("iaqi_edges.toml")["case"]} == keys


def test_every_row_of_both_tables_is_among_the_golden_cases(golden: Any) -> None:
    cases = {(c["item"], c["conc"]): c for c in golden("iaqi_edges.toml")["case"]}
    for table in golden("aqi_tables.toml")["table"]:
        wanted = table["edition"].replace("HJ633-", "iaqi_")
        for row in table["row"]:
            for key in row.keys() - {"iaqi"}:
                assert cases[key, str(row[key])][wanted] == row["iaqi"]


def test_limits_of_2026_equal_the_official_table(golden: Any) -> None:
    rows = golden("ambient_limits.toml")["row"]
    for stage in ("transition", "final"):
        clause = book("ambient-limits").entry(f"GB3095-2026-{stage}").clause
        assert [(x.pollutant, x.averaging, x.class1, x.class2) for x in clause.limit] == [
            (row["pollutant"], row["averaging"], *row[stage]) for row in rows
        ]
        assert all((x.unit == "mg/m3") == (x.pollutant == "CO") for x in clause.limit)


@pytest.mark.parametrize(
    ("edition", "limits"),
    [("HJ633-2012", "GB3095-2012"), ("HJ633-2026", "GB3095-2026-transition")],
)
def test_iaqi_100_is_the_class_2_limit(edition: str, limits: str) -> None:
    """HJ 633-2012, 3.4: above the class-2 limit means IAQI above 100."""
    aqi = book("aqi").entry(edition).clause
    found = book("ambient-limits").entry(limits).clause
    hundred = aqi.iaqi.index(100)
    averaging = {"24h": "day", "1h": "hour", "8h": "mda8"}
    for key, row in aqi.breakpoints.items():
        name, _, time = key.partition("_")
        symbol = next(p.symbol for p in POLLUTANTS if p.key == name)
        assert found.class2(symbol, averaging[time]) == row[hundred] * 1000


def test_the_amendment_of_2018_changed_the_state_alone() -> None:
    old, new = (book("ambient-limits").entry(n).clause for n in ("GB3095-2012", "GB3095-2012-A1"))
    assert old.limit == new.limit
    assert old.state_gas != new.state_gas
    assert old.state_particles != new.state_particles


def test_a_limit_that_no_text_gives_is_not_made_up() -> None:
    clause = book("ambient-limits").entry("GB3095-2026-final").clause
    with pytest.raises(KeyError, match="no year limit for CO"):
        clause.class2("CO", "year")


@pytest.mark.parametrize("name", EDITIONS)
def test_levels_end_where_the_index_does(name: str) -> None:
    rules = rule_set(name)
    levels = rules.levels.clause.level
    assert [level.upto for level in levels] == [50, 100, 150, 200, 300, 500]
    assert levels[-1].upto == rules.aqi.clause.aqi_max
    assert [level.grade_zh for level in levels] == [f"{n}级" for n in "一二三四五六"]
    assert [level.hex for level in levels] == [
        f"#{r:02X}{g:02X}{b:02X}"
        for r, g, b in (
            (0, 228, 0),
            (255, 255, 0),
            (255, 126, 0),
            (255, 0, 0),
            (153, 0, 76),
            (126, 0, 35),
        )
    ]


def test_levels_keep_the_words_of_their_edition() -> None:
    old, new = (
        "".join(level.effect_zh + level.advice_zh for level in rule_set(n).levels.clause.level)
        for n in EDITIONS
    )
    assert "易感人群" in old
    assert "青少年" not in old
    assert "敏感人群" in new
    assert "青少年儿童" in new
    assert "易感" not in new


def test_the_items_of_the_daily_report() -> None:
    """HJ 633-2012, 5.1.2: seven; HJ 633-2026, 4.2.2: six."""
    every = tuple(item.key for item in DAY_ITEMS)
    assert rule_set("HJ633-2012").aqi.clause.daily_items == every
    assert rule_set("HJ633-2026").aqi.clause.daily_items == every[:6]


def test_what_only_others_say_is_marked_unverified() -> None:
    for name in ("adoption", "evaluation", "composite-index", "exceptional", "plausible"):
        assert not any(e.verified for e in national_shelf()[name].entries)
    confirmed = [e.id for e in national_shelf()["completeness"].entries if e.verified]
    assert all(name.endswith("-2026") for name in confirmed)


def test_real_extremes_are_plausible() -> None:
    highest = {e.item: e.clause.highest for e in book("plausible").entries}
    assert set(highest) == {p.key for p in POLLUTANTS}
    for key, seen in {"pm10": 9985, "pm25": 5400, "o3": 1071}.items():
        assert highest[key] > seen
    last = book("aqi").entry("HJ633-2012").clause.breakpoints
    assert all(highest[key.partition("_")[0]] > row[-1] for key, row in last.items())
    units = {e.item: e.clause.unit for e in book("plausible").entries}
    assert units == {p.key: p.unit for p in POLLUTANTS}


def _new_moon(near: date) -> datetime:
    """Beijing time of the mean lunation nearest to a day, to a few minutes.

    Meeus, Astronomical Algorithms, chapter 49, leading terms.
    """
    k = round((near - date(2000, 1, 6)).days / 29.530588861)
    t = k / 1236.85
    sun = radians(2.5534 + 29.1053567 * k)
    moon = radians(201.5643 + 385.81693528 * k)
    node = radians(160.7108 + 390.67050284 * k)
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    jde += -0.4072 * sin(moon) + 0.17241 * sin(sun) + 0.01608 * sin(2 * moon)
    jde += 0.01039 * sin(2 * node) + 0.00739 * sin(moon - sun) - 0.00514 * sin(moon + sun)
    return datetime(2000, 1, 1, 12) + timedelta(days=jde - 2451545.0, hours=8, seconds=-70)


def test_the_nights_of_fireworks_follow_the_moon() -> None:
    nights = book("exceptional").entry("fireworks").clause.nights
    years = sorted({night.year for night in nights})
    assert years == list(range(2013, 2031))
    for year in years:
        eve, first, *rest = (n for n in nights if n.year == year)
        assert first - eve == timedelta(days=1)
        assert [(n - first).days for n in rest] == [3, 4, 14]
        assert date(year, 1, 21) <= first <= date(year, 2, 20)
        assert _new_moon(first).date() == first


def numbers(text: str) -> set[str]:
    """Numbers of two digits or more; a single digit is often a word in the other language."""
    return set(re.findall(r"[0-9][0-9.:-]*[0-9]", text))


def test_every_note_says_the_same_in_both_languages() -> None:
    entries = [e for found in national_shelf().values() for e in found.entries]
    noted = [e for e in entries if e.note or e.note_zh]
    assert noted
    for entry in noted:
        assert re.search("[\u4e00-\u9fff]", entry.note_zh), entry.id
        assert numbers(entry.note_zh) == numbers(entry.note), entry.id
        for name in ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3", "IAQI", "NA"):
            assert (name in entry.note_zh) == (name in entry.note), (entry.id, name)


def test_every_unverified_entry_has_a_note() -> None:
    entries = [e for found in national_shelf().values() for e in found.entries]
    assert [e.id for e in entries if not e.verified and not e.note] == []
