"""Evaluated station days held beside the hours: the sums of each day, a month to a row."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.database import Sql
from lantian.lake.ledger import Ledger
from lantian.lake.stale import month_of_day, month_span
from lantian.rules.ruleset import RuleSet
from lantian.series.daily import Days, DayThresholds
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS

type _Octets = npt.NDArray[np.uint8]

_ITEMS: Final = len(DAY_ITEMS)
_HOURS: Final = len(POLLUTANTS)
#: Bytes of a day: a total and a count an item, valid hours a pollutant, windows and their end.
_DAY_BYTES: Final = 5 * _ITEMS + _HOURS + 2


@dataclass(frozen=True, slots=True)
class Row:
    """A station's month as it is held.

    Attributes
    ----------
    month : int
    station : str
    sequence : int
        Lake sequence of the hours, and of the roster with the station's clock.
    code : str
        Version of Lantian that evaluated it.
    days : bytes
        Totals (int32, little-endian), counts, valid hours, windows, window ends (int8), each by
        item and day; empty where no hour of the month has a value.
    """

    month: int
    station: str
    sequence: int
    code: str
    days: bytes


def thresholds_of(rules: RuleSet) -> str:
    """Identity of what a rule set asks of a valid day: its part in the sums that are held.

    Rounding, breakpoints and levels are applied when days are read, which takes microseconds
    a station; so sets that differ only in these share what is held.

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> thresholds_of(rule_set("HJ633-2012")) == thresholds_of(rule_set("HJ633-2026"))
    True
    """
    return hashlib.sha256(repr(DayThresholds.of(rules)).encode()).hexdigest()[:16]


def no_days(stations: int, days: int) -> Days:
    """Days of which nothing is known."""
    shape = (stations, days)
    return Days(
        np.zeros((_ITEMS, *shape), np.int32),
        np.zeros((_ITEMS, *shape), np.int8),
        np.zeros((_HOURS, *shape), np.int8),
        np.zeros(shape, np.int8),
        np.zeros(shape, np.int8),
    )


def pack(days: Days) -> list[bytes]:
    """Pack a whole month of each station, shape (…, stations, days of the month).

    Examples
    --------
    >>> pack(no_days(2, 28))
    [b'', b'']
    """
    stations = days.windows.shape[0]
    small = [days.count, days.hours, days.windows[None], days.window_end[None]]
    columns: list[_Octets] = [
        _by_station(days.total).astype("<i4").reshape(stations, -1).view(np.uint8),
        _by_station(np.concatenate(small)).reshape(stations, -1).view(np.uint8),
    ]
    rows: _Octets = np.concatenate(columns, axis=1)
    return [row.tobytes() if row.any() else b"" for row in rows]


def _by_station[T: np.generic](values: npt.NDArray[T]) -> npt.NDArray[T]:
    return np.ascontiguousarray(values.swapaxes(0, 1))


def lay_rows(rows: Sequence[Row], stations: Sequence[str], first: int, days: Days) -> None:
    """Lay held rows over days that begin at day number `first`, in place."""
    at = {station: i for i, station in enumerate(stations)}
    months: dict[int, list[Row]] = {}
    for row in rows:
        if row.days:
            months.setdefault(row.month, []).append(row)
    for month, some in months.items():
        _lay_month(month, some, [at[row.station] for row in some], first, days)


def _lay_month(
    month: int, rows: Sequence[Row], places: Sequence[int], first: int, days: Days
) -> None:
    start, length = month_span(month)
    low, high = max(start, first), min(start + length, first + days.windows.shape[1])
    if low >= high:
        return
    joined = np.frombuffer(b"".join(row.days for row in rows), np.uint8)
    packed = joined.reshape(len(rows), _DAY_BYTES * length)
    wide = 4 * _ITEMS * length
    total = np.ascontiguousarray(packed[:, :wide]).view("<i4")
    total = total.reshape(len(rows), _ITEMS, length)
    small = packed[:, wide:].view(np.int8).reshape(len(rows), -1, length)
    source, target = slice(low - start, high - start), slice(low - first, high - first)
    edge = _ITEMS + _HOURS
    days.total[:, places, target] = total[:, :, source].swapaxes(0, 1)
    days.count[:, places, target] = small[:, :_ITEMS, source].swapaxes(0, 1)
    days.hours[:, places, target] = small[:, _ITEMS:edge, source].swapaxes(0, 1)
    days.windows[places, target] = small[:, edge, source]
    days.window_end[places, target] = small[:, edge + 1, source]


def fetch(ledger: Ledger, thresholds: str, stations: Sequence[str], months: range) -> list[Row]:
    """Held rows of some stations and months."""
    if not stations or not months:
        return []
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT month, station, sequence, code, days FROM day_result WHERE thresholds = ? "
            f"AND month IN ({_places(months)}) AND station IN ({_places(stations)})",
            (thresholds, *months, *stations),
        ).fetchall()
    return [Row(*row) for row in rows]


def months_between(first: int, last: int) -> range:
    """Months that day numbers `first` to `last` touch."""
    return range(month_of_day(first), month_of_day(last) + 1)


def put(ledger: Ledger, thresholds: str, month: int, rows: Iterable[Row]) -> None:
    """Hold rows of one month in place of earlier ones, inside a transaction."""
    kept = list(rows)
    if not kept:
        return
    stations = [row.station for row in kept]
    ledger.sql.execute(
        "DELETE FROM day_result WHERE thresholds = ? AND month = ? "
        f"AND station IN ({_places(stations)})",
        (thresholds, month, *stations),
    )
    ledger.insert(
        "day_result",
        "thresholds, month, station, sequence, code, days",
        [(thresholds, r.month, r.station, r.sequence, r.code, r.days) for r in kept],
    )


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def held(ledger: Ledger) -> dict[str, str]:
    """Thresholds under which days are held, each with the version of Lantian that did so.

    The version is empty as long as not every day is either held or marked stale.
    """
    with ledger.read() as sql:
        rows = sql.execute("SELECT thresholds, code FROM held").fetchall()
    return {str(thresholds): str(code) for thresholds, code in rows}


def set_held(sql: Sql, thresholds: str, code: str) -> None:
    """State under which version days are held for some thresholds, inside a transaction."""
    sql.execute(
        "INSERT INTO held (thresholds, code) VALUES (?, ?) "
        "ON CONFLICT (thresholds) DO UPDATE SET code = excluded.code",
        (thresholds, code),
    )


def drop(ledger: Ledger, thresholds: str) -> None:
    """Forget all days held under some thresholds, a month at a time."""
    with ledger.write() as sql:
        sql.execute("DELETE FROM held WHERE thresholds = ?", (thresholds,))
        count_refresh(sql)
    with ledger.read() as sql:
        months = sql.execute(
            "SELECT DISTINCT month FROM day_result WHERE thresholds = ?", (thresholds,)
        ).fetchall()
    for (month,) in months:
        with ledger.write() as sql:
            sql.execute(
                "DELETE FROM day_result WHERE thresholds = ? AND month = ?", (thresholds, month)
            )


def count_refresh(sql: Sql) -> None:
    """Count a change of what is held, inside its transaction, so that pages see it."""
    (count,) = sql.execute("SELECT value FROM meta WHERE key = 'refreshes'").fetchone()
    sql.execute("UPDATE meta SET value = ? WHERE key = 'refreshes'", (str(int(count) + 1),))


def version(ledger: Ledger) -> str:
    """Token of the state of hours, roster and held days; equal tokens give equal pages.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lantian.lake.store import Lake
    >>> folder = Path(tempfile.mkdtemp()) / "county"
    >>> Lake.init(folder)
    >>> with Lake.open(folder) as lake:
    ...     version(lake.ledger)
    '0.0'
    """
    with ledger.read() as sql:
        return "{}.{}".format(
            *sql.execute(
                "SELECT COALESCE(MAX(id), 0), (SELECT value FROM meta WHERE key = 'refreshes') "
                "FROM batch"
            ).fetchone()
        )
