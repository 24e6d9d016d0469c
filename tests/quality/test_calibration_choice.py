"""The form of a calibration: growth where the sensor counts water, no growth where it does not."""

from dataclasses import replace

import numpy as np

from lantian.quality.calibration_choice import FEW, NO_BETTER, calibrate_best, refusals
from lantian.quality.calibration_form import growth
from lantian.quality.calibration_pairs import Pairs, pairs_of
from lantian.rules.book import book

CLAUSE = book("calibration").entry("micro-pm25").clause
HOURS = 60 * 24


def rows(*, wet: bool, gain: float = 1.3, noise: float = 1.0) -> Pairs:
    """A sensor that counts water, or one that has dried its air and drifts with humidity a bit."""
    rng = np.random.default_rng(5)
    hour = np.arange(HOURS)
    true = 45 + 30 * np.sin(hour / 37) + 10 * np.sin(hour / 5)
    rh = 65 + 25 * np.sin(hour / 11)
    temp = 15 + 8 * np.sin(hour / 24)
    factor = growth(rh, CLAUSE) if wet else 1 + 0.004 * np.maximum(rh - 70, 0)
    raw = true * gain * factor + noise * rng.standard_normal(HOURS)
    return pairs_of(["a"] * HOURS, hour, raw, true, rh_pct=rh, temp_c=temp)


def test_a_sensor_that_counts_water_is_calibrated_by_growth() -> None:
    made = calibrate_best(rows(wet=True), "a", CLAUSE, HOURS)
    assert made.clause == CLAUSE
    assert made.judgement.accepted


def test_a_sensor_that_dries_its_air_is_not_divided_by_growth() -> None:
    pairs = rows(wet=False)
    made = calibrate_best(pairs, "a", CLAUSE, HOURS)
    assert made.clause.growth == 0.0
    assert made.judgement.rmse < 3_000
    assert refusals(made, pairs) == ()


def test_a_calibration_that_is_no_better_than_raw_values_is_refused() -> None:
    """Where the sensor is right already, a fit can but add its own error."""
    pairs = rows(wet=False, gain=1.0, noise=0.0)
    still = replace(pairs, raw=pairs.reference)
    made = calibrate_best(still, "a", CLAUSE, HOURS)
    assert NO_BETTER in refusals(made, still)


def test_an_error_that_cannot_be_told_is_refused_for_want_of_references() -> None:
    pairs = rows(wet=True)
    made = calibrate_best(pairs, "a", CLAUSE, HOURS)
    unknown = replace(made, judgement=replace(made.judgement, rmse=float("nan")))
    assert refusals(unknown, pairs) == (FEW,)
