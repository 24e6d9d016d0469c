"""Laws of calibrations: rising, alike in every unit, blind to the future, known by their inputs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.quality.calibration import Coefficients, fit
from lantian.quality.calibration_form import Weather, growth
from lantian.quality.calibration_pairs import Pairs, pairs_of
from lantian.quality.calibration_solver import robust_fit
from lantian.quality.calibration_transfer import calibrate
from lantian.quality.calibration_values import apply, rolling
from lantian.quality.robust import Floats, floats
from lantian.rules.book import book
from lantian.rules.clauses import CalibrationClause

#: One value in three hours, for twelve days; calibrated after ten.
STEP_H, DAYS = 3, 12
ROWS = 24 // STEP_H * DAYS
AT_H = 24 * 10
ITEMS = ("pm25", "no2", "co", "o3")
#: A calibration makes nine fits and more.
few = settings(max_examples=4)


def clause(item: str) -> CalibrationClause:
    made: CalibrationClause = book("calibration").entry(f"micro-{item}").clause
    return replace(made, window_d=20)


def sensors(seed: int, *, noise: float = 0.2, names: tuple[str, ...] = ("a", "b")) -> Pairs:
    """Sensors that stand in one air, each with its own gain, offset and humidity."""
    rng = np.random.default_rng(seed)
    hour = STEP_H * np.arange(ROWS)
    true = np.exp(3 + 0.6 * np.sin(hour / 30 + rng.uniform(0, 6)) + noise * rng.normal(size=ROWS))
    rh = np.clip(60 + 25 * np.sin(hour / 24 * 2 * np.pi) + 5 * rng.normal(size=ROWS), 5, 99)
    temp = 15 + 8 * np.cos(hour / 24 * 2 * np.pi) + rng.normal(size=ROWS)
    cross = 40 + 20 * np.cos(hour / 17)
    raw = [
        rng.uniform(0.5, 2) * true * (1 + 0.2 * rh / (100 - rh)) * np.exp(noise / 2 * rng.normal())
        + noise * rng.normal(size=ROWS)
        for _ in names
    ]
    many = len(names)
    return pairs_of(
        np.repeat(names, ROWS),
        np.tile(hour, many),
        np.maximum(np.concatenate(raw), 0.1),
        np.tile(true, many),
        rh_pct=np.tile(rh, many),
        temp_c=np.tile(temp, many),
        cross=np.tile(cross, many),
    )


def scaled(pairs: Pairs, raw: int, reference: int) -> Pairs:
    weather = replace(pairs.weather, cross=pairs.weather.cross * raw)
    return replace(
        pairs, raw=pairs.raw * raw, reference=pairs.reference * reference, weather=weather
    )


def ladder(
    found: Coefficients, rule: CalibrationClause, rh: float, temp: float, cross: float
) -> tuple[Floats, Floats]:
    """Raw values that rise, in one weather, and what they become."""
    raw = np.linspace(0, 4 * found.raw_highest, 60)
    still = Weather(*(np.full(60, v) for v in (rh, temp, cross)))
    return raw, found.value(raw, still, rule)


@given(
    st.integers(0, 10_000),
    st.sampled_from(ITEMS),
    st.floats(0, 100),
    st.floats(-40, 60),
    st.floats(0, 1e6),
)
def test_a_value_rises_with_the_raw_one_and_never_slower_than_the_least_slope(
    seed: int, item: str, rh: float, temp: float, cross: float
) -> None:
    # Noise without any truth in it: the fit would fall or lie flat if it were free.
    pairs = sensors(seed, names=("a",))
    shuffled = np.random.default_rng(seed).permutation(pairs.reference)
    rule = clause(item)
    found = fit(replace(pairs, reference=shuffled), rule, np.ones(ROWS))
    raw, value = ladder(found, rule, rh, temp, cross)
    water = growth(np.array([rh]), rule)[0]
    least = found.ranges.least_slope / water
    assert least > 0
    rise = np.diff(value)[value[:-1] > 0]
    assert (np.diff(value) >= 0).all()
    assert (rise >= 0.999999 * least * (raw[1] - raw[0])).all()


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from(ITEMS), st.sampled_from([2, 5, 20]))
def test_a_unit_of_both_scales_the_value_and_one_of_the_raw_value_does_not(
    seed: int, item: str, factor: int
) -> None:
    pairs, rule = sensors(seed, names=("a",)), clause(item)
    wide = replace(rule, saturation=1e6)
    plain, both, raw = (
        fit(p, wide, np.ones(ROWS))
        for p in (pairs, scaled(pairs, factor, factor), scaled(pairs, factor, 1))
    )
    seen = floats(pairs.raw)
    expected = plain.value(seen, pairs.weather, wide)
    stretched = replace(pairs.weather, cross=pairs.weather.cross * factor)
    for found, unit in ((both, factor), (raw, 1)):
        value = found.value(seen * factor, stretched, wide)
        np.testing.assert_allclose(value, expected * unit, rtol=1e-6, atol=1e-3)


@few
@given(
    st.integers(0, 10_000),
    st.sampled_from(["raw", "reference", "weather"]),
    st.sampled_from(["own", "network"]),
)
def test_what_comes_later_changes_nothing_before(seed: int, what: str, origin: str) -> None:
    pairs, rule = sensors(seed, names=("a", "b", "c")), clause("pm25")
    pairs = pairs.without_reference((pairs.sensor == 0) & (origin == "network"))
    later = pairs.hour >= AT_H
    rng = np.random.default_rng(seed + 1)
    if what == "weather":
        rh = np.where(later, rng.uniform(0, 100, len(later)), pairs.weather.rh_pct)
        other = replace(pairs, weather=replace(pairs.weather, rh_pct=rh))
    else:
        changed = np.where(later, rng.integers(1, 10**6, len(later)), getattr(pairs, what))
        other = replace(pairs, **{what: changed.astype(np.int32)})
    one, two = (calibrate(p, "a", rule, AT_H) for p in (pairs, other))
    assert one == two
    assert one.origin == origin
    assert one.fit_last_h < AT_H == one.valid_from_h


def test_a_series_before_a_day_stays_as_it_was_whatever_the_day_brings() -> None:
    pairs, rule = sensors(3), replace(clause("pm25"), refit_d=1, valid_d=2)
    cut = 24 * 10
    changed = np.where(pairs.hour >= cut, 1, pairs.reference).astype(np.int32)
    own = pairs.part(pairs.sensor == 0)
    first, second = (
        apply(rolling(p, "a", rule, 24 * 7, 24 * DAYS), own.hour, own.raw, own.weather)
        for p in (pairs, replace(pairs, reference=changed))
    )
    same = first.value_cal == second.value_cal
    # The first calibration that sees the day is that of the next day.
    assert same[own.hour < cut + 24].all()
    assert not same[own.hour >= cut + 24].any()
    assert (first.version[own.hour < cut + 24] == second.version[own.hour < cut + 24]).all()


@few
@given(st.integers(0, 10_000), st.integers(0, 100), st.sampled_from(["raw", "reference", "rh"]))
def test_a_version_is_that_of_the_inputs(seed: int, row: int, what: str) -> None:
    pairs, rule = sensors(seed % 5), clause("pm25")
    made = calibrate(pairs, "a", rule, AT_H)
    order = np.random.default_rng(seed).permutation(len(pairs.hour))
    assert calibrate(pairs.part(order), "a", rule, AT_H) == made
    one = np.arange(len(pairs.hour)) == np.flatnonzero(pairs.hour < AT_H)[row]
    if what == "rh":
        weather = replace(pairs.weather, rh_pct=pairs.weather.rh_pct + 1e-9 * one)
        other = replace(pairs, weather=weather)
    else:
        other = replace(pairs, **{what: getattr(pairs, what) + one.astype(np.int32)})
    assert calibrate(other, "a", rule, AT_H).version != made.version


def test_a_version_is_that_of_the_sensor_and_the_clause() -> None:
    pairs, rule = sensors(1), clause("pm25")
    made = [
        calibrate(pairs, "a", rule, AT_H),
        calibrate(pairs, "b", rule, AT_H),
        calibrate(pairs, "a", replace(rule, least_slope=0.21), AT_H),
        calibrate(pairs, "a", rule, AT_H + 24),
    ]
    assert len({one.version for one in made}) == len(made)


@given(st.integers(0, 10_000), st.integers(0, 3), st.integers(1, 5))
def test_the_solver_meets_the_conditions_of_a_minimum(seed: int, free: int, bounded: int) -> None:
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(60, free + bounded))
    # No outliers and a loose bound on residuals: the weights of Huber are all near 1.
    target = columns @ rng.normal(size=free + bounded)
    weights = rng.uniform(0.1, 1, 60)
    found = robust_fit(columns, target, weights, free)
    away = target - columns @ found
    assert (found[free:] >= 0).all()
    if np.abs(away).max() < 1e-6:  # the target can be met
        return
    scale = (
        1.4826
        * np.sort(np.abs(away))[
            np.searchsorted(
                np.cumsum(weights[np.argsort(np.abs(away), kind="stable")]), weights.sum() / 2
            )
        ]
    )
    huber = weights * np.minimum(1, 1.345 * scale / np.abs(away))
    slope = columns.T @ (huber * away)
    inside = (np.arange(free + bounded) < free) | (found > 1e-9)
    worst = np.abs(huber * away).sum()
    assert np.abs(slope[inside]).max(initial=0) < 2e-3 * worst
    assert slope[~inside].max(initial=0) < 2e-3 * worst


@pytest.mark.parametrize("item", ITEMS)
def test_one_reading_in_ten_gone_wrong_moves_little(item: str) -> None:
    pairs, rule = sensors(5, names=("a",)), clause(item)
    bad = np.random.default_rng(1).random(ROWS) < 0.1
    raw = np.where(bad, pairs.raw * 8, pairs.raw).astype(np.int32)
    made, spoiled = (calibrate(p, "a", rule, AT_H) for p in (pairs, replace(pairs, raw=raw)))
    clean = pairs.part(~bad)
    good, worse = (
        one.coefficients.value(floats(clean.raw), clean.weather, rule) for one in (made, spoiled)
    )
    true = floats(clean.reference)
    rmse = [float(np.sqrt(np.mean((v - true) ** 2))) for v in (good, worse)]
    assert rmse[1] < 1.6 * rmse[0]
