"""Letting go of frames whose time is over, with a written proof of what there was."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from lantian.errors import NoData
from lantian.lake.fine import FineStore
from lantian.lake.fine_parts import sync_folder
from lantian.lake.frames import MOST_FRAMES
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.tidying import Pace

_COLUMNS: Final = (
    "day, frames, blocks, first_us, last_us, by_source, digest, size, sha256, kept_days, "
    "begun_us, ended_us"
)
_PAGE: Final = 20_000


class LetGo(NamedTuple):
    """What there was of the frames of one UTC day, and when they were let go.

    `digest` is the SHA-256 of the lines "MN digest-of-frame" in order of the monitors' numbers
    and digests, `sha256` that of the file; times in microseconds since 1970, `ended_us` None
    while some are still there.
    """

    day: int
    frames: int
    blocks: int
    first_us: int | None
    last_us: int | None
    by_source: dict[str, int]
    digest: str
    size: int
    sha256: str
    kept_days: int
    begun_us: int
    ended_us: int | None


def let_go(
    store: FineStore, day: int, pace: Pace, *, kept_days: int, now_us: Callable[[], int]
) -> LetGo:
    """Let go of the frames of a day: the proof first, then rows, and the file last.

    What a crash interrupts goes on when it is called again; the proof stays that of the start.

    Raises
    ------
    NoData
        If the day holds the newest frames: their numbers go on from there.
    LakeBroken
        If a disk or database fails.
    """
    ledger = store.ledger
    with ledger.read() as sql:
        last = sql.execute("SELECT day FROM block ORDER BY id DESC LIMIT 1").fetchone()
    if last is not None and day >= last[0]:
        raise NoData(
            "最新一天的报文不能删除 / the newest day of frames is kept",
            where=str(store.files.path(day)),
            fix="等有了更新的报文 / wait for newer ones",
        )
    blocks = sorted({frame // MOST_FRAMES for _, _, frame, _ in _frames(ledger, day)})
    if day not in {each.day for each in all_let_go(ledger)}:
        _prove(store, day, len(blocks), kept_days, now_us())
    of_day = [(number,) for number in blocks]
    _take_out(ledger, f"block WHERE day = {day} AND", "id", of_day, pace)
    keys = [(source, digest) for source, digest, _, _ in _frames(ledger, day)]
    _take_out(ledger, f"frame_{day} WHERE", "source, digest", keys, pace)
    if ledger.has_day("frame", day):
        with ledger.write():
            ledger.drop_day("frame", day)
    store.files.path(day).unlink(missing_ok=True)
    sync_folder(store.files.path(day).parent)
    with ledger.write() as sql:
        sql.execute("UPDATE dropped SET ended_us = ? WHERE day = ?", (now_us(), day))
    return next(each for each in all_let_go(ledger) if each.day == day)


def all_let_go(ledger: GateLedger) -> list[LetGo]:
    """Return the proofs of all days whose frames were let go, the oldest first."""
    with ledger.read() as sql:
        rows = sql.execute(f"SELECT {_COLUMNS} FROM dropped ORDER BY day").fetchall()
    return [LetGo._make([*row[:5], json.loads(row[5]), *row[6:]]) for row in rows]


def _frames(ledger: GateLedger, day: int) -> Iterator[tuple[int, int, int, int]]:
    """Source, digest, number and time of the frames of a day, in order of the first two."""
    after = (0, -1)
    while ledger.has_day("frame", day):
        with ledger.read() as sql:
            rows = sql.execute(
                f"SELECT source, digest, frame, received_us FROM frame_{day} "
                "WHERE (source, digest) > (?, ?) ORDER BY source, digest LIMIT ?",
                (*after, _PAGE),
            ).fetchall()
        for row in rows:
            yield row[0], row[1], row[2], row[3]
        if len(rows) < _PAGE:
            return
        after = (rows[-1][0], rows[-1][1])


def _prove(store: FineStore, day: int, blocks: int, kept_days: int, now_us: int) -> None:
    """Write down what there is before the first of it goes."""
    ledger = store.ledger
    with ledger.read() as sql:
        names = dict(map(tuple, sql.execute("SELECT id, mn FROM source").fetchall()))
    lines = hashlib.sha256()
    counts: Counter[str] = Counter()
    first = last = None
    for source, digest, _, received_us in _frames(ledger, day):
        lines.update(f"{names[source]} {digest:016x}\n".encode())
        counts[names[source]] += 1
        first = min(first or received_us, received_us)
        last = max(last or received_us, received_us)
    file = store.files.path(day)
    size, sha256 = 0, ""
    if file.is_file():
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        size = file.stat().st_size
    by_source = json.dumps(dict(sorted(counts.items())), ensure_ascii=False)
    row: tuple[Any, ...] = (day, counts.total(), blocks, first, last, by_source)
    with ledger.write():
        ledger.insert(
            f"dropped ({_COLUMNS})",
            [(*row, lines.hexdigest(), size, sha256, kept_days, now_us, None)],
        )


def _take_out(
    ledger: GateLedger, rows: str, key: str, keys: Sequence[tuple[int, ...]], pace: Pace
) -> None:
    """Delete such rows by their keys, which are sorted, some at a time."""
    here = ", ".join("?" * (key.count(",") + 1))
    start = 0
    while start < len(keys):
        some = keys[start : start + pace.rows]
        start += len(some)
        with pace.turn(ledger) as sql:
            sql.execute(
                f"DELETE FROM {rows} ({key}) >= ({here}) AND ({key}) <= ({here})",
                (*some[0], *some[-1]),
            )
