"""Air that comes from outside the county, and what a neighbouring county adds to it.

Regional air has seasons, builds up in still weather, is cleared by fronts and rain, holds the
particles made on the way (more in damp air) and the ozone made by day (more in sun and heat).
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from lantian.terms.hour import BEIJING_H, hour_number
from lantian.terms.pollutant import PM10, PM25, POLLUTANTS, SO2
from lantian.terms.rounding import compiled
from lantian.twin.event import Surge
from lantian.twin.noise import wave
from lantian.twin.place import Place
from lantian.twin.plume import OZONE_PER_NO2, UG_S_PER_KG_H
from lantian.twin.weather import Floats, Weather

#: Noise channels: what is carried in, ozone's own, coarse dust, and the first of the counties'.
_LOAD, _OZONE, _DUST, _COUNTY = 31, 32, 33, 1_000_000
_YEAR_H: Final = 365.2425 * 24.0
_OZONE_ROW: Final = 5


def regional(air: Weather, h_from: int, *, seed: int) -> Floats:
    """Concentrations of regional air.

    Parameters
    ----------
    air : Weather
    h_from : int
        UTC hour number of its first hour.
    seed : int

    Returns
    -------
    ndarray, shape (6, hours)
        ug/m3, CO in mg/m3, in the order of `POLLUTANTS`.
    """
    return _regional(
        h_from, seed, air.calm, air.temp_c, air.rh_pct, air.wind_ms, air.rain_mm, air.cloud
    )


@compiled
def _regional(
    h_from: int,
    seed: int,
    calm: Floats,
    temp: Floats,
    rh: Floats,
    wind: Floats,
    rain: Floats,
    cloud: Floats,
) -> Floats:
    out = np.empty((6, calm.size))
    for i in range(calm.size):
        t = h_from + i - 0.5
        clock = (t + BEIJING_H) % 24.0
        winter = math.cos(2.0 * math.pi * (t - 19.5 * 24.0) / _YEAR_H)
        load = wave(seed, _LOAD, t, 95.0)
        build = math.exp(1.6 * (calm[i] - 0.42) + 0.36 * load) * (1.0 - 0.3 * min(rain[i], 1.0))
        damp = 1.0 + 0.40 * min(max((rh[i] - 58.0) / 42.0, 0.0), 1.0)
        rush = 1.0 + 0.18 * math.cos(2.0 * math.pi * (clock - 8.0) / 12.0)
        fine = (25.0 + 16.5 * winter) * build * damp
        # Coarse dust of a region comes and goes in spells of a day or two, far and wide alike.
        spell = math.exp(0.85 * wave(seed, _DUST, t, 36.0) - 0.36)
        loose = (20.0 + 5.0 * winter) * (1.0 - 0.35 * damp + 0.06 * wind[i] * wind[i]) * spell
        out[0, i] = (4.2 + 2.0 * winter) * (0.6 + 0.4 * build)
        out[1, i] = (8.5 + 4.5 * winter) * (0.45 + 0.55 * build) * rush
        out[2, i] = fine * 1.12 + max(loose, 4.0) + 9.0 * spell
        out[3, i] = fine
        out[4, i] = (0.34 + 0.14 * winter) * (0.5 + 0.5 * build)
        rise = max(math.sin(math.pi * min(max((clock - 7.5) / 15.5, 0.0), 1.0)), 0.0)
        made = (18.0 + 4.9 * max(temp[i] - 5.0, 0.0)) * (1.12 - 0.75 * cloud[i] * cloud[i])
        made *= (0.86 + 0.30 * calm[i]) * (1.0 + 0.07 * wave(seed, _OZONE, t, 40.0))
        night = 54.0 - 3.0 * winter - 14.0 * calm[i]
        out[5, i] = night + made * rise * math.sqrt(rise) - 0.25 * out[1, i]
    return out


def surges(events: Sequence[Surge], h_from: int, h_to: int) -> Floats:
    """What dust and fireworks add in hours [h_from, h_to), shape (6, hours)."""
    out = np.zeros((len(POLLUTANTS), h_to - h_from))
    hours = np.arange(h_from, h_to)
    for event in events:
        ends = [hour_number(moment) for moment in (event.begin, event.peak, event.end)]
        share = np.interp(hours, ends, [0.0, 1.0, 0.0])
        for pollutant, peak in ((SO2, event.so2), (PM10, event.pm10), (PM25, event.pm25)):
            out[POLLUTANTS.index(pollutant)] += peak * share * share
    return out


def swing(place: Place, h_from: int, h_to: int, *, seed: int) -> Floats:
    """Slow swing of a county's air about the region's, mean 0 and deviation 1, shape (hours,)."""
    return _swing(_COUNTY + int(place.code), h_from, h_to, seed)


@compiled
def _swing(channel: int, h_from: int, h_to: int, seed: int) -> Floats:
    out = np.empty(h_to - h_from)
    for i in range(h_to - h_from):
        out[i] = wave(seed, channel, h_from + i - 0.5, 420.0)
    return out


def boxed(emitted: Floats, air: Weather, place: Place, box_km: float) -> Floats:
    """What a neighbouring county's own sources add to its air.

    Parameters
    ----------
    emitted : ndarray, shape (6, hours)
        kg/h of SO2, NO2, PM10, PM2.5, CO and VOC of a county whose burden is 1.
    air : Weather
    place : Place
    box_km : float
        Width over which the wind carries them out.

    Returns
    -------
    ndarray, shape (6, hours)
        ug/m3, CO in mg/m3; NO takes ozone.
    """
    flow = np.maximum(air.wind_ms, 0.8) * np.maximum(air.mixing_m, 180.0) * box_km * 1000.0
    added = emitted * (place.burden * UG_S_PER_KG_H) / flow
    coarse = added[2] - added[3]
    added[2] = added[3] + coarse * place.dust
    added[4] /= 1000.0
    added[_OZONE_ROW] = -OZONE_PER_NO2 * added[1]
    return added
