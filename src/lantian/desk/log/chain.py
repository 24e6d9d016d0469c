"""Verifying the chain: every entry against its seal, every seal against the one before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.log.broken import Finding, Line, placed
from lantian.desk.log.heads import FILE, NOTHING, Head, read_heads
from lantian.desk.log.link import link, spelling
from lantian.desk.log.models import microseconds

type _Row = tuple[int, int, str, str | None]

_CHUNK: Final = 20_000
#: An entry is sealed within a second; one that waits longer was passed over.
_PATIENCE: Final = timedelta(minutes=1)
#: Findings that are spelled out; the rest is counted.
_NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found.

    `head` is the newest head in the database, `entries` the number of sealed ones; `findings` are
    the first hundred, `more` counts those beyond.
    """

    head: Head
    entries: int
    findings: tuple[Finding, ...]
    more: int

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


@dataclass(slots=True)
class _Walk:
    """The way along the chain, and what was wrong on it."""

    anchors: dict[int, tuple[str, str]]
    head: Head = field(default_factory=lambda: Head(0, NOTHING))
    sealed: int = 0
    findings: list[Finding] = field(default_factory=list)
    broken: list[Line] = field(default_factory=list)
    more: int = 0

    def note(self, finding: Finding) -> None:
        """Take a finding, or count it."""
        if len(self.findings) < _NAMED:
            self.findings.append(finding)
        else:
            self.more += 1

    def pass_over(self, rows: list[_Row]) -> None:
        """Go along one chunk."""
        previous, expected = self.head.hash, self.head.seq + 1
        for seq, entry, stored, spelled in rows:
            if seq != expected:
                self.note(Finding.gap(expected, seq - 1))
            if spelled is None:
                self.note(Finding.removed(seq, entry))
            elif seq == expected and link(previous, spelled) != stored:
                self._break(Line(seq, entry, stored, previous, spelled))
            if seq in self.anchors:
                self._compare(seq, stored)
            previous, expected = stored, seq + 1
        self.head = Head(rows[-1][0], previous)
        self.sealed += len(rows)

    def _break(self, line: Line) -> None:
        if len(self.broken) < _NAMED:
            self.broken.append(line)
        else:
            self.more += 1

    def _compare(self, seq: int, stored: str) -> None:
        known, source = self.anchors.pop(seq)
        if stored != known:
            self.note(Finding.rewritten(seq, source))


def verify(
    *, head: str | None = None, now: datetime | None = None, heads: Path | None = None
) -> Verdict:
    """Walk the whole chain and name everything that is wrong with it.

    Parameters
    ----------
    head : str, optional
        A head printed earlier in a report or backup, SEQ:HASH, which must still be there.
    now : datetime, optional
        Entries that wait for their seal a minute before it are findings; the present
        unless said.
    heads : Path, optional
        The file of heads; `log.heads` of the data folder unless said.

    Returns
    -------
    Verdict

    Raises
    ------
    BadRequest
        If `head` is none.
    """
    printed = Head.parse(head) if head else None
    path = heads or env().folder / FILE
    walk = _Walk({})
    _anchor(walk, path, printed)
    for rows in _chunks():
        walk.pass_over(rows)
    if walk.sealed and not path.exists():
        walk.note(Finding.without_heads(path.name))
    for seq, (_, source) in sorted(walk.anchors.items()):
        # Inside the chain its seal is missing, which is a finding of its own.
        if seq > walk.head.seq:
            walk.note(Finding.cut(walk.head.seq, seq, source))
    for finding in placed(walk.broken):
        walk.note(finding)
    for entry in _never_sealed(now or timezone.now()):
        walk.note(Finding.unsealed(entry))
    findings = sorted(walk.findings, key=lambda f: (f.seq is None, f.seq or 0, f.entry or 0))
    return Verdict(walk.head, walk.sealed, tuple(findings), walk.more)


def _anchor(walk: _Walk, path: Path, head: Head | None) -> None:
    """Note the heads that were written down, and how they contradict each other."""
    for written in read_heads(path):
        if written.head is None:
            walk.note(Finding.unreadable(path.name, written.line))
        else:
            source = f"{path.name} {written.at}"
            known, _ = walk.anchors.setdefault(written.head.seq, (written.head.hash, source))
            if known != written.head.hash:
                walk.note(Finding.rewritten(written.head.seq, source))
    if head is not None and head.seq:
        known, source = walk.anchors.get(head.seq, (head.hash, ""))
        if known != head.hash:
            walk.note(Finding.rewritten(head.seq, source))
        walk.anchors[head.seq] = (head.hash, "--head")


def _chunks() -> Iterator[list[_Row]]:
    """Seals in order of seq, each with the spelling of its entry, None where there is none.

    Each chunk has queries of its own: the log only grows, and a writer never waits for us.
    """
    seals = f"SELECT seq, entry, head FROM log_seal WHERE seq > %s ORDER BY seq LIMIT {_CHUNK}"
    last = -1
    with connection.cursor() as cursor:
        while True:
            cursor.execute(seals, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            spelled = _spelled(cursor, rows)
            yield [(seq, entry, head, spelled.get(entry)) for seq, entry, head in rows]
            last = rows[-1][0]


def _spelled(cursor: CursorWrapper, seals: list[tuple[int, int, str]]) -> dict[int, str]:
    """Spellings of the entries of one chunk, by number.

    Entries are sealed nearly in the order of their numbers, so a range of them is read in
    a third of the time that looking each one up takes; not where a seal was tampered with.
    """
    numbers = [entry for _, entry, _ in seals]
    low, high = min(numbers), max(numbers)
    if high - low < 4 * _CHUNK:
        where, values = "id BETWEEN %s AND %s", (low, high)
    else:
        where = "id IN (SELECT entry FROM log_seal WHERE seq BETWEEN %s AND %s)"
        values = (seals[0][0], seals[-1][0])
    spelling_ = spelling(connection.vendor, "log_entry")
    cursor.execute(f"SELECT id, {spelling_} FROM log_entry WHERE {where}", values)
    return dict(cursor.fetchall())


def _never_sealed(now: datetime) -> list[int]:
    query = (
        "SELECT id FROM log_entry WHERE at_us < %s AND NOT EXISTS "
        "(SELECT 1 FROM log_seal WHERE log_seal.entry = log_entry.id) ORDER BY id"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [microseconds(now - _PATIENCE)])
        return [number for (number,) in cursor.fetchall()]
