"""A place's day is the same alone, within its month and within its year, whoever is silent."""

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.county import STATIONS, day_of, made_hours, made_lake
from lantian.evaluate.place import Member
from lantian.flows.held_days import held_days
from lantian.flows.level_days import LevelDays, file_days, lake_days
from lantian.flows.refresh import refresh_days
from lantian.flows.why import why_place_period
from lantian.lake.store import Lake
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING
from lantian.terms.period import Period, parse_period
from oracle import reference as ref

RULES = rule_set("HJ633-2012")
FIRST, LAST = date(2019, 5, 20), date(2019, 7, 10)
YEAR = parse_period("2019")
SILENT = date(2019, 6, 5)
KEYS = ("so2_24h", "no2_24h", "pm10_24h", "pm25_24h", "co_24h", "o3_mda8", "o3_max1h")
CITIES = {"甲市": ("1A", "2A"), "乙市": ("4A", "5A")}

type Days = Callable[[Period], LevelDays]


@pytest.fixture(scope="module")
def hours():
    """Hours with whole station days taken out at random, and 2A silent on one known day."""
    made = made_hours(FIRST, LAST, seed=5, gaps=0.02)
    rng = np.random.default_rng(41)
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    silent = {(s, d) for s in STATIONS for d in days if rng.random() < 0.15}
    silent |= {("2A", SILENT)} | {("5A", d) for d in days if d.month == 5}
    silent -= {("1A", SILENT)}
    return {
        (station, hour): dict.fromkeys(values)
        if (station, (hour - timedelta(hours=1)).date()) in silent
        else values
        for (station, hour), values in made.items()
    }


@pytest.fixture(scope="module")
def lake(hours, tmp_path_factory):
    with Lake.open(made_lake(tmp_path_factory.mktemp("silent") / "lake", hours)) as found:
        refresh_days(found)
        yield found


@pytest.fixture(params=["lake", "held"])
def days(request, lake) -> Days:
    """Days of the cities, evaluated from the hours or read from what is held."""
    if request.param == "held":
        return lambda period: held_days(lake, "city", period, RULES).days
    return lambda period: lake_days(lake, "city", period, RULES)


def assert_cut(part: LevelDays, whole: LevelDays) -> None:
    """The part holds what the whole says of its days, stations and index included."""
    at = (part.period.first - whole.period.first).days
    cut = slice(at, at + part.period.days)
    assert part.values.shape[2] == part.period.days
    for name in ("values", "reported"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[..., cut])
    for name in ("iaqi", "aqi", "level", "primary", "exceeding"):
        mine, theirs = getattr(part.index, name), getattr(whole.index, name)
        np.testing.assert_array_equal(mine, theirs[..., cut])
    if whole.stations is not None:
        assert part.stations is not None
        assert part.stations.period == part.period
        np.testing.assert_array_equal(part.working, whole.working[:, cut])
        for name in ("values", "reported", "hours"):
            mine, theirs = getattr(part.stations, name), getattr(whole.stations, name)
            np.testing.assert_array_equal(mine, theirs[..., cut])


def test_a_station_silent_on_a_day_counts_in_it_whatever_the_period(days):
    found = {p: days(parse_period(p)) for p in ("2019-06-05", "2019-06", "2019")}
    row = found["2019"].names.index("甲市")
    # One station of two is valid: half, below three in four, however the day is asked for.
    assert (found["2019-06-05"].values[:, row] == MISSING).all()
    for one in found.values():
        assert_cut(found["2019-06-05"], one)


def test_every_day_alone_is_that_of_its_year(days):
    year = days(YEAR)
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        assert_cut(days(Period(day, day)), year)


def test_any_run_of_days_is_that_of_its_year(lake):
    year = held_days(lake, "city", YEAR, RULES).days
    span = st.dates(FIRST, LAST)

    @settings(max_examples=40, deadline=None)
    @given(span, span)
    def same(one: date, other: date) -> None:
        period = Period(min(one, other), max(one, other))
        assert_cut(held_days(lake, "city", period, RULES).days, year)

    same()


def test_the_days_are_those_of_the_reference(lake, hours):
    span = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    stations = {
        s: {
            day: {
                key: None
                if (value := found[key]) is None
                else ref.reported(key.split("_")[0], value)
                for key in KEYS
            }
            for day in span
            for found in [day_of(hours, s, day)]
        }
        for s in ("1A", "2A", "4A", "5A")
    }
    silent = 0
    for day in span:
        found = lake_days(lake, "city", Period(day, day), RULES)
        for row, city in enumerate(found.names):
            own = {s: stations[s] for s in CITIES[city]}
            expected = [ref.place_day(own, day, key) for key in KEYS]
            silent += expected[3] is None
            assert found.values[:, row, 0].tolist() == [
                MISSING if v is None else int(v * 1000) for v in expected
            ]
    assert silent > 5


SPAN = parse_period("2019-01-30..2019-03-02")
CELLS = st.sets(st.tuples(st.integers(0, 3), st.integers(0, SPAN.days - 1)), max_size=90)
MEMBERS = [Member("甲市", f"{n}A", 0, 10**6) for n in range(4)]


@settings(max_examples=25, deadline=None)
@given(CELLS, st.integers(0, SPAN.days - 1))
def test_a_day_of_a_table_is_the_same_alone_and_in_its_year(silent, n):
    head = "date,site,PM2.5,PM10,SO2,NO2,CO,O3_mda8\n"
    rows = [
        f"{SPAN.first + timedelta(days=d)},{s}A,{30 + s},{60 + d},5,20,{Decimal(5 + s) / 10},100\n"
        for s in range(4)
        for d in range(SPAN.days)
        if (s, d) not in silent
    ]
    day = SPAN.first + timedelta(days=n)
    if not any(row.startswith(f"{day}") for row in rows):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "days.csv"
        path.write_text(head + "".join(rows), "utf-8")
        alone, month, year = (
            file_days(path, "city", period, RULES, members=MEMBERS)
            for period in (Period(day, day), parse_period(f"{day:%Y-%m}"), YEAR)
        )
    assert_cut(alone, month)
    assert_cut(month, year)


def test_the_derivation_says_that_a_silent_station_still_counts(lake):
    section = why_place_period(lake, "甲市", Period(SILENT, SILENT)).sections[0]
    said = {step.label: step.text for step in section.steps}
    assert said["2A"] == "本期无有效值，仍计入点位数 / no valid value in the period, yet counted"
    assert said["1A"].startswith("so2 ")
    may = why_place_period(lake, "乙市", parse_period("2019-05-25")).sections[0]
    said = {step.label: step.text for step in may.steps}
    assert said["5A"] == "所在月份无数据，不计入点位数 / no data in its months, not counted"
