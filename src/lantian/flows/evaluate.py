"""Flow `evaluate`: every station day, or hour, judged by the rule in force, into a table."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lantian.errors import BadRequest, NoData
from lantian.evaluate.aqi import Index, symbols
from lantian.evaluate.hourly import HALO_H, HourlyForm, hour_report
from lantian.evaluate.iaqi import NO_INDEX
from lantian.flows.grounds import basis_of, offsets_of
from lantian.flows.station_days import (
    IN_FORCE,
    StationDays,
    crossings,
    require_data,
    segments,
    station_days,
)
from lantian.flows.table_file import TableWriter
from lantian.lake.basis import Basis
from lantian.lake.store import Lake
from lantian.rules.ruleset import RuleSet, Shelf
from lantian.terms.hour import BEIJING_H, day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS

#: Text of each set of primary pollutants, by its bits.
_PRIMARY: Final = pa.array([",".join(symbols(bits)) for bits in range(1 << len(POLLUTANTS))])


def evaluate_days(
    lake: Lake,
    period: Period,
    out: Path,
    *,
    rules: str = IN_FORCE,
    shelf: Shelf | None = None,
    as_of: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> int:
    """Judge every station day of a period and write the table.

    Parameters
    ----------
    lake : Lake
    period : Period
    out : Path
        Parquet, CSV or Excel by its ending.
    rules : str
        `in-force` or the name of a rule set.
    shelf, as_of, progress : optional

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    NoData
        If the lake is empty, the period lies outside its data, or no hour of it is there.
    """
    held = require_data(lake, period)
    stations, roster = lake.stations(), lake.roster(as_of)
    rows = 0
    with TableWriter(out, DAY_SCHEMA) as writer:
        if progress:
            for line in crossings(held, rules, shelf):
                progress(line)
        for year in _years(held):
            for part, chosen in segments(year, rules, shelf):
                days = station_days(
                    lake, stations, part, chosen, offsets=offsets_of(roster), as_of=as_of
                )
                table = day_table(days, basis_of(lake, roster, chosen, as_of))
                writer.write(table)
                rows += table.num_rows
                if progress:
                    progress(f"{part.label}: {table.num_rows} 站日 / station days, {chosen.name}")
        _require_rows(rows, held, lake)
    return rows


def _require_rows(rows: int, period: Period, lake: Lake) -> None:
    if rows == 0:
        raise NoData(
            f"{period.label} 无小时值 / no hour of any station in {period.label}",
            where=str(lake.folder),
            fix="see what is there: lantian lake check DIR",
        )


def _years(period: Period) -> list[Period]:
    """Cut a period at the turn of each year, to keep one year in memory."""
    found: dict[int, list[Period]] = {}
    for month in period.months():
        found.setdefault(month.first.year, []).append(month)
    return [Period(months[0].first, months[-1].last) for months in found.values()]


def _concentrations(values: npt.NDArray[np.int32]) -> Any:
    return pa.array(values / 1000.0, mask=values == MISSING)


def _indices(values: npt.NDArray[np.int16]) -> Any:
    return pa.array(values, mask=values == NO_INDEX)


def _named(codes: npt.NDArray[np.integer[Any]], names: Any) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), names)


_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
_INDEX_FIELDS: Final = [
    pa.field("aqi", pa.int16()),
    pa.field("level", pa.int8()),
    pa.field("primary", _TEXT),
    pa.field("exceeding", _TEXT),
]
_TAIL: Final = [pa.field("rules", _TEXT), pa.field("basis", _TEXT)]
DAY_SCHEMA: Final = pa.schema(
    [
        pa.field("station", _TEXT),
        pa.field("day", pa.date32()),
        *[pa.field(item.column, pa.float64()) for item in DAY_ITEMS],
        *[pa.field(f"iaqi_{item.key}", pa.int16()) for item in DAY_ITEMS],
        *_INDEX_FIELDS,
        *[pa.field(f"valid_hours_{p.key}", pa.int8()) for p in POLLUTANTS],
        *_TAIL,
    ]
)


def day_table(days: StationDays, basis: Basis) -> Any:
    """Table of judged station days: one row for each day on which a station has any hour.

    Returns
    -------
    pyarrow.Table of DAY_SCHEMA
        Concentrations in ug/m3, CO in mg/m3, rounded as reported; an AQI of "NA" is null.
    """
    there = days.hours.any(axis=0)
    station, day = np.nonzero(there)
    index = days.index
    columns = [
        _named(station, pa.array(days.stations)),
        pa.array((day + day_number(days.period.first)).astype(np.int32), pa.date32()),
        *[_concentrations(days.reported[i][there]) for i in range(len(DAY_ITEMS))],
        *[_indices(index.iaqi[i][there]) for i in range(len(DAY_ITEMS))],
        *_index_columns(index, there),
        *[pa.array(days.hours[p][there]) for p in range(len(POLLUTANTS))],
        _named(np.zeros(station.size, np.int32), pa.array([days.rules.name])),
        _named(np.zeros(station.size, np.int32), pa.array([basis.short])),
    ]
    return pa.Table.from_arrays(columns, schema=DAY_SCHEMA)


def _index_columns(index: Index, there: npt.NDArray[np.bool_]) -> list[Any]:
    level = index.level[there]
    return [
        _indices(index.aqi[there]),
        pa.array(level, mask=level == 0),
        _named(index.primary[there], _PRIMARY),
        _named(index.exceeding[there], _PRIMARY),
    ]


def evaluate_hours(
    lake: Lake,
    period: Period,
    out: Path,
    *,
    rules: str = IN_FORCE,
    form: HourlyForm = HourlyForm.NETWORK,
    shelf: Shelf | None = None,
    as_of: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> int:
    """Judge every station hour of a period and write the table.

    Parameters
    ----------
    lake, period, out, rules, shelf, as_of, progress
        As in `evaluate_days`.
    form : HourlyForm
        `network` as published, `text` with the sliding means of HJ 633-2012.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    NoData
        If the lake is empty, the period lies outside its data, or no hour of it is there.
    BadRequest
        If `text` is asked of days whose rule has no such form.
    """
    held = require_data(lake, period)
    stations, roster = lake.stations(), lake.roster(as_of)
    cut = [each for month in held.months() for each in segments(month, rules, shelf)]
    if form is HourlyForm.TEXT:
        _require_text(cut)
    rows = 0
    with TableWriter(out, hour_schema(form)) as writer:
        if progress:
            for line in crossings(held, rules, shelf):
                progress(line)
        for part, chosen in cut:
            basis = basis_of(lake, roster, chosen, as_of)
            for offset_h, names in _by_clock(stations, offsets_of(roster)).items():
                start = first_hour(day_number(part.first), offset_h)
                end = start + part.days * 24
                block = lake.block(names, start - HALO_H, end, as_of=as_of)
                table = _hour_table(names, start, offset_h, block, chosen, form, basis)
                writer.write(table)
                rows += table.num_rows
        _require_rows(rows, held, lake)
    return rows


def _require_text(cut: Sequence[tuple[Period, RuleSet]]) -> None:
    for part, chosen in cut:
        if chosen.aqi.clause.hourly_pm_text != "24h-sliding":
            raise BadRequest(
                f"{chosen.name} 的实时报没有滑动平均形式 / the hourly report of {chosen.name} "
                "has no sliding means",
                where=f"--form text, {part.label}",
                fix=f"--form network, or ask for days before {part.first}",
            )


def _by_clock(stations: Sequence[str], offsets: Mapping[str, int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for station in stations:
        found.setdefault(offsets.get(station, BEIJING_H), []).append(station)
    return found


#: Column of each value of the hourly report; the text form adds and renames some.
_TEXT_COLUMNS: Final = {"pm10_24h": "pm10_24h_ugm3", "pm25_24h": "pm25_24h_ugm3"}


def _hour_columns(form: HourlyForm) -> list[str]:
    names = [p.column for p in POLLUTANTS]
    if form is HourlyForm.TEXT:
        names[2:4] = _TEXT_COLUMNS.values()
        names.append("o3_8h_ugm3")
    return names


def hour_schema(form: HourlyForm) -> Any:
    """Schema of the hourly table of one form."""
    names = _hour_columns(form)
    return pa.schema(
        [
            pa.field("station", _TEXT),
            pa.field("time", pa.timestamp("s")),
            *[pa.field(n, pa.float64()) for n in names],
            *[pa.field(f"iaqi_{n.rpartition('_')[0]}", pa.int16()) for n in names],
            *_INDEX_FIELDS,
            *_TAIL,
        ]
    )


def _hour_table(
    stations: Sequence[str],
    start: int,
    offset_h: int,
    block: npt.NDArray[np.int32],
    rules: RuleSet,
    form: HourlyForm,
    basis: Basis,
) -> Any:
    report = hour_report(block, rules, form)
    there = (block[:, :, HALO_H:] != MISSING).any(axis=0)
    station, hour = np.nonzero(there)
    seconds = (hour.astype(np.int64) + start + offset_h) * 3600
    kept = [k for k in range(len(report.keys)) if report.keys[k] != "so2_24h"]
    values = [report.values[k][there] for k in kept]
    iaqi = [report.index.iaqi[k][there] for k in kept]
    if len(kept) < len(report.keys):
        day_mean = report.index.iaqi[report.keys.index("so2_24h")][there]
        iaqi[0] = np.where(iaqi[0] == NO_INDEX, day_mean, iaqi[0])
    columns = [
        _named(station, pa.array(stations)),
        pa.array(seconds, pa.timestamp("s")),
        *[_concentrations(v) for v in values],
        *[_indices(i) for i in iaqi],
        *_index_columns(report.index, there),
        _named(np.zeros(station.size, np.int32), pa.array([rules.name])),
        _named(np.zeros(station.size, np.int32), pa.array([basis.short])),
    ]
    return pa.Table.from_arrays(columns, schema=hour_schema(form))
