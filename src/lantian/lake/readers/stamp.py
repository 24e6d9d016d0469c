"""Stamps of rows: every usual spelling of date and hour becomes an hour number."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lantian.lake.readers.sheet import Column
from lantian.terms.hour import BEIJING_H, Hours, day_number

#: Years that a monitor's stamp can be of; another year is a broken clock or a slip.
YEARS: Final = range(1990, 2100)
_HOUR_US: Final = 3_600_000_000


class StampFault(IntEnum):
    """Why a stamp is not an hour."""

    NONE = 0
    NOT_A_STAMP = 1
    NO_HOUR = 2
    NOT_FULL_HOUR = 3
    ABSURD_YEAR = 4


STAMP_REASONS: Final = {
    StampFault.NOT_A_STAMP: "认不出时间 {!r} / not a date and hour",
    StampFault.NO_HOUR: "时间 {!r} 缺小时 / the stamp has no hour",
    StampFault.NOT_FULL_HOUR: "时间 {!r} 不是整点 / not on the full hour",
    StampFault.ABSURD_YEAR: "时间 {!r} 的年份不可信 / the year cannot be",
}

_CLOCK: Final = r"(\d{1,2})(?:[:时点](?:(\d{1,2})分?)?(?::?(\d{1,2}(?:\.\d+)?)秒?)?)?"
_ZONE: Final = r"\s*(Z|[+-]\d\d:?\d\d)?"
_SPACED: Final = re.compile(
    rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})(?:日\s*|[T\s]+|$)(?:{_CLOCK})?{_ZONE}"
)
_PACKED: Final = re.compile(
    r"(\d{4})(\d\d)(\d\d)[T\s_]*(?:(\d\d)(\d\d)?(\d\d(?:\.\d+)?)?)?" + _ZONE
)
_PACKED_DAY: Final = re.compile(rf"(\d{{4}})(\d\d)(\d\d)[T\s_]+{_CLOCK}{_ZONE}")
_ONLY_CLOCK: Final = re.compile(rf"{_CLOCK}|(\d{{1,2}})\.0+")


@dataclass(frozen=True, slots=True)
class Clock:
    """How a file's stamps are meant: ahead of UTC by how much, hour's end or beginning."""

    offset_h: int = BEIJING_H
    hour_begins: bool = False


@dataclass(frozen=True, slots=True)
class Stamps:
    """Hour number of each row's end, and what is wrong with its stamp."""

    h: Hours
    fault: npt.NDArray[np.uint8]


def read_stamp(text: str, offset_h: int = BEIJING_H) -> tuple[int, StampFault]:
    """Read one stamp; hour 24 is hour 0 of the next day.

    Parameters
    ----------
    text : str
        Date and hour as a file spells them.
    offset_h : int
        What the stamp's clock is ahead of UTC, unless the stamp says so itself.

    Returns
    -------
    (int, StampFault)
        UTC hour number; 0 where there is a fault.

    Examples
    --------
    >>> {read_stamp(t)[0] for t in ("2019-06-01 24:00", "2019/6/2 0:00", "2019060200")}
    {433168}
    >>> read_stamp("2019年6月1日1时") == read_stamp("2019-05-31T17:00:00Z")
    True
    >>> read_stamp("2019-06-01 01:30")[1].name
    'NOT_FULL_HOUR'
    """
    text = unicodedata.normalize("NFKC", text).strip()
    match = _SPACED.fullmatch(text) or _PACKED.fullmatch(text) or _PACKED_DAY.fullmatch(text)
    if match is None:
        return 0, StampFault.NOT_A_STAMP
    year, month, day, hour, minute, second, zone = match.groups()
    number, fault = _day(int(year), int(month), int(day))
    if hour is None:
        return 0, fault or StampFault.NO_HOUR
    fault = fault or _clock_fault(int(hour), minute, second)
    if zone and zone != "Z" and zone[-2:] != "00":
        fault = fault or StampFault.NOT_FULL_HOUR
    own_offset = offset_h if zone is None else int(zone[:3].replace("Z", "0"))
    return (0, fault) if fault else (number * 24 + int(hour) - own_offset, fault)


def _day(year: int, month: int, day: int) -> tuple[int, StampFault]:
    try:
        number = day_number(date(year, month, day))
    except ValueError:
        return 0, StampFault.NOT_A_STAMP
    return number, StampFault.NONE if year in YEARS else StampFault.ABSURD_YEAR


def _clock_fault(hour: int, minute: str | None, second: str | None) -> StampFault:
    if hour > 24:
        return StampFault.NOT_A_STAMP
    past = float(minute or 0) or float(second or 0)
    return StampFault.NOT_FULL_HOUR if past else StampFault.NONE


def read_day(text: str) -> tuple[int, StampFault]:
    """Read the day of a stamp, whatever clock follows it.

    Examples
    --------
    >>> read_day("1970-01-02 00:00:00"), read_day("20190632")[1].name
    ((0, <StampFault.ABSURD_YEAR: 4>), 'NOT_A_STAMP')
    """
    text = unicodedata.normalize("NFKC", text).strip()
    match = _SPACED.fullmatch(text) or _PACKED.fullmatch(text) or _PACKED_DAY.fullmatch(text)
    if match is None:
        return 0, StampFault.NOT_A_STAMP
    number, fault = _day(*(int(part) for part in match.groups()[:3]))
    return (0 if fault else number), fault


