"""Simulation: any window alike, linear in emission, its truth adds up, and likely figures."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadRequest
from lantian.terms.hour import day_number, first_hour, hour_number
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import O3, PM25, POLLUTANTS
from lantian.twin.county import County, county
from lantian.twin.simulation import Simulation, scaled, simulate, weather_rows

FROM = hour_number(datetime(2026, 1, 20, 1))
TO = FROM + 240
FINE, OZONE = POLLUTANTS.index(PM25), POLLUTANTS.index(O3)
NATIONAL = ("9901A", "9902A")


@pytest.fixture(scope="module")
def qinglan() -> County:
    return county()


@pytest.fixture(scope="module")
def ten_days(qinglan: County) -> Simulation:
    return simulate(qinglan, FROM, TO)


@pytest.fixture(scope="module")
def parts(ten_days: Simulation) -> np.ndarray:
    """What each source adds in those ten days."""
    return ten_days.contributions()


@pytest.fixture(scope="module")
def year(qinglan: County) -> Simulation:
    """The first year of the two national stations."""
    begin = hour_number(datetime(2025, 1, 1, 1))
    return simulate(qinglan, begin, begin + 8760, stations=NATIONAL)


def same(one: Simulation, other: Simulation, hours: slice) -> None:
    assert np.array_equal(one.values, other.values[:, :, hours])
    assert np.array_equal(one.true, other.true[:, :, hours])
    assert np.array_equal(one.background, other.background[:, :, hours])
    assert np.array_equal(weather_rows(one)[1], weather_rows(other)[1][:, :, hours])


@given(st.integers(0, 200), st.integers(0, 40))
def test_a_window_is_what_a_longer_one_holds(
    qinglan: County, ten_days: Simulation, begin: int, length: int
) -> None:
    end = min(begin + length, TO - FROM)
    same(simulate(qinglan, FROM + begin, FROM + end), ten_days, slice(begin, end))


@given(st.integers(FROM - 9000, FROM + 9000), st.integers(0, 30), st.integers(0, 30))
def test_two_windows_in_a_row_are_the_whole(qinglan: County, a: int, n: int, m: int) -> None:
    stations = ("9901A", "990101T08", "990101M04", "9917A")
    whole = simulate(qinglan, a, a + n + m, stations=stations)
    same(simulate(qinglan, a, a + n, stations=stations), whole, slice(0, n))
    same(simulate(qinglan, a + n, a + n + m, stations=stations), whole, slice(n, n + m))


def test_a_window_longer_than_a_stride_is_its_parts(qinglan: County, year: Simulation) -> None:
    begin = year.h_to - 30
    across = simulate(qinglan, begin - 8745, begin + 45, stations=NATIONAL)
    same(simulate(qinglan, begin, begin + 45, stations=NATIONAL), across, slice(8745, 8790))


def test_a_station_does_not_know_the_others(qinglan: County, ten_days: Simulation) -> None:
    some = ("9902A", "990101T03")
    alone = simulate(qinglan, FROM, TO, stations=some)
    rows = [ten_days.stations.index(code) for code in some]
    assert alone.stations == some
    assert np.array_equal(alone.values, ten_days.values[:, rows])


def test_another_seed_is_another_county(qinglan: County, ten_days: Simulation) -> None:
    other = simulate(qinglan, FROM, TO, seed=7)
    assert not np.array_equal(other.true[FINE], ten_days.true[FINE])


def test_twice_the_emission_adds_twice(qinglan: County, ten_days: Simulation) -> None:
    double = simulate(scaled(qinglan, 2.0), FROM, TO)
    primary = [i for i in range(len(POLLUTANTS)) if i != OZONE]
    added = (ten_days.true - ten_days.background)[primary]
    assert added.max() > 10
    assert np.array_equal(double.background, ten_days.background)
    assert (double.true - double.background)[primary] == pytest.approx(2 * added, abs=1e-9)


def test_without_emission_there_is_background_alone(qinglan: County, ten_days: Simulation) -> None:
    none = simulate(scaled(qinglan, 0.0), FROM, TO)
    assert np.array_equal(none.true, ten_days.background)
    assert none.truth("9901A", FROM).keys() == {"background"}


def test_truth_adds_up_to_the_true_air(
    qinglan: County, ten_days: Simulation, parts: np.ndarray
) -> None:
    assert parts.shape == (6, len(qinglan.sources), len(qinglan.stations), TO - FROM)
    total = ten_days.background + parts.sum(axis=1, dtype=np.float64)
    assert total[:OZONE] == pytest.approx(ten_days.true[:OZONE], rel=1e-4, abs=1e-4)
    assert np.maximum(total[OZONE], 1.0) == pytest.approx(ten_days.true[OZONE], rel=1e-4, abs=1e-3)
    row = ten_days.stations.index("990101T10")
    h = FROM + int(parts[FINE, :, row].sum(axis=0).argmax())
    told = ten_days.truth("990101T10", h)
    assert sum(part[FINE] for part in told.values()) == pytest.approx(
        ten_days.true[FINE, row, h - FROM], rel=1e-4
    )
    largest = next(iter(told))
    at = [s.code for s in qinglan.sources].index(largest)
    assert at == int(parts[FINE, :, row, h - FROM].argmax())


def test_a_heating_village_warms_its_own_township_most(
    qinglan: County, ten_days: Simulation, parts: np.ndarray
) -> None:
    stoves = [n for n, s in enumerate(qinglan.sources) if s.category == "heating_village"]
    own = ten_days.stations.index("990101T11")
    far = ten_days.stations.index("9908A")
    added = parts[FINE][stoves].sum(axis=(0, 2))
    assert added[own] > 10 * added[far]


def test_a_move_takes_the_station_along(qinglan: County) -> None:
    moved = next(s for s in qinglan.stations if len(s.sites) == 2)
    h = first_hour(day_number(moved.sites[1].first))
    whole = simulate(qinglan, h - 48, h + 48, stations=[moved.code])
    for n, hours in ((0, slice(0, 48)), (1, slice(48, 96))):
        stays = replace(moved, sites=(replace(moved.sites[n], first=date(2020, 1, 1), last=None),))
        only = replace(qinglan, stations=(stays,))
        there = simulate(only, h - 48, h + 48)
        assert np.array_equal(whole.true[:, :, hours], there.true[:, :, hours])
        assert not np.array_equal(whole.true, there.true)


def test_nothing_is_reported_before_the_first_day(qinglan: County) -> None:
    late = next(s for s in qinglan.stations if s.sites[0].first > date(2025, 1, 1))
    h = first_hour(day_number(late.sites[0].first))
    found = simulate(qinglan, h - 24, h + 24, stations=[late.code]).values
    assert (found[:, 0, :24] == MISSING).all()
    assert (found[:, 0, 24:] != MISSING).any()


def test_unknown_stations_and_hours_are_named(qinglan: County, ten_days: Simulation) -> None:
    with pytest.raises(BadRequest, match="1001A"):
        simulate(qinglan, FROM, TO, stations=["1001A"])
    with pytest.raises(BadRequest, match="backwards"):
        simulate(qinglan, TO, FROM)
    for station, h in (("9901A", TO), ("1001A", FROM)):
        with pytest.raises(BadRequest, match="no hour"):
            ten_days.truth(station, h)


def test_a_year_looks_like_a_county_of_the_plain(year: Simulation) -> None:
    values = np.where(year.values == MISSING, np.nan, year.values / 1000)
    so2, no2, pm10, pm25, co, _ = np.nanmean(values, axis=(1, 2))
    assert 35 <= pm25 <= 48
    assert 65 <= pm10 <= 105
    assert 3 <= so2 <= 15
    assert 18 <= no2 <= 45
    assert 0.3 <= co <= 1.2
    month = (np.arange(year.h_from, year.h_to) + 7).astype("datetime64[h]").astype("datetime64[M]")
    month = month.astype(int) % 12 + 1
    winter = np.nanmean(values[FINE][:, np.isin(month, (1, 2, 12))])
    assert 50 <= winter <= 90
    assert winter > 2.2 * np.nanmean(values[FINE][:, np.isin(month, (6, 7, 8))])
    ozone = np.nanmean(values[OZONE], axis=0)
    eight = np.convolve(np.nan_to_num(ozone), np.ones(8) / 8, "valid")
    assert 180 <= eight.max() <= 280
    # MISSING is a little, not nothing and not much.
    assert 0.002 < (year.values == MISSING).mean() < 0.04


def test_dust_and_fireworks_stand_out(qinglan: County) -> None:
    for surge in qinglan.surges:
        h = hour_number(surge.peak)
        found = simulate(qinglan, h - 1, h + 1, stations=["9901A"])
        calm = simulate(replace(qinglan, surges=()), h - 1, h + 1, stations=["9901A"])
        rise = found.true[:, 0, 1] - calm.true[:, 0, 1]
        assert rise[2] == pytest.approx(surge.pm10)
        assert rise[3] == pytest.approx(surge.pm25)
        assert rise[0] == pytest.approx(surge.so2)
