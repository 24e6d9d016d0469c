"""What waits to be evaluated: for each station and month, the local days that batches touched."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import batched, chain
from typing import Final

import numpy as np

from lantian.lake.database import Sql
from lantian.lake.ledger import Ledger
from lantian.lake.part import Int32s, month_hours, month_of
from lantian.lake.verdict import Flags
from lantian.terms.hour import BEIJING_H, first_hour, local_day
from lantian.terms.rounding import compiled

#: Month, station, days, since and batch, as in `Mark`.
type _Row = tuple[int, str, int, int, int]

#: Rows in one statement.
_ROWS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """Days of a station's month that wait.

    Attributes
    ----------
    month : int
        Months from 1970-01, of local days.
    station : str
    days : int
        One bit a day; the lowest is the first of the month.
    since, batch : int
        First and last batch that touched them; `since` is 0 where all days of the lake were
        marked, as for new rules.
    """

    month: int
    station: str
    days: int
    since: int
    batch: int


def month_of_day(day: int) -> int:
    """Month number (months from 1970-01) of a day number.

    Examples
    --------
    >>> month_of_day(30), month_of_day(31)
    (0, 1)
    """
    return int(month_of(first_hour(day)))


def month_span(month: int) -> tuple[int, int]:
    """Day number of the first day of a month number, and how many days it has.

    Examples
    --------
    >>> month_span(1)
    (31, 28)
    """
    first, after = month_hours(month)
    return local_day(first), (after - first) // 24


def bits(month: int, first: int, last: int) -> int:
    """Bits of the days of a month that lie within day numbers `first` to `last`.

    Examples
    --------
    >>> bits(1, 29, 32), bits(1, 40, 39)
    (3, 0)
    """
    start, days = month_span(month)
    low, high = max(first - start, 0), min(last - start, days - 1)
    return ((1 << (high - low + 1)) - 1) << low if low <= high else 0


def mark_hours(
    ledger: Ledger, batch: int, names: Sequence[str], station: Int32s, h: Int32s, keep: Flags
) -> None:
    """Mark the days of hours that a batch stores, inside its transaction.

    Only the hours' own day: means take its 24 hours and the windows of the 8-hour maximum
    end at 08 to 24, so no hour reaches into the next day.

    Parameters
    ----------
    ledger : Ledger
    batch : int
    names : sequence of str
        Station codes.
    station, h : ndarray of int32, shape (n,)
        Index into `names`, and hour number.
    keep : ndarray of bool, shape (n,)
        Which of them are stored.
    """
    if not keep.any():
        return
    for offset_h, mine in _clocks(ledger, names):
        low = local_day(int(h.min()), offset_h)
        touched = np.zeros((len(names), local_day(int(h.max()), offset_h) - low + 1), np.bool_)
        _touch(station, h, keep, offset_h, low, touched)
        touched[~mine] = False
        put_marks(ledger.sql, _rows(names, touched, low, batch))


def _clocks(ledger: Ledger, names: Sequence[str]) -> Iterator[tuple[int, Flags]]:
    """Clock offsets, each with the stations whose days it may cut.

    Beijing time is taken for all of them: a few days too many are cheaper than reading the
    whole roster with every batch to learn which of a station's entries holds.
    """
    yield BEIJING_H, np.ones(len(names), np.bool_)
    others: dict[int, set[str]] = {}
    for name, offset_h in ledger.sql.execute(
        "SELECT station, offset_h FROM station WHERE seq_to IS NULL AND offset_h <> ?",
        (BEIJING_H,),
    ):
        others.setdefault(offset_h, set()).add(name)
    for offset_h, held in others.items():
        mine = np.array([name in held for name in names], np.bool_)
        if mine.any():
            yield offset_h, mine


@compiled
def _touch(
    station: Int32s, h: Int32s, keep: Flags, offset_h: int, low: int, touched: Flags
) -> None:
    for i in range(h.size):
        if keep[i]:
            touched[station[i], (h[i] - 1 + offset_h) // 24 - low] = True


def _rows(names: Sequence[str], touched: Flags, low: int, batch: int) -> Iterator[_Row]:
    """Marks of a table (stations, days) that begins at day number `low`."""
    high = low + touched.shape[1] - 1
    for month in range(month_of_day(low), month_of_day(high) + 1):
        start, days = month_span(month)
        first, last = max(start, low), min(start + days - 1, high)
        weights = np.left_shift(np.int64(1), np.arange(first - start, last - start + 1))
        found: list[int] = (touched[:, first - low : last - low + 1] @ weights).tolist()
        for name, days in zip(names, found, strict=True):
            if days:
                yield month, name, days, batch, batch


def put_marks(sql: Sql, rows: Iterable[_Row]) -> None:
    """Write marks of different station months, joining them to those that wait already."""
    for some in batched(rows, _ROWS_AT_ONCE):
        sql.execute(_statement(len(some)), tuple(chain.from_iterable(some)))


@cache
def _statement(rows: int) -> str:
    return (
        "INSERT INTO stale (month, station, days, since, batch) VALUES "
        + ", ".join(["(?, ?, ?, ?, ?)"] * rows)
        + " ON CONFLICT (month, station) DO UPDATE SET "
        "days = stale.days | excluded.days, batch = excluded.batch"
    )


def mark_all(ledger: Ledger, stations: Iterable[str], months: Iterable[int]) -> None:
    """Mark every day of some stations and months, inside a transaction."""
    batch = ledger.sequence
    every = [(month, (1 << month_span(month)[1]) - 1) for month in months]
    rows = ((m, station, days, 0, batch) for station in stations for m, days in every)
    put_marks(ledger.sql, rows)


def marks(ledger: Ledger, first: int, last: int) -> list[Mark]:
    """Marks of months `first` to `last`, by month and station."""
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT month, station, days, since, batch FROM stale "
            "WHERE month >= ? AND month <= ? ORDER BY month, station",
            (first, last),
        ).fetchall()
    return [Mark(*row) for row in rows]


def stale_months(ledger: Ledger) -> list[tuple[int, int]]:
    """Months that have marks and how many stations in each, newest first."""
    with ledger.read() as sql:
        rows = sql.execute("SELECT month, COUNT(*) FROM stale GROUP BY month ORDER BY month DESC")
        return [(int(month), int(count)) for month, count in rows.fetchall()]


def clear(sql: Sql, month: int, stations: Sequence[str], sequence: int) -> None:
    """Take away marks of a month, except those that a batch after `sequence` touched."""
    sql.execute(
        "DELETE FROM stale WHERE month = ? AND batch <= ? AND station IN "
        f"({', '.join('?' * len(stations))})",
        (month, sequence, *stations),
    )


def lake_months(ledger: Ledger) -> range:
    """Months in which the lake may have days, by any clock."""
    with ledger.read() as sql:
        row = sql.execute(
            "SELECT (SELECT MIN(h) FROM hour), (SELECT MAX(h) FROM hour), MIN(h_min), MAX(h_max) "
            "FROM part WHERE kind = 'hour' AND replaced_by IS NULL"
        ).fetchone()
    hours = [h for h in row if h is not None]
    if not hours:
        return range(0)
    return range(int(month_of(min(hours) - 24)), int(month_of(max(hours) + 24)) + 1)
