"""Long tables: one row for each station, hour and item."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.readers.cell import Fault, numbers
from lantian.lake.readers.columns import UNITS, Heading, Headings, fold, heading
from lantian.lake.readers.keys import Keyed, keyed
from lantian.lake.readers.screen import (
    Keys,
    Screened,
    empty_block,
    reason,
    rows_of,
    screened,
    with_marks,
)
from lantian.lake.readers.sheet import Column, Sheet
from lantian.lake.readers.stamp import Clock
from lantian.lake.readers.unit import demand_co_said, factor_of
from lantian.lake.rows import HOUR, WEATHER, Reading, Refusal, RowKind, Rows
from lantian.terms.mark import MISSING

_ITEMS: Final = (*HOUR.columns, *WEATHER.columns)
_TAKEN: Final = frozenset({"stamp", "station", "long"})
_UNREAD: Final = "?"

type _At = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of a long table on one item in one unit."""

    rows: _At
    heading: Heading | None
    unit: str


def read_long(
    sheet: Sheet, found: Headings, *, file: str, clock: Clock, said: Mapping[str, str]
) -> Reading:
    """Read a long table; parameters and errors are those of `read_wide`.

    A row on a known item that is not taken in, as AQI, is passed over; one on an unknown
    item is refused by name.
    """
    loaded = keyed(sheet.load([h.at for h in found.known if h.group in _TAKEN]), found, clock)
    columns = {role: loaded.table.cells[h.at] for role, h in found.of("long").items()}
    size = len(loaded.table)
    item = np.full(size, -1, np.int64)
    all_found = Screened(
        np.full(size, MISSING, np.int32), np.zeros(size, bool), np.zeros(size, np.uint8)
    )
    notes = list(sheet.notes)
    for part in _parts(columns["pollutant"].as_text(), columns.get("unit")):
        if part.heading is None or part.unit == _UNREAD:
            unknown = Fault.UNKNOWN_POLLUTANT if part.heading is None else Fault.UNKNOWN_UNIT
            all_found.fault[part.rows] = unknown
        elif part.heading.role in _ITEMS:
            item[part.rows] = _ITEMS.index(part.heading.role)
            cells = columns["value"].subset(part.rows)
            notes.extend(_check_co(part.heading, cells, said, file))
            one = screened(
                cells,
                part.heading.role,
                factor=factor_of(part.heading, said, file),
                h=loaded.keys.h[part.rows],
            )
            all_found.values[part.rows] = one.values
            all_found.withdrawn[part.rows] = one.withdrawn
            all_found.fault[part.rows] = one.fault
    refused = [*loaded.refused, *_refusals(loaded, all_found, item, columns)]
    if "flag" in columns:
        all_found = with_marks(all_found, columns["flag"])
        refused.extend(_refusals(loaded, all_found, item, columns))
    rows, weather = (_pivoted(kind, item, all_found, loaded.keys) for kind in (HOUR, WEATHER))
    return Reading(rows, weather if len(weather) else None, tuple(refused), tuple(notes))


def _parts(what: Column, unit: Column | None) -> Iterator[_Part]:
    """Cut a table into parts of one item in one unit."""
    headings = [heading(0, text) for text in what.distinct.to_pylist()]
    coded = what.spread(np.arange(len(headings)))
    units = [""]
    if unit is not None:
        unit = unit.as_text()
        units = [
            UNITS.get(fold(t), _UNREAD) if t.strip() else "" for t in unit.distinct.to_pylist()
        ]
        coded = coded * len(units) + unit.spread(np.arange(len(units)))
    for code in np.flatnonzero(np.bincount(coded)).tolist():
        found, said = headings[code // len(units)], units[code % len(units)]
        if found is not None and said != _UNREAD:
            found = replace(found, unit=said or found.unit)
        yield _Part(np.flatnonzero(coded == code), found, said)


def _check_co(found: Heading, cells: Column, said: Mapping[str, str], file: str) -> tuple[str, ...]:
    if found.role != "co":
        return ()
    values = cells.spread(numbers(cells.distinct).value)
    return demand_co_said(values, found.unit or said.get("co", ""), file)


def _refusals(
    loaded: Keyed, found: Screened, item: _At, columns: Mapping[str, Column]
) -> Iterator[Refusal]:
    """Rows whose value is not taken in, with the cell that is at fault."""
    at_fault = {
        Fault.UNKNOWN_POLLUTANT: "pollutant",
        Fault.UNKNOWN_UNIT: "unit",
        Fault.UNKNOWN_MARK: "flag" if "flag" in columns else "value",
    }
    for row in np.flatnonzero((found.fault != 0) & loaded.keys.good).tolist():
        fault = Fault(int(found.fault[row]))
        name = _ITEMS[item[row]] if item[row] >= 0 else columns["pollutant"].text(row)
        text = columns[at_fault.get(fault, "value")].text(row)
        yield loaded.table.refusal(row, reason(fault, name, text))


def _pivoted(kind: RowKind, item: _At, found: Screened, keys: Keys) -> Rows:
    """Gather the items of each station hour in one row.

    A value that is given twice makes a second row of its hour: the store judges the two.
    The line of a row is the first of those that gave its values.
    """
    first = _ITEMS.index(kind.columns[0])
    width = len(kind.columns)
    given = keys.good & (item >= first) & (item < first + width) & (found.values != MISSING)
    at = np.flatnonzero(given)
    if not at.size:
        none = np.empty(0, np.int32)
        return rows_of(empty_block(kind, 0), Keys([], none, none, np.empty(0, bool), none))
    hour = keys.h[at].astype(np.int64) - keys.h[at].min()
    cell = (keys.station[at].astype(np.int64) * (hour.max() + 1) + hour) * width + item[at] - first
    order = np.argsort(cell, kind="stable")
    at, cell = at[order], cell[order]
    row = _row_numbers(cell, cell // width)
    block = empty_block(kind, int(row.max()) + 1)
    block.values[cell % width, row] = found.values[at]
    block.withdrawn[cell % width, row] = found.withdrawn[at]
    station, h = np.zeros((2, block.values.shape[1]), np.int32)
    station[row], h[row] = keys.station[at], keys.h[at]
    line = np.full(station.size, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(line, row, keys.line[at])
    return rows_of(block, Keys(keys.names, station, h, np.ones(station.size, bool), line))


def _row_numbers(cell: _At, hour: _At) -> _At:
    """Number of the row of each value, from sorted cells: one row an hour, more for repeats."""
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    repeat = np.arange(cell.size) - np.repeat(starts, np.diff(starts, append=cell.size))
    key = hour * (repeat.max() + 1) + repeat
    if not repeat.any():
        return np.cumsum(np.diff(key, prepend=key[0]) != 0)
    numbers_of_rows: _At = np.unique(key, return_inverse=True)[1]
    return numbers_of_rows
