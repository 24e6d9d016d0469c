"""The last hours of the stations in view: values, hourly index, wind, and who is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.kept import Made
from lantian.errors import NoData
from lantian.evaluate.hourly import HALO_H, HourlyForm, HourReport, hour_report
from lantian.flows.grounds import offsets_of
from lantian.lake.rows import WEATHER
from lantian.lake.store import Lake
from lantian.rules.ruleset import RuleSet, in_force
from lantian.terms.hour import BEIJING_H, day_of, local_day, local_end
from lantian.terms.mark import MISSING

#: Hours shown.
BACK_H: Final = 24


@dataclass(frozen=True, slots=True)
class Latest:
    """The last hours held for some stations.

    Attributes
    ----------
    stations : tuple of str
    h : int
        UTC number of the last hour that any of them has.
    offset_h : int
        Local time minus UTC of the place in view.
    report : HourReport
        Of the last BACK_H hours; the last one is `h`.
    weather : ndarray of int32, shape (weather columns, stations, BACK_H)
        Thousandths.
    last : ndarray of int64, shape (stations,)
        Last hour of each with any value; before the hours read where it has none.
    rules : RuleSet
    """

    stations: tuple[str, ...]
    h: int
    offset_h: int
    report: HourReport
    weather: npt.NDArray[np.int32]
    last: npt.NDArray[np.int64]
    rules: RuleSet

    @property
    def at(self) -> datetime:
        """Local end of the last hour."""
        return local_end(self.h, self.offset_h)

    @property
    def day(self) -> date:
        """Local day of the last hour."""
        return day_of(local_day(self.h, self.offset_h))

    @property
    def whole_day(self) -> date:
        """Last local day that has ended."""
        return day_of(local_day(self.h + 1, self.offset_h) - 1)

    def behind(self, n: int) -> int:
        """Hours by which a station is behind; more than BACK_H where it gave nothing in them."""
        return int(self.h - self.last[n])


def latest(ground: Ground, now: datetime) -> Made[Latest]:
    """Return the last hours of the stations within the root place in view.

    Parameters
    ----------
    ground : Ground
    now : datetime
        Aware; hours that end later do not count, as a monitor's clock may run ahead.

    Raises
    ------
    NoData
        If none of them has any.
    """
    until = int(now.timestamp()) // 3600 + 1
    span = ground.lake.span()
    ahead = span is not None and span[1] > until
    key = ("latest", ground.root, until if ahead else None)
    return ground.kept(key, lambda: _latest(ground, until))


def _latest(ground: Ground, until: int) -> Latest:
    held = set(ground.lake.stations())
    stations = [s for s in ground.group.stations if s in held]
    h = _last_hour(ground.lake, stations, until)
    if h is None:
        raise NoData(
            f"{ground.root} 的站点还没有数据 / the stations of {ground.root} have no data yet",
            where="air",
            fix="导入小时数据 / load hours: lantian lake add DIR FILES…",
        )
    offsets = offsets_of(ground.roster)
    offset_h = offsets.get(stations[0], BEIJING_H)
    rules = in_force(day_of(local_day(h, offset_h)), ground.shelf)
    first = h - BACK_H + 1
    block = ground.lake.block(stations, first - HALO_H, h + 1)
    shown = block[:, :, HALO_H:]
    there = (shown != MISSING).any(axis=0)
    back = np.where(there.any(axis=1), there[:, ::-1].argmax(axis=1), BACK_H)
    return Latest(
        tuple(stations),
        h,
        offset_h,
        hour_report(block, rules, HourlyForm.NETWORK),
        ground.lake.block(stations, first, h + 1, kind=WEATHER),
        h - back,
        rules,
    )


def _last_hour(lake: Lake, stations: Sequence[str], until: int) -> int | None:
    """Last hour with a value of any of the stations, looked for from the end backwards."""
    span = lake.span()
    if span is None or not stations:
        return None
    first, after, width = span[0], min(span[1], until) + 1, BACK_H
    while after > first:
        start = max(first, after - width)
        hours = np.flatnonzero((lake.block(stations, start, after) != MISSING).any(axis=(0, 1)))
        if hours.size:
            return start + int(hours[-1])
        after, width = start, min(width * 4, 24 * 366)
    return None
