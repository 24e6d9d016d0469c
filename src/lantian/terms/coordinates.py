"""Coordinate systems of Chinese maps, and WGS 84 out of each of them and back."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Lonlat = tuple[Floats, Floats]


class CoordinateSystem(StrEnum):
    """A system that coordinates may be given in.

    WGS 84 stands for CGCS2000 too: they differ by decimetres at most. GCJ-02 is the shifted
    system of maps published in China (Amap, Tencent); BD-09 is Baidu's, shifted once more.
    """

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


#: Krasovsky 1940, on which GCJ-02 computes its shift: half axis in m, square of eccentricity.
_A_M: Final = 6_378_245.0
_E2: Final = 0.006_693_421_622_965_943_23
#: Degrees west, east, south, north, outside of which GCJ-02 shifts nothing.
_CHINA: Final = (72.004, 137.8347, 0.8293, 55.8271)
_BD_TURNS: Final = np.pi * 3000.0 / 180.0
_BD_EAST: Final = 0.0065
_BD_NORTH: Final = 0.006
#: The inverse is exact to this, degrees: a ten-thousandth of a millimetre.
_CLOSE_DEG: Final = 1e-12
_MOST_ROUNDS: Final = 30


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, system: CoordinateSystem) -> Lonlat:
    """Convert coordinates of a system to WGS 84.

    Parameters
    ----------
    lon, lat : array_like, same shape
        Degrees in `system`.
    system : CoordinateSystem

    Returns
    -------
    (ndarray, ndarray)
        Longitude and latitude in WGS 84, degrees; within 1e-9 of what would give `lon`
        and `lat` again.

    Notes
    -----
    The shifts have no inverse in closed form; it is found by repeated correction. Within
    some hundred metres of the edge of the shifted region (a box around China) a point may
    have two origins or none.

    Examples
    --------
    >>> lon, lat = to_wgs84(116.38404722455657, 39.91334545536069, CoordinateSystem.GCJ02)
    >>> round(float(lon), 6), round(float(lat), 6)
    (116.377817, 39.911954)
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if system is CoordinateSystem.BD09:
        x, y = _inverse(_gcj02_to_bd09, x, y)
    if system is not CoordinateSystem.WGS84:
        x, y = _inverse(_wgs84_to_gcj02, x, y)
    return x, y


def from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, system: CoordinateSystem) -> Lonlat:
    """Convert coordinates in WGS 84 to a system.

    Parameters
    ----------
    lon, lat : array_like, same shape
        Degrees in WGS 84.
    system : CoordinateSystem

    Returns
    -------
    (ndarray, ndarray)
        Longitude and latitude in `system`, degrees.

    Examples
    --------
    >>> lon, lat = from_wgs84(121.5272106, 31.1774276, CoordinateSystem.GCJ02)
    >>> round(float(lon), 9), round(float(lat), 9)
    (121.531541859, 31.175303984)
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if system is not CoordinateSystem.WGS84:
        x, y = _wgs84_to_gcj02(x, y)
    if system is CoordinateSystem.BD09:
        x, y = _gcj02_to_bd09(x, y)
    return x, y


def _inverse(forward: Callable[[Floats, Floats], Lonlat], lon: Floats, lat: Floats) -> Lonlat:
    """Find what `forward` turns into a point: correct a guess by what it misses."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_MOST_ROUNDS):
        east, north = forward(x, y)
        off_x, off_y = east - lon, north - lat
        x, y = x - off_x, y - off_y
        if max(np.max(np.abs(off_x), initial=0.0), np.max(np.abs(off_y), initial=0.0)) < _CLOSE_DEG:
            break
    return x, y


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> Lonlat:
    west, east, south, north = _CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    x, y = lon - 105.0, lat - 35.0
    shift_east_m, shift_north_m = _shift(x, y)
    sine = np.sin(np.radians(lat))
    magic = 1.0 - _E2 * sine * sine
    prime_m = _A_M / np.sqrt(magic) * np.cos(np.radians(lat))
    meridian_m = _A_M * (1.0 - _E2) / (magic * np.sqrt(magic))
    # At a pole the first radius is nothing, but no pole is shifted.
    with np.errstate(divide="ignore", invalid="ignore"):
        shifted_lon = lon + np.degrees(shift_east_m / prime_m)
    shifted_lat = lat + np.degrees(shift_north_m / meridian_m)
    return np.where(inside, shifted_lon, lon), np.where(inside, shifted_lat, lat)


def _shift(x: Floats, y: Floats) -> Lonlat:
    """Shift of GCJ-02 in metres, of degrees from 105 E, 35 N."""

    def waves(of: Floats, *terms: tuple[float, float]) -> Floats:
        total: Floats = sum(
            (height * np.sin(np.pi * of * turns) for height, turns in terms), np.zeros_like(of)
        )
        return total * 2.0 / 3.0

    ripple = waves(x, (20.0, 6.0), (20.0, 2.0))
    root = np.sqrt(np.abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east = east + waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north = north + waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    return east, north


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> Lonlat:
    radius = np.hypot(lon, lat) + 0.000_02 * np.sin(lat * _BD_TURNS)
    angle = np.arctan2(lat, lon) + 0.000_003 * np.cos(lon * _BD_TURNS)
    return radius * np.cos(angle) + _BD_EAST, radius * np.sin(angle) + _BD_NORTH
