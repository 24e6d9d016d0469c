"""Taking one reading into the lake: judged value by value, stored in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.fold import Frame, is_blank, lay_block, pack_marks
from lantian.lake.ledger import Ledger
from lantian.lake.part import Bytes, Int32s, Records, discard, month_of, sweep, write_part
from lantian.lake.rows import HOUR, Reading, RowKind, Rows
from lantian.lake.stale import mark_hours
from lantian.lake.tables import HOT_COLUMNS
from lantian.lake.tally import AddReport, Counts, tally
from lantian.lake.verdict import (
    CHANGED,
    CONFIRMED,
    FILLED,
    REFUSED,
    Flags,
    gather,
    index_rows,
    judge,
    merge_again,
)
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING, Source, State, mark, source_of

#: Fewest new rows of one month that are worth a file of their own; fewer become hot rows.
PART_ROWS: Final = 5_000

LOWER: Final = (
    "来源级别低于库内的值，未采用 / its source ranks below the stored value's; not applied"
)
TWICE: Final = (
    "同一文件同一小时有两个值，取先出现者 / a second, different value for the hour; first kept"
)


@dataclass(frozen=True, slots=True)
class _Slice:
    """Rows of one month, on their way in."""

    kind: RowKind
    names: tuple[str, ...]
    station: Int32s
    h: Int32s
    values: Int32s
    withdrawn: Flags
    line: Int32s | None
    month: int

    def line_of(self, row: int) -> int:
        """Line of the file; 0 where the rows came from no file."""
        return 0 if self.line is None else int(self.line[row])


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the lake holds for the records of a slice; shapes (columns, n)."""

    values: Int32s
    marks: Bytes


def take_in(
    ledger: Ledger, reading: Reading, *, source: str, sha256: str, layout: str, origin: Source
) -> AddReport:
    """Store what a reading gives, in one transaction; see `Lake.add`."""
    report = AddReport(source)
    written: list[Path] = []
    try:
        with ledger.write() as sql:
            earlier = sql.execute(
                "SELECT id FROM batch WHERE sha256 = ? AND layout = ? AND origin = ?",
                (sha256, layout, int(origin)),
            ).fetchone()
            if earlier:
                report.batch, report.skipped = int(earlier[0]), True
                return report
            intake = _Intake(ledger, report, origin, written)
            report.batch = intake.batch = ledger.new_batch(
                "data",
                source=source,
                sha256=sha256,
                layout=layout,
                origin=int(origin),
                rows=len(reading.rows),
            )
            intake.quarantine((r.line, r.reason, r.raw) for r in reading.refused)
            intake.take(reading.rows, report.hours)
            if reading.weather is not None:
                intake.take(reading.weather, report.weather)
    except BaseException as error:
        discard(written, error)
        raise
    report.notes = reading.notes
    return report


