"""What can be wrong with the chain, and where an entry that lies out of place belongs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self

from lantian.desk.log.link import link
from lantian.errors import LantianError


class LogBroken(LantianError):
    """The chain of the log does not hold: entries were changed, removed, moved or cut off."""

    code = "LT-630"


class Wrong(StrEnum):
    """Kinds of findings."""

    CHANGED = "changed"
    REMOVED = "removed"
    MOVED = "moved"
    CUT = "cut"
    REWRITTEN = "rewritten"
    UNSEALED = "unsealed"
    HEADS = "heads"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: with which link and entry, in words "Chinese / English"."""

    wrong: Wrong
    seq: int | None
    entry: int | None
    what: str

    def __str__(self) -> str:
        """Return the words."""
        return self.what

    @classmethod
    def changed(cls, seq: int, entry: int) -> Self:
        """Say that an entry is not what was sealed."""
        return cls(
            Wrong.CHANGED,
            seq,
            entry,
            f"条目 {entry} 与封存时不同 / entry {entry} (seal {seq}) is not what was sealed",
        )

    @classmethod
    def removed(cls, seq: int, entry: int) -> Self:
        """Say that a seal has no entry."""
        return cls(
            Wrong.REMOVED,
            seq,
            entry,
            f"条目 {entry} 被删除 / entry {entry} was removed; its seal {seq} is left",
        )

    @classmethod
    def gap(cls, first: int, last: int) -> Self:
        """Say that seals are missing between others."""
        return cls(
            Wrong.REMOVED,
            first,
            None,
            f"封记 {first}–{last} 被删除 / seals {first} to {last} were removed",
        )

    @classmethod
    def moved(cls, seq: int, entry: int, place: int) -> Self:
        """Say that an entry is whole, but lies elsewhere in the order than it was sealed."""
        return cls(
            Wrong.MOVED,
            seq,
            entry,
            f"条目 {entry} 位于 {seq}，封存时为 {place} / entry {entry} lies at {seq}, "
            f"it was sealed at {place}",
        )

    @classmethod
    def cut(cls, last: int, known: int, source: str) -> Self:
        """Say that the chain ends before a head that is known."""
        return cls(
            Wrong.CUT,
            known,
            None,
            f"日志尾部被截，止于 {last}，而 {source} 记有 {known} / the end of the log was cut "
            f"off: it ends at {last}, {source} tells of {known}",
        )

    @classmethod
    def rewritten(cls, seq: int, source: str) -> Self:
        """Say that a known head is another one now."""
        return cls(
            Wrong.REWRITTEN,
            seq,
            None,
            f"{seq} 处链头与 {source} 所记不同，日志被重写 / the head at {seq} is not the one "
            f"that {source} tells of: the log was rewritten up to there",
        )

    @classmethod
    def unsealed(cls, entry: int) -> Self:
        """Say that an entry was never sealed."""
        return cls(
            Wrong.UNSEALED,
            None,
            entry,
            f"条目 {entry} 未封存 / entry {entry} was never sealed, though older than a minute",
        )

    @classmethod
    def unreadable(cls, name: str, line: int) -> Self:
        """Say that a line of the file of heads is damaged."""
        return cls(
            Wrong.HEADS,
            None,
            None,
            f"{name} 第 {line} 行损坏 / line {line} of {name} is damaged",
        )

    @classmethod
    def without_heads(cls, name: str) -> Self:
        """Say that the file of heads is gone."""
        return cls(Wrong.HEADS, None, None, f"没有 {name} / there is no {name}")


class Line(NamedTuple):
    """A place in the chain whose entry does not follow: what is stored there."""

    seq: int
    entry: int
    head: str
    previous: str
    spelled: str


def placed(broken: Sequence[Line]) -> Iterator[Finding]:
    """Tell entries that were moved from those that were changed.

    An entry that fits the seal of another place was moved there, with its seal or without
    it; one that fits nowhere was changed.
    """
    places = _with_their_seals(broken) | _without_their_seals(broken)
    for line in broken:
        place = places.get(line.seq)
        if place is None:
            yield Finding.changed(line.seq, line.entry)
        elif place != line.seq:
            yield Finding.moved(line.seq, line.entry, place)


def _without_their_seals(broken: Sequence[Line]) -> dict[int, int]:
    """Places, by seq, of entries that were exchanged while the seals stayed."""
    return {
        line.seq: other.seq
        for line in broken
        for other in broken
        if line is not other and link(other.previous, line.spelled) == other.head
    }


def _with_their_seals(broken: Sequence[Line]) -> dict[int, int]:
    """Places, by seq, of entries that were moved together with their heads.

    Going from a head whose place is known to the line that follows it gives that line's
    place; a line that is found at its own place broke only because its neighbours moved.
    """
    moved_heads = {line.head for line in broken}
    known = {}
    for line in broken:
        if line.previous not in moved_heads:
            known[line.previous] = line.seq - 1
            # Where only a seal's own hash was changed, the next line follows the true one.
            known[link(line.previous, line.spelled)] = line.seq
    places: dict[int, int] = {}
    waiting = list(broken)
    while known:
        head, seq = known.popitem()
        for line in waiting:
            if link(head, line.spelled) == line.head:
                places[line.seq] = seq + 1
                known[line.head] = seq + 1
        waiting = [line for line in waiting if line.seq not in places]
    return places
