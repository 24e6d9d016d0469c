"""Flow `daily_course`: the mean course of the day of stations, by season."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.store import Lake
from lantian.report.language import Language
from lantian.terms.hour import BEIJING_H, day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import round_ratios

type Course = npt.NDArray[np.int64]


class Season(StrEnum):
    """Seasons of the calendar: spring begins in March."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"

    def label(self, lang: Language) -> str:
        """Printed form.

        Examples
        --------
        >>> Season.WINTER.label(Language.ZH)
        '冬季（12–2月）'
        """
        return lang.of(*_LABELS[self])


_LABELS: Final = {
    Season.SPRING: ("春季（3–5月）", "spring (Mar–May)"),
    Season.SUMMER: ("夏季（6–8月）", "summer (Jun–Aug)"),
    Season.AUTUMN: ("秋季（9–11月）", "autumn (Sep–Nov)"),
    Season.WINTER: ("冬季（12–2月）", "winter (Dec–Feb)"),
}
_SEASON: Final = tuple(Season)


def season_of(month: int) -> Season:
    """Season of a month, 1 to 12.

    Examples
    --------
    >>> [season_of(m).value for m in (2, 3, 12)]
    ['winter', 'spring', 'winter']
    """
    return _SEASON[(month - 3) % 12 // 3]


def daily_course(
    lake: Lake,
    stations: Sequence[str],
    period: Period,
    *,
    offset_h: int = BEIJING_H,
    as_of: int | None = None,
) -> Mapping[Season, Course]:
    """Mean of every valid hour of some stations by hour of the day, for each season.

    Parameters
    ----------
    lake : Lake
    stations : sequence of str
        All with one clock.
    period : Period
    offset_h : int
        Their local time minus UTC.
    as_of : int, optional

    Returns
    -------
    mapping of Season to ndarray of int64, shape (pollutants, 24)
        Thousandths, MISSING where no hour has a value; hours end at 01:00 … 24:00. Seasons
        that the period does not touch are left out.
    """
    shape = (len(POLLUTANTS), 24)
    total = {s: np.zeros(shape, np.int64) for s in Season}
    count = {s: np.zeros(shape, np.int64) for s in Season}
    touched = set()
    for month in period.months():
        season = season_of(month.first.month)
        touched.add(season)
        start = first_hour(day_number(month.first), offset_h)
        block = lake.block(stations, start, start + month.days * 24, as_of=as_of)
        hours = block.reshape(len(POLLUTANTS), len(stations), month.days, 24)
        there = hours != MISSING
        total[season] += np.where(there, hours, 0).sum(axis=(1, 2), dtype=np.int64)
        count[season] += there.sum(axis=(1, 2))
    return {s: round_ratios(total[s], count[s], 1, MISSING) for s in Season if s in touched}
