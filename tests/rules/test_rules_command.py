"""`lantian rules`: what it prints, and how it refuses."""

from pathlib import Path

import pytest

from lantian.cli.main import main

LOCAL = """
[book]
id = "henan-completeness"
kind = "completeness"
title_zh = "河南数据有效性"
title_en = "Validity in Henan"

[[entry]]
id = "henan-month"
item = "henan-month"
effective = 2020-01-01
source = "a provincial text, clause 3"
verified = true
minimum = 25
unit = "days"
"""


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["rules", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["rules", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("lantian rules: LT-")
    assert err.count("\n") == 1
    return err


def test_list_names_every_book_and_marks_the_unverified(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = said(capsys, "list").splitlines()
    assert any(line.startswith("aqi  环境空气质量指数 / Air quality index") for line in lines)
    official = next(line for line in lines if "HJ633-2026 " in line)
    second_hand = next(line for line in lines if "new-limits-new-weights" in line)
    assert "已核实 / verified" in official
    assert "【未核实 / unverified】" in second_hand


def test_show_prints_clause_source_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "show", "aqi", "--on", "2026-02-28")
    assert "[aqi] HJ633-2012  2016-01-01 … 2026-02-28  已核实 / verified" in out
    assert "依据 / source: HJ 633-2012" in out
    assert "breakpoints.pm25_24h = 0 35 75 115 150 250 350 500" in out
    assert "HJ633-2026" not in out


def test_show_without_a_day_prints_all_dates(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "show", "ambient-limits")
    assert out.count("[ambient-limits]") == 4
    assert "limit[PM2.5 year] = class 1: 10, class 2: 25 ug/m3" in out


def test_show_of_a_set_bundles_all_books(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "show", "HJ633-2012", "--on", "2019-06-01")
    assert "GB3095-2012-A1" in out
    assert out.count("\n[completeness]") == 10
    assert "level[四级].name_zh = 中度污染" in out
    assert "unverified" in out


def test_in_force_says_that_a_day_rests_on_adoption(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "show", "in-force", "--on", "2015-12-01")
    assert "[adoption] key-2012" in out
    assert "环发〔2012〕11号" in out


@pytest.mark.parametrize("name", ["ranking-2014", "hj663-2013-C", "new-limits-new-weights"])
def test_show_of_an_index_variant(capsys: pytest.CaptureFixture[str], name: str) -> None:
    out = said(capsys, "show", name)
    assert out.count("[composite-index]") == 1
    assert f"{name}  20" in out
    assert "weights.pm25 = " in out
    assert 0 < out.index("\n  注: ") < out.index("\n  note: ")


def test_show_of_an_item_prints_its_line_of_entries(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "show", "daily-mean")
    assert "daily-mean-2012" in out
    assert "daily-mean-2026" in out


def test_diff_prints_what_changed_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "diff", "aqi", "--between", "2026-02-28", "2026-03-01")
    assert "- HJ633-2012" in out
    assert "+ HJ633-2026" in out
    assert "breakpoints.pm10_24h: 0 50 150 250 350 420 500 600 -> 0 50 120 250" in out
    assert "above_o3_8h: use-1h -> cap" in out
    assert "so2_24h" not in out


def test_diff_of_a_set_sees_the_amendment_of_2018(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "diff", "HJ633-2012", "--between", "2018-08-31", "2018-09-01")
    assert out.startswith("[ambient-limits]")
    assert "state_gas: 273 K, 101.325 kPa -> 298.15 K, 1013.25 hPa" in out
    assert "limit[" not in out


def test_diff_of_an_entry_follows_its_item(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "diff", "mda8-2013", "--between", "2026-02-28", "2026-03-01")
    assert "+ mda8-2026" in out


def test_diff_shows_what_begins_and_what_ends(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "diff", "adoption", "--between", "2013-06-01", "2014-06-01")
    assert "[adoption key-2013]" in out
    assert "  - " not in out
    assert "edition: — -> HJ633-2012" in out
    out = said(capsys, "diff", "key-2013", "--between", "2015-12-31", "2016-01-01")
    assert "edition: HJ633-2012 -> —" in out


def test_diff_says_when_nothing_changed(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "diff", "in-force", "--between", "2019-01-01", "2020-01-01")
    assert out == "无变化 / no change\n"


def test_local_books_are_added(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "henan.toml").write_text(LOCAL, encoding="utf-8")
    books = ("--books", str(tmp_path))
    assert "henan-completeness  河南数据有效性" in said(capsys, "list", *books)
    assert "minimum = 25" in said(capsys, "show", "henan-month", *books)
    refused(capsys, "show", "henan-month")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "daly-mean"), "did you mean daily-mean"),
        (("show", "?"), "see: lantian rules list"),
        (("show", "in-force"), "on which day"),
        (("show", "aqi", "--on", "2010-01-01"), "nothing of aqi holds on 2010-01-01"),
        (("show", "aqi", "--on", "01.02.2019"), "'01.02.2019' is not a day"),
        (("show", "HJ633-2012", "--on", "2027-01-01"), "HJ633-2026 is"),
        (("show", "in-force", "--on", "2010-01-01"), "no air quality index was in force"),
        (("diff", "aqi", "--between", "2019-02-30", "2020-01-01"), "is not a day"),
        (("diff", "nothing", "--between", "2019-01-01", "2020-01-01"), "no rule set, book"),
        (("list", "--books", "no/such/folder"), "no folder of rule books"),
    ],
)
def test_a_wrong_request_is_one_sentence(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    assert says in refused(capsys, *words)


def test_a_broken_local_book_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "henan.toml").write_text(LOCAL.replace("minimum", "minimal"), encoding="utf-8")
    error = refused(capsys, "list", "--books", str(tmp_path))
    assert "unknown key minimal [henan.toml, entry 1 (henan-month)]" in error


@pytest.mark.parametrize("words", [(), ("nonsense",), ("diff", "aqi"), ("show",)])
def test_an_incomplete_command_line_ends_with_2(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["rules", *words])
    assert caught.value.code == 2
    assert "usage: lantian rules" in capsys.readouterr().err
