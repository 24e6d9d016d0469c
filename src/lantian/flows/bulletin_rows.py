"""Rows of a bulletin: a ranking's numbers made into frozen figures, each with its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.evaluate.composite import NO_VALUE
from lantian.evaluate.iaqi import NO_INDEX
from lantian.evaluate.ranking import NO_CHANGE, UNRANKED, good_day_tenths
from lantian.evaluate.statistics import GOOD_LEVEL
from lantian.flows.rank import Ranking
from lantian.report.bulletin import (
    CalendarDay,
    CalendarRow,
    ChangeRow,
    Compared,
    ExceededDay,
    Item,
    Overview,
    PrimaryDays,
    RankRow,
    TrendSeries,
)
from lantian.report.figure import Figure, Stamp
from lantian.report.language import Language
from lantian.rules.clauses import LimitsClause
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import PERIOD_ITEMS, POLLUTANTS
from lantian.terms.rounding import round_half_even

#: A day of this level or above is one of heavy pollution (重度及以上污染).
_HEAVY: Final = 5


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a ranking, and the same place in the period of comparison."""

    stamp: Stamp
    now: Ranking
    row: int
    before: Ranking | None
    earlier: int | None

    @classmethod
    def of(cls, stamp: Stamp, now: Ranking, name: str, before: Ranking | None) -> "Place":
        """Find a place by name in both rankings."""
        known = before is not None and name in before.names
        earlier = before.names.index(name) if before is not None and known else None
        return cls(stamp, now, now.names.index(name), before, earlier)

    @property
    def name(self) -> str:
        """Name of the place."""
        return self.now.names[self.row]

    def key(self, what: str) -> str:
        """Key under which a figure of the place is derived."""
        return f"place/{self.name}/{self.now.period.label}/{what}"


def statistic(ranking: Ranking, row: int, i: int) -> tuple[int, int]:
    """Judged statistic of one pollutant in thousandths, and its decimals."""
    clause, key = ranking.rules.evaluation.clause, POLLUTANTS[i].key
    found = ranking.found
    value = found.mean[i, row] if key in clause.mean else found.percentile[i, row]
    return int(value), clause.period_decimals[key]


def _per_cent(now: int, before: int | None) -> int:
    """Change in thousandths of a per cent, rounded to tenths; MISSING where unknown."""
    if before is None or before <= 0 or now < 0 or MISSING in (now, before):
        return MISSING
    return round_half_even((now - before) * 1000, before) * 100


def compared_statistic(place: Place, i: int) -> Compared:
    """Statistic of one pollutant now and before, and its change in per cent."""
    key = place.key(POLLUTANTS[i].key)
    unit = POLLUTANTS[i].unit
    now, decimals = statistic(place.now, place.row, i)
    before = MISSING
    if place.before is not None and place.earlier is not None:
        before, _ = statistic(place.before, place.earlier, i)
    stamp = place.stamp
    return Compared(
        stamp.number(now, decimals, unit, key),
        stamp.number(before, decimals, unit, f"{key}/before"),
        stamp.change(_per_cent(now, before), 1, "%", f"{key}/change"),
    )


def _index(ranking: Ranking, row: int) -> int:
    """Composite index in thousandths; MISSING where there is none."""
    value = int(ranking.index.index[row])
    return MISSING if value == NO_VALUE else value * 10 ** (3 - ranking.index.index_decimals)


def compared_index(place: Place) -> Compared:
    """Composite index now and before, and its change in per cent."""
    now = _index(place.now, place.row)
    before = MISSING
    if place.before is not None and place.earlier is not None:
        before = _index(place.before, place.earlier)
    digits, stamp, key = place.now.index.index_decimals, place.stamp, place.key("index")
    return Compared(
        stamp.number(now, digits, "", key),
        stamp.number(before, digits, "", f"{key}/before"),
        stamp.change(_per_cent(now, before), 1, "%", f"{key}/change"),
    )


