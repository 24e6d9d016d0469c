"""Clocks that are hours off, suspected from the daily course of ozone."""

from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.rows import HOUR, Rows
from lantian.terms.hour import BEIJING_H
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import O3, POLLUTANTS
from lantian.terms.rounding import compiled

type Courses = npt.NDArray[np.int64]

_OZONE: Final = POLLUTANTS.index(O3)
#: Local clock hour at which ozone peaks, and how far off a sound clock may put it: of 3,300
#: station months of northern China none was more than 3 h off.
_PEAK: Final = 15.5
_TOLERATED_H: Final = 4.5
#: How near to eight hours a shift must be to be named so.
_EIGHT_H: Final = 2.5
#: Fewest values of each clock hour, and least daily swing (share of the mean), to judge by.
_DAYS: Final = 10
_SWING: Final = 0.3


@compiled
def add_course(
    station: npt.NDArray[np.int32],
    h: npt.NDArray[np.int32],
    ozone: npt.NDArray[np.int32],
    sums: Courses,
    counts: Courses,
) -> None:
    """Add ozone values to sums and counts by station and clock hour, shape (stations, 24)."""
    for i in range(h.size):
        if ozone[i] != MISSING:
            clock = (h[i] + BEIJING_H) % 24
            sums[station[i], clock] += ozone[i]
            counts[station[i], clock] += 1


def shift_of(sums: Courses, counts: Courses) -> npt.NDArray[np.float64]:
    """Hours by which each station's ozone peak is away from mid-afternoon; NaN unknown.

    The peak is the phase of the first harmonic of the mean daily course.

    Examples
    --------
    >>> course = np.round(60_000 + 40_000 * np.cos((np.arange(24) - 23) * np.pi / 12))
    >>> shift_of((course * 20).astype(np.int64)[None], np.full((1, 24), 20)).round(1).tolist()
    [7.5]
    """
    shift = np.full(len(sums), np.nan)
    enough = (counts >= _DAYS).all(axis=1)
    means = sums[enough] / counts[enough]
    wave = means @ np.exp(2j * np.pi * np.arange(24) / 24) / 12
    peak = np.angle(wave) * 12 / np.pi
    clear = np.abs(wave) >= _SWING * means.mean(axis=1)
    shift[enough] = np.where(clear, (peak - _PEAK + 12) % 24 - 12, np.nan)
    return shift


def suspicions(names: tuple[str, ...], sums: Courses, counts: Courses) -> list[str]:
    """Return a sentence for each station whose clock seems hours off."""
    shift = shift_of(sums, counts)
    with np.errstate(invalid="ignore"):
        odd = np.flatnonzero(np.abs(shift) > _TOLERATED_H)
    return [_sentence(names[s], float(shift[s])) for s in odd.tolist()]


def _sentence(name: str, shift: float) -> str:
    peak = (_PEAK + shift) % 24
    # The phase is known to two hours or so; eight is by far the likeliest cause near it.
    near_eight = abs(abs(shift) - BEIJING_H) <= _EIGHT_H
    guess = f"{BEIJING_H if shift > 0 else -BEIJING_H:+d}" if near_eight else f"{shift:+.0f}"
    why = "，疑为世界时与北京时混淆" if near_eight else ""
    cause = ": UTC and Beijing time confused?" if near_eight else ""
    return (
        f"{name}: 臭氧峰值在 {peak:.0f} 时，时钟可能偏 {guess} h{why} / "
        f"ozone peaks near {peak:.0f}:00, the clock may be {guess} h off{cause}"
    )


def clock_notes(rows: Rows) -> tuple[str, ...]:
    """Say which stations of a reading seem to have a shifted clock."""
    if rows.kind is not HOUR or len(rows) < 24 * _DAYS:
        return ()
    sums = np.zeros((len(rows.names), 24), np.int64)
    counts = np.zeros_like(sums)
    add_course(rows.station, rows.h, rows.values[_OZONE], sums, counts)
    return tuple(suspicions(rows.names, sums, counts))
