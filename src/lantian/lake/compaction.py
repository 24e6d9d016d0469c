"""Compaction: the parts and hot rows of a month become one part; nothing they say is lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lantian.lake.fold import read_hot
from lantian.lake.ledger import Ledger
from lantian.lake.part import (
    Records,
    discard,
    live,
    month_hours,
    month_of,
    read_records,
    sweep,
    write_part,
)
from lantian.lake.rows import HOUR, WEATHER, RowKind


@dataclass(frozen=True, slots=True)
class CompactReport:
    """Months rewritten, rows in them, and files of earlier compactions that were deleted."""

    months: int
    rows: int
    deleted: int


def compact(ledger: Ledger, progress: Callable[[str], None]) -> CompactReport:
    """Compact every month that has hot rows or several parts; see `Lake.compact`."""
    deleted = _drop_replaced(ledger)
    months = rows = 0
    for kind in (HOUR, WEATHER):
        for month in _untidy(ledger, kind):
            count = _compact_month(ledger, kind, month)
            months, rows = months + 1, rows + count
            progress(f"{kind.table} {np.datetime64(month, 'M')}: {count} 行 / rows")
    return CompactReport(months, rows, deleted)


def _untidy(ledger: Ledger, kind: RowKind) -> list[int]:
    with ledger.read() as sql:
        hot = np.array(
            [row[0] for row in sql.execute(f"SELECT h FROM {kind.table} GROUP BY h")], np.int64
        )
        several = sql.execute(
            "SELECT month FROM part WHERE kind = ? AND replaced_by IS NULL "
            "GROUP BY month HAVING COUNT(*) > 1",
            (kind.table,),
        ).fetchall()
    return sorted({*np.unique(month_of(hot)).tolist(), *(row[0] for row in several)})


def _compact_month(ledger: Ledger, kind: RowKind, month: int) -> int:
    h_from, h_to = month_hours(month)
    written: list[Path] = []
    try:
        with ledger.write() as sql:
            sweep(ledger)
            before = ledger.sequence
            parts = live(ledger, kind, h_from, h_to)
            pieces = [read_records(ledger, part, kind) for part in parts]
            hot = read_hot(ledger, kind, h_from, h_to, before)
            if hot is not None:
                pieces.append(hot)
            merged = _merged(pieces)
            batch = ledger.new_batch("compaction", rows=int(merged.h.size))
            sql.execute(
                "UPDATE part SET replaced_by = ? "
                "WHERE kind = ? AND month = ? AND replaced_by IS NULL",
                (batch, kind.table, month),
            )
            part = write_part(ledger, kind, month, merged, added_by=batch, overlays=False)
            written.append(ledger.folder / part.path)
            sql.execute(f"DELETE FROM {kind.table} WHERE h >= ? AND h < ?", (h_from, h_to))
    except BaseException as error:
        discard(written, error)
        raise
    return int(merged.h.size)


def _merged(pieces: Sequence[Records]) -> Records:
    """Join records in the order in which they are laid, sorted by station and hour."""
    names = tuple(sorted({name for piece in pieces for name in piece.names}))
    index = {name: i for i, name in enumerate(names)}
    station = np.concatenate(
        [np.array([index[n] for n in p.names], np.int32)[p.station] for p in pieces]
    )
    h = np.concatenate([p.h for p in pieces])
    # A stable sort keeps later records of the same hour behind earlier ones.
    order = np.argsort(station.astype(np.int64) << 32 | h, kind="stable")
    return Records(
        names,
        station[order],
        h[order],
        np.concatenate([p.values for p in pieces], axis=1)[:, order],
        np.concatenate([p.marks for p in pieces], axis=1)[:, order],
        np.concatenate([p.batch for p in pieces])[order],
    )


def _drop_replaced(ledger: Ledger) -> int:
    """Delete files replaced by earlier compactions, unless a frozen figure rests on them.

    Those of this compaction stay until the next, for readers that opened the lake before.
    """
    with ledger.write() as sql:
        cited = sql.execute("SELECT MIN(sequence) FROM frozen").fetchone()[0]
        limit = ledger.sequence if cited is None else int(cited)
        dropped = sql.execute("SELECT path FROM part WHERE replaced_by <= ?", (limit,)).fetchall()
        sql.execute("DELETE FROM part WHERE replaced_by <= ?", (limit,))
    # Rows first: a file left behind by a crash here is an orphan, swept by the next writer.
    for (path,) in dropped:
        (ledger.folder / path).unlink(missing_ok=True)
    return len(dropped)
