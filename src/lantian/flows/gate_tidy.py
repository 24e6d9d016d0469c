"""Tidying what monitors said: old values into files, frames whose time is over let go."""

import fcntl
import os
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadRequest, BadSetting
from lantian.lake.fine import FineStore
from lantian.lake.fine_parts import sweep_parts
from lantian.lake.gate_tables import FRAMES
from lantian.lake.letting_go import LetGo, all_let_go, let_go
from lantian.lake.tidying import Pace, compact_day

_DAY_US: Final = 86_400_000_000
#: A data folder's own days.
RETENTION: Final = "retention.toml"


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days something is kept, how few they may be, and what for."""

    days: int
    least: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Tidied:
    """What one tidying did: rows put into files, proofs of frames, how it held the lock."""

    rows: int
    let_go: tuple[LetGo, ...]
    longest_s: float
    longest_cpu_s: float
    turns: int


def retentions(folder: Path | None = None) -> dict[str, Retention]:
    """Return how long `values` stay in the tables and `frames` are kept.

    Raises
    ------
    BadSetting
        If the file of the data folder says something else than days that are allowed.

    Examples
    --------
    >>> {name: kept.days for name, kept in retentions().items()}
    {'values': 35, 'frames': 400}
    """
    text = resources.files("lantian.flows").joinpath(RETENTION).read_text("utf-8")
    found = {name: Retention(**row) for name, row in tomllib.loads(text).items()}
    own = folder / RETENTION if folder is not None else None
    if own is None or not own.is_file():
        return found
    try:
        given = tomllib.loads(own.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _strange(own, str(error)) from error
    for name, row in given.items():
        found[name] = _own(own, found.get(name), name, row)
    return found


def _own(file: Path, usual: Retention | None, name: str, row: Any) -> Retention:
    if usual is None or not isinstance(row, dict) or set(row) != {"days"}:
        raise _strange(file, f"[{name}]")
    days = row["days"]
    if type(days) is not int or days < usual.least:
        raise _strange(file, f"[{name}] days = {days!r}, 至少 / at least {usual.least}")
    return Retention(days, usual.least, usual.zh, usual.en)


def _strange(file: Path, said: str) -> BadSetting:
    return BadSetting(
        f"保存期限不可用 / cannot be a retention ({said})",
        where=str(file),
        fix="[values]、[frames] 下写 days = 天数 / write days = N under [values] or [frames]",
    )


def tidy(
    folder: Path,
    say: Callable[[str], None],
    *,
    now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
) -> Tidied:
    """Put old values into files and let go of frames whose time is over; a gate may be running.

    Days are counted back from when a monitor was heard last, if that is before now: a clock
    that jumps ahead makes nothing old.

    Raises
    ------
    BadRequest
        If another one is tidying.
    BadSetting
        If the file of the data folder says something else than days that are allowed.
    LakeBroken
        If the disk is full or the database is away; what is done stays done.
    """
    kept = retentions(folder)
    pace = Pace()
    store = FineStore.open(folder)
    try:
        with _alone(folder):
            for name in sweep_parts(store.ledger):
                say(f"清除 / swept: {name}")
            last = _last_day(store, now_us())
            rows = _file_values(store, last - kept["values"].days, pace, say, now_us)
            gone = _drop_frames(store, last, kept["frames"].days, pace, say, now_us)
    finally:
        store.close()
    return Tidied(rows, gone, pace.longest_s, pace.longest_cpu_s, pace.turns)


def _last_day(store: FineStore, now_us: int) -> int:
    """Newest UTC day on which a monitor was heard, not behind today."""
    with store.ledger.read() as sql:
        row = sql.execute("SELECT MAX(last_us) FROM source").fetchone()
    return int(min(now_us, row[0] or 0)) // _DAY_US


def _file_values(
    store: FineStore,
    before: int,
    pace: Pace,
    say: Callable[[str], None],
    now_us: Callable[[], int],
) -> int:
    rows = 0
    for day in sorted(day for day in store.ledger.days("fine") if day < before):
        part = compact_day(store.ledger, day, pace, now_us=now_us)
        if part is not None:
            rows += part.rows
            say(f"{part.path}: {part.rows} 行 / rows, {part.size} bytes, sha256 {part.sha256}")
    return rows


def _drop_frames(
    store: FineStore,
    last: int,
    kept_days: int,
    pace: Pace,
    say: Callable[[str], None],
    now_us: Callable[[], int],
) -> tuple[LetGo, ...]:
    with store.ledger.read() as sql:
        newest = sql.execute("SELECT day FROM block ORDER BY id DESC LIMIT 1").fetchone()
        old = {day for day in store.ledger.days("frame") if day < last - kept_days}
    old |= {each.day for each in all_let_go(store.ledger) if each.ended_us is None}
    gone = []
    for day in sorted(old):
        if newest is not None and day < newest[0]:
            gone.append(let_go(store, day, pace, kept_days=kept_days, now_us=now_us))
            say(
                f"{day}: 删除报文 / frames let go: {gone[-1].frames} of "
                f"{len(gone[-1].by_source)} MN, digest {gone[-1].digest}, "
                f"file {gone[-1].size} bytes, sha256 {gone[-1].sha256}"
            )
    return tuple(gone)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's tidying: another one would remove files that this one writes."""
    lock = os.open(folder / FRAMES / "tidy.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadRequest(
                "另一个整理正在进行 / another one is tidying this folder",
                where=str(folder),
                fix="等它结束 / wait until it ends",
            ) from error
        yield
    finally:
        os.close(lock)
