"""The loader refuses every book that contradicts itself, and names file and entry."""

from pathlib import Path

import pytest

from lantian.errors import BadFile, BadRequest, LantianError, NoRuleInForce, RuleBookBroken
from lantian.rules.book import NATIONAL, Book, book, read_book, read_shelf
from lantian.rules.clauses import Threshold
from lantian.rules.ruleset import index_limits, index_names, index_variant, set_names

HEAD = """
[book]
id = "henan"
kind = "completeness"
title_zh = "河南"
title_en = "Henan"
"""
OLD = """
[[entry]]
id = "old"
item = "daily-mean"
effective = 2016-01-01
until = 2025-12-31
source = "a text, clause 1"
verified = true
minimum = 20
unit = "hours"
"""
NEW = """
[[entry]]
id = "new"
item = "daily-mean"
effective = 2026-01-01
source = "a text, clause 2"
verified = false
minimum = 18
unit = "hours"
"""
VARIANT = """
[book]
id = "henan-index"
kind = "composite-index"
title_zh = "河南综合指数"
title_en = "Index of Henan"

[[entry]]
id = "henan-2020"
item = "henan-2020"
effective = 2020-01-01
source = "a provincial text"
verified = false
title_zh = "河南"
title_en = "Henan"
limits = "GB3095-2012-A1"
terms = "mean-or-percentile"
weights = { so2 = 1, no2 = 1, pm10 = 2, pm25 = 3, co = 1, o3 = 2 }
divide_by_weights = true
single_decimals = 2
round_single_first = true
index_decimals = 2
"""


