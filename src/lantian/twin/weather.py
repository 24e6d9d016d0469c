"""Weather of the fictional county: one state of the air for each hour, from the hour alone.

Seasons, the run of a day, and fronts and calms of several days drawn from smooth noise. It
stands for a plain at 36 degrees north: dry cold winters with spells of still air, wet summers.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.terms.hour import BEIJING_H
from lantian.terms.rounding import compiled
from lantian.twin.noise import uniform, wave
from lantian.twin.place import LAT_0

type Floats = npt.NDArray[np.float64]

#: Numbers of the noise channels; those of other modules lie elsewhere.
_FRONT, _FRONT_2, _EAST, _NORTH, _HEAT, _CLOUD, _DAMP, _RAIN, _TURN, _SHOWER = range(1, 11)
_YEAR_H: Final = 365.2425 * 24.0
_LAT: Final = math.radians(LAT_0)
#: The sun stands highest at 12:18 by the clock of 120 degrees east.
_NOON_H: Final = 12.3
FIELDS: Final = 12


@dataclass(frozen=True, slots=True)
class Weather:
    """Hours of weather, alike everywhere in the county and around it; arrays of shape (hours,).

    Attributes
    ----------
    east_ms, north_ms : ndarray
        Where the air goes.
    wind_ms, wind_from_deg : ndarray
        Speed, and direction from which it blows.
    temp_c, rh_pct, pressure_hpa, rain_mm : ndarray
    mixing_m : ndarray
        Height to which the air mixes.
    sun : ndarray
        Sunshine as a share of the sun overhead in a clear sky.
    calm : ndarray
        Stillness of the weather of these days, 0 to 1.
    cloud : ndarray
        Share of the sky.
    """

    east_ms: Floats
    north_ms: Floats
    wind_ms: Floats
    wind_from_deg: Floats
    temp_c: Floats
    rh_pct: Floats
    pressure_hpa: Floats
    rain_mm: Floats
    mixing_m: Floats
    sun: Floats
    calm: Floats
    cloud: Floats


def weather(h_from: int, h_to: int, *, seed: int) -> Weather:
    """Weather of hours [h_from, h_to).

    Parameters
    ----------
    h_from, h_to : int
        UTC hour numbers of the hours' ends.
    seed : int

    Returns
    -------
    Weather

    Examples
    --------
    >>> year = weather(490_000, 498_760, seed=1)
    >>> bool(12 < year.temp_c.mean() < 17 and year.wind_ms.min() > 0)
    True
    """
    return Weather(*_states(h_from, h_to, seed))


@compiled
def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


@compiled
def _states(h_from: int, h_to: int, seed: int) -> Floats:
    out = np.empty((FIELDS, h_to - h_from))
    for i in range(h_to - h_from):
        _state(h_from + i, seed, out[:, i])
    return out


@compiled
def _sun_height(t_h: float, clock_h: float) -> float:
    """Sine of the sun's height, 0 at night."""
    year = 2.0 * math.pi * t_h / _YEAR_H
    tilt = -0.409 * math.cos(year + 2.0 * math.pi * 10.0 / 365.2425)
    turn = 2.0 * math.pi * (clock_h - _NOON_H) / 24.0
    height = math.sin(_LAT) * math.sin(tilt) + math.cos(_LAT) * math.cos(tilt) * math.cos(turn)
    return max(height, 0.0)


@compiled
def _rain(h: int, seed: int, warm: float, calm: float) -> float:
    """Rain of an hour, mm: wet spells of a day or so, in summer more and heavier."""
    spell = wave(seed, _RAIN, h - 0.5, 14.0) - (1.75 - 0.55 * warm + 0.3 * calm)
    if spell <= 0.0:
        return 0.0
    shower = uniform(seed, _SHOWER, h)
    return spell * (1.2 + 5.0 * max(warm, 0.0)) * shower * shower * 2.0


@compiled
def _state(h: int, seed: int, out: Floats) -> None:
    """Fill the fields of one hour; all is taken at the middle of the hour."""
    t = h - 0.5
    clock = (t + BEIJING_H) % 24.0
    # Winter is 1 on 20 January, -1 on 21 July.
    winter = math.cos(2.0 * math.pi * (t - 19.5 * 24.0) / _YEAR_H)
    front = 0.85 * wave(seed, _FRONT, t, 62.0) + 0.5 * wave(seed, _FRONT_2, t, 27.0)
    calm = _clip(0.38 - 0.45 * front, 0.0, 1.0)
    cloud = _clip(0.42 + 0.28 * wave(seed, _CLOUD, t, 20.0) - 0.12 * winter, 0.0, 1.0)
    rain = _rain(h, seed, -winter, calm)
    if rain > 0.0:
        cloud = max(cloud, 0.85)
    sun = _sun_height(t, clock) * (1.0 - 0.7 * cloud * cloud)
    day = math.cos(2.0 * math.pi * (clock - 15.0) / 24.0)

    temp = 14.6 - 13.6 * winter + 3.2 * wave(seed, _HEAT, t, 70.0) - 2.2 * max(front, 0.0)
    temp += (5.2 - 2.6 * cloud) * day - 1.5 * min(rain, 2.0)
    damp = 56.0 - 7.0 * winter + 10.0 * wave(seed, _DAMP, t, 55.0) + 16.0 * calm - 9.0 * front
    rh = _clip(damp - 15.0 * day * (1.0 - 0.5 * cloud) + (18.0 if rain > 0.0 else 0.0), 12.0, 100.0)
    pressure = 1012.0 + 12.0 * winter + 4.5 * front - 0.9 * day

    # A north-westerly behind a front, a southerly in summer, slow turns, and local breezes.
    push = max(front, 0.0)
    east = 1.1 * wave(seed, _EAST, t, 26.0) + 0.9 * push - 0.15
    north = 1.3 * wave(seed, _NORTH, t, 30.0) - 0.75 * winter - 1.3 * push
    vigour = (1.0 - 0.62 * calm) * (1.0 + 0.38 * day) * (1.3 - 0.12 * winter)
    turn = 0.35 * wave(seed, _TURN, t, 3.0)
    east, north = east * vigour + 0.3 * turn, north * vigour - 0.3 * turn
    speed = math.hypot(east, north)
    if speed < 0.4:
        stretch = 0.4 / max(speed, 1e-6)
        east, north, speed = east * stretch, north * stretch, 0.4

    mixing = 130.0 + 55.0 * speed + (1050.0 - 330.0 * winter) * sun * (1.0 - 0.45 * calm)
    # Warm ground keeps the air mixed into the evening.
    late = max(math.sin(math.pi * _clip((clock - 9.0) / 12.0, 0.0, 1.0)), 0.0)
    mixing += 420.0 * late * (1.0 - 0.25 * winter) * (1.0 - 0.6 * calm)

    out[0], out[1], out[2] = east, north, speed
    out[3] = (math.degrees(math.atan2(-east, -north)) + 360.0) % 360.0
    out[4], out[5], out[6], out[7] = temp, rh, pressure, rain
    out[8], out[9], out[10], out[11] = mixing, sun, calm, cloud
