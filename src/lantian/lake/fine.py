"""The store of what monitors said: raw frames, values of any factor and span, newest values."""

from collections import Counter
from collections.abc import Sequence
from itertools import batched
from pathlib import Path
from typing import Final, Self

from lantian.lake.fine_values import note_values
from lantian.lake.frames import MOST_FRAMES, Block, FrameFiles, Received
from lantian.lake.gate_ledger import AT_ONCE, GateLedger, Row, pairs, places
from lantian.lake.gate_tables import FRAME_COLUMNS, FRAMES
from lantian.lake.said import Kept, Said

_DAY_US: Final = 86_400_000_000
_BUSY_S: Final = 60.0
#: Cause of a frame that came before, byte for byte.
AGAIN: Final = "again"


class FineStore:
    """What monitors said, kept beside a lake; one process writes, any may read.

    Examples
    --------
    >>> import tempfile
    >>> from lantian.lake.said import Value
    >>> store = FineStore.open(Path(tempfile.mkdtemp()))
    >>> value = Value("a34004", "", 3600, 1_800_000_000, 35_000_000, None, None, "N")
    >>> said = Said("A1", b"##...", 1_800_000_005_000_000, "10.0.0.9", values=(value,))
    >>> store.keep([said])
    Kept(frames=1, again=0, new=1, same=0, changed=0)
    >>> store.keep([said])
    Kept(frames=0, again=1, new=0, same=0, changed=0)
    >>> store.close()
    """

    def __init__(self, ledger: GateLedger) -> None:
        """Use `FineStore.open` instead."""
        self.ledger = ledger
        self.files = FrameFiles(ledger.folder / FRAMES)

    @classmethod
    def open(cls, folder: Path, *, busy_s: float = _BUSY_S) -> Self:
        """Open the store of a data folder; it is made where there is none.

        Raises
        ------
        LakeBroken
            If it is damaged, the folder is not writable, or the database cannot be reached.
        """
        return cls(GateLedger.open(folder, busy_s=busy_s))

    def close(self) -> None:
        """Close files and connection."""
        self.files.close()
        self.ledger.close()

    def keep(self, group: Sequence[Said]) -> Kept:
        """Keep a group of frames and their values; return once the disk keeps them.

        What has no bytes (noise that belongs to no frame) is only counted, and so is a frame
        that is there already, byte for byte. Bytes that sources beside each other share are
        kept once. A value that is there with another content is replaced, and the old one kept
        with what replaced it.

        Parameters
        ----------
        group : sequence of Said
            At most 4,096 frames.

        Raises
        ------
        LakeBroken
            If the disk is full or the database cannot be reached. Nothing of the group is
            to be acknowledged then; what of it the file holds, `left_behind` gives.
        """
        if not group:
            return Kept(0, 0, 0, 0, 0)
        fresh, again = self._parted(group)
        block = None
        numbered: list[tuple[int, Said]] = []
        raws: list[Received] = []
        for said in fresh:
            # Only neighbours share: numbers must stay in the order of hearing.
            if not raws or raws[-1][1] != said.raw:
                raws.append((said.received_us, said.raw))
            numbered.append((len(raws) - 1, said))
        if raws:
            block = self.files.append(group[0].received_us // _DAY_US, raws)
        with self.ledger.write():
            return self._write(numbered, block, again)

    def take_up(self, block: Block, frames: Sequence[Sequence[Said]]) -> Kept:
        """Note a group that the files hold and the tables do not, as `left_behind` found it.

        For each of its frames there is what it says of one source or of several.
        """
        fresh, again = self._parted([said for some in frames for said in some])
        wanted = {(said.mn, said.digest) for said in fresh}
        numbered: list[tuple[int, Said]] = []
        for place, some in enumerate(frames):
            for said in some:
                if (said.mn, said.digest) in wanted:
                    wanted.remove((said.mn, said.digest))
                    numbered.append((place, said))
        with self.ledger.write():
            return self._write(numbered, block, again)

    def note_again(self, day: int, frames: Sequence[tuple[Said, int]], gone: Said) -> None:
        """Note what a kept message says now that named nobody before, under its old number.

        Parameters
        ----------
        day : int
            UTC day of whose frames it is.
        frames : sequence of (Said, int)
            What it says of each source, and the number of its frame.
        gone : Said
            What was noted of it before; its `cause` is the new one.
        """
        with self.ledger.write() as sql:
            said = [each for each, _ in frames]
            self._note_sources([each for each in said if self.ledger.source(each.mn) is None])
            self._count(said)
            self._note_frames(day, frames, "ON CONFLICT DO NOTHING")
            note_values(self.ledger, frames)
            sql.execute(
                f"UPDATE frame_{day} SET cause = ? WHERE source = ? AND digest = ?",
                (gone.cause, self.ledger.source(gone.mn), gone.digest),
            )

    def _parted(self, group: Sequence[Said]) -> tuple[list[Said], list[Said]]:
        """Frames that are new, each once, and what is only counted: the same again, noise."""
        with self.ledger.read():
            known = self._known(group)
        fresh: dict[tuple[str, int], Said] = {}
        again: list[Said] = []
        for said in group:
            key = (said.mn, said.digest)
            if not said.raw:
                again.append(said)
            elif key in known or key in fresh:
                again.append(said._replace(cause=AGAIN, faults=(), values=()))
            else:
                fresh[key] = said
        return list(fresh.values()), again

    def left_behind(self) -> list[tuple[Block, list[Received]]]:
        """Groups in the files of which the tables do not know: a crash came between.

        Nobody was told that they are kept. A torn last group is cut off.
        """
        with self.ledger.read() as sql:
            row = sql.execute("SELECT day, start, size FROM block ORDER BY id DESC LIMIT 1")
            day, start, size = row.fetchone() or (0, 0, 0)
        return [
            found
            for each in self.files.days()
            if each >= day
            for found in self.files.behind(each, start + size if each == day else 0)
        ]

    def _known(self, group: Sequence[Said]) -> set[tuple[str, int]]:
        """Frames of a group that are in the tables of the day and of the day before."""
        numbers = {said.mn: self.ledger.source(said.mn) for said in group}
        ids = {mn: number for mn, number in numbers.items() if number is not None}
        names = {number: mn for mn, number in ids.items()}
        wanted = [(ids[s.mn], s.digest) for s in group if s.mn in ids]
        last = max(said.received_us for said in group) // _DAY_US
        found: set[tuple[str, int]] = set()
        for day in (last, last - 1):  # a frame that is sent again comes soon
            if not wanted or not self.ledger.has_day("frame", day):
                continue
            for some in batched(wanted, AT_ONCE):
                rows = self.ledger.sql.execute(
                    f"SELECT source, digest FROM frame_{day} WHERE (source, digest) IN "
                    f"(VALUES {places(2, len(some))})",
                    pairs(some),
                )
                found |= {(names[source], digest) for source, digest in rows}
        return found

    def _write(
        self, fresh: Sequence[tuple[int, Said]], block: Block | None, counted: Sequence[Said]
    ) -> Kept:
        """Note frames with their places in a block, and count what has none."""
        heard = [said for _, said in fresh]
        self._note_sources([*heard, *counted])
        self._count([*heard, *counted])
        again = sum(said.cause == AGAIN for said in counted)
        if block is None or not fresh:
            return Kept(0, again, 0, 0, 0)
        number = self.ledger.following("block")
        self.ledger.insert(
            "block (id, day, start, size, frames)",
            [(number, block.day, block.start, block.size, len({place for place, _ in fresh}))],
        )
        frames = [(said, number * MOST_FRAMES + place) for place, said in fresh]
        self._note_frames(block.day, frames)
        return Kept(len(fresh), again, *note_values(self.ledger, frames))

    def _note_sources(self, heard: Sequence[Said]) -> None:
        """Note who was heard, when last, and how far the clock is off."""
        first: dict[str, int] = {}
        for said in heard:
            first.setdefault(said.mn, said.received_us)
        rows: list[Row] = []
        following = self.ledger.following("source")
        for mn, said in {said.mn: said for said in heard}.items():
            if self.ledger.source(mn) is None:
                self.ledger.sources[mn] = following
                following += 1
            head = (self.ledger.sources[mn], mn, first[mn], said.received_us)
            rows.append((*head, said.version, said.st, said.peer, said.clock_ms))
        self.ledger.insert(
            "source (id, mn, first_us, last_us, version, st, peer, clock_ms)",
            rows,
            "ON CONFLICT (id) DO UPDATE SET last_us = excluded.last_us, peer = excluded.peer, "
            "version = COALESCE(excluded.version, source.version), "
            "st = CASE WHEN excluded.st = '' THEN source.st ELSE excluded.st END, "
            "clock_ms = COALESCE(excluded.clock_ms, source.clock_ms)",
        )

    def _note_frames(self, day: int, frames: Sequence[tuple[Said, int]], also: str = "") -> None:
        self.ledger.make_day("frame", day)
        rows = []
        for said, number in frames:
            head = (self.ledger.sources[said.mn], said.digest, number, said.received_us)
            tail = (said.version, said.cause, ",".join(said.faults), len(said.values))
            rows.append((*head, said.qn, said.cn, said.st, *tail))
        self.ledger.insert(f"frame_{day} ({FRAME_COLUMNS})", rows, also)

    def _count(self, heard: Sequence[Said]) -> None:
        counts = Counter(
            (self.ledger.sources[said.mn], said.received_us // _DAY_US, cause)
            for said in heard
            for cause in {said.cause, *said.faults} - {""}
        )
        self.ledger.insert(
            "fault (source, day, cause, count)",
            [(*key, count) for key, count in counts.items()],
            "ON CONFLICT (source, day, cause) DO UPDATE SET count = fault.count + excluded.count",
        )
