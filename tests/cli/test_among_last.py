"""Consecutive months among the last of a monthly ranking, and ranks of improvement."""

import csv
from pathlib import Path

import pytest

from lantian.cli.main import main
from lantian.flows.demo import demonstrate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("demo")
    demonstrate(out, print)
    return str(out / "lake")


def table(words: list[str], out: Path) -> dict[str, dict[str, str]]:
    assert main(["rank", *words, "-o", str(out)]) == 0
    with out.open(encoding="utf-8") as stream:
        return {row["place"]: row for row in csv.DictReader(stream)}


@pytest.mark.slow
def test_runs_equal_the_months_counted_one_by_one(lake: str, tmp_path: Path) -> None:
    last = 2
    asked = [lake, "--level", "district", "--period"]
    months = [f"2015-{n:02d}" for n in range(12, 8, -1)]
    ranks = {m: table([*asked, m], tmp_path / f"{m}.csv") for m in months}
    runs = table([*asked, "2015-12", "--among-last", str(last)], tmp_path / "runs.csv")
    for place, row in runs.items():
        counted = 0
        for month in months:
            numbers = [int(r["rank"]) for r in ranks[month].values() if r["rank"]]
            own = ranks[month][place]["rank"]
            if not own or sum(n > int(own) for n in numbers) >= last:
                break
            counted += 1
        assert counted < len(months)
        assert int(row["months_among_last"]) == counted
    assert any(row["months_among_last"] != "0" for row in runs.values())


def test_improvement_ranks_order_the_changes(lake: str, tmp_path: Path) -> None:
    words = [lake, "--level", "district", "--period", "2015-12", "--against", "2014-12"]
    rows = table(words, tmp_path / "r.csv").values()
    pairs = sorted((float(r["change_pct"]), int(r["improvement_rank"])) for r in rows)
    assert [rank for _, rank in pairs] == sorted(rank for _, rank in pairs)
    assert pairs[0][1] == 1


@pytest.mark.parametrize(
    "words",
    [["--period", "2015", "--among-last", "2"], ["--period", "2015-12", "--among-last", "0"]],
)
def test_only_months_have_such_runs(
    lake: str, tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "r.csv")
    assert main(["rank", lake, "--level", "district", *words, "-o", out]) == 2
    assert "--among-last" in capsys.readouterr().err


def test_places_mean_nothing_to_a_ranking_of_stations(
    lake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "rank",
        lake,
        "--period",
        "2015-12",
        "--places",
        "p.csv",
        "-o",
        str(tmp_path / "r.csv"),
    ]
    assert main(words) == 2
    assert "--places" in capsys.readouterr().err
