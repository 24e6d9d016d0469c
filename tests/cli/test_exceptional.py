"""`lantian exceptional`: candidates and both versions in print, the register to edit, refusals."""

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from flows.steady import steady_lake

#: One day of 400 among days of 70.
STORM: Sequence[float] = [70] * 20 + [400] + [70] * 10


@pytest.fixture
def county(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    places = {"甲县": {"PM10": STORM}, "乙县": {}}
    steady_lake(folder, date(2019, 5, 1), places, 31).ledger.close()
    return folder


def test_candidates_are_printed_written_edited_and_loaded(
    county: Path, tmp_path: Path, done: Callable[..., tuple[str, str]]
) -> None:
    found = tmp_path / "exclusions.csv"
    out, err = done("exceptional", county, "--period", "2019-05", "-o", found)
    assert err == ""
    assert "1 个候选过程 / candidate episodes, 2 个污染物日" in out
    assert "2019-05-21 01:00  2019-05-22 00:00" in out
    assert "a candidate changes nothing official" in out
    assert f"2 行 / rows -> {found}" in out
    with found.open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert [(r["scope"], r["day"], r["pollutant"], r["state"]) for r in rows] == [
        ("甲县", "2019-05-21", "PM10", "candidate"),
        ("甲县", "2019-05-21", "PM2.5", "candidate"),
    ]
    found.write_text(found.read_text("utf-8-sig").replace("candidate", "approved"), "utf-8")
    done("roster", county, "exclusions", found)
    out, _ = done("exceptional", county, "--period", "2019-05")
    assert "已批准 approved" in out
    # (30 × 70 + 400) ÷ 31 = 80.6 with the storm, 70 without.
    lines = [
        line.split()
        for line in out.splitlines()
        if "正式 official" in line or "已批准 approved left" in line
    ]
    assert [line[-3] for line in lines] == ["81", "70"]


def test_a_month_without_candidates(county: Path, done: Callable[..., tuple[str, str]]) -> None:
    out, _ = done("exceptional", county, "--period", "2019-05-01..2019-05-10")
    assert "0 个候选过程 / candidate episodes" in out


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--period", "May"], "'May' is not a period"),
        (["--period", "2018-05"], "no data in 2018-05"),
        (["--period", "2019-05", "--level", "town"], "'town'"),
    ],
)
def test_what_is_wrong_is_named(
    county: Path, refused: Callable[..., str], words: list[str], named: str
) -> None:
    assert named in refused("exceptional", county, *words)
