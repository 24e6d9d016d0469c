"""Days of a level of places: stations, cities, counties, from the lake or from a table of days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lantian.errors import BadFile, BadRequest, NoData
from lantian.evaluate.aqi import Index, day_index
from lantian.evaluate.exceptional import excluded_days
from lantian.evaluate.place import Member, PlaceDays, place_days
from lantian.flows.grounds import offsets_of
from lantian.flows.station_days import StationDays, require_data, station_days
from lantian.flows.table_file import csv_rows, read_table
from lantian.lake.roster import Roster
from lantian.lake.store import Lake
from lantian.rules.ruleset import RuleSet
from lantian.series.daily import rounded_values
from lantian.terms.hour import day_number
from lantian.terms.mark import MISSING
from lantian.terms.period import Period, parse_day
from lantian.terms.pollutant import DAY_ITEMS
from lantian.terms.rounding import to_thousandths

STATION: Final = "station"
_ALWAYS: Final = 10**6


@dataclass(frozen=True, slots=True)
class LevelDays:
    """Days of the places of one level.

    Attributes
    ----------
    names : tuple of str
    period : Period
    rules : RuleSet
    values, reported : ndarray of int32, shape (items, places, days)
        Thousandths with the digits of statistics and with those of the index.
    index : Index
        Index of the same days.
    stations : StationDays or None
        The station days behind them, where they came from the lake.
    """

    names: tuple[str, ...]
    period: Period
    rules: RuleSet
    values: npt.NDArray[np.int32]
    reported: npt.NDArray[np.int32]
    index: Index
    stations: StationDays | None = None


def members_of(roster: Roster, level: str) -> list[Member]:
    """Memberships of a level as day numbers.

    Raises
    ------
    BadRequest
        If the roster has no place of that level; the message lists the levels.
    """
    found = [
        Member(
            m.place,
            m.station,
            day_number(m.first) if m.first else -_ALWAYS,
            day_number(m.last) if m.last else _ALWAYS,
            m.background,
        )
        for m in roster.memberships
        if m.level == level
    ]
    if not found:
        levels = sorted({m.level for m in roster.memberships}) or ["none yet"]
        raise BadRequest(
            f"no places of level {level!r} in the roster",
            where="--level",
            fix=f"one of: station, {', '.join(levels)}; load: lantian roster DIR places FILE.csv",
        )
    return found


def lake_days(
    lake: Lake,
    level: str,
    period: Period,
    rules: RuleSet,
    *,
    exclude_approved: bool = False,
    as_of: int | None = None,
) -> LevelDays:
    """Days of every place of a level over the part of a period that the lake has.

    Parameters
    ----------
    lake : Lake
    level : str
        `station`, or a level of the roster's places.
    period : Period
    rules : RuleSet
    exclude_approved : bool
        Leave out the pollutant days whose exceptional claim is approved (扣沙).
    as_of : int, optional

    Returns
    -------
    LevelDays

    Raises
    ------
    NoData
        If the period lies outside the data.
    """
    require_data(lake, period)
    roster = lake.roster(as_of)
    held = set(lake.stations())
    members = [] if level == STATION else members_of(roster, level)
    wanted = sorted(held if level == STATION else held & {m.station for m in members})
    if not wanted:
        raise NoData(
            f"no station of level {level!r} has data",
            where=str(lake.folder),
            fix="check the roster",
        )
    days = station_days(lake, wanted, period, rules, offsets=offsets_of(roster), as_of=as_of)
    if level == STATION:
        return _without(
            LevelDays(days.stations, period, rules, days.values, days.reported, days.index, days),
            roster if exclude_approved else None,
        )
    placed = place_days(days.values, wanted, day_number(period.first), members, rules)
    found = _placed_days(placed, period, rules, days)
    return _without(found, roster if exclude_approved else None)


def _placed_days(
    placed: PlaceDays, period: Period, rules: RuleSet, stations: StationDays | None = None
) -> LevelDays:
    index = day_index(placed.reported, rules)
    return LevelDays(placed.places, period, rules, placed.values, placed.reported, index, stations)


def _without(days: LevelDays, roster: Roster | None) -> LevelDays:
    """Leave out approved exceptional pollutant days and judge the rest anew."""
    claims = [(c.scope, c.day, c.pollutant, c.state) for c in roster.exclusions] if roster else []
    if not claims:
        return days
    values, reported = days.values.copy(), days.reported.copy()
    for row, name in enumerate(days.names):
        out = excluded_days(claims, {name, "all"}, days.period.first, days.period.last)
        for symbol, offsets in out.items():
            items = [i for i, item in enumerate(DAY_ITEMS) if item.pollutant.symbol == symbol]
            where = np.ix_(items, [row], sorted(offsets))
            values[where] = reported[where] = MISSING
    index = day_index(reported, days.rules)
    return replace(days, values=values, reported=reported, index=index)


_KNOWN_DAY: Final = {"date", "day", "日期"}
_KNOWN_STATION: Final = {"site", "station", "站点", "站点编码"}


def _column_of(names: Sequence[str], known: set[str], what: str, path: Path) -> str:
    found = [n for n in names if n in known]
    if len(found) != 1:
        raise BadFile(
            f"{'no' if not found else 'more than one'} column of the {what}",
            where=str(path),
            fix=f"name it one of: {', '.join(sorted(known))}; found: {', '.join(names)}",
        )
    return found[0]


def _value_columns(names: Sequence[str], o3: str | None, path: Path) -> dict[str, str]:
    """Column of each day item; ozone by what is said where there are two."""
    found: dict[str, str] = {}
    for item in DAY_ITEMS[:5]:
        choices = (item.column, f"{item.pollutant.symbol}_24h", item.pollutant.symbol)
        held = [n for n in choices if n in names]
        if not held:
            raise BadFile(
                f"no column of {item.pollutant.symbol}",
                where=str(path),
                fix=f"one of: {', '.join(choices)}",
            )
        found[item.key] = held[0]
    ozone = [n for n in names if n.upper().startswith("O3_") and "MAX1H" not in n.upper()]
    if o3 is not None and o3 not in names:
        raise BadFile(f"no column {o3}", where=str(path), fix=f"one of: {', '.join(ozone)}")
    if o3 is None and len(ozone) != 1:
        raise BadFile(
            f"{len(ozone)} columns of ozone ({', '.join(ozone) or 'none'})",
            where=str(path),
            fix="say which is the daily maximum 8-hour mean: --o3 COLUMN",
        )
    found["o3_mda8"] = o3 or ozone[0]
    if "o3_max1h_ugm3" in names:
        found["o3_max1h"] = "o3_max1h_ugm3"
    return found


def _day_numbers(column: Any, path: Path) -> npt.NDArray[np.int64]:
    try:
        return np.asarray(pc.cast(pc.cast(column, pa.date32()), pa.int32())).astype(np.int64)
    except pa.ArrowInvalid as error:
        raise BadFile(f"not days: {error}", where=str(path), fix="write 2019-06-01") from error


def table_days(
    path: Path, period: Period, rules: RuleSet, o3: str | None
) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Station days of a table of daily values, rounded with the digits of statistics.

    Parameters
    ----------
    path : Path
        Parquet or CSV with the names of `evaluate` or of the archive (`PM2.5_24h` …).
    period : Period
    rules : RuleSet
    o3 : str or None
        The column of the daily maximum 8-hour mean, where the table has two.

    Returns
    -------
    (tuple of str, ndarray of int32)
        Stations, and values of shape (items, stations, days) in thousandths.

    Raises
    ------
    BadFile
        If a column is missing or ambiguous.
    NoData
        If no row falls in the period.
    """
    table = read_table(path)
    day_name = _column_of(table.column_names, _KNOWN_DAY, "day", path)
    station_name = _column_of(table.column_names, _KNOWN_STATION, "station", path)
    days = _day_numbers(table[day_name], path) - day_number(period.first)
    within = (days >= 0) & (days < period.days)
    if not within.any():
        raise NoData(f"no row in {period.label}", where=str(path), fix="check the period")
    codes = table[station_name].combine_chunks()
    if not pa.types.is_dictionary(codes.type):
        codes = pc.dictionary_encode(pc.cast(codes, pa.string()))
    listed = np.array(codes.dictionary.to_pylist(), dtype=object)
    rows = np.asarray(codes.indices)[within]
    used, rows = np.unique(rows, return_inverse=True)
    order = np.argsort(listed[used].astype(str))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    values = np.full((len(DAY_ITEMS), used.size, period.days), MISSING, np.int32)
    for i, item in enumerate(DAY_ITEMS):
        column = _value_columns(table.column_names, o3, path).get(item.key)
        if column is not None:
            held = np.asarray(pc.cast(table[column], pa.float64()), dtype=np.float64)[within]
            good = np.isfinite(held) & (held >= 0)
            values[i, place[rows[good]], days[within][good]] = to_thousandths(held[good])
    clause = rules.evaluation.clause
    names = tuple(str(n) for n in listed[used][order])
    return names, rounded_values(values, clause.day_decimals_ugm3, clause.day_decimals_mgm3)