@dataclass(slots=True)
class _Intake:
    """One reading being stored inside one transaction."""

    ledger: Ledger
    report: AddReport
    origin: Source
    written: list[Path]
    batch: int = 0
    swept: bool = False

    def take(self, rows: Rows, counts: Counts) -> None:
        """Judge and store all rows of one kind."""
        counts.rows = len(rows)
        if not len(rows):
            return
        self._observe(rows)
        for piece in _by_month(rows):
            self._take_month(piece, counts)

    def quarantine(self, rows: Iterator[tuple[int, str, str]]) -> None:
        """Keep what was not taken, with its line (0 where no line is known) and reason."""
        kept = [(self.batch, self.report.source, *row) for row in rows]
        self.report.quarantined += len(kept)
        self.ledger.insert("quarantine", "batch, file, line, reason, raw", kept)

    def _observe(self, rows: Rows) -> None:
        """Note stations that give a value for the first time."""
        giving = np.unique(rows.station[(rows.values != MISSING).any(axis=0)]).tolist()
        fresh = {rows.names[s] for s in giving} - self.ledger.observed.get(rows.kind.table, set())
        if not fresh:
            return
        known = self.ledger.sql.execute(
            "SELECT station FROM observed WHERE kind = ?", (rows.kind.table,)
        )
        # Only what is committed is remembered: this load may yet be rolled back.
        self.ledger.observed[rows.kind.table] = {row[0] for row in known}
        fresh -= self.ledger.observed[rows.kind.table]
        self.ledger.insert(
            "observed",
            "kind, station, batch",
            [(rows.kind.table, name, self.batch) for name in sorted(fresh)],
        )

    def _take_month(self, piece: _Slice, counts: Counts) -> None:
        h_from = int(piece.h.min())
        frame = Frame(piece.kind, piece.names, h_from, int(piece.h.max()) + 1, self.batch)
        at = np.full(len(piece.names) * frame.hours, -1, np.int32)
        again = np.zeros(piece.h.size, np.bool_)
        if index_rows(piece.station, piece.h, h_from, frame.hours, at, again):
            counts.repeated += int(again.sum())
            self._merge_again(piece, frame, at, again)
        order = at[at >= 0]
        given = np.empty((len(piece.values), order.size), np.int32)
        marks = np.zeros(given.shape, np.uint8)
        ordinary, withdrawn = mark(self.origin), mark(self.origin, State.WITHDRAWN)
        gather(piece.values, piece.withdrawn, order, ordinary, withdrawn, given, marks)
        batch = np.full(order.size, self.batch, np.int32)
        records = Records(piece.names, piece.station[order], piece.h[order], given, marks, batch)
        if is_blank(self.ledger, frame):
            gives = (given != MISSING).any(axis=0)
            counts.new += int(gives.sum())
            counts.empty += int((~gives).sum())
            self._store(piece, records, gives, np.zeros(order.size, np.bool_), overlays=False)
        else:
            self._take_over(piece, frame, at, records, counts)

    def _take_over(
        self,
        piece: _Slice,
        frame: Frame,
        at: Int32s,
        given: Records,
        counts: Counts,
    ) -> None:
        """Judge records against what is stored and keep those that say something new."""
        place = np.flatnonzero(at >= 0)
        cells = np.full((len(piece.values), len(piece.names) * frame.hours), MISSING, np.int32)
        cell_marks = np.zeros(cells.shape, np.uint8)
        has_hot = lay_block(self.ledger, frame, cells, cell_marks)
        stored = _Stored(cells[:, place], cell_marks[:, place])
        verdict = np.zeros(given.values.shape, np.uint8)
        judge(given.values, given.marks, stored.values, stored.marks, verdict)
        known = (stored.values != MISSING).any(axis=0)
        tally(counts, given.values, verdict, known)
        self._refuse(piece, at[place], given, stored, verdict == REFUSED)
        self._revise(piece, given, stored, verdict == CHANGED)
        accepted = (verdict == FILLED) | (verdict == CHANGED) | (verdict == CONFIRMED)
        given.values[~accepted] = MISSING
        given.marks[~accepted] = 0
        keep = accepted.any(axis=0)
        hot = has_hot[place] > 0 if has_hot.size else np.zeros(keep.size, np.bool_)
        self._store(piece, given, keep, hot, overlays=bool((known & keep & ~hot).any()))

    def _store(
        self,
        piece: _Slice,
        records: Records,
        keep: Flags,
        hot: Flags,
        *,
        overlays: bool,
    ) -> None:
        if piece.kind == HOUR:
            mark_hours(self.ledger, self.batch, records.names, records.station, records.h, keep)
        # A key with a hot row stays hot, so hot rows always lie above parts.
        cold = keep & ~hot
        if int(cold.sum()) < PART_ROWS:
            self._store_hot(piece, _some(records, keep))
            return
        if not self.swept:
            sweep(self.ledger)
            self.swept = True
        part = write_part(
            self.ledger,
            piece.kind,
            piece.month,
            _some(records, cold),
            added_by=self.batch,
            overlays=overlays,
        )
        self.written.append(self.ledger.folder / part.path)
        self._store_hot(piece, _some(records, keep & hot))

    def _store_hot(self, piece: _Slice, records: Records) -> None:
        names = [piece.names[s] for s in records.station.tolist()]
        values = records.values.astype(object)
        values[records.values == MISSING] = None
        self.ledger.insert(
            piece.kind.table,
            HOT_COLUMNS,
            zip(
                records.h.tolist(),
                names,
                records.batch.tolist(),
                *values.tolist(),
                pack_marks(records.marks).tolist(),
                strict=True,
            ),
        )

    def _merge_again(self, piece: _Slice, frame: Frame, at: Int32s, again: Flags) -> None:
        clash = np.zeros(piece.values.shape, np.bool_)
        merge_again(
            piece.station,
            piece.h,
            frame.h_from,
            frame.hours,
            at,
            again,
            piece.values,
            piece.withdrawn,
            clash,
        )
        self.quarantine(
            (piece.line_of(i), TWICE, _spell(piece, piece, i, clash[:, i]))
            for i in np.flatnonzero(clash.any(axis=0)).tolist()
        )

    def _refuse(
        self, piece: _Slice, order: Int32s, given: Records, stored: _Stored, refused: Flags
    ) -> None:
        # Where several rows of a file complete one hour, its line is that of the first.
        self.quarantine(
            (
                piece.line_of(order[i]),
                LOWER,
                f"{_spell(piece, given, i, refused[:, i])} | 库内 / stored: "
                + " ".join(
                    f"{piece.kind.columns[c]}={stored.values[c, i] / 1000:g} "
                    f"{source_of(int(stored.marks[c, i])).name.lower()}"
                    for c in np.flatnonzero(refused[:, i])
                ),
            )
            for i in np.flatnonzero(refused.any(axis=0)).tolist()
        )

    def _revise(self, piece: _Slice, given: Records, stored: _Stored, changed: Flags) -> None:
        column, row = np.nonzero(changed)
        replaced = (stored.values, stored.marks, given.values, given.marks)
        rows = zip(
            [piece.kind.table] * column.size,
            given.h[row].tolist(),
            [piece.names[s] for s in given.station[row].tolist()],
            [piece.kind.columns[c] for c in column.tolist()],
            [self.batch] * column.size,
            *(a[column, row].tolist() for a in replaced),
            strict=True,
        )
        self.ledger.insert(
            "revision", "kind, h, station, item, batch, old, old_mark, new, new_mark", rows
        )


