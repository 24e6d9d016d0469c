"""Calibrated values and what goes with them; transfer; acceptance; what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lantian.errors import BadFile, BadRequest, NoData, RuleBookBroken
from lantian.quality.calibration import Calibration, Origin
from lantian.quality.calibration_form import Weather
from lantian.quality.calibration_network import likeness, network_of
from lantian.quality.calibration_pairs import Pairs, pairs_of
from lantian.quality.calibration_record import read, written
from lantian.quality.calibration_score import error_of, judge
from lantian.quality.calibration_transfer import calibrate, ready
from lantian.quality.calibration_values import Calibrated, State, apply, rolling
from lantian.quality.robust import floats
from lantian.rules.book import book
from lantian.rules.clauses import CalibrationClause
from lantian.rules.shape import fill
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

DAYS, STEP_H = 30, 2
HOUR = np.arange(0, 24 * DAYS, STEP_H)
AT_H = 24 * DAYS
N = len(HOUR)


@pytest.fixture(scope="module")
def clause() -> CalibrationClause:
    found: CalibrationClause = book("calibration").entry("micro-pm25").clause
    return replace(found, window_d=60)


def air(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True PM2.5, humidity and temperature of one place."""
    rng = np.random.default_rng(seed)
    true = np.exp(3.3 + 0.6 * np.sin(HOUR / 40 + seed) + 0.25 * rng.normal(size=N))
    rh = np.clip(60 + 20 * np.sin(HOUR / 24 * 2 * np.pi) + 6 * rng.normal(size=N), 10, 98)
    return true, rh, 18 + 7 * np.cos(HOUR / 24 * 2 * np.pi) + rng.normal(size=N)


def network(gains: dict[str, float], place: dict[str, int], noise: float = 0.05) -> Pairs:
    """Sensors with gains at places; particles swell by the form that the clause knows."""
    columns: dict[str, list[Any]] = {"raw": [], "true": [], "rh": [], "temp": []}
    rng = np.random.default_rng(9)
    for name, gain in gains.items():
        true, rh, temp = air(place[name])
        wet = 1 + 0.24 * np.minimum(rh, 90) / (100 - np.minimum(rh, 90))
        columns["raw"].append(gain * true * wet * np.exp(noise * rng.normal(size=N)))
        columns["true"].append(true)
        columns["rh"].append(rh)
        columns["temp"].append(temp)
    raw, true, rh, temp = (np.concatenate(columns[k]) for k in ("raw", "true", "rh", "temp"))
    names = np.repeat(list(gains), N)
    return pairs_of(names, np.tile(HOUR, len(gains)), raw, true, rh_pct=rh, temp_c=temp)


def without(pairs: Pairs, *names: str) -> Pairs:
    return pairs.without_reference(np.isin(np.array(pairs.names)[pairs.sensor], names))


def error(pairs: Pairs, made: Calibration) -> float:
    """Relative root mean square error of a sensor's calibrated values against the truth."""
    own = pairs.part(pairs.sensor == pairs.place(made.sensor))
    value = made.coefficients.value(floats(own.raw), own.weather, made.clause)
    return float(np.sqrt(np.mean((value / floats(own.reference) - 1) ** 2)))


def readings(made: Calibration, raw: list[int], rh: float = 50.0) -> Calibrated:
    n = len(raw)
    still = Weather(np.full(n, rh), np.full(n, 18.0), np.full(n, np.nan))
    hour = np.full(n, made.valid_from_h, np.int32)
    return apply([made], hour, np.array(raw, np.int32), still)


@pytest.fixture(scope="module")
def one(clause: CalibrationClause) -> Calibration:
    return calibrate(network({"a": 1.8}, {"a": 1}), "a", clause, AT_H)


def test_humidity_and_gain_are_taken_out(one: Calibration) -> None:
    assert one.origin is Origin.OWN
    assert one.judgement.accepted
    assert one.judgement.correlation2 > 0.97
    assert abs(one.judgement.bias_pct) < 2


def test_every_value_carries_where_it_comes_from(one: Calibration) -> None:
    got = readings(one, [60_000, 90_000])
    assert got.value_raw.tolist() == [60_000, 90_000]
    assert got.value_cal.tolist() == sorted(got.value_cal.tolist())
    assert 20_000 < got.value_cal[0] < 32_000
    assert 0 < got.error[0] < 5_000
    assert got.version.tolist() == [one.version] * 2
    assert got.valid_until_h.tolist() == [AT_H + 24 * one.clause.valid_d - 1] * 2
    assert len(one.version) == 16
    assert not got.official
    assert not one.official


