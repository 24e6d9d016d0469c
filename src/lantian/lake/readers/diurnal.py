"""A clock that is hours off shows in ozone: its mean day peaks after noon, everywhere."""

from typing import Final

import numpy as np

from lantian.lake.rows import Int32s, Rows
from lantian.terms.hour import BEIJING_H
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import O3, POLLUTANTS

_O3: Final = POLLUTANTS.index(O3)
_FEWEST_DAYS: Final = 5
_FEWEST_STATION_DAYS: Final = 100
_FEWEST_DAYS_ALONE: Final = 20
# Local hours between which the first harmonic of a mean day of ozone peaks. 5,225 spells of
# 20 days at single stations of six provinces and Beijing, 2013 to 2019, lie in 11.3 to 19.3.
_PEAK: Final = (11.0, 20.0)
_USUAL_PEAK: Final = 15.5
#: Size of that harmonic as a share of the mean, below which a day is too flat to tell.
_CLEAR: Final = 0.2
_SHIFT_H: Final = 8


def clock_note(rows: Rows, offset_h: int) -> str | None:
    """Say so where ozone shows that a file's clock is 8 hours off.

    Parameters
    ----------
    rows : Rows
        Hours as read with `offset_h`.
    offset_h : int
        What the stamps were taken to be ahead of UTC.

    Returns
    -------
    str or None
        A sentence, zh and en, with the option that sets it right; None where the clock looks
        right or there are too few data: 5 days with 100 station-days, or 20 days at one
        station.

    Notes
    -----
    Ozone is made by sunlight: its mean day peaks in the afternoon and is lowest at dawn. The
    first harmonic of the mean by hour of the day (Beijing time) carries both; it is judged
    where its size is at least a fifth of the mean.
    """
    peak = _peak(rows)
    if peak is None or _PEAK[0] <= peak <= _PEAK[1]:
        return None
    early = (peak - _USUAL_PEAK) % 24 > 12
    right = offset_h + (-_SHIFT_H if early else _SHIFT_H)
    zh, en = ("早", "early") if early else ("晚", "late")
    return (
        f"时钟可能偏{zh} {_SHIFT_H} 小时：臭氧日变化峰值约在 {peak:.0f} 时（应在 12–18 时）；"
        f"若确认，改用 --clock-offset {right} 重新载入 / the clock may be {_SHIFT_H} h {en}: "
        f"ozone peaks at about {peak:.0f}:00 (12 to 18 is usual); if so, load the file again "
        f"with --clock-offset {right}"
    )


def _peak(rows: Rows) -> float | None:
    """Local hour at which the first harmonic of ozone's mean day peaks; None if unclear."""
    given = (rows.values[_O3] != MISSING) & ~rows.withdrawn[_O3]
    local = rows.h[given] + BEIJING_H
    if not _are_enough(local):
        return None
    count = np.bincount(local % 24, minlength=24)
    if not count.all():
        return None
    mean = np.bincount(local % 24, rows.values[_O3][given], 24) / count
    harmonic = np.sum(mean * np.exp(2j * np.pi * np.arange(24) / 24)) / 12
    if abs(harmonic) < _CLEAR * mean.mean():
        return None
    return float(np.angle(harmonic) * 12 / np.pi % 24)


def _are_enough(h: Int32s) -> bool:
    """Whether hours of ozone, one entry for each station and hour, make enough whole days."""
    if not h.size:
        return False
    days = np.count_nonzero(np.bincount(h - h.min())) // 24
    station_days = h.size // 24
    return bool(
        (days >= _FEWEST_DAYS and station_days >= _FEWEST_STATION_DAYS)
        or days >= _FEWEST_DAYS_ALONE
    )
