"""The bulletin of December 2015: its figures, its freezing, its choices."""

import csv
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lantian.errors import BadRequest, NoData
from lantian.flows.add import add_files
from lantian.flows.bulletin import freeze_bulletin, gather, subject_of
from lantian.flows.demo import DATA
from lantian.flows.grounds import shelf_of
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake
from lantian.report.bulletin import Bulletin
from lantian.report.figure import DataState, collect
from lantian.report.language import Language
from lantian.terms.mark import Source
from lantian.terms.period import parse_period
from oracle import reference as ref

MONTH = parse_period("2015-12")


def made(lake: Lake, lang: Language = Language.ZH, **options: str) -> Bulletin:
    return gather(lake, MONTH, lang=lang, shelf=shelf_of(lake), **options)


def city_days(symbol: str) -> list[Fraction]:
    """Days of the city by the text alone: station days, then their mean, each rounded."""
    table = pq.read_table(DATA / "hours.parquet", columns=["time", "station", symbol])
    first, last = datetime(2015, 12, 1, 1), datetime(2016, 1, 1)
    table = table.filter(
        pc.and_(pc.greater_equal(table["time"], first), pc.less_equal(table["time"], last))
    )
    hours: dict[tuple[str, int], list[Decimal]] = {}
    for row in table.to_pylist():
        if row[symbol] is not None and row["station"] != "Dingling":
            day = (row["time"] - first).days
            hours.setdefault((row["station"], day), []).append(Decimal(str(row[symbol])))
    found = []
    for day in range(31):
        means = [
            ref.round_half_even(Fraction(sum(v)) / len(v), 0)
            for (_, d), v in hours.items()
            if d == day and len(v) >= 20
        ]
        if 4 * len(means) >= 3 * 11:
            found.append(ref.round_half_even(sum(means) / len(means), 0))
    return found


@pytest.mark.parametrize(("symbol", "row"), [("PM2.5", 3), ("PM10", 2), ("NO2", 1), ("SO2", 0)])
def test_the_month_of_the_city_follows_from_its_hours(beijing: Lake, symbol: str, row: int) -> None:
    days = city_days(symbol)
    expected = ref.round_half_even(sum(days, Fraction(0)) / len(days), 0)
    assert made(beijing).overview.statistics[row].now.value == expected


def test_principal_place_and_ranked_level_are_found(beijing: Lake) -> None:
    subject = subject_of(beijing, None, None)
    assert (subject.place, subject.own_level, subject.ranked_level) == (
        "北京市",
        "city",
        "district",
    )
    other = subject_of(beijing, "朝阳区", None)
    assert (other.own_level, other.ranked_level) == ("district", "district")


def test_every_place_is_listed_once_and_in_order(beijing: Lake) -> None:
    rows = made(beijing).ranking
    assert len({r.place for r in rows}) == len(rows) == 8
    ranks = [r.rank.value for r in rows]
    assert ranks == sorted(ranks, key=lambda rank: rank or 99)
    assert [r.index.value for r in rows] == sorted(r.index.value for r in rows)


def test_calendar_and_exceeded_days_agree(beijing: Lake) -> None:
    bulletin = made(beijing)
    own = next(row for row in bulletin.calendar if row.place == "北京市")
    above = [d.day for d in own.days if (d.aqi.value or 0) > 100]
    assert [d.day for d in bulletin.exceeded] == above
    assert bulletin.overview.exceeded_days.value == len(above)
    # The two red alerts of December 2015 fell on the 8th to 10th and the 19th to 22nd.
    assert date(2015, 12, 8) in above
    assert date(2015, 12, 22) in above


def test_both_languages_say_the_same_figures(beijing: Lake) -> None:
    zh, en = made(beijing), made(beijing, Language.EN)
    assert collect(zh).sha256 == collect(en).sha256
    assert not any(
        "一" <= c <= "鿿" for line in en.headlines for c in line if c not in "北京市怀柔区石景山"
    )


def test_early_adoption_is_said(beijing: Lake) -> None:
    assert any("提前实施" in notice for notice in made(beijing).notices)


def test_state_is_audited_only_when_all_data_are(tmp_path: Path) -> None:
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as lake:
        add_files(
            lake,
            [DATA / "hours.parquet"],
            layout="prsa",
            origin=Source.AUDITED_FILE,
            progress=print,
        )
        enrol(lake, "places", DATA / "places.csv")
        assert made(lake).state is DataState.AUDITED


def correction(path: Path, value: int) -> Path:
    """Write a correction of PM10 alone: one hour of one station."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["time", "site", "PM10"])
        writer.writerow(["2015-12-08 13:00", "Tiantan", value])
    return path


def test_a_frozen_figure_stays_and_the_new_one_says_what_changed(
    beijing: Lake, tmp_path: Path
) -> None:
    assert freeze_bulletin(beijing, made(beijing), MONTH) == []
    assert freeze_bulletin(beijing, made(beijing), MONTH) == []
    before = beijing.sequence
    add_files(beijing, [correction(tmp_path / "fix.csv", 9_000)], progress=print)
    changed = freeze_bulletin(beijing, made(beijing), MONTH)
    assert any(line.startswith("place/东城区/2015-12/pm10:") for line in changed)
    assert not any("/pm25:" in line or "怀柔" in line for line in changed)
    assert beijing.sequence > before


def test_a_lake_without_places_says_what_to_do(tmp_path: Path) -> None:
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as lake, pytest.raises(BadRequest, match="roster"):
        made(lake)


def test_unknown_place_and_period_outside_are_named(beijing: Lake) -> None:
    with pytest.raises(BadRequest, match="朝阳区"):
        made(beijing, place="Atlantis")
    with pytest.raises(BadRequest, match="district"):
        made(beijing, level="planet")
    with pytest.raises(NoData, match="2017-02-28"):
        gather(beijing, parse_period("2019-06"), lang=Language.ZH, shelf=shelf_of(beijing))


def test_a_bulletin_by_another_rule_set_derives_its_own_figures(beijing: Lake) -> None:
    old, new = made(beijing), made(beijing, rules="HJ633-2026")
    index = new.overview.index.now
    assert index.value != old.overview.index.now.value
    derived = new.derivations[0]
    assert f" {index.text}" in derived.result
    assert old.overview.index.now.text in old.derivations[0].result
    assert "HJ663-2026" in "".join(row.note for step in derived.steps for row in step.rows)
    assert "rules=" in derived.basis
    assert derived.basis == new.basis
