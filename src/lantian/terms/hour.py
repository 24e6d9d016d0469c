"""Hours and days: an hour is the UTC number of its end, a day is local."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

#: Offset of Beijing time, the default of every station.
BEIJING_H: Final = 8
_EPOCH: Final = date(1970, 1, 1)

type Hours = npt.NDArray[np.int32]


def hour_number(end: datetime, offset_h: int = BEIJING_H) -> int:
    """Number of the hour that ends at local time `end`.

    Parameters
    ----------
    end : datetime
        Naive local time of the hour's end, on the full hour.
    offset_h : int
        Local time minus UTC, in hours.

    Returns
    -------
    int
        Hours from 1970-01-01 00:00 UTC to the hour's end.

    Raises
    ------
    ValueError
        If `end` is not on a full hour.

    Examples
    --------
    >>> hour_number(datetime(1970, 1, 1, 9))
    1
    """
    if end.minute or end.second or end.microsecond:
        raise ValueError(f"{end} is not a full hour")
    return int((end - datetime(1970, 1, 1)).total_seconds()) // 3600 - offset_h  # noqa: DTZ001


def local_end(hour: int, offset_h: int = BEIJING_H) -> datetime:
    """Naive local time at which hour number `hour` ends.

    Examples
    --------
    >>> local_end(1)
    datetime.datetime(1970, 1, 1, 9, 0)
    """
    return datetime.fromtimestamp((hour + offset_h) * 3600, UTC).replace(tzinfo=None)


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`.

    Examples
    --------
    >>> day_number(date(1970, 1, 2))
    1
    """
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """Date of a day number.

    Examples
    --------
    >>> day_of(1)
    datetime.date(1970, 1, 2)
    """
    return _EPOCH + timedelta(days=int(number))


def local_day(hour: int, offset_h: int = BEIJING_H) -> int:
    """Day number of the local day to which hour `hour` belongs.

    The value at 01:00 is the mean of 00:00 to 01:00, so the hours that end at
    01:00 … 24:00 make the day.

    Examples
    --------
    >>> local_day(first_hour(day_number(date(2019, 6, 1)))) == day_number(date(2019, 6, 1))
    True
    """
    return (hour - 1 + offset_h) // 24


def first_hour(day: int, offset_h: int = BEIJING_H) -> int:
    """Hour number of the first hour (ending at 01:00 local) of day number `day`.

    Examples
    --------
    >>> local_end(first_hour(0))
    datetime.datetime(1970, 1, 1, 1, 0)
    """
    return day * 24 + 1 - offset_h