def _by_month(rows: Rows) -> Iterator[_Slice]:
    """Cut rows by the months of the parts, keeping their order."""
    first = int(rows.h.min())
    months = month_of(np.arange(first, int(rows.h.max()) + 1))
    if months[0] == months[-1]:
        yield _slice(rows, slice(None), int(months[0]))
        return
    month = (months[rows.h - first] - months[0]).astype(np.int16)
    order = np.argsort(month, kind="stable")
    cuts = np.flatnonzero(np.diff(month[order], prepend=-1)).tolist()
    for start, stop in zip(cuts, [*cuts[1:], order.size], strict=True):
        some = order[start:stop]
        yield _slice(rows, some, int(months[0] + month[some[0]]))


def _slice(rows: Rows, some: slice | npt.NDArray[np.intp], month: int) -> _Slice:
    # Stations are renumbered so that a month of few stations makes a small block.
    used, station = np.unique(rows.station[some], return_inverse=True)
    return _Slice(
        rows.kind,
        tuple(rows.names[i] for i in used.tolist()),
        station.astype(np.int32),
        rows.h[some],
        rows.values[:, some].copy(),
        rows.withdrawn[:, some].copy(),
        None if rows.line is None else rows.line[some],
        month,
    )


def _some(records: Records, keep: Flags) -> Records:
    if keep.all():
        return records
    return Records(
        records.names,
        records.station[keep],
        records.h[keep],
        np.ascontiguousarray(records.values[:, keep]),
        np.ascontiguousarray(records.marks[:, keep]),
        records.batch[keep],
    )


def _spell(piece: _Slice, rows: _Slice | Records, i: int, which: Flags) -> str:
    """Spell the values of one row that are meant, as a person would write them."""
    said = " ".join(
        f"{piece.kind.columns[c]}={rows.values[c, i] / 1000:g}" for c in np.flatnonzero(which)
    )
    return f"{piece.names[rows.station[i]]} {local_end(int(rows.h[i])):%Y-%m-%d %H:00} {said}"
