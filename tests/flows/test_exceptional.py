"""Exceptional days from the lake: candidates, states, both versions, real sand of May 2019."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows.county import add, local_hours
from flows.steady import USUAL, claim, load
from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.exceptional import (
    ExceptionalReport,
    exceptional,
    exceptional_rows,
    write_candidates,
)
from lantian.flows.place_hours import place_hours
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake
from lantian.report.figure import DataState, Stamp
from lantian.report.language import Language
from lantian.rules.book import national_shelf
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period
from lantian.terms.pollutant import PM10, POLLUTANTS

MAY = parse_period("2019-05")
STORM = date(2019, 5, 12)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """May 2019 of 甲市 (two stations, a background point; a storm of ten hours) and 乙市."""
    path = tmp_path / "may.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["time", "site", *USUAL])
        for station in ("1A", "2A", "3A", "4A"):
            for hour in local_hours(MAY.first, MAY.last):
                values = dict(USUAL)
                if hour.date() == STORM and 6 <= hour.hour < 16:
                    values["PM10"] = {"1A": 600, "2A": 401, "3A": 5000, "4A": 70}[station]
                out.writerow([f"{hour:%Y-%m-%d %H:%M}", station, *values.values()])
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as made:
        add(made, path)
        rows = ["1A,甲市,0", "2A,甲市,0", "3A,甲市,1", "4A,乙市,0"]
        load(made, "places", "station,place,background", rows)
        yield made


def versions(report: ExceptionalReport) -> dict[str, tuple[int, int, int]]:
    """PM10 of each place: official, without approved, without all."""
    return {v.place: (v.official.pm10, v.approved.pm10, v.everything.pm10) for v in report.versions}


def test_the_hourly_mean_of_a_place_leaves_background_points_out(lake: Lake) -> None:
    hours = place_hours(lake, "city", MAY)
    at = next(
        n
        for n in range(hours.values.shape[2])
        if local_end(hours.first_h + n).isoformat() == f"{STORM}T06:00:00"
    )
    coarse = hours.values[POLLUTANTS.index(PM10)]
    assert coarse[hours.names.index("甲市"), at] == 500_500
    assert coarse[hours.names.index("乙市"), at] == 70_000


def test_a_storm_is_a_candidate_and_changes_nothing(lake: Lake) -> None:
    report = exceptional(lake, MAY)
    (one,) = report.found
    assert (one.candidate.scope, one.candidate.kind, one.days) == ("甲市", "sand", (STORM,))
    ends = [local_end(h).hour for h in (one.candidate.first_h, one.candidate.last_h)]
    assert (ends, one.candidate.before, one.candidate.highest) == ([6, 15], 70_000, 500_500)
    # The day's mean of 1A is (14 × 70 + 10 × 600) ÷ 24 = 290.8 → 291, of 2A 207.9 → 208;
    # their mean 249.5 is rounded to the even 250.
    states = {c.pollutant: (c.state, c.registered, c.value) for c in report.claims}
    assert states == {
        "PM10": (ClaimState.CANDIDATE, False, 250_000),
        "PM2.5": (ClaimState.CANDIDATE, False, 35_000),
    }
    # (30 × 70 + 250) ÷ 31 = 75.8.
    assert versions(report) == {"甲市": (76_000, 76_000, 70_000)}


def test_states_go_from_candidate_to_approved(lake: Lake, tmp_path: Path) -> None:
    out = tmp_path / "found.csv"
    assert write_candidates(exceptional(lake, MAY), out) == 2
    enrol(lake, "exclusions", out)
    report = exceptional(lake, MAY)
    assert {c.registered for c in report.claims} == {True}
    assert versions(report)["甲市"] == (76_000, 76_000, 70_000)
    assert write_candidates(report, out) == 0
    claim(lake, f"甲市,{STORM},PM10,沙尘,submitted,县局")
    assert versions(exceptional(lake, MAY))["甲市"] == (76_000, 76_000, 70_000)
    claim(lake, f"甲市,{STORM},PM10,沙尘,approved,总站")
    report = exceptional(lake, MAY)
    assert versions(report)["甲市"] == (76_000, 70_000, 70_000)
    row = next(c for c in report.claims if c.pollutant == "PM10")
    assert (row.state, row.declared_by, row.reason) == (ClaimState.APPROVED, "总站", "沙尘")
    claim(lake, f"甲市,{STORM},PM10,沙尘,withdrawn,总站")
    assert versions(exceptional(lake, MAY))["甲市"] == (76_000, 76_000, 76_000)


def test_a_claim_for_all_holds_for_every_place(lake: Lake) -> None:
    claim(lake, f"all,{STORM},PM10,沙尘,approved,总站")
    assert versions(exceptional(lake, MAY)) == {
        "甲市": (76_000, 70_000, 70_000),
        "乙市": (70_000, 70_000, 70_000),
    }


def test_an_approved_claim_for_all_holds_beside_an_older_one_of_the_place(lake: Lake) -> None:
    claim(
        lake,
        f"甲市,{STORM},PM10,沙尘,candidate,县局",
        f"all,{STORM},PM10,沙尘,approved,总站",
    )
    rows = [c for c in exceptional(lake, MAY).claims if c.place == "甲市" and c.pollutant == "PM10"]
    assert [c.state for c in rows] == [ClaimState.APPROVED]


def test_stations_can_be_asked_for_themselves(lake: Lake) -> None:
    report = exceptional(lake, MAY, level="station")
    assert [f.candidate.scope for f in report.found] == ["1A", "2A", "3A"]
    assert [f.candidate.highest for f in report.found] == [600_000, 401_000, 5_000_000]


def test_fireworks_are_labelled_and_never_left_out_by_the_rule(lake: Lake) -> None:
    february = parse_period("2019-02")
    path = lake.folder.with_suffix(".feb.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["time", "site", *USUAL])
        for hour in local_hours(february.first, february.last):
            loud = hour.isoformat() == "2019-02-05T01:00:00"
            values = {**USUAL, "PM10": 140 if loud else 70}
            out.writerow([f"{hour:%Y-%m-%d %H:%M}", "4A", *values.values()])
    add(lake, path)
    report = exceptional(lake, february)
    kinds = {(c.place, c.reason, c.excludable) for c in report.claims}
    assert kinds == {("乙市", "fireworks", False)}
    assert len(report.found) == 5
    assert {v.official == v.everything for v in report.versions} == {True}


def test_rows_of_a_bulletin_show_both_versions(lake: Lake) -> None:
    stamp = Stamp(DataState.REALTIME, "HJ633-2012", verified=True)

    def rows() -> list[tuple[str, str, str, str]]:
        made = exceptional_rows(lake, "city", MAY, stamp, Language.EN, national_shelf())
        return [(r.standing, r.measure, r.official.text, r.excluded.text) for r in made]

    assert rows() == [
        ("candidate", "PM10", "250", "—"),
        ("candidate", "PM2.5", "35", "—"),
        ("if all approved", "PM10 mean", "76", "70"),
        ("if all approved", "PM2.5 mean", "35", "35"),
        ("if all approved", "Composite index", "3.39", "3.30"),
    ]
    claim(lake, f"甲市,{STORM},PM10,沙尘,approved,总站")
    assert ("approved", "PM10 mean", "76", "70") in rows()


def test_a_folder_that_is_not_there_is_said(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no folder"):
        write_candidates(exceptional(lake, MAY), tmp_path / "none" / "found.csv")


def test_an_unknown_level_is_refused_with_the_known_ones(lake: Lake) -> None:
    with pytest.raises(BadRequest, match="city"):
        exceptional(lake, MAY, level="county")


@pytest.fixture(scope="module")
def region(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beijing, Sanmenxia and Puyang in April and May 2019, as the network published them."""
    folder = tmp_path_factory.mktemp("region")
    data = shared / "data/china_sites_2019"
    with (data / "stations.csv").open(encoding="utf-8-sig") as file:
        stations = [r for r in csv.DictReader(file) if r["city"] in ("北京", "三门峡", "濮阳")]
    table = pq.read_table(
        data / "hourly_region_2019-01_2019-10.parquet",
        filters=[("site", "in", [r["code"] for r in stations])],
    )
    text = pc.cast(table["time"], "string")
    spring = pc.and_(pc.greater_equal(text, "2019-04-01"), pc.less(text, "2019-06-02"))
    pq.write_table(table.filter(spring), folder / "spring.parquet")
    Lake.init(folder / "lake")
    with Lake.open(folder / "lake") as lake:
        add(lake, folder / "spring.parquet")
        rows = [f"{r['code']},{r['city']},{int(r['background'] == 'True')}" for r in stations]
        load(lake, "places", "station,place,background", rows)
    return folder / "lake"


def test_the_storm_of_may_2019_is_found(region: Path) -> None:
    with Lake.open(region) as lake:
        report = exceptional(lake, MAY)
        april = exceptional(lake, parse_period("2019-04"))
    days = {(f.candidate.scope, d) for f in report.found for d in f.days}
    assert {("北京", STORM), ("三门峡", STORM)} <= days
    assert {f.candidate.kind for f in report.found} == {"sand"}
    for f in [*report.found, *april.found]:
        c = f.candidate
        assert c.highest > 150_000
        assert c.highest >= 2 * c.before != MISSING
    # What is left out is sand: the means fall, and nothing official has changed.
    for v in report.versions:
        assert v.everything.pm10 <= v.official.pm10
        assert v.approved == v.official