def write(folder: Path, text: str, name: str = "henan.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_book_is_read_in_order_of_dates(tmp_path: Path) -> None:
    found: Book[Threshold] = read_book(write(tmp_path, HEAD + NEW + OLD))
    assert [e.id for e in found.entries] == ["old", "new"]
    assert [e.clause.minimum for e in found.entries] == [20, 18]
    assert [e.verified for e in found.entries] == [True, False]


def test_a_note_may_be_given_in_either_language_or_not_at_all(tmp_path: Path) -> None:
    text = HEAD + OLD + 'note_zh = "未核实"\n' + NEW + 'note = "not confirmed"\n'
    found: Book[Threshold] = read_book(write(tmp_path, text))
    assert [(e.note_zh, e.note) for e in found.entries] == [("未核实", ""), ("", "not confirmed")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + OLD + NEW.replace("2026-01-01", "2026-01-02"), "gap between old and new"),
        (HEAD + OLD + NEW.replace("2026-01-01", "2025-12-31"), "overlap between old and new"),
        (HEAD + OLD.replace("until = 2025-12-31\n", "") + NEW, "overlap between old and new"),
        (HEAD + OLD + NEW.replace('"new"', '"old"'), "two entries named old"),
        (HEAD + OLD.replace("2025-12-31", "2015-12-31"), "old ends 2015-12-31, before it starts"),
        (HEAD + OLD + "colour = 3\n", "unknown key colour"),
        (HEAD + OLD.replace("minimum = 20\n", ""), "missing key minimum"),
        (HEAD + OLD.replace('source = "a text, clause 1"\n', ""), "needs source"),
        (HEAD + OLD.replace("a text, clause 1", ""), "needs source"),
        (HEAD + OLD.replace("verified = true\n", ""), "needs verified"),
        (HEAD + OLD.replace('id = "old"\n', ""), "needs id"),
        (HEAD + OLD.replace("effective = 2016-01-01\n", ""), "needs effective"),
        (HEAD + OLD.replace("verified = true", 'verified = "yes"'), "verified is not a bool"),
        (HEAD + OLD.replace("= 2016-01-01", "= 2016-01-01T00:00:00"), "effective is not a date"),
        (HEAD + OLD.replace("= 2025-12-31", '= "2025-12-31"'), "until is not a date"),
        (HEAD + OLD + "note_zh = 20\n", "note_zh is not a str"),
        (HEAD + OLD.replace("minimum = 20", 'minimum = "20"'), "expected int, found '20'"),
        (HEAD + OLD.replace("minimum = 20", "minimum = 20.0"), "expected int, found 20.0"),
        (HEAD + OLD.replace("minimum = 20", "minimum = true"), "expected int, found True"),
        (HEAD + OLD.replace('"hours"', '"hour"'), "'hour' is not allowed"),
        (HEAD + OLD.replace('"hours"', '["hours"]'), "['hours'] is not allowed"),
        (VARIANT.replace("pm25 = 3, ", ""), "weights lacks pm25"),
        (VARIANT.replace("pm25 = 3", "pm25 = 3, pm1 = 1"), "weights names pm1"),
        (VARIANT.replace("pm25 = 3", "pm25 = 3.5"), "expected int, found 3.5"),
    ],
)
def test_a_broken_entry_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RuleBookBroken) as caught:
        read_book(write(tmp_path, text))
    message = str(caught.value)
    assert says in message
    assert "henan.toml" in message
    assert any(name in message for name in ("old", "no id", "henan-2020"))
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not toml at all", "not TOML"),
        (HEAD, "needs a [book]"),
        (OLD, "needs a [book]"),
        (HEAD + "entry = 3\n", "needs a [book]"),
        ("book = 3\n" + OLD, "needs a [book]"),
        ("entry = []\n" + HEAD, "needs a [book]"),
        ("entry = [3]\n" + HEAD, "needs a [book]"),
        (HEAD.replace('title_en = "Henan"', "title_en = 3") + OLD, "needs a [book]"),
        (HEAD.replace('title_en = "Henan"\n', "") + OLD, "needs a [book]"),
        (HEAD + 'colour = "red"\n' + OLD, "needs a [book]"),
        (HEAD + OLD + "[other]\nx = 1\n", "needs a [book]"),
        (HEAD.replace('"completeness"', '"completness"') + OLD, "unknown kind 'completness'"),
    ],
)
def test_a_broken_book_is_refused_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RuleBookBroken, match=r"henan\.toml") as caught:
        read_book(write(tmp_path, text))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("iaqi", "[0, 50, 50]"),
        ("iaqi", "[1, 50]"),
        ("iaqi", "[0]"),
        ("so2_24h", "[0, 50, 40]"),
        ("so2_24h", "[0, 1, 2, 3]"),
        ("so2_24h", "[10, 50]"),
    ],
)
def test_breakpoints_that_do_not_rise_are_refused(tmp_path: Path, key: str, row: str) -> None:
    rows = {"iaqi": "[0, 50, 100]", "so2_24h": "[0, 50, 150]"} | {key: row}
    text = (
        HEAD.replace("completeness", "aqi")
        + f"""
[[entry]]
id = "HJ1"
effective = 2016-01-01
source = "a text"
verified = true
title_zh = "甲"
title_en = "A"
iaqi = {rows["iaqi"]}
daily_items = ["so2"]
aqi_min = 0
aqi_max = 500
above_so2_1h = "cap"
above_o3_8h = "cap"
missing = "from-the-rest"
hourly_pm_text = "1h"
decimals_ugm3 = 0
decimals_mgm3 = 1
primary_above = 50
exceeding_above = 100
breakpoints = {{ so2_24h = {rows["so2_24h"]} }}
"""
    )
    with pytest.raises(RuleBookBroken, match=rf"{key} must rise from 0 .*HJ1"):
        read_book(write(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "henan.toml"
    path.write_bytes(b"\xff\xfe" + HEAD.encode("utf-16-le"))
    with pytest.raises(RuleBookBroken, match="not TOML"):
        read_book(path)


def test_a_book_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(BadFile, match=r"folder\.toml"):
        read_shelf([tmp_path])


def test_a_missing_folder_is_refused_not_read_as_empty(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="nowhere"):
        read_shelf([NATIONAL, tmp_path / "nowhere"])


def test_a_provincial_variant_is_one_file(tmp_path: Path) -> None:
    write(tmp_path, VARIANT)
    shelf = read_shelf([NATIONAL, tmp_path])
    assert "henan-2020" in index_names(shelf)
    assert "henan-2020" not in index_names()
    variant = index_variant("henan-2020", shelf)
    assert variant.clause.weights["pm25"] == 3
    assert index_limits(variant, shelf).clause.class2("PM2.5", "year") == 35_000
    assert set_names(shelf) == set_names()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (VARIANT.replace('id = "henan-2020"', 'id = "ranking-2014"'), "is already an entry of"),
        (VARIANT.replace('"henan-index"', '"composite-index"'), "a second book named"),
        (VARIANT.replace("GB3095-2012-A1", "GB3095-2016"), "no ambient limits named 'GB3095-2016'"),
    ],
)
def test_a_local_book_adds_and_never_overrides(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path, text)
    with pytest.raises(RuleBookBroken) as caught:
        read_shelf([NATIONAL, tmp_path])
    assert says in str(caught.value)
    assert "henan" in str(caught.value)


def test_names_that_are_not_there_are_answered_with_those_that_are() -> None:
    with pytest.raises(BadRequest, match="one of: adoption"):
        book("no-such")
    with pytest.raises(BadRequest, match="one of: GB3095-2012"):
        book("ambient-limits").entry("GB3095-2016")


def test_nothing_is_extrapolated(tmp_path: Path) -> None:
    found: Book[Threshold] = read_book(write(tmp_path, HEAD + OLD))
    old = found.entries[0]
    assert found.at(old.effective, "daily-mean") is old
    assert old.until is not None
    assert found.at(old.until, "daily-mean") is old
    for day in (old.effective.replace(year=2015), old.until.replace(year=2026)):
        with pytest.raises(NoRuleInForce, match=r"daily-mean .*henan"):
            found.at(day, "daily-mean")
    with pytest.raises(LantianError):
        found.at(old.effective, "no-such-item")
