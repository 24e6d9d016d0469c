"""What reaches a place from a source: a Gaussian plume that remembers the hours before.

In steady wind the air of an hour ago is an hour's way further on. So the way downwind is cut
into tents one hour's travel wide: tent k weighs ``max(0, 1 - |travel time - k hours|)`` and
takes the emission of k hours ago, carried on the mean wind since. In steady wind the tents add
up to 1 and to the plain plume; when the wind turns, each hour's air keeps its own way. Air
older than `LAGS` hours belongs to the region. Concentrations are linear in emission.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.terms.rounding import compiled
from lantian.twin.weather import Floats, Weather

#: Hours of emission, the present one included, that a receptor feels.
LAGS: Final = 4
#: The least wind that carries a plume, m/s.
_LEAST_MS: Final = 0.8
#: kg/h in ug/s.
UG_S_PER_KG_H: Final = 1e9 / 3600.0
#: Ozone made in full sun from VOC at a place, and taken by its NO2, both by mass.
_OZONE_PER_VOC: Final = 1.6
OZONE_PER_NO2: Final = 0.35
#: Spread upward of what has just left a source: so many m, and this part of its width.
_LOW_M, _FLAT = 6.0, 80.0
#: Standard deviations beyond which a plume is not followed.
_WIDTH: Final = 4.0

type Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Emitters:
    """Points that emit; arrays of shape (points,) but for the last two.

    Attributes
    ----------
    x_km, y_km : ndarray
    height_m, spread_m : ndarray
    source : ndarray of int64
        Source that the point is part of.
    rates : ndarray, shape (points, 6)
        kg/h of SO2, NO2, PM10, PM2.5, CO and VOC where activity is 1.
    activity : ndarray, shape (sources, LAGS - 1 + hours)
        Share of the rates at which a source runs, from LAGS - 1 hours before the first.
    """

    x_km: Floats
    y_km: Floats
    height_m: Floats
    spread_m: Floats
    source: npt.NDArray[np.int64]
    rates: Floats
    activity: Floats


def contributions(
    emitters: Emitters, air: Weather, x_km: Floats, y_km: Floats, *, by_source: bool
) -> Singles:
    """Concentrations that sources make at places.

    Parameters
    ----------
    emitters : Emitters
    air : Weather
        From LAGS - 1 hours before the first hour wanted.
    x_km, y_km : ndarray, shape (places,)
    by_source : bool
        Whether sources are kept apart.

    Returns
    -------
    ndarray of float32, shape (6, sources or 1, places, hours)
        ug/m3, CO in mg/m3, in the order of `POLLUTANTS`. Ozone may be negative: NO takes it.
    """
    hours = air.sun.size - LAGS + 1
    sources = len(emitters.activity) if by_source else 1
    out = np.zeros((hours, len(x_km), sources, 6), np.float32)
    if hours > 0:
        _spread(
            emitters.x_km,
            emitters.y_km,
            emitters.height_m,
            emitters.spread_m,
            emitters.source,
            emitters.rates,
            emitters.activity,
            air.east_ms,
            air.north_ms,
            air.mixing_m,
            air.sun,
            air.wind_ms,
            x_km,
            y_km,
            out,
        )
    return out.transpose(3, 2, 1, 0)


@compiled
def _widths(x_m: float, sun: float, wind_ms: float) -> tuple[float, float]:
    """Spread across and up at a distance, m.

    Briggs (1973), open country, classes B by day, D in wind and E by night.
    """
    root = 1.0 / math.sqrt(1.0 + 0.0001 * x_m)
    if wind_ms > 4.0 or (0.0 < sun < 0.15):
        return 0.08 * x_m * root, 0.06 * x_m / math.sqrt(1.0 + 0.0015 * x_m)
    if sun > 0.0:
        return 0.16 * x_m * root, 0.12 * x_m
    return 0.07 * x_m * root, 0.04 * x_m / (1.0 + 0.0003 * x_m)


@compiled
def _dilution(
    y_m: float,
    wind_ms: float,
    height_m: float,
    spread_m: float,
    mixing_m: float,
    across_m: float,
    up_m: float,
) -> float:
    """Concentration at the ground for a unit of emission, s/m3: ground and lid reflect."""
    if height_m >= mixing_m:
        return 0.0
    # A cloud of width w has the deviation w / 2.15 across.
    sy = math.sqrt(across_m * across_m + spread_m * spread_m / 4.6)
    low = _LOW_M + spread_m / _FLAT
    sz = math.sqrt(up_m * up_m + low * low)
    if abs(y_m) > _WIDTH * sy:
        return 0.0
    across = math.exp(-0.5 * y_m * y_m / (sy * sy)) / (math.sqrt(2.0 * math.pi) * sy)
    if sz > 1.2 * mixing_m:
        return across / (wind_ms * mixing_m)
    upright = 0.0
    for image in range(-1, 2):
        z = (height_m + 2.0 * image * mixing_m) / sz
        upright += 2.0 * math.exp(-0.5 * z * z)
    return across * upright / (math.sqrt(2.0 * math.pi) * sz * wind_ms)


@compiled
def _way(east: Floats, north: Floats, now: int, lag: int) -> tuple[float, float, float]:
    """Mean wind on the way of air that left `lag` hours ago: direction, and speed of the plume.

    The first and the last hour of the way count half.
    """
    u = v = 0.0
    for back in range(lag + 1):
        weight = 1.0 if lag == 0 else (0.5 if back in (0, lag) else 1.0) / lag
        u += weight * east[now - back]
        v += weight * north[now - back]
    length = max(math.hypot(u, v), 1e-9)
    return u / length, v / length, max(length, _LEAST_MS)


@compiled
def _spread(
    ex: Floats,
    ey: Floats,
    height: Floats,
    spread: Floats,
    source: npt.NDArray[np.int64],
    rates: Floats,
    activity: Floats,
    east: Floats,
    north: Floats,
    mixing: Floats,
    sun: Floats,
    wind: Floats,
    rx: Floats,
    ry: Floats,
    out: Singles,
) -> None:
    """Add up tents, emitters and places; `out` is (hours, places, sources or 1, 6)."""
    kept_apart = out.shape[2] > 1
    for hour in range(out.shape[0]):
        now = hour + LAGS - 1
        for lag in range(LAGS):
            ux, uy, speed = _way(east, north, now, lag)
            reach = 3600.0 * speed
            least, most = max((lag - 1) * reach, 1.0), (lag + 1) * reach
            for e in range(ex.size):
                strength = activity[source[e], now - lag] * UG_S_PER_KG_H
                if strength == 0.0:
                    continue
                # The stack's own heat lifts a plume more in light wind.
                lifted = height[e] * (1.0 + min(1.2 / speed, 1.2))
                at = source[e] if kept_apart else 0
                for r in range(rx.size):
                    dx, dy = 1000.0 * (rx[r] - ex[e]), 1000.0 * (ry[r] - ey[e])
                    x, y = dx * ux + dy * uy, dy * ux - dx * uy
                    # Most places lie upwind, out of reach or far aside: nothing to work out.
                    if x <= least or x >= most or abs(y) > 0.8 * x + 3.0 * spread[e]:
                        continue
                    sy, sz = _widths(x, sun[now], wind[now])
                    tent = strength * (1.0 - abs(x / reach - lag))
                    tent *= _dilution(y, speed, lifted, spread[e], mixing[now], sy, sz)
                    _add(out[hour, r, at], rates[e], tent, sun[now])


@compiled
def _add(cell: Singles, rates: Floats, tent: float, sun: float) -> None:
    for p in range(4):
        cell[p] += tent * rates[p]
    cell[4] += tent * rates[4] * 0.001
    cell[5] += tent * (_OZONE_PER_VOC * sun * rates[5] - OZONE_PER_NO2 * rates[1])
