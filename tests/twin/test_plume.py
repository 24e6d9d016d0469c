"""The plume against a plain one written from the textbook, and the laws it must keep."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.twin.plume import LAGS, Emitters, contributions
from lantian.twin.weather import Weather

KG_H = 1e9 / 3600
RATES = (10.0, 20.0, 30.0, 12.0, 400.0, 0.0)


def steady(hours: int, wind_ms: float, *, mixing_m: float = 600.0, sun: float = 0.0) -> Weather:
    """Wind from the west, the same in every hour."""
    size = hours + LAGS - 1
    fields = dict.fromkeys(Weather.__dataclass_fields__, np.zeros(size))
    return Weather(
        **fields
        | {
            "east_ms": np.full(size, wind_ms),
            "wind_ms": np.full(size, wind_ms),
            "mixing_m": np.full(size, mixing_m),
            "sun": np.full(size, sun),
        }
    )


def one(hours: int, activity: Sequence[float] | None = None, height_m: float = 20.0) -> Emitters:
    running = np.ones(hours + LAGS - 1) if activity is None else np.array(activity, float)
    return Emitters(
        np.zeros(1),
        np.zeros(1),
        np.array([height_m]),
        np.zeros(1),
        np.zeros(1, np.int64),
        np.array([RATES]),
        running[None],
    )


def made(emitters: Emitters, air: Weather, x: Sequence[float], y: Sequence[float]) -> np.ndarray:
    return contributions(emitters, air, np.array(x, float), np.array(y, float), by_source=False)[
        :, 0
    ].astype(float)


@pytest.mark.parametrize("x_km", [0.4, 2.0, 9.0, 25.0])
@pytest.mark.parametrize("y_km", [0.0, 0.3, -0.3])
def test_steady_wind_gives_the_plain_plume(x_km: float, y_km: float) -> None:
    wind, height, lid, x = 5.0, 20.0 * (1 + 1.2 / 5.0), 600.0, 1000 * x_km
    # Briggs, open country, class D; image sources at the ground and at the lid.
    sy = 0.08 * x / np.sqrt(1 + 0.0001 * x)
    sz = np.hypot(0.06 * x / np.sqrt(1 + 0.0015 * x), 6.0)
    across = np.exp(-0.5 * (1000 * y_km / sy) ** 2) / (np.sqrt(2 * np.pi) * sy)
    images = np.array([height, 2 * lid - height, 2 * lid + height])
    upright = 2 * np.exp(-0.5 * (images / sz) ** 2).sum() / (np.sqrt(2 * np.pi) * sz)
    plain = 12.0 * KG_H * across * upright / wind
    if abs(1000 * y_km) > 4 * sy:
        plain = 0.0
    found = made(one(1), steady(1, wind, mixing_m=lid), [x_km], [y_km])
    assert found[3, 0, 0] == pytest.approx(plain, rel=1e-5)
    assert found[4, 0, 0] == pytest.approx(found[3, 0, 0] * 400 / 12 / 1000, rel=1e-5)


def test_what_is_emitted_crosses_a_line_far_downwind() -> None:
    wind, lid = 3.0, 150.0
    y = np.linspace(-12, 12, 4001)
    found = made(one(1), steady(1, wind, mixing_m=lid, sun=0.6), np.full(y.size, 20.0), y)
    flow = np.trapezoid(found[3, :, 0], 1000 * y) * wind * lid
    assert flow == pytest.approx(12.0 * KG_H, rel=0.01)


def test_nothing_goes_upwind_and_a_stack_above_the_lid_does_not_touch_ground() -> None:
    assert made(one(1), steady(1, 3.0), [-1.0, -0.01], [0.0, 0.0]).max() == 0
    high = one(1, height_m=500.0)
    assert made(high, steady(1, 3.0, mixing_m=300.0), [5.0], [0.0]).max() == 0


def test_air_of_an_hour_ago_arrives_an_hour_later() -> None:
    # Emitted in the first hour alone; the wind goes 10.8 km in an hour.
    pulse = [0.0] * (LAGS - 1) + [1.0] + [0.0] * 5
    found = made(one(6, pulse), steady(6, 3.0), [0.5, 10.8, 21.6], [0.0] * 3)[3]
    assert [int(row.argmax()) for row in found] == [0, 1, 2]
    assert found[2, 0] == 0
    always = made(one(6), steady(6, 3.0), [0.5, 10.8, 21.6], [0.0] * 3)[3]
    assert found.sum(axis=1) == pytest.approx(always[:, 5], rel=1e-4)


def test_when_the_wind_turns_old_air_keeps_its_way() -> None:
    air = steady(2, 3.0)
    east, north = air.east_ms.copy(), air.north_ms.copy()
    east[-1], north[-1] = 0.0, 3.0
    turned = replace(air, east_ms=east, north_ms=north)
    places = ([7.0, 0.0], [7.0, 7.0])
    found = made(one(2), turned, *places)[3]
    assert found[0, 0] == 0
    assert found[0, 1] > 0
    assert found[1, 1] > 0


@given(st.floats(0, 100), st.floats(-10, 30), st.floats(-6, 6))
def test_concentrations_are_linear_in_emission(factor: float, x: float, y: float) -> None:
    air = steady(2, 2.0, sun=0.5)
    plain = one(2)
    more = replace(plain, rates=plain.rates * factor)
    assert made(more, air, [x], [y]) == pytest.approx(
        factor * made(plain, air, [x], [y]), rel=1e-5, abs=1e-12
    )


def test_sources_kept_apart_add_up() -> None:
    rng = np.random.default_rng(3)
    points, hours = 6, 5
    several = Emitters(
        rng.uniform(-3, 3, points),
        rng.uniform(-3, 3, points),
        rng.uniform(0, 60, points),
        rng.uniform(0, 300, points),
        np.array([0, 0, 1, 2, 2, 2]),
        rng.uniform(0, 20, (points, 6)),
        rng.uniform(0, 1, (3, hours + LAGS - 1)),
    )
    size = hours + LAGS - 1
    air = replace(
        steady(hours, 2.0, sun=0.3),
        east_ms=rng.normal(0, 2, size),
        north_ms=rng.normal(0, 2, size),
    )
    x, y = rng.uniform(-8, 8, (2, 9))
    apart = contributions(several, air, x, y, by_source=True)
    whole = contributions(several, air, x, y, by_source=False)
    assert apart.shape == (6, 3, 9, hours)
    assert (apart[3] > 0).any(axis=(1, 2)).all()
    assert apart.sum(axis=1) == pytest.approx(whole[:, 0], rel=1e-4, abs=1e-5)
