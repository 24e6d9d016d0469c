"""A track: where a van or drone was, when, and what it measured there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from lantian.errors import BadFile

type Times = npt.NDArray[np.int64]
type Doubles = npt.NDArray[np.float64]

_DAY_S: Final = 86_400
_MOST_LON: Final = 180
_MOST_LAT: Final = 90


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Points in order of time.

    Attributes
    ----------
    t : ndarray of int64, shape (points,)
        Seconds since 1970, rising.
    lon, lat : ndarray of float64, shape (points,)
        WGS 84, degrees.
    height_m : ndarray of float64, shape (points,)
        Above the ground; NaN where nobody says.
    factors : tuple of str
        What was measured, as the file names it.
    units : tuple of str
        Of each, "" where the file gives none.
    values : ndarray of float64, shape (points, factors)
        NaN where there is none.
    """

    t: Times
    lon: Doubles
    lat: Doubles
    height_m: Doubles
    factors: tuple[str, ...]
    units: tuple[str, ...]
    values: Doubles

    def of(self, factor: str) -> Doubles:
        """Return the values of a factor."""
        return self.values[:, self.factors.index(factor)]

    def days(self) -> list[int]:
        """UTC days that it has points of."""
        return [int(day) for day in np.unique((self.t - 1) // _DAY_S)]

    def of_day(self, day: int) -> Self:
        """Return the part of one UTC day."""
        return self.part((self.t - 1) // _DAY_S == day)

    def between(self, first_t: int, last_t: int) -> Self:
        """Return the points after one moment and not after another."""
        return self.part((self.t > first_t) & (self.t <= last_t))

    def part(self, kept: npt.NDArray[np.bool_]) -> Self:
        """Return some of the points."""
        return type(self)(
            self.t[kept], self.lon[kept], self.lat[kept], self.height_m[kept], self.factors,
            self.units, self.values[kept],
        )  # fmt: skip


def track_of(
    t: Times,
    places: tuple[Doubles, Doubles, Doubles],
    factors: Sequence[tuple[str, str]],
    values: Doubles,
    *,
    where: str = "track",
) -> Track:
    """Check what was read and make a track of it, its points in order of time.

    Of points of the same second the last one read counts.

    Parameters
    ----------
    t : ndarray of int64, shape (points,)
    places : (lon, lat, height_m)
    factors : sequence of (name, unit)
    values : ndarray of float64, shape (points, factors)
    where : str
        File, for the error.

    Raises
    ------
    BadFile
        If there is no point or no factor, one is named twice, or a place is no place on earth.

    Examples
    --------
    >>> track = track_of(
    ...     np.array([20, 10]), (np.array([115.1, 115.0]), np.array([36.0, 36.0]),
    ...     np.array([np.nan, np.nan])), [("PM2.5", "ug/m3")], np.array([[80.0], [60.0]]))
    >>> track.t.tolist(), track.of("PM2.5").tolist()
    ([10, 20], [60.0, 80.0])
    """
    names = tuple(name for name, _ in factors)
    if not t.size or not names:
        raise _broken("没有点或没有因子 / no points or no factors", where)
    if len(set(names)) < len(names):
        raise _broken("同名的因子 / a factor is named twice", where)
    lon, lat, height_m = places
    if not (np.abs(lon) <= _MOST_LON).all() or not (np.abs(lat) <= _MOST_LAT).all():
        raise _broken("经纬度缺失或越界 / longitude or latitude is missing or out of range", where)
    order = np.argsort(t, kind="stable")
    last = order[np.append(np.diff(t[order]) > 0, [True])]
    return Track(
        t[last], lon[last], lat[last], height_m[last], names, tuple(u for _, u in factors),
        values[last],
    )  # fmt: skip


def _broken(what: str, where: str) -> BadFile:
    return BadFile(what, where=where, fix="检查文件 / check the file")
