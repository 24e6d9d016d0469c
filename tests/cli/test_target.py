"""`lantian target`: what it prints, and how it refuses."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from flows.steady import set_targets, steady_lake
from lantian.lake.store import Lake


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """21 days of June 2019 with PM2.5 of 86 and 35, and three targets."""
    folder = tmp_path / "lake"
    with steady_lake(
        folder, date(2019, 6, 1), {"甲县": {"PM2.5": [86] * 21}, "乙县": {}}, 21
    ) as lake:
        set_targets(
            lake,
            "甲县,2019-06-01,2019-06-30,PM2.5,58",
            "甲县,2019-06-01,2019-12-31,rank,1",
            "乙县,2019-06-01,2019-06-30,good_days,29",
        )
    return folder


def test_the_listing_and_the_sentences(county: Path, done: Callable[..., tuple[str, str]]) -> None:
    out, err = done("target", county)
    assert err == ""
    assert out.startswith("截至 / through 2019-06-21\n")
    assert "即使剩余9天全部为0，全期PM2.5均值仍为60 μg/m³，目标已无法实现" in out
    assert "even with 0 on all 9 remaining days the PM2.5 mean stays at 60 μg/m³" in out
    assert "剩余9天中至多1天非优良" in out
    assert "依据 / basis seq=" in out


def test_one_place_on_one_day(county: Path, done: Callable[..., tuple[str, str]]) -> None:
    out, _ = done("target", county, "--place", "乙县", "--today", "2019-06-11")
    assert "剩余19天中至多1天非优良" in out
    assert "甲县" not in out


def test_a_day_after_the_data_is_said_on_standard_error(
    county: Path, done: Callable[..., tuple[str, str]]
) -> None:
    out, err = done("target", county, "--today", "2019-07-01")
    assert "the data end on 2019-06-21" in err
    assert out.startswith("截至 / through 2019-06-21\n")


def test_without_targets_it_says_how_to_load_them(
    tmp_path: Path, done: Callable[..., tuple[str, str]]
) -> None:
    steady_lake(tmp_path / "lake", date(2019, 6, 1), {"甲县": {}}, 2).ledger.close()
    out, _ = done("target", tmp_path / "lake")
    assert "no target is registered: lantian roster DIR targets FILE.csv" in out


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--place", "丙县"], "no target of '丙县'"),
        (["--today", "yesterday"], "'yesterday' is not a day"),
        (["--rules", "HJ633-1999"], "no rule set 'HJ633-1999'"),
        (["--as-of", "99"], "99"),
    ],
)
def test_what_is_wrong_is_named(
    county: Path, refused: Callable[..., str], words: list[str], named: str
) -> None:
    assert named in refused("target", county, *words)


def test_an_empty_lake_and_no_lake_are_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    Lake.init(tmp_path / "empty")
    assert "empty" in refused("target", tmp_path / "empty")
    refused("target", tmp_path / "none")
