"""Monitors: each kind errs as declared, and tampering is there from its day and hours."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from lantian.terms.hour import day_number, first_hour, hour_number
from lantian.terms.mark import MISSING
from lantian.twin.county import County, county
from lantian.twin.monitor import errors, report
from lantian.twin.simulation import simulate

FROM = hour_number(datetime(2026, 3, 1, 1))
HOURS = 24 * 400


@pytest.fixture(scope="module")
def qinglan() -> County:
    return county()


def reported(c: County, codes: list[str], rh_pct: float = 50.0, true: float = 60.0) -> np.ndarray:
    """Report a year and more of air that is the same in every hour."""
    stations = [s for s in c.stations if s.code in codes]
    errs = errors(stations, c.instruments, (), FROM, FROM + HOURS)
    air = np.full((6, len(stations), HOURS), true)
    found = report(air, errs, np.full(HOURS, rh_pct), FROM, seed=1)
    return np.where(found == MISSING, np.nan, found / 1000)


def test_better_instruments_err_less(qinglan: County) -> None:
    spread = [
        np.nanstd(reported(qinglan, [code])[3]) for code in ("9901A", "990101T01", "990101M01")
    ]
    assert spread[0] < spread[1] < spread[2]
    assert spread[0] == pytest.approx(np.hypot(0.03 * 60, 0.8), rel=0.25)


def test_values_are_whole_and_carbon_monoxide_in_tenths(qinglan: County) -> None:
    stations = list(qinglan.stations)
    errs = errors(stations, qinglan.instruments, (), FROM, FROM + 500)
    true = np.random.default_rng(1).uniform(0, 200, (6, len(stations), 500))
    found = report(true, errs, np.full(500, 50.0), FROM, seed=1)
    given = found != MISSING
    assert (found[given] > 0).all()
    coarse = np.array([1000, 1000, 1000, 1000, 100, 1000])[:, None, None]
    assert (np.where(given, found, 0) % coarse == 0).all()
    assert (found[4][given[4]] % 1000 != 0).any()


def test_damp_air_reads_high_on_micro_stations_only(qinglan: County) -> None:
    for code, rise in (("990101M01", 0.008 * 25), ("9901A", 0.0)):
        dry, damp = (np.nanmean(reported(qinglan, [code], rh)[3]) for rh in (60.0, 95.0))
        assert damp / dry == pytest.approx(1 + rise, abs=0.01)
        gas = [np.nanmean(reported(qinglan, [code], rh)[1]) for rh in (60.0, 95.0)]
        assert gas[0] == gas[1]


def test_a_micro_station_drifts_until_it_is_calibrated(qinglan: County) -> None:
    exact = {
        kind: replace(i, gain=0.0, noise=0.0, floor_ugm3=0.0, lost=0.0)
        for kind, i in qinglan.instruments.items()
    }
    drifting = replace(qinglan, instruments=exact)
    found = reported(drifting, ["990101M01"], true=100_000.0)[3, 0].reshape(-1, 24)
    # The gain changes at midnight; a lost value leaves the median of its day alone.
    error = np.nanmedian(found, axis=1) - 100_000.0
    calibrated = np.flatnonzero(error == 0)
    assert set(np.diff(calibrated)) == {182}
    begin, end = calibrated[0], calibrated[1]
    assert np.diff(error[begin:end]) == pytest.approx(error[begin + 1], abs=1.0)
    assert abs(error[end - 1]) > 500
    assert np.sign(error[begin + 1]) == np.sign(error[end - 1])


def test_gaps_are_hours_of_visits_and_days_of_power_cuts(qinglan: County) -> None:
    found = reported(qinglan, [s.code for s in qinglan.stations if s.kind == "township"])
    silent = np.isnan(found).all(axis=0)
    assert 0.005 < silent.mean() < 0.03
    runs = [
        len(run) for row in silent for run in "".join("x" if hour else " " for hour in row).split()
    ]
    assert 1 in runs
    assert 6 < max(runs) < 72
    alone = np.isnan(found).any(axis=0) & ~silent
    assert 0.005 < alone.mean() < 0.03


def test_a_weekly_visit_takes_an_hour_of_the_same_weekday(qinglan: County) -> None:
    certain = {k: replace(i, lost=0.0) for k, i in qinglan.instruments.items()}
    found = reported(replace(qinglan, instruments=certain), ["9901A"])
    silent = np.flatnonzero(np.isnan(found).all(axis=0)[0])
    assert set(np.diff(silent)) == {168}


def test_tampering_begins_on_its_day_and_in_its_hours(qinglan: County) -> None:
    (event,) = qinglan.tampering
    h = first_hour(day_number(event.first))
    codes = [event.station, "9901A"]
    found = simulate(qinglan, h - 240, h + 240, stations=codes)
    honest = simulate(replace(qinglan, tampering=()), h - 240, h + 240, stations=codes)
    assert np.array_equal(found.true, honest.true)
    changed = found.values != honest.values
    clock = (np.arange(h - 240, h + 240) + 7) % 24 + 1
    hours = (np.arange(480) >= 240) & (clock > event.from_hour) & (clock <= event.to_hour)
    assert not changed[:, 1].any()
    assert not changed[[0, 1, 4, 5]].any()
    assert not changed[:, 0, ~hours].any()
    both = ((found.values != MISSING) & (honest.values != MISSING))[2:4, 0].all(axis=0) & hours
    true_all, true_fine = found.true[2:4, 0, both].mean(axis=1)
    kept = event.coarse * (true_all - true_fine) + event.fine * true_fine
    ratios = found.values[2:4, 0, both].mean(axis=1) / honest.values[2:4, 0, both].mean(axis=1)
    assert ratios == pytest.approx([kept / true_all, event.fine], abs=0.02)
    assert ratios[0] < 0.85
