"""Micro-stations on a lake: versions kept, values with their version, refusals with a reason.

The county is the fictional one with four micro-stations moved to the sites of its reference
stations; its true air is known, so that calibrated values are compared with the truth.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from lantian.errors import BadRequest
from lantian.flows.calibration import (
    accepted_versions,
    calibrate_day,
    calibrated_hours,
)
from lantian.flows.calibration_ground import ground_of
from lantian.flows.twin import add_twin, enrol_twin
from lantian.lake.calibration import kept_calibrations, newest_calibrations
from lantian.lake.store import Lake
from lantian.quality.calibration_choice import FEW
from lantian.quality.calibration_values import State
from lantian.rules.book import book
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import NO2, O3, PM25, POLLUTANTS
from lantian.twin.county import County
from lantian.twin.county import county as qinglan
from lantian.twin.simulation import simulate

DAY = date(2026, 9, 20)
FIRST = first_hour(day_number(DAY - timedelta(days=40)))
AT = first_hour(day_number(DAY))
LAST = AT + 14 * 24
#: Micro-station, and the reference station at whose site it stands.
BESIDE = {"990101M01": "9951B", "990101M02": "9901A", "990101M03": "9902A", "990101M08": "9991C"}
ALONE = ("990101M05", "990101M10")


def moved() -> County:
    whole = qinglan()
    site = {s.code: s.sites[-1] for s in whole.stations}
    micro = {m: site[r] for m, r in BESIDE.items()}
    kept = {*BESIDE, *BESIDE.values(), *ALONE}
    stations = [
        replace(s, sites=(replace(micro[s.code], first=date(2024, 7, 1)),))
        if s.code in micro
        else s
        for s in whole.stations
        if s.code in kept
    ]
    return replace(whole, stations=tuple(stations))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder = tmp_path_factory.mktemp("calibration") / "lake"
    Lake.init(folder)
    with Lake.open(folder) as opened:
        add_twin(opened, FIRST, LAST, county=moved())
        enrol_twin(opened, county=moved())
        calibrate_day(opened, DAY, pollutants=[O3, NO2])
        yield opened


def rmse(lake: Lake, station: str, item_index: int) -> tuple[float, float]:
    """Of raw and of calibrated hours against the true air, on days that no fit has seen."""
    found = calibrated_hours(lake, station, POLLUTANTS[item_index], AT, LAST)
    true = simulate(moved(), AT, LAST, stations=[station]).true[item_index, 0] * 1000
    values = found.values
    there = (values.value_cal != MISSING) & (values.value_raw != MISSING)
    assert there.mean() > 0.9
    raw, made = (
        float(np.sqrt(np.mean((column[there] - true[there]) ** 2)))
        for column in (values.value_raw, values.value_cal)
    )
    return raw, made


@pytest.mark.parametrize("item", [NO2, O3, pytest.param(PM25, marks=pytest.mark.slow)])
def test_calibrated_values_lie_nearer_to_the_truth_than_raw_ones(lake: Lake, item) -> None:
    index = POLLUTANTS.index(item)
    calibrate_day(lake, DAY, pollutants=[item])
    used = [s for s in (*BESIDE, *ALONE) if accepted_versions(lake, s, item)]
    assert len(used) >= 4
    errors = np.array([rmse(lake, station, index) for station in used])
    raw, made = np.sqrt((errors**2).mean(axis=0))
    assert made < 0.9 * raw


def test_every_value_carries_the_version_that_made_it_and_its_raw_value(lake: Lake) -> None:
    found = calibrated_hours(lake, "990101M02", O3, AT - 48, LAST)
    (made,) = accepted_versions(lake, "990101M02", O3)
    holds = found.hours >= made.valid_from_h
    there = found.values.value_cal != MISSING
    assert set(found.values.version[there].tolist()) == {made.version}
    assert (found.values.version[~holds] == "").all()
    assert (found.values.state[~holds] & State.NOT_VALID).all()
    raw = lake.block(["990101M02"], AT - 48, LAST)[POLLUTANTS.index(O3), 0]
    assert (found.values.value_raw == raw).all()


def test_what_is_kept_says_from_what_it_was_made(lake: Lake) -> None:
    (row,) = kept_calibrations(lake.ledger, station="990101M02", pollutant="o3")
    (made,) = accepted_versions(lake, "990101M02", O3)
    assert (row.version, row.at_h, row.reference) == (made.version, AT, "9901A")
    assert row.book == book("calibration").digest
    assert row.sequence <= lake.sequence
    assert made.fit_last_h < AT
    assert made.error_base > 0


def test_a_second_run_keeps_nothing_twice_and_waits_until_due(lake: Lake) -> None:
    before = kept_calibrations(lake.ledger)
    assert calibrate_day(lake, DAY, pollutants=[O3]).kept == 0
    assert calibrate_day(lake, DAY, pollutants=[O3], anew=True).kept == 0
    soon = calibrate_day(lake, DAY + timedelta(days=2), pollutants=[O3], stations=["990101M02"])
    assert (soon.waiting, soon.kept) == (1, 0)
    assert kept_calibrations(lake.ledger) == before
    due = calibrate_day(lake, DAY + timedelta(days=7), pollutants=[O3], stations=["990101M02"])
    assert due.kept == 1
    assert len(kept_calibrations(lake.ledger)) == len(before) + 1


def test_without_references_a_station_says_so_and_has_no_calibrated_value(tmp_path: Path) -> None:
    Lake.init(tmp_path / "young")
    with Lake.open(tmp_path / "young") as young:
        add_twin(young, AT - 48, AT + 24, county=moved())
        enrol_twin(young, county=moved())
        report = calibrate_day(young, DAY, pollutants=[O3])
        assert (report.accepted, report.refused) == (0, len(BESIDE) + len(ALONE))
        assert {row.refused for row in newest_calibrations(young.ledger)} == {FEW}
        found = calibrated_hours(young, "990101M02", O3, AT, AT + 24)
        assert (found.values.value_cal == MISSING).all()
        assert (found.values.value_raw != MISSING).any()
        # The same refusal is not kept each night.
        assert calibrate_day(young, DAY + timedelta(days=1), pollutants=[O3]).kept == 0


def test_a_reference_stands_for_a_near_station_in_mixed_air_alone(lake: Lake) -> None:
    clause = book("calibration").entry("micro-o3").clause
    ground = ground_of(lake, clause, O3, FIRST, AT)
    share = {
        code: (ground.reference[n] != MISSING).mean() for n, code in enumerate(ground.stations)
    }
    assert share["990101M02"] > 0.9  # at the same site
    assert 0.1 < share["990101M05"] < 0.9  # 2.6 km away
    assert share["990101M10"] == 0.0  # far from all
    near = ground.stations.index("990101M05")
    there = ground.reference[near] != MISSING
    around = lake.block(["9901A", "9902A", "9951B"], FIRST, AT)[POLLUTANTS.index(O3)][:, there]
    values = np.where(around == MISSING, np.nan, around.astype(np.float64))
    middle = np.nanmedian(values, axis=0)
    assert (np.nanmax(np.abs(values - middle), axis=0) <= middle * 0.1 + 1e-6).all()


def test_a_station_of_another_kind_is_refused(lake: Lake) -> None:
    with pytest.raises(BadRequest, match="9901A"):
        calibrate_day(lake, DAY, stations=["9901A"])
    with pytest.raises(BadRequest, match="9901A"):
        calibrated_hours(lake, "9901A", O3, AT, LAST)
