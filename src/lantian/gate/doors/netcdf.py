"""Reading a lidar's or ceilometer's NetCDF file, classic or NetCDF-4, by a declared layout.

Run as a module it reads what `netcdf_apart` sends it.
"""

import io
import json
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import netCDF4
import numpy as np
import numpy.typing as npt

from lantian.errors import BadFile
from lantian.gate.doors.message import LARGE, SYNTAX, BadMessage, Message
from lantian.gate.doors.netcdf_apart import REFUSED, NetcdfLayout
from lantian.profile.scan import INVALID, UNKNOWN, VALID, Scan, scan_of
from lantian.rules.shape import fill

#: More numbers than this in one variable are not read: a small file can promise a huge one.
_MOST: Final = 20_000_000
#: Memory that the process of its own may take.
_MOST_BYTES: Final = 3 << 30
_SECONDS: Final = "seconds since 1970-01-01 00:00:00"
#: Backscatter in 1e-6 / (m sr), by how files spell its unit.
_UNITS: Final = {
    "1e-6*1/(m*sr)": 1.0,
    "1e-6 m-1 sr-1": 1.0,
    "mm-1 sr-1": 1.0,
    "m-1 sr-1": 1e6,
    "1/(m*sr)": 1e6,
    "1/(m sr)": 1e6,
    "sr-1 m-1": 1e6,
    "km-1 sr-1": 1e3,
}

type Doubles = npt.NDArray[np.float64]


def read_netcdf(message: Message, layout: NetcdfLayout) -> Scan:
    """Read a scan.

    Raises
    ------
    BadMessage
        If it is no NetCDF, lacks a variable, or is too large.
    BadFile
        If times or heights do not rise, or shapes disagree.
    """
    try:
        data = netCDF4.Dataset("scan.nc", memory=message.body)
    except (OSError, ValueError) as error:
        raise _refused(message, f"不是 NetCDF / no NetCDF: {error}") from error
    try:
        return _scan(_File(data, message), layout, message.origin)
    finally:
        data.close()


@dataclass(frozen=True, slots=True)
class _File:
    data: Any
    message: Message

    def variable(self, name: str) -> Any:
        if name not in self.data.variables:
            known = ", ".join(sorted(self.data.variables)[:20])
            raise _refused(self.message, f"没有变量 / no variable {name!r}: {known}")
        found = self.data.variables[name]
        if found.size > _MOST:
            raise _refused(self.message, f"{name}: {found.size} values", LARGE)
        return found

    def numbers(self, name: str) -> Doubles:
        """Values of a variable; NaN where it has none."""
        try:
            values = np.ma.asarray(self.variable(name)[...], np.float64)
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            raise _refused(self.message, f"{name}: {error}") from error
        return np.asarray(values.filled(np.nan))

    def times(self, name: str) -> npt.NDArray[np.int64]:
        """Seconds since 1970 of a variable whose `units` say since when it counts."""
        variable, values = self.variable(name), self.numbers(name)
        units = str(getattr(variable, "units", ""))
        calendar = str(getattr(variable, "calendar", "standard"))
        if not np.isfinite(values).all():
            raise _refused(self.message, f"{name}: 缺时间 / a time is missing")
        try:
            moments = netCDF4.num2date(values, units, calendar)
            seconds = netCDF4.date2num(moments, _SECONDS, calendar)
        except (ValueError, OverflowError) as error:
            raise _refused(self.message, f"{name}: {units!r} {error}") from error
        return np.rint(np.asarray(seconds, np.float64)).astype(np.int64)


def _scan(file: _File, layout: NetcdfLayout, where: str) -> Scan:
    ground_m = file.numbers(layout.ground).reshape(-1)[0] if layout.ground else 0.0
    values = file.numbers(layout.backscatter) * _scale(file, layout)
    flag = _flags(file.numbers(layout.flag), layout) if layout.flag else None
    clouds = _lowest(file.numbers(layout.cloud)) if layout.cloud else None
    times, heights = file.times(layout.time), file.numbers(layout.height) - ground_m
    return scan_of(times, heights, values, flag=flag, cloud_base_m=clouds, where=where)


def _scale(file: _File, layout: NetcdfLayout) -> float:
    if layout.scale:
        return layout.scale
    unit = str(getattr(file.variable(layout.backscatter), "units", ""))
    if unit.lower() not in _UNITS:
        known = "; ".join(_UNITS)
        raise _refused(file.message, f"单位 / unit {unit!r}: scale = …, 或 / or {known}")
    return _UNITS[unit.lower()]


def _flags(flags: Doubles, layout: NetcdfLayout) -> npt.NDArray[np.uint8]:
    found = np.full(flags.shape, UNKNOWN, np.uint8)
    found[np.isin(flags, _doubles(layout.valid))] = VALID
    found[np.isin(flags, _doubles(layout.invalid))] = INVALID
    return found


def _doubles(numbers: Sequence[int]) -> Doubles:
    return np.asarray(numbers, np.float64)


def _lowest(clouds: Doubles) -> Doubles:
    """Lowest cloud; what is not above the ground stands for none."""
    layers = clouds.reshape(clouds.shape[0], -1) if clouds.ndim else clouds.reshape(1, 1)
    least = np.where(layers > 0, layers, np.inf).min(axis=1)
    return np.where(np.isfinite(least), least, np.nan)


def _refused(message: Message, what: str, cause: str = SYNTAX) -> BadMessage:
    return BadMessage(
        cause,
        what[:300],
        where=f"{message.stream} {message.origin}",
        fix=f"对照 / compare doors/{message.stream}.toml [reading]",
    )


def _read(given: bytes) -> int:
    """Read in this process what stands in the input; return its exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    head, _, body = given.partition(b"\n")
    told: dict[str, Any] = json.loads(head)
    layout = fill(NetcdfLayout, told["layout"], "layout")
    try:
        message = Message("", told["stream"], told["origin"], body, 0, "")
        scan = read_netcdf(message, layout)
    except (BadFile, BadMessage) as error:
        cause = error.cause if isinstance(error, BadMessage) else SYNTAX
        why = {"cause": cause, "what": error.what, "where": error.where, "fix": error.fix}
        sys.stderr.write(json.dumps(why) + "\n")
        return REFUSED
    file = io.BytesIO()
    arrays = {name: getattr(scan, name) for name in Scan.__dataclass_fields__}
    np.savez(file, allow_pickle=False, **arrays)
    sys.stdout.buffer.write(file.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(_read(sys.stdin.buffer.read()))
