"""Derivations of hours, of a place's days, of changes: they end in the numbers of the flows."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from lantian.errors import BadRequest, NoData
from lantian.evaluate.exceptional import ClaimState
from lantian.evaluate.hourly import HALO_H, HourlyForm, hour_report
from lantian.flows.bulletin_rows import Place, compared_statistic
from lantian.flows.level_days import lake_days, without
from lantian.flows.place_hours import place_hours
from lantian.flows.rank import Ranking, rank
from lantian.flows.why_excluded import why_excluded
from lantian.flows.why_index import why_change, why_days, why_hour
from lantian.lake.enrol import enrol_rows
from lantian.lake.store import Lake
from lantian.report.figure import DataState, Stamp
from lantian.rules.ruleset import for_period, in_force
from lantian.terms.hour import day_number, first_hour
from lantian.terms.period import Period, parse_period
from lantian.terms.pollutant import POLLUTANTS

DAY = date(2015, 12, 1)
#: 14:00 of that day.
H = first_hour(day_number(DAY)) + 13


def ranked(lake: Lake, text: str, level: str = "city") -> Ranking:
    period = parse_period(text)
    return rank(lake_days(lake, level, period, for_period(period)[0]))


@pytest.mark.parametrize("station", ["Dongsi", "Wanliu", "Dingling"])
def test_an_hour_of_a_station_ends_in_its_hourly_index(beijing: Lake, station: str) -> None:
    answer = why_hour(beijing, station, H)
    block = beijing.block([station], H - HALO_H, H + 1)
    report = hour_report(block, in_force(DAY), HourlyForm.NETWORK)
    aqi = int(report.index.aqi[0, 0])
    assert answer.result == (f"AQI {aqi}",) * 2
    index = answer.sections[-1].steps[0]
    assert index.facts["aqi"] == aqi == max(index.facts["iaqi"].values())
    named = {s.title.partition(" ")[0]: s for s in answer.sections[:-1]}
    for i, p in enumerate(POLLUTANTS):
        value = int(block[i, 0, -1])
        if value >= 0:
            assert named[p.symbol].steps[0].facts["value_thousandths"] == value
            rounded = int(report.values[i, 0, 0])
            assert named[p.symbol].steps[1].facts["value_thousandths"] == rounded


def test_the_interpolation_gives_the_sub_index_that_it_prints(beijing: Lake) -> None:
    for section in why_hour(beijing, "Dongsi", H).sections[:-1]:
        step = section.steps[-1]
        if "⌈" in step.text:
            formula, _, result = step.text.partition(" = ")
            whole = formula.strip("⌈⌉").replace("−", "-").replace("×", "*")
            assert int(np.ceil(round(eval(whole), 9))) == int(result) == step.facts["iaqi"]  # noqa: S307


def test_an_hour_of_a_place_shows_its_stations_and_their_mean(beijing: Lake) -> None:
    answer = why_hour(beijing, "北京市", H)
    stations, mean = answer.sections[3].steps[:2]
    held = stations.facts["stations"]
    assert "Dingling" not in held
    assert len(held) == mean.facts["count"] == 11
    found = place_hours(beijing, "city", Period(DAY, DAY))
    assert mean.facts["value_thousandths"] == found.values[3, 0, H - found.first_h]
    assert abs(mean.facts["value_thousandths"] - sum(held.values()) / 11) <= 1


def test_an_hour_without_values_or_of_nobody_is_told(beijing: Lake) -> None:
    span = beijing.span()
    assert span is not None
    with pytest.raises(NoData, match="no value in that hour"):
        why_hour(beijing, "Dongsi", span[1])
    with pytest.raises(BadRequest, match="no station or place"):
        why_hour(beijing, "9999Z", H)
    with pytest.raises(NoData, match="no data in"):
        why_hour(beijing, "Dongsi", span[1] + 1000)


def test_days_of_a_place_are_those_of_the_ranking(beijing: Lake) -> None:
    found = ranked(beijing, "2015-12")
    (section,) = why_days(found, "北京市")
    days, levels, rated, good, share = section.steps
    assert list(days.facts["aqi"].values()) == found.days.index.aqi[0].tolist()
    assert next(iter(days.facts["aqi"])) == "2015-12-01"
    assert sum(levels.facts["levels"]) == rated.facts["rated"] == found.found.rated[0]
    assert good.facts["good"] == sum(levels.facts["levels"][:2]) == found.found.good[0]
    assert share.text.endswith(f"{share.facts['tenths'] / 10:.1f} %")


def test_a_single_day_shows_each_sub_index(beijing: Lake) -> None:
    found = ranked(beijing, "2015-12-20")
    sub, index = why_days(found, "北京市")
    assert index.steps[0].facts["aqi"] == found.days.index.aqi[0, 0]
    fine = next(step for step in sub.steps if step.label.startswith("pm25 "))
    assert fine.facts["value_thousandths"] == found.days.reported[3, 0, 0]
    assert fine.facts["iaqi"] == found.days.index.iaqi[3, 0, 0]


def test_changes_are_those_of_the_bulletin(beijing: Lake) -> None:
    now, before = ranked(beijing, "2015-12"), ranked(beijing, "2014-12")
    (section,) = why_change(now, before, "北京市")
    place = Place.of(Stamp(DataState.REALTIME, "r", verified=True), now, "北京市", before)
    fine = compared_statistic(place, 3)
    step = next(s for s in section.steps if s.label == "PM2.5")
    assert step.facts == {
        "now": fine.now.text,
        "before": fine.before.text,
        "change_pct": fine.change.text,
    }
    assert (
        why_change(now, replace(before, days=replace(before.days, names=("别处",))), "北京市") == ()
    )


def test_the_version_without_approved_days_names_them_and_leaves_them_out(beijing: Lake) -> None:
    claim = {
        "scope": "北京市",
        "day": "2015-12-20",
        "pollutant": "PM10",
        "reason": "试验",
        "state": ClaimState.APPROVED.value,
        "declared_by": "甲",
    }
    enrol_rows(beijing, "exclusions", [claim])
    answer = why_excluded(beijing, "北京市", parse_period("2015-12"), "city")
    left_out = answer.sections[0].steps
    assert [(s.label, s.text) for s in left_out] == [("2015-12-20 PM10", "试验")]
    official = ranked(beijing, "2015-12")
    claims = [("北京市", date(2015, 12, 20), "PM10", "approved")]
    expected = rank(without(official.days, claims))
    assert expected.index.index[0] != official.index.index[0]
    assert answer.result[1].startswith(f"index {expected.index.index[0] / 100:.2f},")
    with pytest.raises(NoData):
        why_excluded(beijing, "上海市", parse_period("2015-12"), "city")


def test_without_approved_claims_nothing_is_left_out(beijing: Lake) -> None:
    answer = why_excluded(beijing, "北京市", parse_period("2015-12"), "city")
    assert [s.label for s in answer.sections[0].steps] == ["无 / none"]
    official = ranked(beijing, "2015-12")
    assert answer.result[1] == f"index {official.index.index[0] / 100:.2f}, rank 1"
