"""Findings: what is planted is found at its station, an honest network has none."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from lantian.quality.criteria import Criteria, criteria
from lantian.quality.finding import Check, Finding
from lantian.quality.inlet import collapses, inlet_of
from lantian.quality.interference import coarse
from lantian.quality.suspicion import day_limit, findings_of, hour_limit
from lantian.quality.window import Weather, Window
from lantian.rules.ruleset import RuleSet, rule_set
from lantian.terms.hour import first_hour
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

NO2, PM10, PM25, CO, O3 = range(1, 6)
ROW = 5


@pytest.fixture(scope="module")
def book() -> Criteria:
    return criteria(date(2019, 6, 1))


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return rule_set("HJ633-2012")


def smoothed(window: Window) -> Window:
    judged = window.judged.copy()
    row = np.convolve(judged[PM25, ROW] / 1000, np.ones(5) / 5, "same")
    judged[PM25, ROW] = np.rint(row) * 1000
    return replace(window, judged=judged)


def copied(window: Window) -> Window:
    judged = window.judged.copy()
    judged[NO2, ROW] = np.rint(judged[NO2, 0] * 0.9 / 1000) * 1000
    return replace(window, judged=judged)


def pressed(window: Window) -> Window:
    judged = window.judged.copy()
    row = judged[PM25, ROW]
    judged[PM25, ROW] = np.where((row > 75_000) & (row < 90_000), 74_000, row)
    return replace(window, judged=judged)


def high_hours(window: Window) -> np.ndarray:
    """Six hours in a row at the highest of the eight days on which the network is highest."""
    level = window.judged[PM25].mean(axis=0).reshape(-1, 24)
    hours = np.zeros(level.shape, bool)
    for day in np.argsort(-level.mean(axis=1))[:8]:
        first = int(np.convolve(level[day], np.ones(6), "valid").argmax())
        hours[day, first : first + 6] = True
    return hours.reshape(-1)


def wetted(window: Window, times: int = 5) -> Window:
    judged = window.judged.copy()
    wet = high_hours(window)
    rough = coarse(judged[PM10, ROW], judged[PM25, ROW])
    judged[PM10, ROW] = judged[PM25, ROW] + np.where(wet, rough // times, rough)
    return replace(window, judged=judged)


def blocked(window: Window) -> Window:
    judged = window.judged.copy()
    shut = high_hours(window)
    for p in (PM10, PM25):
        judged[p, ROW] = np.where(shut, judged[p, ROW] // 4, judged[p, ROW])
    return replace(window, judged=judged)


def with_gaps(window: Window) -> Window:
    judged = window.judged.copy()
    judged[PM25, ROW, high_hours(window)] = MISSING
    return replace(window, judged=judged)


def with_upkeep(window: Window) -> Window:
    flags = np.zeros(window.judged.shape[1:], bool)
    flags[ROW] = high_hours(window)
    return replace(with_gaps(window), upkeep=flags)


PLANTS: dict[Check, tuple[Callable[[Window], Window], int]] = {
    Check.SMOOTH: (smoothed, PM25),
    Check.ALIKE: (copied, NO2),
    Check.LIMIT_HOURS: (pressed, PM25),
    Check.WETTING: (wetted, PM10),
    Check.BLOCKING: (blocked, PM10),
    Check.UPKEEP: (with_upkeep, PM25),
    Check.GAPS: (with_gaps, PM25),
}


def test_an_honest_network_has_no_finding(
    network: Callable[..., Window], book: Criteria, rules: RuleSet
) -> None:
    assert findings_of(network(30), book, rules) == ()


@pytest.mark.parametrize("check", PLANTS, ids=str)
def test_what_is_planted_is_found_where_it_is(
    network: Callable[..., Window], book: Criteria, rules: RuleSet, check: Check
) -> None:
    plant, p = PLANTS[check]
    window = plant(network(30))
    before = window.judged.copy()
    findings = findings_of(window, book, rules)
    assert (window.judged == before).all()
    stations = {f.station for f in findings if f.check is check}
    # A copy is as like its source as the source is like the copy.
    assert stations == ({"0001A", "0006A"} if check is Check.ALIKE else {"0006A"})
    key = POLLUTANTS[p].key
    found = next(f for f in findings if (f.check, f.station, f.pollutant) == (check, "0006A", key))
    assert (found.first_hour, found.last_hour) == (window.first_hour, window.hour(719))
    assert found.clause == book.clause(check.value)
    json.dumps(found.figures)
    for text in (found.zh, found.en):
        assert "{" not in text
        assert "0006A" in text


def test_days_heaped_below_a_limit_need_many_days(book: Criteria, rules: RuleSet) -> None:
    days, early = 200, 16
    rng = np.random.default_rng(2)
    level = rng.uniform(40, 125, days)
    level = np.where((level > 75) & (level < 100), rng.uniform(72, 74.4, days), level)
    values = np.full((6, 1, early + 24 * days), MISSING, np.int32)
    values[PM25, 0, early:] = np.rint(np.repeat(level, 24)) * 1000
    cut = early + 24 * 150
    # The first local day that is whole begins 16 hours after the first of these hours.
    start = first_hour(5) - early
    window = Window(("A",), start + cut, values[:, :, :cut], values[:, :, cut:])
    (found,) = (f for f in findings_of(window, book, rules) if f.check is Check.LIMIT_DAYS)
    assert dict(found.figures)["limit"] == 75
    assert dict(found.figures)["above"] == 0
    assert (found.first_hour, found.last_hour) == (first_hour(5), first_hour(205) - 1)
    few = Window(("A",), start, values[:, :, :0], values[:, :, : early + 24 * 20])
    assert [f for f in findings_of(few, book, rules) if f.check is Check.LIMIT_DAYS] == []


def test_fog_and_the_sector_of_the_wind_explain_a_collapse(
    network: Callable[..., Window], book: Criteria
) -> None:
    window = wetted(network(30), 3)
    inlet, hours = inlet_of(window, book), high_hours(window)
    shape = window.judged.shape[1:]
    dry, north = np.full(shape, 50.0), np.zeros(shape)

    def wet(weather: Weather | None) -> int:
        return int(collapses(window.judged, inlet, book, weather)[0].net[ROW])

    assert wet(None) > 30
    assert wet(Weather(dry / 25, north, dry, dry)) > 30
    assert wet(Weather(dry / 25, north, np.where(hours, 99.0, dry), dry)) == 0
    assert wet(Weather(np.where(hours, 9.0, 2.0) + north, north, dry, dry)) == 0
    assert wet(Weather(dry / 25, np.where(hours, 180.0, north), dry, dry)) < 10
    assert wet(Weather(*(np.full(shape, np.nan),) * 4)) == wet(None)


def test_the_sentence_says_whether_the_weather_is_known() -> None:
    figures = (("hours", 30), ("ratio_pct", 31.0), ("expected", 88.0))
    known, unknown = (
        Finding(Check.WETTING, "A", "pm10", 1, 9, (*figures, ("weather", word)), "wetting-1")
        for word in ("known", "unknown")
    )
    assert known.en.endswith("stayed usual, which neither wind nor humidity explains.")
    assert unknown.en.endswith("stayed usual (weather unknown).")
    assert "风与湿度也不能解释" in known.zh


def test_a_finding_is_known_by_its_content() -> None:
    one = Finding(Check.GAPS, "A", "o3", 1, 9, (("z", 3.1),), "gaps-1")
    assert one.id == replace(one).id
    others = {
        "check": Check.UPKEEP,
        "station": "B",
        "pollutant": "co",
        "first_hour": 2,
        "last_hour": 8,
        "figures": (("z", 3.2),),
        "clause": "gaps-2",
    }
    assert set(others) == {f.name for f in fields(Finding)}
    ids = {replace(one, **{name: value}).id for name, value in others.items()}
    assert len(ids | {one.id}) == len(others) + 1


def test_limits_are_those_of_the_rules(rules: RuleSet) -> None:
    assert [hour_limit(rules, p) for p in (NO2, PM10, PM25, CO, O3)] == [200, 150, 75, 10, 200]
    assert [day_limit(rules, p) for p in (NO2, PM10, PM25, CO, O3)] == [80, 150, 75, 4, 160]


def test_how_smooth_is_usual_is_asked_of_the_own_class(
    network: Callable[[], Window], book: Criteria, rules: RuleSet
) -> None:
    def mean5(block: np.ndarray) -> np.ndarray:
        made = block.copy()
        for row in range(5, 8):
            smooth = np.convolve(made[O3, row] / 1000, np.ones(5) / 5, "same")
            made[O3, row] = np.rint(smooth) * 1000
        return made

    honest = network()
    window = replace(honest, trailing=mean5(honest.trailing), judged=mean5(honest.judged))
    found = {f.station for f in findings_of(window, book, rules) if f.check is Check.SMOOTH}
    assert found == set(window.stations[5:])
    apart = replace(window, classes=("a",) * 5 + ("b",) * 3)
    assert not any(f.check is Check.SMOOTH for f in findings_of(apart, book, rules))
    with pytest.raises(ValueError, match="classes"):
        replace(window, classes=("a",))