def test_a_peak_beyond_the_fit_is_not_flattened(one: Calibration) -> None:
    top = one.coefficients.raw_highest
    got = readings(one, [top, top * 3 // 2, 2 * top])
    assert 2 * top < one.clause.saturation * 1000
    assert got.state.tolist() == [0, State.BEYOND_FIT, State.BEYOND_FIT]
    first, second, third = got.value_cal.tolist()
    assert third - second == pytest.approx(second - first, abs=3)
    assert got.error[2] > got.error[0]


def test_a_saturated_reading_is_a_lower_bound(one: Calibration) -> None:
    full = int(one.clause.saturation * 1000)
    got = readings(one, [full - 1, full])
    assert State.SATURATED & int(got.state[1])
    assert not State.SATURATED & int(got.state[0])
    assert got.value_cal[1] >= got.value_cal[0] > 0


def test_saturated_readings_teach_nothing(clause: CalibrationClause) -> None:
    pairs = network({"a": 1.8}, {"a": 1})
    full = np.arange(N) % 10 == 0
    raw = np.where(full, np.int32(clause.saturation * 1000), pairs.raw).astype(np.int32)
    made = calibrate(replace(pairs, raw=raw), "a", clause, AT_H)
    assert made.rows == N - full.sum()


@pytest.mark.parametrize(
    ("raw", "rh", "state"),
    [
        (MISSING, 50.0, State.NO_RAW),
        (40_000, float("nan"), State.NO_WEATHER),
        (MISSING, float("nan"), State.NO_RAW | State.NO_WEATHER),
    ],
)
def test_without_a_part_there_is_no_value(
    one: Calibration, raw: int, rh: float, state: State
) -> None:
    got = readings(one, [raw], rh)
    assert got.state[0] == state
    assert got.value_cal[0] == got.error[0] == MISSING
    assert got.value_raw[0] == raw


def test_humid_readings_are_marked(one: Calibration) -> None:
    assert readings(one, [40_000], 84.9).state[0] == 0
    assert readings(one, [40_000], 85.0).state[0] == State.HUMID


def test_outside_its_time_a_calibration_says_nothing(one: Calibration) -> None:
    hour = np.array([one.valid_from_h - 1, one.valid_from_h, one.valid_until_h], np.int32)
    hour = np.append(hour, one.valid_until_h + 1).astype(np.int32)
    still = Weather(np.full(4, 50.0), np.full(4, 18.0), np.full(4, np.nan))
    got = apply([one], hour, np.full(4, 40_000, np.int32), still)
    assert got.state.tolist() == [State.NOT_VALID, 0, 0, State.NOT_VALID]
    assert (got.value_cal == MISSING).tolist() == [True, False, False, True]
    assert got.version.tolist() == ["", one.version, one.version, ""]
    assert got.valid_until_h[0] == MISSING


def test_the_newest_valid_calibration_is_taken(clause: CalibrationClause) -> None:
    pairs = network({"a": 1.8}, {"a": 1})
    made = rolling(pairs, "a", clause, 24 * 10, 24 * DAYS)
    assert [one.valid_from_h // 24 for one in made] == [10, 17, 24]
    got = apply(made[::-1], pairs.hour, pairs.raw, pairs.weather)
    day = pairs.hour // 24
    for place, one in enumerate(made):
        last = made[place + 1].valid_from_h // 24 if place < 2 else DAYS
        assert set(got.version[(day >= one.valid_from_h // 24) & (day < last)]) == {one.version}
    assert set(got.version[day < 10]) == {""}


def test_a_sensor_without_reference_learns_from_those_that_are_like_it(
    clause: CalibrationClause,
) -> None:
    gains = {"a": 1.2, "b": 1.2, "far": 1.2, "new": 2.4}
    truth = network(gains, {"a": 1, "b": 1, "far": 7, "new": 1})
    made = calibrate(without(truth, "new"), "new", clause, AT_H)
    assert made.origin is Origin.NETWORK
    assert made.donors[-1] == "far"
    # Without the network's gain it would be out by a factor of two.
    assert error(truth, made) < 0.25
    assert made.error_share > 0


def test_a_sensor_that_is_alone_states_a_larger_error(clause: CalibrationClause) -> None:
    gains = {"a": 1.0, "b": 1.1, "c": 1.9, "d": 0.7, "alone": 1.4, "twin": 1.0}
    place = {"a": 1, "b": 1, "c": 3, "d": 5, "alone": 8, "twin": 1}
    truth = network(gains, place)
    hidden = without(truth, "alone", "twin")
    alone, twin = (calibrate(hidden, name, clause, AT_H) for name in ("alone", "twin"))
    own = calibrate(truth, "twin", clause, AT_H)
    rmse = [one.judgement.rmse for one in (own, twin, alone)]
    assert rmse[0] < rmse[1] < rmse[2]
    assert error(truth, twin) < 0.15


def test_a_few_days_of_its_own_are_held_by_the_network(clause: CalibrationClause) -> None:
    truth = network({"a": 1.2, "b": 1.3, "new": 1.25}, {"a": 1, "b": 1, "new": 1}, noise=0.3)
    own = truth.part(truth.sensor == 2)
    few = own.hour >= AT_H - 24 * 8
    alone = own.without_reference(~few)
    mask = (truth.sensor == 2) & (truth.hour < AT_H - 24 * 8)
    both = truth.without_reference(mask)
    single, held = (calibrate(p, "new", clause, AT_H) for p in (alone, both))
    assert single.origin is held.origin is Origin.OWN
    assert error(truth, held) <= 1.02 * error(truth, single)


def test_too_little_is_refused_with_a_way_out(clause: CalibrationClause) -> None:
    pairs = network({"a": 1.8}, {"a": 1})
    early = 24 * (clause.least_d - 1)
    assert ready(pairs, "a", clause, early) is None
    assert ready(pairs, "a", clause, 24 * clause.least_d) is Origin.OWN
    with pytest.raises(NoData, match="7 days"):
        calibrate(pairs, "a", clause, early)
    with pytest.raises(BadRequest, match="no sensor 'z'"):
        calibrate(pairs, "z", clause, AT_H)
    assert rolling(pairs, "a", clause, 0, early) == []


def test_a_calibration_is_kept_as_text(clause: CalibrationClause, one: Calibration) -> None:
    assert read(written(one)) == one
    lonely = calibrate(
        without(network({"a": 1.0, "new": 2.0}, {"a": 1, "new": 1}), "new"), "new", clause, AT_H
    )
    # One donor: nothing that the fit did not see can tell the error, so none is stated.
    assert lonely.judgement.refused == ("too few values",)
    assert "NaN" not in written(lonely)
    again = read(written(lonely))
    assert (again.version, again.donors) == (lonely.version, ("a",))
    got = readings(again, [40_000])
    assert got.value_cal[0] > 0
    assert got.error[0] == MISSING
    assert '"official": false' in written(one)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": "1"}'])
def test_what_is_no_calibration_is_refused(text: str) -> None:
    with pytest.raises(BadFile, match="no calibration"):
        read(text)


def test_pairs_that_contradict_are_refused() -> None:
    with pytest.raises(BadRequest, match="two rows"):
        pairs_of(["a", "a"], [5, 5], [1, 2], [1, 2])
    with pytest.raises(BadRequest, match="different lengths"):
        pairs_of(["a", "a"], [5, 6], [1, 2, 3], [1, 2])


def test_likeness_is_that_of_the_air_not_of_the_gain(clause: CalibrationClause) -> None:
    pairs = network({"a": 1.0, "b": 3.0, "c": 1.0}, {"a": 1, "b": 1, "c": 6})
    like = likeness(network_of(pairs, clause), 0, clause)
    assert like.similarity[1] > 0.7 > 0.1 > like.similarity[2]
    assert 1 / 3 <= like.gain[1] < 0.45
    assert like.gain[2] == pytest.approx(1, abs=0.02)


def test_the_rule_of_acceptance_is_that_of_the_clause(clause: CalibrationClause) -> None:
    rng = np.random.default_rng(2)
    true = rng.uniform(5_000, 90_000, 200)
    noisy = true + rng.normal(0, 40_000, 200)
    assert judge(true, true, clause).refused == ()
    assert judge(noisy, true, clause).refused == ("R2",)
    assert judge(1.25 * true, true, clause).refused == ("slope",)
    assert judge(true + 30_000, true, clause).refused == ("bias",)
    assert judge(1.25 * true, true, replace(clause, slope_within=0.3)).accepted
    assert judge(true[:9], true[:9], clause).refused == ("too few values",)


def test_an_unaccepted_calibration_marks_its_values(clause: CalibrationClause) -> None:
    pairs = network({"a": 1.8}, {"a": 1}, noise=1.5)
    made = calibrate(pairs, "a", clause, AT_H)
    assert "R2" in made.judgement.refused
    assert readings(made, [40_000]).state[0] & State.NOT_ACCEPTED


def test_the_error_grows_with_the_value_where_the_residuals_do() -> None:
    rng = np.random.default_rng(4)
    value = rng.uniform(1_000, 200_000, 4_000)
    base, share = error_of(
        value, value + np.hypot(3_000, 0.2 * value) * rng.normal(size=4_000), np.ones(4_000)
    )
    assert base == pytest.approx(3_000, rel=0.6)
    assert share == pytest.approx(0.2, rel=0.1)


def test_the_book_covers_the_six_and_keeps_values_rising() -> None:
    entries = book("calibration").entries
    assert {e.item for e in entries} == {p.key for p in POLLUTANTS}
    assert not any(e.verified for e in entries)
    table = _spelled(entries[0].clause)
    for wrong in ({"least_slope": 0.0}, {"growth": -1.0}, {"bends": [1.5]}, {"refit_d": 0}):
        with pytest.raises(RuleBookBroken):
            fill(CalibrationClause, {**table, **wrong}, "test")


def _spelled(clause: CalibrationClause) -> dict[str, Any]:
    values = {name: getattr(clause, name) for name in CalibrationClause.__dataclass_fields__}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
