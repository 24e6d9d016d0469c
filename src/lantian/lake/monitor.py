"""One monitor, as the gate has heard it: its frames, its values, what was wrong day by day."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from lantian.lake.fine_parts import part_of, stored
from lantian.lake.frames import MOST_FRAMES
from lantian.lake.gate_ledger import GateLedger

_DAY_S: Final = 86_400
_DAY_US: Final = 86_400_000_000
_FRAME: Final = "frame, received_us, qn, cn, st, version, cause, faults, taken"
_VALUE: Final = "s.factor, s.kind, s.span_s, f.t, f.value, f.low, f.high, f.flag, f.frame"


class FrameNote(NamedTuple):
    """What was noted of a frame; `cause` says why nothing of it was taken, "" for no reason."""

    frame: int
    received_us: int
    qn: str
    cn: str
    st: str
    version: int | None
    cause: str
    faults: tuple[str, ...]
    taken: int


class Stored(NamedTuple):
    """A stored value: millionths of the device's unit, and the frame that it stands by."""

    factor: str
    kind: str
    span_s: int
    t: int
    value: int | None
    low: int | None
    high: int | None
    flag: str
    frame: int


def frames_between(
    ledger: GateLedger, mn: str, since_us: int, until_us: int, *, most: int, before: int | None
) -> list[FrameNote]:
    """Return frames of a monitor, the newest first.

    Parameters
    ----------
    ledger : GateLedger
    mn : str
    since_us, until_us : int
        Received from one moment and before another, microseconds since 1970.
    most : int
    before : int or None
        Only those with a smaller number, as for the next page.
    """
    found: list[FrameNote] = []
    last = MOST_FRAMES << 48 if before is None else before
    with ledger.read() as sql:
        source = ledger.source(mn)
        # A group that was heard over midnight lies in the table of the day before.
        for day in range(until_us // _DAY_US, since_us // _DAY_US - 2, -1):
            if source is not None and ledger.has_day("frame", day):
                rows = sql.execute(
                    f"SELECT {_FRAME} FROM frame_{day} WHERE source = ? AND received_us >= ? "
                    "AND received_us < ? AND frame < ? ORDER BY frame DESC LIMIT ?",
                    (source, since_us, until_us, last, most),
                )
                found += [_noted(row) for row in rows]
    return sorted(found, key=lambda note: -note.frame)[:most]


def frame_note(ledger: GateLedger, mn: str, frame: int) -> FrameNote | None:
    """Return what was noted of one frame of a monitor; None where it has none of that number."""
    with ledger.read() as sql:
        source = ledger.source(mn)
        block = sql.execute("SELECT day FROM block WHERE id = ?", (frame // MOST_FRAMES,))
        found = block.fetchone()
        if source is None or found is None or not ledger.has_day("frame", found[0]):
            return None
        row = sql.execute(
            f"SELECT {_FRAME} FROM frame_{found[0]} WHERE source = ? AND frame = ?",
            (source, frame),
        ).fetchone()
    return None if row is None else _noted(row)


def _noted(row: Sequence[Any]) -> FrameNote:
    frame, received_us, qn, cn, st, version, cause, faults, taken = row
    put_up_with = tuple(faults.split(",")) if faults else ()
    return FrameNote(frame, received_us, qn, cn, st, version, cause, put_up_with, taken)


def newest_values(ledger: GateLedger, mn: str) -> list[Stored]:
    """Return the newest value of each series of a monitor."""
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT {_VALUE} FROM source p JOIN series s ON s.source = p.id "
            "JOIN latest f ON f.series = s.id WHERE p.mn = ? ORDER BY s.factor, s.kind, s.span_s",
            (mn,),
        ).fetchall()
    return [Stored(*row) for row in rows]


def values_at(ledger: GateLedger, mn: str, t: int) -> list[Stored]:
    """Return the values of a monitor that end at a moment, seconds since 1970."""
    return sorted(_of_day(ledger, mn, (t - 1) // _DAY_S, t, t), key=lambda v: v[:3])


def values_by_frame(ledger: GateLedger, mn: str, frame: int, until_t: int) -> list[Stored]:
    """Return the values that stand by one frame, of the two days before a moment."""
    found: list[Stored] = []
    last = until_t // _DAY_S
    for day in (last - 1, last):
        if part_of(ledger, day) is not None:
            whole = _of_day(ledger, mn, day, day * _DAY_S + 1, (day + 1) * _DAY_S)
            found += [value for value in whole if value.frame == frame]
            continue
        with ledger.read() as sql:
            if ledger.has_day("fine", day):
                rows = sql.execute(
                    f"SELECT {_VALUE} FROM source p JOIN series s ON s.source = p.id "
                    f"JOIN fine_{day} f ON f.series = s.id WHERE p.mn = ? AND f.frame = ?",
                    (mn, frame),
                )
                found += [Stored(*row) for row in rows]
    return sorted(found, key=lambda v: (v.factor, v.kind, v.t))


def _of_day(ledger: GateLedger, mn: str, day: int, first_t: int, last_t: int) -> list[Stored]:
    """Values of a monitor within a UTC day, from the tables and the file of the day."""
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT s.id, s.factor, s.kind, s.span_s FROM source p JOIN series s "
            "ON s.source = p.id WHERE p.mn = ?",
            (mn,),
        ).fetchall()
    names: dict[int, tuple[str, str, int]] = {row[0]: (row[1], row[2], row[3]) for row in rows}
    return [Stored(*names[row[0]], *row[1:]) for row in stored(ledger, day, names, first_t, last_t)]


def unfolded_hours(ledger: GateLedger, mn: str) -> set[int]:
    """Return hours of a monitor with values that wait to be folded into the lake."""
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT u.h FROM unfolded u JOIN source p ON p.id = u.source WHERE p.mn = ?", (mn,)
        ).fetchall()
    return {int(row[0]) for row in rows}


def faults_by_day(ledger: GateLedger, mn: str, *, since_day: int) -> dict[int, dict[str, int]]:
    """Return what was wrong, counted by UTC day (days since 1970) and cause."""
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT f.day, f.cause, f.count FROM fault f JOIN source p ON p.id = f.source "
            "WHERE p.mn = ? AND f.day >= ? ORDER BY f.day, f.cause",
            (mn, since_day),
        ).fetchall()
    found: dict[int, dict[str, int]] = {}
    for day, cause, count in rows:
        found.setdefault(int(day), {})[cause] = int(count)
    return found
