"""Calibration on real co-located sensors: better than raw values and the published correction."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lantian.quality.calibration import Origin
from lantian.quality.calibration_left_out import left_out
from lantian.quality.calibration_pairs import Pairs, pairs_of
from lantian.quality.calibration_score import judge
from lantian.quality.calibration_values import apply, rolling
from lantian.quality.robust import Floats, floats
from lantian.rules.book import book
from lantian.rules.clauses import CalibrationClause


@pytest.fixture(scope="module")
def pairs(shared: Path) -> Pairs:
    file = shared / "data/sensor_collocation/purpleair_aqs_daily_2021-2023.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    day = np.array([row["DAILY"] for row in rows], "datetime64[D]").astype(int)
    names = ("A_B_Avg", "conc", "humidity_a", "temp_Celsius")
    raw, conc, rh, temp = (np.array([float(row[name]) for row in rows]) for name in names)
    sensor = [row["sensor_index"] for row in rows]
    return pairs_of(sensor, (day + 1) * 24, raw, conc, rh_pct=rh, temp_c=temp)


@pytest.fixture(scope="module")
def clause() -> CalibrationClause:
    found: CalibrationClause = book("calibration").entry("micro-pm25").clause
    return found


def published(pairs: Pairs) -> Floats:
    """Barkjohn et al. 2021, doi 10.5194/amt-14-4617-2021, equation of the abstract's correction."""
    return 0.524 * floats(pairs.raw) - 86.2 * pairs.weather.rh_pct + 5750


@pytest.mark.slow
def test_leaving_one_sensor_out_it_beats_raw_and_the_published_correction(
    pairs: Pairs, clause: CalibrationClause
) -> None:
    reference = floats(pairs.reference)
    ours = left_out(pairs, clause, pairs.sensor)
    raw, peer, seen = (
        judge(v, reference, clause) for v in (floats(pairs.raw), published(pairs), ours)
    )
    assert (round(raw.rmse), round(peer.rmse)) == (7266, 2775)
    assert seen.rmse < 0.75 * peer.rmse < 0.3 * raw.rmse
    assert seen.r2 > 0.82 > peer.r2
    assert abs(seen.bias_pct) < 3


def test_a_sensor_with_a_reference_gets_better_day_by_day(
    pairs: Pairs, clause: CalibrationClause
) -> None:
    name = "93577"
    own = pairs.part(pairs.sensor == pairs.place(name))
    monthly = replace(clause, refit_d=30, valid_d=30)
    made = rolling(own, name, monthly, int(own.hour.min()), int(own.hour.max()))
    assert {one.origin for one in made} == {Origin.OWN}
    got = apply(made, own.hour, own.raw, own.weather)
    held = got.version != ""
    value, reference = floats(got.value_cal), floats(own.reference)
    assert held.sum() > 150
    ours = judge(value[held], reference[held], clause)
    peer = judge(published(own)[held], reference[held], clause)
    assert ours.rmse < 0.9 * peer.rmse
    assert ours.accepted
    away = np.abs(value - reference)[held]
    assert 0.55 < (away <= floats(got.error)[held]).mean() < 0.9
