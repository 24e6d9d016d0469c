"""Heads of the chain, kept in a file outside of the database.

Whoever cuts off the end of the log in the database does not reach this file, and its copies
in backups: `log.heads` has one line `SEQ HEAD TIME` for each minute in which the log grew.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from lantian.errors import BadRequest

FILE: Final = "log.heads"
#: Head of the chain before its first entry.
NOTHING: Final = "0" * 64
_APART: Final = timedelta(minutes=1)
#: No line is longer, so the last one lies in this many bytes.
_LINE_BYTES: Final = 160
_HEAD: Final = re.compile(r"(\d+):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of the chain: its number and its hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        """Return it as it is printed in backups and reports."""
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a head as it was printed.

        Raises
        ------
        BadRequest
            If it is none.

        Examples
        --------
        >>> str(Head.parse("0:" + NOTHING)) == "0:" + NOTHING
        True
        """
        found = _HEAD.fullmatch(text.strip().lower())
        if found is None:
            raise BadRequest(
                f"链头写法不对 / this is no head of the log: {text!r}",
                where="--head",
                fix="照日报或备份所印 / as a report or backup prints it: 1234:0f3a… (SEQ:HASH)",
            )
        return cls(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Written:
    """A head and when it was written down; what cannot be read as one has `line` alone."""

    line: int
    head: Head | None
    at: str


def read_heads(path: Path) -> Iterator[Written]:
    """Read the file line by line; nothing where there is none."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            yield _read(number, line)


def append_head(path: Path, head: Head, now: datetime) -> bool:
    """Write the head down if it moved on and the last line is old, or of another day.

    Parameters
    ----------
    path : Path
    head : Head
        The newest one that is committed.
    now : datetime
        Aware, in the zone whose days count.

    Returns
    -------
    bool
        Whether a line was written; it lies on the disk then.
    """
    if head.seq == 0 or not _due(_last(path), head, now):
        return False
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _due(_last(path), head, now):
            return False  # another sealer was faster
        file.write(f"{head.seq} {head.hash} {now.isoformat(timespec='seconds')}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    return True


def _due(last: Written | None, head: Head, now: datetime) -> bool:
    if last is None or last.head is None:
        return True
    if head.seq <= last.head.seq:
        return False
    then = datetime.fromisoformat(last.at)
    return abs(now - then) >= _APART or then.astimezone(now.tzinfo).date() != now.date()


def _last(path: Path) -> Written | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LINE_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return _read(0, lines[-1]) if lines else None


def _read(number: int, line: str) -> Written:
    parts = line.split()
    try:
        seq, digest, at = parts
        datetime.fromisoformat(at)
        return Written(number, Head.parse(f"{seq}:{digest}"), at)
    except (ValueError, BadRequest):
        return Written(number, None, "")
