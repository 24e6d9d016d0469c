"""A scan: what a lidar or ceilometer that looks upward saw, over time and height."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from lantian.errors import BadFile

type Times = npt.NDArray[np.int64]
type Floats = npt.NDArray[np.float32]
type Flags = npt.NDArray[np.uint8]

#: Flags of a gate: it counts, the instrument says that it does not, nobody says.
VALID: Final = 0
INVALID: Final = 1
UNKNOWN: Final = 2
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Attenuated backscatter of one instrument.

    Attributes
    ----------
    t : ndarray of int64, shape (times,)
        Seconds since 1970, rising: when each profile ends.
    height_m : ndarray of float32, shape (gates,)
        Above the ground, rising.
    backscatter : ndarray of float32, shape (times, gates)
        1e-6 / (m sr); NaN where there is none. What is flagged is kept too.
    flag : ndarray of uint8, shape (times, gates)
        VALID, INVALID or UNKNOWN.
    cloud_base_m : ndarray of float32, shape (times,)
        Lowest cloud above the ground, as the instrument says; NaN where it says none.

    Examples
    --------
    >>> scan = scan_of(np.array([600]), np.array([15.0, 45.0]), np.array([[2.0, np.nan]]))
    >>> scan.valid.tolist(), scan.days()
    ([[2.0, nan]], [0])
    """

    t: Times
    height_m: Floats
    backscatter: Floats
    flag: Flags
    cloud_base_m: Floats

    @property
    def valid(self) -> Floats:
        """Backscatter that counts; NaN elsewhere."""
        return np.where(self.flag == VALID, self.backscatter, np.float32(np.nan))

    def days(self) -> list[int]:
        """UTC days that it has profiles of; a profile at 00:00 is the last of the day before."""
        return [int(day) for day in np.unique((self.t - 1) // _DAY_S)]

    def of_day(self, day: int) -> Self:
        """Return the part of one UTC day."""
        return self.part((self.t - 1) // _DAY_S == day)

    def between(self, first_t: int, last_t: int) -> Self:
        """Return the profiles that end after one moment and not after another."""
        return self.part((self.t > first_t) & (self.t <= last_t))

    def part(self, kept: npt.NDArray[np.bool_]) -> Self:
        """Return some of the profiles."""
        return type(self)(
            self.t[kept],
            self.height_m,
            self.backscatter[kept],
            self.flag[kept],
            self.cloud_base_m[kept],
        )


def scan_of(
    t: npt.ArrayLike,
    height_m: npt.ArrayLike,
    backscatter: npt.ArrayLike,
    *,
    flag: npt.ArrayLike | None = None,
    cloud_base_m: npt.ArrayLike | None = None,
    where: str = "scan",
) -> Scan:
    """Check what was read and make a scan of it; gates below the ground are left out.

    Raises
    ------
    BadFile
        If shapes disagree, times or heights do not rise, or nothing is above the ground.

    Examples
    --------
    >>> scan_of([600, 300], [15, 45], [[1, 2], [3, 4]], where="a.nc")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    lantian.errors.BadFile: LT-200 时间没有递增 / times do not rise [a.nc] -> ...
    """
    times = np.asarray(t, np.int64)
    heights = np.asarray(height_m, np.float32)
    values = np.asarray(backscatter, np.float32)
    flags = np.where(np.isfinite(values), VALID, UNKNOWN) if flag is None else np.asarray(flag)
    clouds = np.full(times.shape, np.nan) if cloud_base_m is None else np.asarray(cloud_base_m)
    _agree(times, heights, values, flags, clouds, where)
    above = heights >= 0
    if not above.any():
        raise _broken("没有地面以上的高度 / no gate is above the ground", where)
    return Scan(
        times,
        heights[above],
        np.where(np.isfinite(values), values, np.float32(np.nan))[:, above],
        flags.astype(np.uint8)[:, above],
        clouds.astype(np.float32),
    )


def _agree(
    times: Times,
    heights: Floats,
    values: Floats,
    flags: npt.NDArray[np.generic],
    clouds: npt.NDArray[np.generic],
    where: str,
) -> None:
    if times.ndim != 1 or heights.ndim != 1 or not times.size or not heights.size:
        raise _broken("没有时间或高度 / no times or no heights", where)
    shape = (times.size, heights.size)
    if values.shape != shape or flags.shape != shape or clouds.shape != times.shape:
        raise _broken(
            f"数组大小不符：{values.shape}，应为 {shape} / the arrays do not fit together", where
        )
    if (np.diff(times) <= 0).any():
        raise _broken("时间没有递增 / times do not rise", where)
    if not np.isfinite(heights).all() or (np.diff(heights) <= 0).any():
        raise _broken("高度没有递增 / heights do not rise", where)


def _broken(what: str, where: str) -> BadFile:
    return BadFile(what, where=where, fix="检查文件 / check the file")
