"""Tidying what monitors said: old values go into files, step by step and beside the gate.

A row is only taken out of the tables once a file that counts holds it, just as it is. So a
crash leaves rows twice at worst, which say the same, and the next tidying goes on from there.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from typing import Final

from lantian.lake.database import Sql
from lantian.lake.fine_parts import (
    FinePart,
    count_part,
    part_groups,
    part_of,
    part_rows,
    write_part,
)
from lantian.lake.gate_ledger import AT_ONCE, GateLedger, Row, pairs, places
from lantian.lake.gate_tables import FINE_COLUMNS

#: Series read at once: their minutes of a day are some ten thousand rows.
_SERIES: Final = 32
_FEWEST: Final = 100
_MOST: Final = 3_000


@dataclass(slots=True)
class Pace:
    """How much one transaction of the tidying takes out, so that no other waits long for it.

    Attributes
    ----------
    hold_s : float
        How long the writer's lock shall be held at most; half of it is aimed at.
    rows : int
        Rows of the next transaction; it follows from how long the last one took.
    longest_s, longest_cpu_s : float
        Longest that the lock was held, without the commit itself, and the processor time of it.
    turns : int
        Transactions so far.
    """

    hold_s: float = 0.02
    rows: int = 1_000
    longest_s: float = 0.0
    longest_cpu_s: float = 0.0
    turns: int = 0

    @contextmanager
    def turn(self, ledger: GateLedger) -> Iterator[Sql]:
        """One transaction, and a rest as long: others have the lock half of the time at least."""
        with ledger.write() as sql:
            begun, cpu = time.perf_counter(), time.thread_time()
            yield sql
            spent_s = time.perf_counter() - begun
            self.longest_cpu_s = max(self.longest_cpu_s, time.thread_time() - cpu)
        self.longest_s = max(self.longest_s, spent_s)
        self.turns += 1
        time.sleep(spent_s)
        fits = self.rows * self.hold_s / 2 / max(spent_s, 1e-6)
        self.rows = round(min(max(fits, self.rows / 4, _FEWEST), self.rows * 2, _MOST))


def compact_day(
    ledger: GateLedger, day: int, pace: Pace, *, now_us: Callable[[], int]
) -> FinePart | None:
    """Put the hot rows of a UTC day into a file; return it, None where there were none.

    A row that is replaced meanwhile stays and overlays the file.

    Raises
    ------
    LakeBroken
        If the disk is full, the database is away, or the file of before is damaged.
    """
    part = part_of(ledger, day)
    if part is not None:
        _take_out(ledger, part, pace)
    if not _is_empty(ledger, day):
        groups = (group for group in _merged(ledger, day, part) if group)
        part = write_part(ledger.folder, day, groups, now_us=now_us)
        count_part(ledger, part)
        _take_out(ledger, part, pace)
    with ledger.write() as sql:
        if sql.execute(f"SELECT 1 FROM fine_{day} LIMIT 1").fetchone() is None:
            ledger.drop_day("fine", day)
    return part


def _is_empty(ledger: GateLedger, day: int) -> bool:
    with ledger.read() as sql:
        return sql.execute(f"SELECT 1 FROM fine_{day} LIMIT 1").fetchone() is None


def _merged(ledger: GateLedger, day: int, part: FinePart | None) -> Iterator[Sequence[Row]]:
    """Rows of a day by some series at a time: those of its file, overlaid by hot ones."""
    with ledger.read():
        last = ledger.following("series")
    for first in range(1, last, _SERIES):
        found: dict[tuple[int, int], Row] = {}
        if part is not None:
            among = [("series", ">=", first), ("series", "<", first + _SERIES)]
            found = {(r[0], r[1]): r for r in part_rows(ledger.folder, part, among)}
        with ledger.read() as sql:
            rows = sql.execute(
                f"SELECT {FINE_COLUMNS} FROM fine_{day} WHERE series >= ? AND series < ? "
                "ORDER BY series, t",
                (first, first + _SERIES),
            ).fetchall()
        found |= {(row[0], row[1]): tuple(row) for row in rows}
        yield [found[key] for key in sorted(found)] if part is not None else list(found.values())


def _take_out(ledger: GateLedger, part: FinePart, pace: Pace) -> None:
    """Take out the hot rows that a file holds just as they are."""
    for group in part_groups(ledger.folder, part):
        start = 0
        while start < len(group):
            some = group[start : start + pace.rows]
            start += len(some)
            _take_out_some(ledger, part.day, some, pace)


def _take_out_some(ledger: GateLedger, day: int, some: Sequence[Row], pace: Pace) -> None:
    span = (*some[0][:2], *some[-1][:2])
    within = "(series, t) >= (?, ?) AND (series, t) <= (?, ?)"
    with ledger.read() as sql:
        if sql.execute(f"SELECT 1 FROM fine_{day} WHERE {within} LIMIT 1", span).fetchone() is None:
            return
    # The frame that a value stands by tells whether it is still the same.
    held = {(row[0], row[1], row[6]) for row in some}
    with pace.turn(ledger) as sql:
        rows = sql.execute(f"SELECT series, t, frame FROM fine_{day} WHERE {within}", span)
        there = {tuple(row) for row in rows.fetchall()}
        if there <= held:
            sql.execute(f"DELETE FROM fine_{day} WHERE {within}", span)
        else:
            gone = [(series, t) for series, t, _ in sorted(there & held)]
            for keys in batched(gone, AT_ONCE):
                sql.execute(
                    f"DELETE FROM fine_{day} WHERE (series, t) IN (VALUES {places(2, len(keys))})",
                    pairs(keys),
                )
