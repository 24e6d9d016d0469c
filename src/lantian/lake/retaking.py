"""Taking values of frames that were kept without them, as when a monitor becomes known."""

from collections.abc import Callable, Collection, Sequence
from itertools import batched
from typing import Any, Final

from lantian.errors import NoData
from lantian.lake.fine import FineStore
from lantian.lake.fine_values import note_values
from lantian.lake.frames import MOST_FRAMES, Block
from lantian.lake.gate_ledger import places
from lantian.lake.said import Said

#: Cause of a message that named nobody, and was read later.
REREAD: Final = "reread"
#: Frames of one transaction.
_AT_ONCE: Final = 500

type Hear = Callable[[bytes, int], Said]


def retake(store: FineStore, mn: str, causes: Collection[str], hear: Hear) -> int:
    """Hear again the frames of a monitor that were kept for causes; return how many count now.

    Parameters
    ----------
    store : FineStore
    mn : str
    causes : collection of str
        Why no value of them was taken then.
    hear : callable
        Judges the bytes of a frame, received at microseconds since 1970.

    Raises
    ------
    LakeBroken
        If frames are missing or damaged, or the disk is full.
    """
    taken = 0
    source = store.ledger.source(mn)
    for day in _days(store, source, causes) if source is not None else ():
        with store.ledger.read() as sql:
            kept = sql.execute(
                f"SELECT frame, digest FROM frame_{day} WHERE source = ? "
                f"AND cause IN {places(len(causes), 1)} ORDER BY frame",
                (source, *causes),
            ).fetchall()
        for some in batched(kept, _AT_ONCE):
            taken += _retake(store, day, source or 0, some, hear)
    return taken


def reread(
    store: FineStore, causes: Collection[str], hear: Callable[[bytes, int], Sequence[Said]]
) -> int:
    """Read again messages that could not be read and so named nobody; return how many can now.

    Parameters
    ----------
    store : FineStore
    causes : collection of str
        Why they could not be read.
    hear : callable
        Says of the bytes of a message, received at microseconds since 1970, what each source
        tells.

    Raises
    ------
    LakeBroken
        If frames are damaged, or the disk is full.
    """
    taken = 0
    source = store.ledger.source("")
    for day in _days(store, source, causes) if source is not None else ():
        with store.ledger.read() as sql:
            kept = sql.execute(
                f"SELECT frame FROM frame_{day} WHERE source = ? "
                f"AND cause IN {places(len(causes), 1)} ORDER BY frame",
                (source, *causes),
            ).fetchall()
        for (frame,) in kept:
            try:
                ((at_us, raw),) = raw_frames(store, [frame]).values()
            except NoData:
                continue  # it was let go
            told = [(said, frame) for said in hear(raw, at_us) if said.mn]
            if told:
                store.note_again(day, told, Said("", raw, at_us, "", cause=REREAD))
                taken += 1
    return taken


def _days(store: FineStore, source: int, causes: Collection[str]) -> list[int]:
    """Days of which frames may have been kept for causes, in order."""
    with store.ledger.read() as sql:
        counted = sql.execute(
            f"SELECT day FROM fault WHERE source = ? AND cause IN {places(len(causes), 1)}",
            (source, *causes),
        ).fetchall()
    # A group that was heard over midnight lies in the table of the day before.
    wanted = {day - back for (day,) in counted for back in (0, 1)}
    return [day for day in reversed(store.ledger.days("frame")) if day in wanted]


def _retake(
    store: FineStore, day: int, source: int, kept: Sequence[tuple[Any, ...]], hear: Hear
) -> int:
    raw = raw_frames(store, [frame for frame, _ in kept])
    heard = [(hear(raw[frame][1], raw[frame][0]), frame, digest) for frame, digest in kept]
    with store.ledger.write() as sql:
        for said, _, digest in heard:
            sql.execute(
                f"UPDATE frame_{day} SET cause = ?, taken = ? WHERE source = ? AND digest = ?",
                (said.cause, len(said.values), source, digest),
            )
            store.ledger.source(said.mn)
        note_values(store.ledger, [(said, frame) for said, frame, _ in heard])
    return sum(not said.cause for said, _, _ in heard)


def raw_frames(store: FineStore, frames: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """Return when frames were received, and their bytes, by number; each block is read once."""
    wanted: dict[int, list[int]] = {}
    for frame in frames:
        wanted.setdefault(frame // MOST_FRAMES, []).append(frame)
    found: dict[int, tuple[int, bytes]] = {}
    for number, some in wanted.items():
        with store.ledger.read() as sql:
            row = sql.execute("SELECT day, start, size FROM block WHERE id = ?", (number,))
            place = row.fetchone()
        if place is None:
            raise NoData(
                "原始报文已过保存期限 / the frame was let go when its time was over",
                where=str(store.files.path(0).parent),
                fix="lantian gate tidy DIR --proofs",
            )
        block = store.files.read(Block(*place))
        found |= {frame: block[frame % MOST_FRAMES] for frame in some}
    return found