def _counted(place: Place, what: str, now: int, before: int | None) -> Compared:
    stamp, key = place.stamp, place.key(what)
    change = MISSING if before is None else (now - before) * 1000
    return Compared(
        stamp.count(now, "d", key),
        stamp.count(MISSING if before is None else before, "d", f"{key}/before"),
        stamp.change(change, 0, "d", f"{key}/change"),
    )


def _days_of_level(ranking: Ranking, row: int, lowest: int, highest: int = 6) -> int:
    return int(ranking.found.levels[lowest - 1 : highest, row].sum())


def _both_days(place: Place, what: str, lowest: int, highest: int = 6) -> Compared:
    before = None
    if place.before is not None and place.earlier is not None:
        before = _days_of_level(place.before, place.earlier, lowest, highest)
    return _counted(place, what, _days_of_level(place.now, place.row, lowest, highest), before)


def _good_ratio(place: Place) -> Compared:
    now = int(good_day_tenths(place.now.found)[place.row])
    before = -1
    if place.before is not None and place.earlier is not None:
        before = int(good_day_tenths(place.before.found)[place.earlier])
    stamp, key = place.stamp, place.key("good_ratio")
    change = (now - before) * 100 if min(now, before) >= 0 else MISSING
    shown = [v * 100 if v >= 0 else MISSING for v in (now, before)]
    return Compared(
        stamp.number(shown[0], 1, "%", key),
        stamp.number(shown[1], 1, "%", f"{key}/before"),
        stamp.change(change, 1, "pp", f"{key}/change"),
    )


def overview(place: Place) -> Overview:
    """Figures of the principal place from which the headlines are made."""
    index, row, stamp = place.now.days.index, place.row, place.stamp
    bad = index.level[row] > GOOD_LEVEL
    primary = []
    for i, p in enumerate(POLLUTANTS):
        days = int((index.primary[row][bad] >> i & 1).sum())
        if days:
            key = place.key(f"primary/{p.key}")
            primary.append(PrimaryDays(p.symbol, stamp.count(days, "d", key)))
    primary.sort(key=lambda found: -int(found.days.value or 0))
    return Overview(
        statistics=tuple(compared_statistic(place, i) for i in range(len(POLLUTANTS))),
        index=compared_index(place),
        good_days=_both_days(place, "good_days", 1, GOOD_LEVEL),
        valid_days=stamp.count(int(place.now.found.rated[row]), "d", place.key("valid_days")),
        good_ratio=_good_ratio(place),
        heavy_days=_both_days(place, "heavy_days", _HEAVY),
        exceeded_days=stamp.count(int(bad.sum()), "d", place.key("exceeded_days")),
        primary=tuple(primary),
    )


def rank_rows(
    stamp: Stamp, now: Ranking, before: Ranking | None, lang: Language
) -> tuple[RankRow, ...]:
    """Places in order of rank."""
    return tuple(
        _rank_row(Place.of(stamp, now, now.names[row], before), lang) for row in now.order()
    )


def _rank_row(place: Place, lang: Language) -> RankRow:
    now, row, stamp = place.now, place.row, place.stamp
    digits = now.index.single_decimals

    def single(value: int, key: str) -> Figure:
        thousandths = MISSING if value == NO_VALUE else value * 10 ** (3 - digits)
        return stamp.number(thousandths, digits, "", place.key(key))

    rank = int(now.ranks[row])
    return RankRow(
        rank=stamp.count(MISSING if rank == UNRANKED else rank, "", place.key("rank")),
        reason=lang.half(now.reasons[row]),
        place=place.name,
        index=compared_index(place).now,
        index_max=single(int(now.index.index_max[row]), "index_max"),
        statistics=tuple(compared_statistic(place, i).now for i in range(len(POLLUTANTS))),
        singles=tuple(
            single(int(now.index.single[i, row]), f"index_{p.key}")
            for i, p in enumerate(POLLUTANTS)
        ),
        good_ratio=_good_ratio(place).now,
        valid_days=stamp.count(int(now.found.rated[row]), "d", place.key("valid_days")),
        change_pct=_index_change(place),
    )