_TRUE: Final = {"1", "true", "yes", "是"}
_FALSE: Final = {"", "0", "false", "no", "否"}


def read_members(path: Path) -> list[Member]:
    """Memberships of a CSV `station,place[,background,level,from,to]`.

    Raises
    ------
    BadFile
        On an unknown column or a background that is neither yes nor no.
    """
    members = []
    for line, row in csv_rows(path, {"station", "place"}, {"background", "level", "from", "to"}):
        flag = row.get("background", "").lower()
        if flag not in _TRUE | _FALSE or not row["station"] or not row["place"]:
            raise BadFile(
                f"line {line}: {row}",
                where=str(path),
                fix="station and place must be given; background is 0/1 or true/false",
            )
        first, last = row.get("from", ""), row.get("to", "")
        members.append(
            Member(
                row["place"],
                row["station"],
                day_number(parse_day(first)) if first else -_ALWAYS,
                day_number(parse_day(last)) if last else _ALWAYS,
                flag in _TRUE,
            )
        )
    return members


def file_days(
    path: Path,
    level: str,
    period: Period,
    rules: RuleSet,
    *,
    members: Sequence[Member] | None = None,
    o3: str | None = None,
) -> LevelDays:
    """Days of the places of a level from a table of station days.

    Parameters
    ----------
    path, period, rules, o3
        As in `table_days`.
    level : str
        `station`, or any name of a level whose places `members` lists.
    members : sequence of Member, optional

    Returns
    -------
    LevelDays

    Raises
    ------
    BadRequest
        If places are asked for and `members` is not given.
    """
    stations, values = table_days(path, period, rules, o3)
    clause = rules.aqi.clause
    if level == STATION:
        reported = rounded_values(values, clause.decimals_ugm3, clause.decimals_mgm3)
        return LevelDays(stations, period, rules, values, reported, day_index(reported, rules))
    if members is None:
        raise BadRequest(
            f"level {level!r} needs to know which station lies in which place",
            where="--places",
            fix="add --places FILE.csv with station,place,background",
        )
    placed = place_days(values, stations, day_number(period.first), members, rules)
    return _placed_days(placed, period, rules)
