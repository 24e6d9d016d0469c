"""The national hourly archive: a row for each hour and type, a column for each station."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lantian.errors import BadFile
from lantian.lake.readers.columns import fold, heading
from lantian.lake.readers.screen import Keys, empty_block, reason, rows_of, screened
from lantian.lake.readers.sheet import Column, Sheet, Table
from lantian.lake.readers.stamp import STAMP_REASONS, Clock, StampFault, stamps
from lantian.lake.rows import HOUR, Int32s, Reading, Refusal
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

_FIXED: Final = ("date", "hour", "type")
_STATION: Final = re.compile(r"\d{4,}[A-Z]")

type _At = npt.NDArray[np.int64]


def is_archive(names: Sequence[str]) -> bool:
    """Whether a header is the archive's.

    Examples
    --------
    >>> is_archive(["date", "hour", "type", "1001A"]), is_archive(["date", "hour", "SO2"])
    (True, False)
    """
    return set(_FIXED) <= {fold(name) for name in names}


def read_archive(sheet: Sheet, *, file: str, clock: Clock) -> Reading:
    """Read the archive's layout: hours of the six pollutants, CO in mg/m3.

    The other published types (AQI, the sliding means) are known and left out. The line of a
    station's hour is the first that gives one of its values; where a type is given twice for an
    hour, the second values are rows of their own.

    Raises
    ------
    BadFile
        If a column is neither of the three fixed ones nor a station's code.
    """
    fixed = {key: at for at, name in enumerate(sheet.names) if (key := fold(name)) in _FIXED}
    taken = set(fixed.values())
    places = [at for at, name in enumerate(sheet.names) if at not in taken and name]
    _demand_stations([sheet.names[at] for at in places], file)
    table = sheet.load([*fixed.values(), *places])
    times = {role: table.cells[fixed[role]] for role in ("date", "hour")}
    stamped = stamps(times, clock)
    item, refused = _items(table, table.cells[fixed["type"]].as_text())
    for row in np.flatnonzero(stamped.fault != 0).tolist():
        stamp = " ".join(cells.text(row) for cells in times.values())
        why = STAMP_REASONS[StampFault(int(stamped.fault[row]))].format(stamp)
        refused.append(table.refusal(row, why))
    rows = np.flatnonzero((stamped.fault == 0) & (item >= 0))
    hour, h = _numbered_hours(stamped.h[rows], item[rows])
    names = [sheet.names[at] for at in places]
    distinct, coded = _matrix([table.cells[at].as_text() for at in places])
    # One block of hours by stations, flattened.
    block = empty_block(HOUR, h.size * len(names))
    values = block.values.reshape(len(HOUR.columns), h.size, len(names))
    withdrawn = block.withdrawn.reshape(values.shape)
    line = np.full(values.shape[1:], np.iinfo(np.int32).max, np.int32)
    for at, key in enumerate(HOUR.columns):
        mine, into = rows[item[rows] == at], hour[item[rows] == at]
        cells = Column(distinct, coded[:, mine].T.ravel())
        found = screened(cells, key, factor=1.0, h=np.repeat(stamped.h[mine], len(names)))
        values[at, into] = found.values.reshape(-1, len(names))
        withdrawn[at, into] = found.withdrawn.reshape(-1, len(names))
        giving = np.where(values[at, into] == MISSING, line[into], table.line[mine][:, None])
        line[into] = np.minimum(line[into], giving)
        for flat in np.flatnonzero(found.fault).tolist():
            row, cell = int(mine[flat // len(names)]), cells.text(flat)
            # The cell's own text alone: its line holds every other station's, too.
            head = [table.cells[fixed[name]].text(row) for name in _FIXED]
            raw = ",".join([*head, f"{names[flat % len(names)]}={cell}"])
            why = reason(int(found.fault[flat]), key, cell)
            refused.append(Refusal(int(table.line[row]), why, raw))
    return Reading(
        rows_of(block, _keys(names, h, line.ravel())),
        refused=(*table.refused, *refused),
        notes=tuple(sheet.notes),
    )


def _matrix(columns: Sequence[Column]) -> tuple[pa.Array, Int32s]:
    """Distinct cells of all columns together, and the one each station and row has."""
    before = np.cumsum([0, *(len(c.distinct) for c in columns)])
    place = np.stack([c.place + at for c, at in zip(columns, before[:-1], strict=True)])
    together = pa.concat_arrays([c.distinct for c in columns]).dictionary_encode()
    return together.dictionary, together.indices.to_numpy()[place]


def _keys(names: Sequence[str], h: Int32s, line: Int32s) -> Keys:
    """Station, hour and line of a flattened block; a station with two columns has two rows."""
    distinct, station = np.unique(np.array(names), return_inverse=True)
    return Keys(
        names=[str(name) for name in distinct],
        station=np.tile(station.astype(np.int32), h.size),
        h=np.repeat(h, len(names)),
        good=np.ones(h.size * len(names), bool),
        line=line,
    )


def _demand_stations(names: Sequence[str], file: str) -> None:
    odd = [name for name in names if not _STATION.fullmatch(name)]
    if odd or not names:
        raise BadFile(
            f"不是站点编码的列 / no station code: {', '.join(odd[:5]) or '(none)'}",
            where=file,
            fix="cnemc-sites 的列为 date、hour、type 和 1001A 这样的站点编码；城市文件不读 / "
            "cnemc-sites has date, hour, type and codes as 1001A; files of cities are not read",
        )


def _items(table: Table, kind: Column) -> tuple[_At, list[Refusal]]:
    """Place of each row's type among the pollutants, -1 where it is another's."""
    known = [heading(0, text) for text in kind.distinct.to_pylist()]
    places = [
        HOUR.columns.index(h.role) if h is not None and h.group == "pollutant" else -1
        for h in known
    ]
    unknown = [h is None or h.name.strip() == "" for h in known]
    refused = [
        table.refusal(row, f"未知的类型 {kind.text(row)!r} / unknown type")
        for row in np.flatnonzero(kind.spread(np.array(unknown, bool))).tolist()
    ]
    return kind.spread(np.array(places, np.int64)), refused


def _numbered_hours(h: Int32s, item: _At) -> tuple[_At, Int32s]:
    """Number the hours; where a type is given twice for an hour, the hour stands twice."""
    key = h.astype(np.int64) * len(POLLUTANTS) + item
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    repeat = np.empty(key.size, np.int64)
    lengths = np.diff(starts, append=key.size)
    repeat[order] = np.arange(key.size) - np.repeat(starts, lengths)
    distinct, number = np.unique(np.stack([h, repeat]), axis=1, return_inverse=True)
    return number.reshape(-1), distinct[0].astype(np.int32)