def _index_change(place: Place) -> Figure:
    key = f"{place.key('index')}/change"
    change = place.now.change
    if change is None or change[place.row] == NO_CHANGE:
        return place.stamp.blank("%", key)
    return place.stamp.change(int(change[place.row]) * 100, 1, "%", key)


def change_rows(
    principal: Place, others: Sequence[Place], items: Sequence[Item], lang: Language
) -> tuple[ChangeRow, ...]:
    """All items of the principal place; PM2.5 and the index of the others."""
    label = lang.of("综合指数", "Composite index")
    fine = next(i for i, p in enumerate(POLLUTANTS) if p.symbol == "PM2.5")
    rows = [
        ChangeRow(
            principal.name, f"{item.symbol} {item.statistic}", compared_statistic(principal, i)
        )
        for i, item in enumerate(items)
    ]
    rows.append(ChangeRow(principal.name, label, compared_index(principal)))
    good = lang.of("优良天数比例", "Share of good days")
    rows.append(ChangeRow(principal.name, good, _good_ratio(principal)))
    for place in others:
        name = f"{items[fine].symbol} {items[fine].statistic}"
        rows.append(ChangeRow(place.name, name, compared_statistic(place, fine)))
        rows.append(ChangeRow(place.name, label, compared_index(place)))
    return tuple(rows)


def calendar_row(stamp: Stamp, ranking: Ranking, row: int) -> CalendarRow:
    """All days of one place with AQI and level."""
    index, period = ranking.days.index, ranking.period
    name = ranking.names[row]
    days = []
    for n in range(period.days):
        day, aqi = period.first + timedelta(days=n), int(index.aqi[row, n])
        figure = stamp.count(MISSING if aqi == NO_INDEX else aqi, "", f"place/{name}/{day}/aqi")
        days.append(CalendarDay(day, figure, int(index.level[row, n]) - 1 if aqi >= 0 else None))
    return CalendarRow(name, tuple(days))


def exceeded_days(place: Place, lang: Language) -> tuple[ExceededDay, ...]:
    """Days of one place above level 2, with primary pollutants."""
    index, row = place.now.days.index, place.row
    levels = place.now.rules.levels.clause.level
    found = []
    for n in np.flatnonzero(index.level[row] > GOOD_LEVEL):
        day = place.now.period.first + timedelta(days=int(n))
        level = levels[int(index.level[row, n]) - 1]
        bits = int(index.primary[row, n])
        found.append(
            ExceededDay(
                day,
                place.name,
                place.stamp.count(int(index.aqi[row, n]), "", f"place/{place.name}/{day}/aqi"),
                lang.of(level.name_zh, level.name_en),
                tuple(p.symbol for i, p in enumerate(POLLUTANTS) if bits >> i & 1),
            )
        )
    return tuple(found)


def _optional(values: npt.NDArray[np.int32]) -> tuple[int | None, ...]:
    return tuple(None if v == MISSING else int(v) for v in values)


def trend(place: Place, limits: LimitsClause) -> tuple[TrendSeries, ...]:
    """Daily values of each item beside those of the period of comparison."""
    series = []
    days = place.now.period.days
    for i, item in enumerate(PERIOD_ITEMS):
        now = _optional(place.now.days.values[i, place.row])
        before: tuple[int | None, ...] = (None,) * days
        if place.before is not None and place.earlier is not None:
            held = _optional(place.before.days.values[i, place.earlier])[:days]
            before = held + (None,) * (days - len(held))
        averaging = "mda8" if item.key == "o3_mda8" else "day"
        limit = limits.class2(item.pollutant.symbol, averaging)
        series.append(TrendSeries(item.pollutant.symbol, item.pollutant.unit, now, before, limit))
    return tuple(series)