def read_clock(text: str) -> tuple[int, StampFault]:
    """Read an hour of the day.

    Examples
    --------
    >>> [read_clock(t)[0] for t in ("1", "01:00", "24时", "3.0")]
    [1, 1, 24, 3]
    """
    match = _ONLY_CLOCK.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return 0, StampFault.NOT_A_STAMP
    hour = int(match[1] or match[4])
    fault = _clock_fault(hour, match[2], match[3])
    return (0 if fault else hour), fault


def stamps(columns: Mapping[str, Column], clock: Clock) -> Stamps:
    """Hour number of every row.

    Parameters
    ----------
    columns : mapping of str to Column
        Some of time, date, hour, year, month, day.
    clock : Clock
        How the stamps are meant.

    Returns
    -------
    Stamps
        The hour is 0 where there is a fault.
    """
    hours, fault = _hours(columns, clock.offset_h)
    if clock.hour_begins:
        hours = hours + 1
    return Stamps(np.where(fault == 0, hours, 0).astype(np.int32), fault)


type _Read = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]


def _hours(columns: Mapping[str, Column], offset_h: int) -> _Read:
    if "time" in columns:
        time = columns["time"]
        if "date" in columns and _is_clock(time):
            return _day_and_clock(_days(columns["date"]), time, offset_h)
        hours, fault = _moments(time, offset_h)
        if "hour" not in columns or bool((fault != StampFault.NO_HOUR).any()):
            return hours, fault
        return _day_and_clock(_days(time), columns["hour"], offset_h)
    if "date" not in columns:
        return _day_and_clock(_days_of_parts(columns), columns["hour"], offset_h)
    if "hour" not in columns:
        return _moments(columns["date"], offset_h)
    return _day_and_clock(_days(columns["date"]), columns["hour"], offset_h)


def _is_clock(time: Column) -> bool:
    kind = time.distinct.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return False
    return all(read_clock(str(text.as_py()))[1] == 0 for text in time.distinct)


def _day_and_clock(days: _Read, clock: Column, offset_h: int) -> _Read:
    hour, clock_fault = _each(clock, read_clock)
    return days[0] * 24 + hour - offset_h, np.maximum(days[1], clock_fault)


def _moments(column: Column, offset_h: int) -> _Read:
    kind = column.distinct.type
    if pa.types.is_date(kind):
        return np.zeros(len(column.distinct), np.int64), _all(column, StampFault.NO_HOUR)
    if not pa.types.is_timestamp(kind):
        return _each(column, lambda text: read_stamp(text, offset_h))
    hours, rest, fault = _ticks(column, _HOUR_US)
    fault[(fault == 0) & (rest != 0)] = StampFault.NOT_FULL_HOUR
    return hours - (0 if kind.tz else offset_h), fault


def _days(column: Column) -> _Read:
    kind = column.distinct.type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return _each(column, read_day)
    days, _, fault = _ticks(column, 24 * _HOUR_US)
    return days, fault


def _ticks(
    column: Column, step_us: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Whole steps since 1970 of a column of moments, what is left over, and faults."""
    moments = pc.cast(column.distinct, pa.timestamp("us"), safe=False)
    ticks = pc.fill_null(pc.cast(moments, pa.int64()), -1).to_numpy()
    fault = np.where(
        np.asarray(pc.is_null(moments)), StampFault.NOT_A_STAMP, StampFault.NONE
    ).astype(np.uint8)
    steps, rest = np.divmod(ticks, step_us)
    first, last = (
        day_number(date(year, 1, 1)) * 24 * _HOUR_US for year in (YEARS.start, YEARS.stop)
    )
    fault[(fault == 0) & ((ticks < first) | (ticks >= last))] = StampFault.ABSURD_YEAR
    return steps, rest, fault


def _days_of_parts(columns: Mapping[str, Column]) -> _Read:
    """Days from columns of year, month and day."""
    parts = [_each(columns[role], _whole) for role in ("year", "month", "day")]
    packed = (parts[0][0] * 100 + parts[1][0]) * 100 + parts[2][0]
    distinct, place = np.unique(packed, return_inverse=True)
    read = [_day(int(p) // 10_000, int(p) // 100 % 100, int(p) % 100) for p in distinct]
    number = np.array([r[0] for r in read], np.int64)[place]
    fault = np.array([r[1] for r in read], np.uint8)[place]
    return number, np.maximum.reduce([fault, *(p[1] for p in parts)])


def _whole(text: str) -> tuple[int, StampFault]:
    digits = text.strip().removesuffix(".0")
    if digits.isascii() and digits.isdigit() and len(digits) <= 4:
        return int(digits), StampFault.NONE
    return 0, StampFault.NOT_A_STAMP


def _each(column: Column, read: Callable[[str], tuple[int, StampFault]]) -> _Read:
    """Read each distinct cell once, numbers by their spelling."""
    column = column.as_text()
    found = [read(text) for text in column.distinct.to_pylist()]
    number = np.array([f[0] for f in found], np.int64)
    fault = np.array([f[1] for f in found], np.uint8)
    return column.spread(number), column.spread(fault)


def _all(column: Column, fault: StampFault) -> npt.NDArray[np.uint8]:
    return np.full(len(column.distinct), fault, np.uint8)
