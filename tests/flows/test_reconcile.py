"""Reconciling with an official table: each class by hand, and the variant of a real ranking."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from flows.steady import claim, load, steady_lake
from lantian.errors import BadRequest, NoData
from lantian.evaluate.reconcile import Difference
from lantian.flows.level_days import lake_days
from lantian.flows.official import read_official
from lantian.flows.rank import rank, write_ranking
from lantian.flows.reconcile import ReconcileReport, counted, reconcile, write_reconciled
from lantian.flows.table_file import read_table
from lantian.lake.store import Lake
from lantian.rules.ruleset import for_period
from lantian.terms.period import parse_period

JUNE = parse_period("2019-06")
#: 甲 35.5, published as 36; 乙 36.5, published as 36; 丙 lacks three days of 40; 丁 has a storm.
PLACES = {
    "甲县": {"PM2.5": [35, 36] * 15},
    "乙县": {"PM2.5": [36, 37] * 15, "NO2": [30] * 30},
    "丙县": {"PM2.5": [30, 50] * 13 + [40] + [None] * 3, "NO2": [40] * 30},
    "丁县": {"PM10": [70] * 29 + [400], "NO2": [50] * 30},
}


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with steady_lake(tmp_path / "lake", date(2019, 6, 1), PLACES, 30) as made:
        yield made


@pytest.fixture
def against(lake: Lake, tmp_path: Path) -> Callable[..., ReconcileReport]:
    """Reconcile with a table of June 2019."""

    def compare(header: str, *rows: str, **more: object) -> ReconcileReport:
        path = tmp_path / "official.csv"
        path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
        return reconcile(lake, read_official(path, JUNE), **more)  # type: ignore[arg-type]

    return compare


def kinds(report: ReconcileReport) -> list[Difference]:
    return [c.finding.kind for c in report.cells]


def test_our_own_figures_are_equal(lake: Lake) -> None:
    rules, _ = for_period(JUNE)
    out = lake.folder.with_suffix(".rank.csv")
    write_ranking(rank(lake_days(lake, "county", JUNE, rules)), out)
    report = reconcile(lake, read_official(out, JUNE))
    assert counted(report) == {Difference.EQUAL: len(report.cells)}
    assert len(report.cells) == 4 * 8
    assert report.fits[0].own
    assert report.fits[0].equal_indices == 4


@pytest.mark.parametrize(
    ("row", "how"),
    [("甲县,35", "35.500 cut off"), ("乙县,37", "36.500 half up")],
)
def test_another_rounding_is_recognised(
    against: Callable[..., ReconcileReport], row: str, how: str
) -> None:
    (cell,) = against("place,PM2.5", row).cells
    assert cell.ours == 36_000
    assert (cell.finding.kind, cell.finding.words[1]) == (Difference.ROUNDING, how)


def test_a_whole_unit_that_no_rounding_gives_is_other_data(
    against: Callable[..., ReconcileReport],
) -> None:
    (cell,) = against("place,PM2.5", "甲县,37").cells
    assert cell.finding.kind is Difference.AUDITED


def test_more_digits_than_the_rule_are_compared_with_as_many(
    against: Callable[..., ReconcileReport],
) -> None:
    (cell,) = against("place,PM2.5", "甲县,35.5").cells
    assert (cell.ours, cell.decimals, cell.finding.kind) == (35_500, 1, Difference.EQUAL)


def test_days_that_kept_more_digits_are_recognised(tmp_path: Path) -> None:
    places = {"甲县": {"PM2.5": [35.4] * 30}}
    with steady_lake(tmp_path / "fine", date(2019, 6, 1), places, 30) as lake:
        path = tmp_path / "official.csv"
        path.write_text("place,PM2.5\n甲县,35.4\n", "utf-8")
        (cell,) = reconcile(lake, read_official(path, JUNE)).cells
    assert cell.ours == 35_000
    assert cell.finding.kind is Difference.ROUNDING
    assert "days first rounded to 1 decimals" in cell.finding.words[1]


def test_sand_is_recognised_from_claims_and_from_candidates(
    against: Callable[..., ReconcileReport], lake: Lake
) -> None:
    # (29 × 70 + 400) ÷ 30 = 81; without the storm 70.
    (cell,) = against("place,PM10", "丁县,70").cells
    assert (cell.ours, cell.finding.kind) == (81_000, Difference.SAND)
    assert "candidates" in cell.finding.words[1]
    claim(lake, "丁县,2019-06-30,PM10,沙尘,approved,总站")
    (cell,) = against("place,PM10", "丁县,70").cells
    assert (cell.ours, cell.finding.kind) == (81_000, Difference.SAND)
    assert "approved" in cell.finding.words[1]


def test_missing_days_are_bounded_and_said_with_what_they_would_be(
    against: Callable[..., ReconcileReport],
) -> None:
    # 27 days at 40: with three of 30 … 50 the mean is 39 … 41.
    (cell,) = against("place,PM2.5", "丙县,41").cells
    assert (cell.ours, cell.finding.kind) == (40_000, Difference.MISSING_DAYS)
    assert "3 days missing" in cell.finding.words[1]
    assert "39 … 41" in cell.finding.words[1]
    assert "about 50" in cell.finding.words[1]
    (cell,) = against("place,PM2.5", "丙县,42").cells
    assert cell.finding.kind is Difference.AUDITED


def test_an_index_follows_from_the_published_concentrations(
    against: Callable[..., ReconcileReport],
) -> None:
    # 6/60 + 20/40 + 70/70 + 35/35 + 0.8/4 + 80/160: the PM2.5 is cut off, and so the index is 3.30.
    header = "place,SO2,NO2,PM10,PM2.5,CO,O3,index"
    report = against(header, "甲县,6,20,70,35,0.8,80,3.30")
    index = report.cells[-1]
    assert (index.item, index.ours, index.official) == ("index", 3_330, 3_300)
    assert index.finding.kind is Difference.ROUNDING
    assert "published concentrations" in index.finding.words[1]


def test_another_variant_is_recognised_with_and_without_concentrations(
    against: Callable[..., ReconcileReport],
) -> None:
    # New weights: 0.1 + 2 × 0.5 + 1 + 3 × 36/35 + 0.2 + 2 × 0.5 = 6.386.
    (cell,) = against("place,index", "甲县,6.386").cells
    assert cell.finding.kind is Difference.VARIANT
    assert cell.finding.words[1] == "by the variant old-limits-new-weights"
    header = "place,SO2,NO2,PM10,PM2.5,CO,O3,index"
    *_, index = against(header, "甲县,6,20,70,35,0.8,80,6.300").cells
    assert index.finding.kind is Difference.VARIANT
    assert "follows from the published concentrations by old-limits-new" in index.finding.words[1]


def test_an_index_between_missing_days_and_one_beyond(
    against: Callable[..., ReconcileReport],
) -> None:
    # 0.1 + 1 + 1 + PM2.5/35 + 0.2 + 0.5: 39 … 41 of 35 give 3.91 … 3.97; ours is 3.94.
    (cell,) = against("place,index", "丙县,3.96").cells
    assert (cell.ours, cell.finding.kind) == (3_940, Difference.MISSING_DAYS)
    (cell,) = against("place,index", "丙县,4.05").cells
    assert cell.finding.kind is Difference.AUDITED


def test_an_index_cut_off_is_a_rounding(against: Callable[..., ReconcileReport]) -> None:
    # 甲: 3.32857 is published as 3.33.
    (cell,) = against("place,index", "甲县,3.32").cells
    assert (cell.finding.kind, cell.finding.words[1]) == (Difference.ROUNDING, "3.329 cut off")


def test_ranks_follow_the_published_indices(against: Callable[..., ReconcileReport]) -> None:
    # Ours: 甲 3.33, 乙 3.58, 丙 3.94. The published PM puts 丙 before 乙.
    report = against("place,index,rank", "甲县,3.33,1", "乙县,3.58,3", "丙县,3.50,2")
    by = {(c.place, c.item): c for c in report.cells}
    assert by["丙县", "index"].finding.kind is Difference.AUDITED
    assert by["丙县", "rank"].finding.kind is Difference.AUDITED
    assert "published indices" in by["乙县", "rank"].finding.words[1]
    assert by["甲县", "rank"].finding.kind is Difference.EQUAL


def test_a_rank_by_another_variant(against: Callable[..., ReconcileReport], lake: Lake) -> None:
    # PM10 of 丁 is 81: 1.157 under the old limit and 1.35 under the new.
    rules, _ = for_period(JUNE)
    days = lake_days(lake, "county", JUNE, rules)
    by_weights = rank(days, ["old-limits-new-weights"])
    ranked = {name: int(r) for name, r in zip(by_weights.names, by_weights.ranks, strict=True)}
    report = against("place,rank", *(f"{name},{r}" for name, r in ranked.items()))
    assert set(kinds(report)) <= {Difference.EQUAL, Difference.VARIANT, Difference.SAND}
    best = report.fits[0]
    assert best.ranks is not None
    assert (best.ranks.equal, best.ranks.largest) == (4, 0)


def test_a_rank_that_one_variant_meets_by_chance_is_no_evidence(
    against: Callable[..., ReconcileReport],
) -> None:
    # Upside down: no variant puts more of the places right than ours does.
    report = against("place,rank", "甲县,4", "乙县,3", "丙县,2", "丁县,1")
    assert Difference.VARIANT not in kinds(report)


def test_the_rank_in_the_whole_level_stands_where_the_table_is_part_of_it(
    against: Callable[..., ReconcileReport],
) -> None:
    report = against("place,rank", "甲县,1", "丙县,3")
    assert [c.ours for c in report.cells] == [1, 3]
    report = against("place,rank", "甲县,1", "丙县,2")
    assert [c.ours for c in report.cells] == [1, 2]


def test_good_days(against: Callable[..., ReconcileReport]) -> None:
    # 丁 has one day at PM10 of 400; on the three days without PM2.5 丙 has an index of the rest.
    report = against("place,good_days", "丁县,29", "甲县,28", "丙县,30")
    assert kinds(report) == [Difference.EQUAL, Difference.AUDITED, Difference.EQUAL]


def test_what_we_have_not_is_missing_days(tmp_path: Path) -> None:
    places = {"甲县": {"O3": [None] * 30}}
    with steady_lake(tmp_path / "part", date(2019, 6, 1), places, 30) as lake:
        path = tmp_path / "official.csv"
        path.write_text("place,O3,index\n甲县,120,3.6\n", "utf-8")
        report = reconcile(lake, read_official(path, JUNE))
    assert kinds(report) == [Difference.MISSING_DAYS] * 2
    assert [c.ours for c in report.cells] == [None, None]


def test_an_unknown_place_is_named_with_the_known(
    against: Callable[..., ReconcileReport],
) -> None:
    with pytest.raises(BadRequest, match=r"the roster lacks: 戊县 \(county\).*known: .*甲县"):
        against("place,rank", "甲县,1", "戊县,2")


def test_an_unknown_level_is_named(against: Callable[..., ReconcileReport]) -> None:
    with pytest.raises(BadRequest, match=r"no level 'town'.*county, station"):
        against("place,rank", "甲县,1", level="town")


def test_a_place_of_two_levels_asks_which(
    against: Callable[..., ReconcileReport], lake: Lake
) -> None:
    rows = ["S-甲县,甲县,county", "S-丁县,甲县,town", "S-丁县,丁县,county"]
    load(lake, "places", "station,place,level", rows)
    with pytest.raises(BadRequest, match=r"several levels.*county, town"):
        against("place,rank", "甲县,1")
    report = against("place,PM2.5", "甲县,35", level="town")
    assert (report.level, kinds(report)) == ("town", [Difference.EQUAL])


def test_stations_can_be_compared(against: Callable[..., ReconcileReport]) -> None:
    report = against("station,PM2.5", "S-甲县,36")
    assert (report.level, kinds(report)) == ("station", [Difference.EQUAL])


def test_a_period_outside_the_data_is_said(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "official.csv"
    path.write_text("place,period,rank\n甲县,2020-01,1\n", "utf-8")
    with pytest.raises(NoData, match="2019-06-01 to 2019-06-30"):
        reconcile(lake, read_official(path))


def test_the_written_table_holds_every_figure(
    against: Callable[..., ReconcileReport], tmp_path: Path
) -> None:
    report = against("place,PM2.5,rank", "甲县,35,1", "丙县,41,2")
    out = tmp_path / "differences.parquet"
    assert write_reconciled(report, out) == 4
    rows = read_table(out).to_pylist()
    assert rows[0]["class"] == "rounding"
    assert (rows[0]["ours"], rows[0]["official"], rows[0]["difference"]) == (36.0, 35.0, 1.0)
    assert rows[0]["evidence"] == "35.500截尾 / 35.500 cut off"


def test_the_variant_of_a_real_ranking_is_found(beijing: Lake, tmp_path: Path) -> None:
    """Districts of Beijing in 2015, ranked by appendix C: that variant must come out first."""
    year = parse_period("2015")
    rules, _ = for_period(year)
    published = rank(lake_days(beijing, "district", year, rules), ["hj663-2013-C"])
    write_ranking(published, tmp_path / "year.csv")
    report = reconcile(beijing, read_official(tmp_path / "year.csv", year))
    best, own = report.fits[0], next(f for f in report.fits if f.own)
    assert best.variant == "hj663-2013-C"
    assert best.equal_indices == best.indices
    assert best.score > own.score
    by_item = {
        item: {c.finding.kind for c in report.cells if c.item == item} for item in ("pm25", "index")
    }
    assert by_item["pm25"] <= {Difference.EQUAL, Difference.VARIANT}
    assert by_item["index"] == {Difference.VARIANT}
