"""`lantian reconcile`: classes and variants in print, the table written, refusals by name."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from flows.steady import steady_lake
from lantian.flows.table_file import read_table

PLACES = {
    "甲县": {"PM2.5": [35, 36] * 15},
    "乙县": {"PM2.5": [36, 37] * 15, "NO2": [30] * 30},
    "丙县": {"PM2.5": [30, 50] * 13 + [40] + [None] * 3, "NO2": [40] * 30},
}


@pytest.fixture
def county(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    steady_lake(folder, date(2019, 6, 1), PLACES, 30).ledger.close()
    return folder


@pytest.fixture
def official(tmp_path: Path) -> Path:
    path = tmp_path / "六月.csv"
    path.write_bytes(
        "城市,时段,PM2.5,综合指数,排名\n甲县,2019年6月,35,3.33,1\n乙县,2019年6月,36,3.58,2\n"
        "丙县,2019年6月,41,3.94,3\n".encode("gb18030")
    )
    return path


def test_differences_have_class_and_evidence(
    county: Path, official: Path, tmp_path: Path, done: Callable[..., tuple[str, str]]
) -> None:
    table = tmp_path / "differences.csv"
    out, err = done("reconcile", county, "--official", official, "-o", table)
    assert err == ""
    first = out.splitlines()[0]
    assert (
        first == "county: 9 个数值 / figures; 一致 equal: 7, 修约 rounding: 1, 缺日 missing days: 1"
    )
    assert "35.500截尾 / 35.500 cut off" in out
    assert "3 days missing" in out
    best = next(line for line in out.splitlines() if "本次所用 used here" in line)
    assert best.split()[:4] == ["2019-06", "ranking-2014", "3/3", "0"]
    assert f"9 行 / rows -> {table}" in out
    assert read_table(table).num_rows == 9


def test_the_period_may_be_said_and_the_variant_too(
    county: Path, tmp_path: Path, done: Callable[..., tuple[str, str]]
) -> None:
    path = tmp_path / "index.csv"
    # New weights: 0.1 + 2 × 0.5 + 1 + 3 × 36/35 + 0.2 + 2 × 0.5.
    path.write_text("place,index\n甲县,6.386\n", "utf-8")
    words = ["reconcile", county, "--official", path, "--period", "2019-06"]
    out, _ = done(*words)
    assert "指数口径 another index variant" in out
    out, _ = done(*words, "--index", "old-limits-new-weights", "--level", "county")
    assert "一致 equal: 1" in out


@pytest.mark.parametrize(
    ("text", "words", "named"),
    [
        ("place,period,PM7\n甲县,2019-06,3\n", [], "unknown column: 'PM7'"),
        ("place,period,rank\n丁县,2019-06,3\n", [], "the roster lacks: 丁县"),
        ("place,period,rank\n", [], "the table has no figures"),
        ("place,rank\n甲县,3\n", [], "no column of periods"),
        ("place,rank\n甲县,3\n", ["--period", "June"], "'June' is not a period"),
        ("place,period,rank\n甲县,2018-06,3\n", [], "no data in 2018-06"),
        ("place,period,index\n甲县,2019-06,3\n", ["--index", "best"], "no composite index 'best'"),
        ("place,period,index\n甲县,2019-06,3\n", ["--level", "town"], "no level 'town'"),
    ],
)
def test_what_is_wrong_is_named(
    county: Path,
    tmp_path: Path,
    refused: Callable[..., str],
    text: str,
    words: list[str],
    named: str,
) -> None:
    path = tmp_path / "official.csv"
    path.write_text(text, "utf-8")
    assert named in refused("reconcile", county, "--official", path, *words)


def test_a_file_that_is_not_there_is_refused(county: Path, refused: Callable[..., str]) -> None:
    assert "no such file" in refused("reconcile", county, "--official", county / "none.csv")
