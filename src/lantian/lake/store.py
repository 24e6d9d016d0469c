"""The observation store: one folder of hot rows and parts that remembers every state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from lantian.errors import BadRequest
from lantian.lake.compaction import CompactReport, compact
from lantian.lake.fold import Frame, lay_block
from lantian.lake.intake import take_in
from lantian.lake.ledger import BUSY_S, Ledger
from lantian.lake.part import Int32s
from lantian.lake.roster import Roster, last_change, read_roster
from lantian.lake.rows import HOUR, Reading, RowKind
from lantian.lake.tally import AddReport
from lantian.terms.mark import MISSING, Source


@dataclass(frozen=True, slots=True)
class Revision:
    """One stored value that a batch replaced: thousandths and packed marks, old and new."""

    station: str
    h: int
    item: str
    old: int
    old_mark: int
    new: int
    new_mark: int
    batch: int
    source: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to a stretch of the lake between two sequences.

    `revisions` are all values replaced, in order of batch; `added` counts values
    that were not there at the earlier sequence and are at the later one.
    """

    revisions: tuple[Revision, ...]
    added: int


def _silent(line: str) -> None:
    """Say nothing of progress."""


class Lake:
    """One open lake; use it as a context manager.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "county"
    >>> Lake.init(folder)
    >>> with Lake.open(folder) as lake:
    ...     lake.sequence, lake.stations(), lake.span()
    (0, [], None)
    """

    def __init__(self, ledger: Ledger) -> None:
        """Use `Lake.open` instead."""
        self.ledger = ledger
        # The roster that was read last, and the sequence that made it.
        self._roster: tuple[int, Roster] | None = None

    @classmethod
    def init(cls, folder: Path) -> None:
        """Make an empty lake.

        Raises
        ------
        LakeBroken
            If there is one already, or the folder cannot be written.
        """
        Ledger.create(folder)

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether there is a lake to open.

        Raises
        ------
        LakeBroken
            If its database cannot be reached, or belongs to another folder.
        """
        return Ledger.exists(folder)

    @classmethod
    def open(cls, folder: Path, *, busy_s: float = BUSY_S) -> Self:
        """Open a lake; a writer waits up to `busy_s` seconds for another.

        The tables of a lake that an older Lantian made are brought up in place.

        Raises
        ------
        LakeBroken
            If there is none, it is damaged, or a newer Lantian made it.
        """
        ledger = Ledger.open(folder, busy_s=busy_s)
        try:
            ledger.upgrade()
        except BaseException:
            ledger.close()
            raise
        return cls(ledger)

    def __enter__(self) -> Self:
        """Return the lake itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the lake."""
        self.ledger.close()

    @property
    def folder(self) -> Path:
        """Folder of the lake."""
        return self.ledger.folder

    @property
    def sequence(self) -> int:
        """Number of the last committed batch: loads, roster changes and compactions."""
        return self.ledger.sequence

    def add(
        self, reading: Reading, *, source: str, sha256: str, layout: str, origin: Source
    ) -> AddReport:
        """Store what one file gave, in one transaction.

        Value by value an equal or higher source replaces what is stored, a lower one
        goes to quarantine; MISSING never blanks a value. A file loaded before (same
        content, layout and origin) is skipped.

        Parameters
        ----------
        reading : Reading
        source : str
            Name of the file, as quarantine and batch will show it.
        sha256 : str
            Of the file's bytes.
        layout : str
            How it was read, options included.
        origin : Source

        Returns
        -------
        AddReport

        Raises
        ------
        LakeBroken
            If another writer holds the lake or the disk is full; nothing is stored then.
        """
        return take_in(
            self.ledger, reading, source=source, sha256=sha256, layout=layout, origin=origin
        )

    def block(
        self,
        stations: Sequence[str],
        h_from: int,
        h_to: int,
        *,
        kind: RowKind = HOUR,
        as_of: int | None = None,
        out: Int32s | None = None,
    ) -> Int32s:
        """Return values of hours as a dense block.

        Parameters
        ----------
        stations : sequence of str
            Codes, each once; unknown ones stay MISSING.
        h_from, h_to : int
            Hour numbers, `h_to` not included.
        kind : RowKind
        as_of : int, optional
            Lake sequence at which to read; the last one unless said.
        out : ndarray of int32, optional
            A C-contiguous block of the right shape to fill instead of a new one.

        Returns
        -------
        ndarray of int32, shape (columns, stations, h_to - h_from)
            Thousandths of the unit, MISSING where there is no value or it is withdrawn.

        Raises
        ------
        BadRequest
            If the lake never had that sequence, or a station is named twice.
        LakeBroken
            If a part is damaged or missing.
        """
        if len(set(stations)) != len(stations):
            raise BadRequest(
                "站点重复 / a station is named twice",
                where=str(self.folder),
                fix="每站一次 / name each once",
            )
        shape = (len(kind.columns), len(stations), max(h_to - h_from, 0))
        block = np.empty(shape, np.int32) if out is None else out
        if block.shape != shape or not block.flags.c_contiguous or block.dtype != np.int32:
            raise ValueError(f"out must be a C-contiguous int32 block of shape {shape}")
        block.fill(MISSING)
        sequence = self.ledger.sequence_asked(as_of)
        if block.size:
            frame = Frame(kind, stations, h_from, h_to, sequence)
            lay_block(self.ledger, frame, block.reshape(shape[0], -1), None)
        return block

    def stations(self, kind: RowKind = HOUR, as_of: int | None = None) -> list[str]:
        """Sorted codes of stations that have data."""
        sequence = self.ledger.sequence_asked(as_of)
        with self.ledger.read() as sql:
            rows = sql.execute(
                "SELECT station FROM observed WHERE kind = ? AND batch <= ?",
                (kind.table, sequence),
            ).fetchall()
        return sorted(row[0] for row in rows)

    def roster(self, as_of: int | None = None) -> Roster:
        """Roster as it stands, or stood at a sequence.

        Raises
        ------
        BadRequest
            If the lake never had that sequence.
        """
        sequence = self.ledger.sequence_asked(as_of)
        with self.ledger.read():
            if self.ledger.writing:
                return read_roster(self.ledger, sequence)
            changed = last_change(self.ledger, sequence)
            if self._roster is None or self._roster[0] != changed:
                self._roster = changed, read_roster(self.ledger, sequence)
            return self._roster[1]

    def span(self, kind: RowKind = HOUR) -> tuple[int, int] | None:
        """First and last hour with data, both included; None in an empty lake."""
        with self.ledger.read() as sql:
            row = sql.execute(
                f"SELECT (SELECT MIN(h) FROM {kind.table}), (SELECT MAX(h) FROM {kind.table}), "
                "MIN(h_min), MAX(h_max) FROM part WHERE kind = ? AND replaced_by IS NULL",
                (kind.table,),
            ).fetchone()
        found = [h for h in row if h is not None]
        return (min(found), max(found)) if found else None

    def changes(
        self,
        since: int,
        until: int | None,
        stations: Sequence[str],
        h_from: int,
        h_to: int,
        *,
        kind: RowKind = HOUR,
    ) -> Changes:
        """Return what changed in hours [h_from, h_to) after sequence `since`, up to `until`.

        Raises
        ------
        BadRequest
            If the lake never had one of the sequences.
        """
        last = self.ledger.sequence_asked(until)
        with self.ledger.read() as sql:
            rows = sql.execute(
                "SELECT r.station, r.h, r.item, r.old, r.old_mark, r.new, r.new_mark, r.batch, "
                "b.source FROM revision r JOIN batch b ON b.id = r.batch "
                "WHERE r.kind = ? AND r.batch > ? AND r.batch <= ? AND r.h >= ? AND r.h < ? "
                "ORDER BY r.batch, r.station, r.h, r.item",
                (kind.table, since, last, h_from, h_to),
            ).fetchall()
        wanted = set(stations)
        then = self.block(stations, h_from, h_to, kind=kind, as_of=since)
        now = self.block(stations, h_from, h_to, kind=kind, as_of=last)
        return Changes(
            tuple(Revision(*row) for row in rows if row[0] in wanted),
            int(((then == MISSING) & (now != MISSING)).sum()),
        )

    def compact(self, progress: Callable[[str], None] = _silent) -> CompactReport:
        """Merge the parts and hot rows of each month into one part.

        One transaction a month; every record keeps its batch, so `as_of` reads the same
        before and after. Replaced files are deleted by a later compaction, and kept as
        long as a frozen figure rests on a sequence before their replacement.

        Raises
        ------
        LakeBroken
            If another writer holds the lake, a part is damaged, or the disk is full.
        """
        return compact(self.ledger, progress)
