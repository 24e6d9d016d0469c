"""A clock that is hours off shows in ozone: its mean day peaks after noon, everywhere."""

from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.rows import Int32s, Rows
from lantian.terms.hour import BEIJING_H
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import O3, POLLUTANTS

type Courses = npt.NDArray[np.int64]

_OZONE: Final = POLLUTANTS.index(O3)
#: Beijing hour at which the first harmonic of a mean day of ozone peaks, and how far off a sound
#: clock may put it. 5,225 spells of 20 days at single stations of six provinces and Beijing,
#: 2013 to 2019, lie in 11.3 to 19.3; of spells of 10 days some do not lie in 11 to 20.
_PEAK: Final = 15.5
_TOLERATED_H: Final = 4.5
#: Size of that harmonic as a share of the mean, below which a day is too flat to tell.
_CLEAR: Final = 0.2
#: How near to eight hours a shift is taken for eight: 99.8 % of 1,468 spells of 20 days are.
_NEAR_EIGHT_H: Final = 3.0
_FEWEST_DAYS_ALONE: Final = 20
_FEWEST_DAYS: Final = 5
_FEWEST_STATION_DAYS: Final = 100


def shift_of(sums: Courses, counts: Courses) -> npt.NDArray[np.float64]:
    """Hours by which each mean day's ozone peak is away from mid-afternoon; NaN unknown.

    Parameters
    ----------
    sums, counts : ndarray of int64, shape (n, 24)
        Sum and count of ozone by hour of the day (Beijing time, 0 to 23).

    Returns
    -------
    ndarray of float64, shape (n,)
        In [-12, 12); NaN where an hour has no value or the day is too flat.

    Notes
    -----
    Ozone is made by sunlight: its mean day peaks in the afternoon and is lowest at dawn. The
    first harmonic of the mean by hour of the day carries both; its phase is the peak.

    Examples
    --------
    >>> course = np.round(60_000 + 40_000 * np.cos((np.arange(24) - 23) * np.pi / 12))
    >>> shift_of((course * 20).astype(np.int64)[None], np.full((1, 24), 20)).round(1).tolist()
    [7.5]
    """
    shift = np.full(len(sums), np.nan)
    whole = (counts > 0).all(axis=1)
    means = sums[whole] / counts[whole]
    wave = means @ np.exp(2j * np.pi * np.arange(24) / 24) / 12
    peak = np.angle(wave) * 12 / np.pi
    clear = np.abs(wave) >= _CLEAR * means.mean(axis=1)
    shift[whole] = np.where(clear, (peak - _PEAK + 12) % 24 - 12, np.nan)
    return shift


def file_note(rows: Rows, offset_h: int) -> str | None:
    """Say so where the ozone of a whole file shows that its clock is hours off.

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
    """
    given = (rows.values[_OZONE] != MISSING) & ~rows.withdrawn[_OZONE]
    h = rows.h[given]
    if not _are_enough(h):
        return None
    hour = (h + BEIJING_H) % 24
    counts = np.bincount(hour, minlength=24)
    sums = np.bincount(hour, rows.values[_OZONE][given], 24).astype(np.int64)
    shift = float(shift_of(sums[None], counts[None])[0])
    if not abs(shift) > _TOLERATED_H:  # so that NaN says nothing
        return None
    zh, en = _said(shift)
    right = f"--clock-offset {offset_h + _likely(shift)}"
    return f"{zh}；若确认，改用 {right} 重新载入 / {en}; if so, load the file again with {right}"


def suspicions(names: tuple[str, ...], sums: Courses, counts: Courses) -> list[str]:
    """Return a sentence for each station with 20 days whose clock seems hours off.

    Parameters
    ----------
    names : tuple of str
        Station codes, one for each row of the two others; these are as for `shift_of`.
    """
    shift = shift_of(sums, counts)
    shift[counts.sum(axis=1) // 24 < _FEWEST_DAYS_ALONE] = np.nan
    with np.errstate(invalid="ignore"):
        odd = np.flatnonzero(np.abs(shift) > _TOLERATED_H)
    return [f"{names[s]}: {' / '.join(_said(float(shift[s])))}" for s in odd.tolist()]


def _likely(shift: float) -> int:
    """Whole hours a clock is likely off: the phase is rough, eight by far the usual cause."""
    if abs(abs(shift) - BEIJING_H) <= _NEAR_EIGHT_H:
        return BEIJING_H if shift > 0 else -BEIJING_H
    return round(shift)


def _said(shift: float) -> tuple[str, str]:
    """Say a suspicion, zh and en."""
    hours, peak = _likely(shift), round(_PEAK + shift) % 24
    zh, en = ("早", "early") if hours < 0 else ("晚", "late")
    why, cause = "", ""
    if abs(hours) == BEIJING_H:
        why, cause = "（疑为世界时与北京时混淆）", " (UTC and Beijing time confused?)"
    return (
        f"时钟可能偏{zh} {abs(hours)} 小时{why}：臭氧日变化峰值约在 {peak} 时（应在 12–18 时）",
        f"the clock may be {abs(hours)} h {en}{cause}: ozone peaks at about {peak}:00 "
        "(12 to 18 is usual)",
    )


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
