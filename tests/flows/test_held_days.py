"""Held days: the same as evaluated from the hours, and how far they lag is said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from flows.agreement import assert_same
from flows.county import made_hours, made_lake, write_hours
from flows.steady import claim, load
from lantian.errors import BadRequest, NoData
from lantian.evaluate.place import Member
from lantian.flows import held_days as pages
from lantian.flows import refresh as worker
from lantian.flows.add import add_files
from lantian.flows.held_days import HeldDays, held_days
from lantian.flows.level_days import LevelDays, lake_days
from lantian.flows.rank import rank
from lantian.flows.refresh import forget_days, held_rules, refresh_days
from lantian.lake.store import Lake
from lantian.report.language import Language
from lantian.rules.book import national_shelf
from lantian.rules.ruleset import in_force, rule_set, set_names
from lantian.terms.mark import MISSING, Source
from lantian.terms.period import parse_period
from postgres import BOTH

RULES = [rule_set(name) for name in ("HJ633-2012", "HJ633-2026")]
JUNE = parse_period("2019-06")
FIRST, LAST = date(2019, 5, 20), date(2019, 7, 10)
PERIODS = [parse_period(p) for p in ("2019-06", "2019-05-25..2019-07-04", "2019-06-30", "2019")]


@pytest.fixture
def hours():
    return made_hours(FIRST, LAST)


@pytest.fixture
def county(tmp_path, hours, lake_backend):
    with Lake.open(made_lake(tmp_path / "lake", hours)) as lake:
        yield lake


def compare(lake: Lake, level: str, period, rules, **how) -> HeldDays:
    held = held_days(lake, level, period, rules, **how)
    assert (held.stale, held.absent, held.since, held.from_hours) == (0, 0, None, False)
    assert held.complete_to == lake.sequence
    assert held.statement(Language.EN) == ""
    assert_same(held.days, lake_days(lake, level, period, rules, **how))
    return held


@pytest.mark.slow
def test_beijing_is_the_same_from_held_days_at_both_levels_and_by_all_rules(beijing):
    claim(
        beijing, "北京市,2015-12-08,PM2.5,沙尘,approved,站", "all,2015-04-15,PM10,沙尘,approved,站"
    )
    done = refresh_days(beijing)
    assert done.left == 0
    assert done.station_days > 12 * 1400
    for rules in [*RULES, rule_set("HJ633-2026-final"), in_force(date(2015, 6, 1))]:
        for period in map(parse_period, ("2015", "2015-12", "2014-11-15..2016-02-20")):
            for level in ("station", "city"):
                for excluded in (False, True):
                    compare(beijing, level, period, rules, exclude_approved=excluded)
    official, sand = (
        held_days(beijing, "city", parse_period("2015"), RULES[0], exclude_approved=e).days
        for e in (False, True)
    )
    assert np.count_nonzero(official.values != sand.values) == 2
    ranked = rank(official)
    assert (
        ranked.index.index.tolist()
        == rank(lake_days(beijing, "city", parse_period("2015"), RULES[0])).index.index.tolist()
    )


@pytest.mark.slow
@BOTH
def test_a_made_up_county_is_the_same_after_corrections_and_compaction(county, hours, tmp_path):
    load(county, "stations", "station,name,lon,lat,offset_h", ["5A,东,,,9", "2A,西,,,6"])
    refresh_days(county)
    for change in range(3):
        before = county.sequence
        picked = {
            key: {p: v if v is None else v * (2 + change) for p, v in values.items()}
            for n, (key, values) in enumerate(hours.items())
            if n % 97 == change * 11
        }
        origin = Source.AUDITED_FILE if change == 1 else Source.REALTIME_FILE
        assert add_file(county, picked, tmp_path / f"again{change}.csv", origin).batch > before
        assert held_days(county, "station", PERIODS[1], RULES[0]).stale > 0
        if change == 2:
            county.compact()
        refresh_days(county)
        for rules in RULES:
            for period in PERIODS:
                for level in ("station", "city"):
                    compare(county, level, period, rules)
    only = [Member("丙", "1A", 0, 10**6), Member("丙", "4A", 0, 10**6)]
    compare(county, "township", JUNE, RULES[1], members=only)


def add_file(lake, hours, path, origin=Source.REALTIME_FILE):
    added = add_files(lake, [write_hours(hours, path)], origin=origin, progress=lambda _: None)
    return added.reports[0]


@BOTH
def test_what_a_batch_changes_is_stale_from_its_arrival_until_refreshed(county, tmp_path):
    refresh_days(county)
    before = held_days(county, "station", JUNE, RULES[0])
    was = county.sequence
    stamps = [datetime(2019, 6, 3, 1), datetime(2019, 6, 4, 0), datetime(2019, 6, 9, 12)]
    values = dict.fromkeys(("pm25", "pm10", "so2", "no2", "o3", "co"), 3)
    add_file(county, {("2A", stamp): values for stamp in stamps}, tmp_path / "late.csv")
    held = held_days(county, "station", JUNE, RULES[0])
    assert (held.stale, held.absent, held.complete_to) == (2, 0, was)
    assert abs(datetime.now(UTC) - held.since) < timedelta(minutes=5)
    assert "2 station days to be updated, since 20" in held.statement(Language.EN)
    assert held.statement(Language.ZH).startswith("2 个站日待更新，自 20")
    assert_same(held.days, before.days)
    assert held_days(county, "station", parse_period("2019-07"), RULES[0]).fresh
    members = [Member("甲", "1A", 0, 10**6)]
    assert held_days(county, "city", JUNE, RULES[0], members=members).fresh
    done = refresh_days(county)
    assert (done.station_months, done.station_days, done.left) == (1, 7, 0)
    compare(county, "station", JUNE, RULES[0])


@BOTH
def test_days_that_were_never_evaluated_are_missing_and_counted(county):
    held = held_days(county, "station", JUNE, RULES[0])
    assert (held.stale, held.absent, held.since, held.complete_to) == (0, 150, None, 0)
    assert (held.days.values == MISSING).all()
    assert "150 station days to be evaluated" in held.statement(Language.EN)
    refresh_days(county, limit_days=1)
    # The newest month comes first.
    assert held_days(county, "station", parse_period("2019-07"), RULES[0]).fresh
    assert held_days(county, "station", JUNE, RULES[0]).absent == 150
    refresh_days(county)
    compare(county, "station", JUNE, RULES[0])


def test_a_new_station_is_absent_until_refreshed(county, tmp_path):
    refresh_days(county)
    values = dict.fromkeys(("pm25", "pm10", "so2", "no2", "o3", "co"), 3)
    add_file(county, {("9A", datetime(2019, 6, 3, 1)): values}, tmp_path / "new.csv")
    held = held_days(county, "station", JUNE, RULES[0])
    assert (held.stale, held.absent) == (0, 1)
    refresh_days(county)
    compare(county, "station", JUNE, RULES[0])


def test_a_moved_clock_makes_every_day_of_its_station_stale(county):
    refresh_days(county)
    load(county, "stations", "station,name,lon,lat,offset_h", ["1A,甲,,,8", "5A,东,,,9"])
    held = held_days(county, "station", JUNE, RULES[0])
    assert held.stale == 30
    refresh_days(county)
    compare(county, "station", JUNE, RULES[0])
    load(county, "stations", "station,name,lon,lat,offset_h", ["5A,东,,,8"])
    assert held_days(county, "station", JUNE, RULES[0]).stale == 30


def test_a_new_version_of_the_program_makes_every_day_stale(county, monkeypatch):
    refresh_days(county)
    monkeypatch.setattr(pages, "__version__", "9.9")
    monkeypatch.setattr(worker, "__version__", "9.9")
    held = held_days(county, "station", JUNE, RULES[0])
    assert (held.stale, held.absent, held.since) == (150, 0, None)
    assert (held.days.values != MISSING).any()
    done = refresh_days(county)
    assert done.station_months == 15
    compare(county, "station", JUNE, RULES[0])


@pytest.fixture
def lenient(monkeypatch):
    """Rules by which fewer hours make a valid day, in the books and alone."""
    shelf = dict(national_shelf())
    completeness = shelf["completeness"]
    entries = tuple(
        replace(e, clause=replace(e.clause, minimum=5)) if e.item == "daily-mean" else e
        for e in completeness.entries
    )
    shelf["completeness"] = replace(completeness, entries=entries)
    return shelf


def test_other_thresholds_are_evaluated_from_the_hours_and_that_is_said(county, lenient):
    refresh_days(county)
    rules = rule_set("HJ633-2012", lenient)
    held = held_days(county, "city", JUNE, rules)
    assert held.from_hours
    assert held.fresh
    assert held.statement(Language.EN) == (
        "days by HJ633-2012 are not held; they were evaluated just now"
    )
    assert_same(held.days, lake_days(county, "city", JUNE, rules))
    assert (held.days.values != held_days(county, "city", JUNE, RULES[0]).days.values).any()


def test_changed_thresholds_are_held_in_place_of_the_old_ones(county, lenient):
    refresh_days(county)
    (old,) = held_rules(county, national_shelf())
    (new,) = held_rules(county, lenient)
    assert old != new
    refresh_days(county, shelf=lenient)
    compare(county, "city", JUNE, rule_set("HJ633-2012", lenient))
    with county.ledger.read() as sql:
        rows = sql.execute("SELECT DISTINCT thresholds FROM day_result").fetchall()
    assert rows == [(new,)]
    assert held_days(county, "city", JUNE, RULES[0]).from_hours


def test_all_national_sets_share_what_is_held(county):
    assert len(held_rules(county, national_shelf())) == 1
    assert len(set_names()) == 3


@BOTH
def test_dropping_all_days_and_refreshing_gives_the_same_bytes(county):
    refresh_days(county)
    before = stored(county)
    assert any(days for *_, days in before)
    forget_days(county)
    assert stored(county) == []
    refresh_days(county)
    assert stored(county) == before


def stored(lake: Lake) -> list[tuple[object, ...]]:
    with lake.ledger.read() as sql:
        rows = sql.execute(
            "SELECT thresholds, month, station, sequence, days FROM day_result "
            "ORDER BY thresholds, month, station"
        ).fetchall()
    return [tuple(row) for row in rows]


def test_levels_and_periods_that_are_not_there_are_refused(county):
    refresh_days(county)
    with pytest.raises(BadRequest, match="station, city"):
        held_days(county, "township", JUNE, RULES[0])
    with pytest.raises(NoData, match="2019-05-20 to 2019-07-10"):
        held_days(county, "city", parse_period("2020"), RULES[0])


def test_an_empty_lake_is_refreshed_and_has_no_days(tmp_path):
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as lake:
        done = refresh_days(lake)
        assert (done.station_months, done.station_days, done.left) == (0, 0, 0)
        with pytest.raises(NoData):
            held_days(lake, "station", JUNE, RULES[0])


def test_no_hour_is_read_for_held_days(county, monkeypatch):
    refresh_days(county)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("hours were read")

    monkeypatch.setattr(Lake, "block", refuse)
    assert isinstance(held_days(county, "city", JUNE, RULES[1]).days, LevelDays)
