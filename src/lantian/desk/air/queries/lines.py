"""Series of a place or station and those beside it, by hour or by day, for charts and files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lantian.desk.air.queries.days import level_days
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.pictures import daily_times, hourly_times, series
from lantian.desk.language import language
from lantian.errors import BadRequest
from lantian.evaluate.hourly import HALO_H, HourlyForm, hour_report
from lantian.evaluate.iaqi import NO_INDEX
from lantian.flows.calibration import calibrated_hours
from lantian.flows.calibration_ground import micro_stations
from lantian.flows.grounds import basis_of, offsets_of
from lantian.flows.level_days import STATION
from lantian.flows.place_hours import place_hours
from lantian.flows.station_days import require_data
from lantian.lake.standing import withdrawn
from lantian.rules.ruleset import RuleSet, for_period
from lantian.terms.hour import BEIJING_H, day_number, first_hour, local_end
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS

#: What a chart may show: each pollutant, the index, or the five in ug/m3 together.
ITEMS: Final = (*(p.key for p in POLLUTANTS), "aqi", "all")
#: Longest period that is shown by hours.
MOST_HOURLY_D: Final = 366
_WITH: Final = 7
_KEYS: Final = frozenset(p.key for p in POLLUTANTS)

type Line = tuple[str, npt.NDArray[np.integer[Any]]]


@dataclass(frozen=True, slots=True)
class Lines:
    """Series over one run of hours or days.

    Attributes
    ----------
    title, unit : str
    first : datetime
        Local end of the first hour, or the first day.
    step_h : int
        1 or 24.
    lines : tuple of (name, thousandths)
    limits : tuple of (thousandths, label)
    withdrawn : tuple of int
        Positions of the first line whose value does not count.
    note : str
        State, rules and basis.
    """

    title: str
    unit: str
    first: datetime
    step_h: int
    lines: tuple[Line, ...]
    limits: tuple[tuple[int, str], ...] = ()
    withdrawn: tuple[int, ...] = ()
    note: str = field(default="")

    @property
    def count(self) -> int:
        """Hours or days."""
        return int(self.lines[0][1].size) if self.lines else 0

    def picture(self) -> dict[str, Any]:
        """Data of the chart."""
        times = hourly_times if self.step_h == 1 else daily_times
        start: Any = self.first if self.step_h == 1 else self.first.date()
        return series(
            self.unit,
            times(start, self.count),
            self.lines,
            limits=self.limits,
            note=self.note,
            withdrawn=self.withdrawn,
        )

    def moments(self) -> list[str]:
        """Labels of the hours or days, for a file."""
        step, form = timedelta(hours=self.step_h), "%Y-%m-%d %H:%M" if self.step_h == 1 else "%F"
        return [f"{self.first + n * step:{form}}" for n in range(self.count)]


def read_lines(
    ground: Ground,
    name: str,
    period: Period,
    *,
    item: str,
    step: str = "",
    beside: Sequence[str] = (),
) -> Lines:
    """Return the series of a place or station, with others of its level beside it.

    Parameters
    ----------
    ground : Ground
        With the group of `name` in view.
    name : str
    period : Period
    item : str
        One of ITEMS; `all` is of `name` alone.
    step : str
        `hour` or `day`; hours up to a month unless said.
    beside : sequence of str
        Others of the same level.

    Raises
    ------
    BadRequest
        If item, step or one of the others is unknown, or the period too long for hours.
    NoData, NoRuleInForce
        If the period lies outside the data or before any rule.
    """
    if item not in ITEMS:
        raise BadRequest(
            f"没有 {item[:20]!r} / no item {item[:20]!r}", where="item", fix=", ".join(ITEMS)
        )
    chosen = step or ("hour" if period.days <= 31 else "day")
    if chosen not in {"hour", "day"}:
        raise BadRequest(f"{chosen[:20]!r}?", where="step", fix="hour, day")
    if chosen == "hour" and period.days > MOST_HOURLY_D:
        raise BadRequest(
            "时段过长，不能按小时显示 / the period is too long to show by the hour",
            where="step",
            fix=f"≤ {MOST_HOURLY_D} 天 / days, step=day",
        )
    require_data(ground.lake, period)
    level = ground.group.level_of(name) or STATION
    names = [name, *_others(ground, level, name, beside)] if item != "all" else [name]
    key = ("lines", ground.root, level, tuple(names), period, item, chosen, language())
    make = _hours if chosen == "hour" else _days
    return ground.kept(key, lambda: make(ground, level, names, period, item)).value


def _others(ground: Ground, level: str, name: str, beside: Sequence[str]) -> list[str]:
    known = ground.group.stations if level == STATION else ground.group.places[level]
    found = [other for other in dict.fromkeys(beside) if other != name][:_WITH]
    if strange := [other for other in found if other not in known]:
        raise BadRequest(
            f"不能比较 / cannot be compared: {', '.join(s[:20] for s in strange)}",
            where="with",
            fix=f"可选 / one of: {', '.join(known)}",
        )
    return found


def _shown(ground: Ground, name: str) -> str:
    return ground.names.get(name, name)


def _wanted(item: str) -> list[int]:
    """Pollutants of an item, by their place in the order of blocks."""
    if item == "all":
        return [i for i, p in enumerate(POLLUTANTS) if p.unit == "ug/m3"]
    return [next(i for i, p in enumerate(POLLUTANTS) if p.key == item)]


def _index_line(aqi: npt.NDArray[np.int16]) -> npt.NDArray[np.int32]:
    """Index in the thousandths of a line."""
    return np.where(aqi == NO_INDEX, MISSING, aqi.astype(np.int64) * 1000).astype(np.int32)


def _titled(item: str) -> tuple[str, str]:
    """Title and unit of an item."""
    if item == "aqi":
        return "AQI", ""
    if item == "all":
        return ", ".join(POLLUTANTS[i].symbol for i in _wanted(item)), "ug/m3"
    pollutant = POLLUTANTS[_wanted(item)[0]]
    return pollutant.symbol, pollutant.unit


def _days(ground: Ground, level: str, names: Sequence[str], period: Period, item: str) -> Lines:
    days = level_days(ground, level, period)
    rows = [(name, days.names.index(name)) for name in names if name in days.names]
    if item == "aqi":
        lines = [(_shown(ground, n), _index_line(days.index.aqi[row])) for n, row in rows]
    elif item == "all":
        lines = [
            (POLLUTANTS[i].symbol, days.reported[i, row]) for _, row in rows for i in _wanted(item)
        ]
    else:
        i = _wanted(item)[0]
        lines = [(_shown(ground, n), days.reported[i, row]) for n, row in rows]
    title, unit = _titled(item)
    first = datetime(period.first.year, period.first.month, period.first.day)  # noqa: DTZ001
    note = note_of(ground, days.rules)
    limits = _limits(item, days.rules)
    return Lines(title, unit, first, 24, tuple(lines), limits, (), note)


def _limits(item: str, rules: RuleSet) -> tuple[tuple[int, str], ...]:
    """Daily limit of a single pollutant."""
    if item in {"aqi", "all"}:
        return ()
    i = _wanted(item)[0]
    averaging = "mda8" if DAY_ITEMS[i].key == "o3_mda8" else "day"
    limit = rules.limits.clause.class2(POLLUTANTS[i].symbol, averaging)
    return ((limit, language().of("日限值（二级）", "daily limit, class 2")),)


def note_of(ground: Ground, rules: RuleSet) -> str:
    """State, rules and basis, in one line."""
    lang = language()
    basis = basis_of(ground.lake, ground.roster, rules).short
    return lang.of("；", "; ").join([ground.state.label(lang), rules.name, basis])


def _hours(ground: Ground, level: str, names: Sequence[str], period: Period, item: str) -> Lines:
    rules, _ = for_period(period, None, ground.shelf)
    offset_h = offsets_of(ground.roster).get(names[0], BEIJING_H)
    start = first_hour(day_number(period.first), offset_h)
    after = start + period.days * 24
    out: tuple[int, ...] = ()
    if level == STATION:
        block = ground.lake.block(names, start - HALO_H, after)
        gone = withdrawn(ground.lake, names[:1], start, after)
        keys = {POLLUTANTS[i].key for i in _wanted(item)[:1]} if item != "aqi" else set()
        out = tuple(sorted(h - start for _, key, h in gone if key in keys))
    else:
        block = _of_places(ground, level, names, period, start - HALO_H, after)
    title, unit = _titled(item)
    note = note_of(ground, rules)
    lines = _hour_lines(ground, names, block, item, rules)
    if level == STATION and names[0] in micro_stations(ground.roster) and item in _KEYS:
        found = calibrated_hours(ground.lake, names[0], POLLUTANTS[_wanted(item)[0]], start, after)
        if (found.values.value_cal != MISSING).any():
            word = language().of("校准值（非官方）", "calibrated (not official)")
            lines.append((word, found.values.value_cal))
    return Lines(title, unit, local_end(start, offset_h), 1, tuple(lines), (), out, note)


def _of_places(
    ground: Ground, level: str, names: Sequence[str], period: Period, start: int, after: int
) -> npt.NDArray[np.int32]:
    held = place_hours(ground.lake, level, period)
    rows = [held.names.index(name) for name in names]
    low = start - held.first_h
    return held.values[:, rows, low : low + after - start].astype(np.int32)


def _hour_lines(
    ground: Ground, names: Sequence[str], block: npt.NDArray[np.int32], item: str, rules: RuleSet
) -> list[Line]:
    if item == "aqi":
        aqi = hour_report(block, rules, HourlyForm.NETWORK).index.aqi
        return [(_shown(ground, name), _index_line(aqi[n])) for n, name in enumerate(names)]
    shown = block[:, :, HALO_H:]
    if item == "all":
        return [(POLLUTANTS[i].symbol, shown[i, 0]) for i in _wanted(item)]
    i = _wanted(item)[0]
    return [(_shown(ground, name), shown[i, n]) for n, name in enumerate(names)]


def table_of(lines: Lines, ground: Ground) -> Mapping[str, Any]:
    """Return heading lines, column names and rows of a file of the series."""
    unit = lines.unit or "AQI"
    lang = language()
    heads = [
        [lang.of("项目", "item"), lines.title],
        [lang.of("单位", "unit"), unit],
        [lang.of("状态、规则、依据", "state, rules, basis"), lines.note],
    ]
    time = lang.of("时间（小时末）", "time (end of the hour)")
    columns = [time if lines.step_h == 1 else lang.of("日期", "day")]
    columns += [name for name, _ in lines.lines]
    values = [value for _, value in lines.lines]
    rows = [
        [moment, *("" if v[n] == MISSING else f"{v[n] / 1000:g}" for v in values)]
        for n, moment in enumerate(lines.moments())
    ]
    return {"heads": heads, "columns": columns, "rows": rows}
