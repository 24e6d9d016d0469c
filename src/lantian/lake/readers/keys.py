"""Station and hour of each row of a table, and the refusals of rows and values."""

from dataclasses import dataclass

import numpy as np

from lantian.lake.readers.columns import Headings
from lantian.lake.readers.screen import Keys, Screened, reason
from lantian.lake.readers.sheet import Column, Table
from lantian.lake.readers.stamp import STAMP_REASONS, Clock, StampFault, stamps
from lantian.lake.rows import Refusal


@dataclass(frozen=True, slots=True)
class Keyed:
    """A loaded table whose rows have a station and an hour, and the rows that have not."""

    table: Table
    keys: Keys
    refused: tuple[Refusal, ...]


def keyed(table: Table, found: Headings, clock: Clock) -> Keyed:
    """Find station and hour of each row of a table.

    Returns
    -------
    Keyed
        With a refusal for each row that lacks one of them.
    """
    times = {role: table.cells[h.at] for role, h in found.of("stamp").items()}
    stamped = stamps(times, clock)
    station = found.one_of("station")
    if station is None:
        raise ValueError("a layout was chosen for a table without a column of stations")
    cells = table.cells[station.at].as_text()
    spelled = [name.strip() for name in cells.distinct.to_pylist()]
    names = sorted(set(spelled))
    numbered = {name: at for at, name in enumerate(names)}
    index = cells.spread(np.array([numbered[name] for name in spelled], np.int32))
    named = cells.spread(np.array([name != "" for name in spelled], bool))
    good = named & (stamped.fault == 0)
    # Rows that are refused take some good row's hour, so that bounds are asked for real days.
    h = np.where(good, stamped.h, stamped.h[good][:1] if good.any() else 0)
    refused = list(table.refused)
    for row in np.flatnonzero(~good).tolist():
        fault = StampFault(int(stamped.fault[row]))
        stamp = " ".join(times[role].text(row) for role in times)
        why = STAMP_REASONS[fault].format(stamp) if fault else "没有站点 / no station"
        refused.append(table.refusal(row, why))
    return Keyed(table, Keys(names, index, h, good, table.line), tuple(refused))


def refusals(loaded: Keyed, found: Screened, item: str, cells: Column) -> list[Refusal]:
    """Refused values of one item, in rows that are otherwise good."""
    rows = np.flatnonzero((found.fault != 0) & loaded.keys.good).tolist()
    return [
        loaded.table.refusal(row, reason(int(found.fault[row]), item, cells.text(row)))
        for row in rows
    ]
