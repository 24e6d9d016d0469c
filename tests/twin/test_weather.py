"""Weather: the same for every window, with the seasons, days and calms of a northern plain."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.terms.hour import hour_number
from lantian.twin.weather import Weather, weather

FROM = hour_number(datetime(2025, 1, 1, 1))
TO = hour_number(datetime(2027, 1, 1, 0)) + 1
FIELDS = tuple(Weather.__dataclass_fields__)


@pytest.fixture(scope="module")
def years() -> Weather:
    return weather(FROM, TO, seed=22)


@pytest.fixture(scope="module")
def clock() -> np.ndarray:
    return (np.arange(FROM, TO) + 8 - 1) % 24 + 1


@given(st.integers(0, TO - FROM), st.integers(0, 80))
def test_an_hour_does_not_know_where_a_window_begins(
    years: Weather, begin: int, length: int
) -> None:
    end = min(begin + length, TO - FROM)
    window = weather(FROM + begin, FROM + end, seed=22)
    for name in FIELDS:
        assert np.array_equal(getattr(window, name), getattr(years, name)[begin:end]), name


def test_another_seed_is_another_weather(years: Weather) -> None:
    other = weather(FROM, TO, seed=23)
    assert abs(np.corrcoef(years.wind_ms, other.wind_ms)[0, 1]) < 0.3


def test_wind_is_said_twice_alike(years: Weather) -> None:
    rad = np.radians(years.wind_from_deg)
    assert np.allclose(-years.wind_ms * np.sin(rad), years.east_ms)
    assert np.allclose(-years.wind_ms * np.cos(rad), years.north_ms)


def test_figures_stay_within_what_weather_does(years: Weather) -> None:
    limits = {
        "wind_ms": (0.3, 15),
        "wind_from_deg": (0, 360),
        "temp_c": (-20, 43),
        "rh_pct": (10, 100),
        "pressure_hpa": (985, 1050),
        "rain_mm": (0, 60),
        "mixing_m": (100, 2600),
        "sun": (0, 1),
        "calm": (0, 1),
        "cloud": (0, 1),
    }
    for name, (low, high) in limits.items():
        field = getattr(years, name)
        assert np.isfinite(field).all()
        assert low <= field.min() <= field.max() <= high, name


def test_seasons_and_days_run_as_they_do(years: Weather, clock: np.ndarray) -> None:
    month = (np.arange(FROM, TO) + 7).astype("datetime64[h]").astype("datetime64[M]")
    month = month.astype(int) % 12 + 1
    mean = {m: years.temp_c[month == m].mean() for m in range(1, 13)}
    assert mean[1] < 3
    assert mean[7] > 24
    assert years.rain_mm[(month >= 6) & (month <= 8)].sum() > 0.5 * years.rain_mm.sum()
    assert 300 < years.rain_mm.sum() / 2 < 900
    assert years.temp_c[clock == 15].mean() > years.temp_c[clock == 5].mean() + 5
    assert years.mixing_m[clock == 14].mean() > 3 * years.mixing_m[clock == 4].mean()
    assert years.sun[(clock <= 4) | (clock >= 21)].max() == 0


def test_there_are_calms_of_days_and_windy_fronts(years: Weather) -> None:
    still = np.convolve(years.calm > 0.6, np.ones(60), "valid") > 54
    assert still.sum() > 24
    assert (years.wind_ms > 5).mean() > 0.01
    assert years.mixing_m[years.calm > 0.8].mean() < years.mixing_m[years.calm < 0.2].mean()
