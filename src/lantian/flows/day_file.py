"""Station days given as a table on disk, and the register of places that goes with it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lantian.errors import BadFile, NoData
from lantian.evaluate.place import Member
from lantian.flows.table_file import csv_rows, read_table
from lantian.lake.readers.cell import numbers
from lantian.rules.book import book
from lantian.rules.ruleset import RuleSet
from lantian.series.daily import rounded_values
from lantian.terms.hour import day_number, day_of
from lantian.terms.mark import MISSING
from lantian.terms.period import Period, parse_day
from lantian.terms.pollutant import DAY_ITEMS, DayItem
from lantian.terms.rounding import to_thousandths

#: First and last day number of what has no first or last day.
ALWAYS: Final = 10**6
_DAY: Final = {"date", "day", "日期"}
_STATION: Final = {"site", "station", "站点", "站点编码"}


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
    if column.null_count:
        raise BadFile(
            f"{column.null_count} rows without a day", where=str(path), fix="write 2019-06-01"
        )
    try:
        if pa.types.is_integer(column.type):
            raise pa.ArrowInvalid(f"{column[0]} is a number")
        return np.asarray(pc.cast(pc.cast(column, pa.date32()), pa.int32())).astype(np.int64)
    except pa.ArrowException as error:
        raise BadFile(f"not days: {error}", where=str(path), fix="write 2019-06-01") from error


def _stations(column: Any, path: Path) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Sorted codes, and the position of each row's own."""
    codes = pc.cast(column, pa.string())
    if codes.null_count or pc.any(pc.equal(codes, "")).as_py():
        raise BadFile("rows without a station", where=str(path), fix="name the station of each row")
    names, rows = np.unique(np.asarray(codes, dtype=object).astype(str), return_inverse=True)
    return names.tolist(), rows


def _thousandths(column: Any, item: DayItem, period: Period, path: Path) -> npt.NDArray[np.int32]:
    """Values of one column; MISSING for empty cells and the marks of missing values."""
    symbol = item.pollutant.symbol
    text = pa.types.is_string(column.type)
    cells = column.combine_chunks().dictionary_encode() if text else column.combine_chunks()
    try:
        read = numbers(cells.dictionary if text else cells)
    except pa.ArrowException as error:
        raise BadFile(
            f"{symbol}: {error}", where=str(path), fix="write numbers in this column"
        ) from error
    if read.fault.any():
        raise BadFile(
            f"{symbol}: {cells.dictionary[int(np.argmax(read.fault))].as_py()!r} is no number",
            where=str(path),
            fix="write a number, or leave the cell empty",
        )
    held = np.where(read.withdrawn, np.nan, read.value)
    highest = book("plausible").at(period.last, item.pollutant.key).clause.highest
    odd = (held < 0) | (held > highest)
    if odd.any():
        raise BadFile(
            f"{symbol}: {held[odd][0]:g} cannot be a concentration in {item.pollutant.unit}",
            where=str(path),
            fix=f"give 0 to {highest} {item.pollutant.unit}, or leave the cell empty",
        )
    values = np.where(np.isnan(held), MISSING, to_thousandths(np.nan_to_num(held)))
    if text:
        values = values[np.asarray(cells.indices.fill_null(0))]
        values[np.asarray(cells.is_null())] = MISSING
    return values.astype(np.int32)


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
        If a column is missing or ambiguous, a cell is no day or concentration, or a
        station's day stands there twice.
    NoData
        If no row falls in the period.
    """
    table = read_table(path)
    day_name = _column_of(table.column_names, _DAY, "day", path)
    station_name = _column_of(table.column_names, _STATION, "station", path)
    columns = _value_columns(table.column_names, o3, path)
    days = _day_numbers(table[day_name], path) - day_number(period.first)
    within = (days >= 0) & (days < period.days)
    if not within.any():
        raise NoData(f"no row in {period.label}", where=str(path), fix="check the period")
    table, days = table.filter(pa.array(within)), days[within]
    names, rows = _stations(table[station_name], path)
    _refuse_repeated(rows * period.days + days, names, period, path)
    values = np.full((len(DAY_ITEMS), len(names), period.days), MISSING, np.int32)
    for i, item in enumerate(DAY_ITEMS):
        if item.key in columns:
            values[i, rows, days] = _thousandths(table[columns[item.key]], item, period, path)
    clause = rules.evaluation.clause
    return tuple(names), rounded_values(values, clause.day_decimals_ugm3, clause.day_decimals_mgm3)


def _refuse_repeated(
    keys: npt.NDArray[np.int64], names: Sequence[str], period: Period, path: Path
) -> None:
    found, times = np.unique(keys, return_counts=True)
    if found.size == keys.size:
        return
    row, day = divmod(int(found[np.argmax(times > 1)]), period.days)
    raise BadFile(
        f"{keys.size - found.size} rows repeat a station's day, as {names[row]} "
        f"{day_of(day_number(period.first) + day)}",
        where=str(path),
        fix="keep one row for each station and day",
    )


_TRUE: Final = {"1", "true", "yes", "是"}
_FALSE: Final = {"", "0", "false", "no", "否"}


def read_members(path: Path, level: str) -> list[Member]:
    """Memberships of a CSV `station,place[,background,level,from,to]`.

    Parameters
    ----------
    path : Path
    level : str
        The level asked for; rows that name another one are left out.

    Raises
    ------
    BadFile
        On an unknown column, a background that is neither yes nor no, or no place of the level.
    """
    members: list[Member] = []
    for line, row in csv_rows(path, {"station", "place"}, {"background", "level", "from", "to"}):
        flag = row.get("background", "").lower()
        if flag not in _TRUE | _FALSE or not row["station"] or not row["place"]:
            raise BadFile(
                f"line {line}: {row}",
                where=str(path),
                fix="station and place must be given; background is 0/1 or true/false",
            )
        if row.get("level", "") not in ("", level):
            continue
        first, last = row.get("from", ""), row.get("to", "")
        member = Member(
            row["place"],
            row["station"],
            day_number(parse_day(first)) if first else -ALWAYS,
            day_number(parse_day(last)) if last else ALWAYS,
            flag in _TRUE,
        )
        if any(_overlap(member, other) for other in members):
            raise BadFile(
                f"line {line}: {member.station} is in {member.place} already",
                where=str(path),
                fix="list each station of a place once, or with dates that do not overlap",
            )
        members.append(member)
    if not members:
        raise BadFile(f"no places of level {level!r}", where=str(path), fix="check its rows")
    return members


def _overlap(one: Member, other: Member) -> bool:
    same = (one.place, one.station) == (other.place, other.station)
    return same and one.first <= other.last and other.first <= one.last
