"""Hours of which monitors said something new: which they are, what was said, and their end."""

from collections.abc import Iterable
from typing import NamedTuple

from lantian.lake.fine_parts import stored
from lantian.lake.gate_ledger import GateLedger

_DAY_S = 86_400
_HOUR_S = 3_600


class Unfolded(NamedTuple):
    """An hour of a monitor with values that the lake has not: up to which frame."""

    source: int
    mn: str
    h: int
    frame: int


class Spoken(NamedTuple):
    """One value of an hour: of an instant (`span_s` 0) or an interval that ends at `t`."""

    factor: str
    kind: str
    span_s: int
    t: int
    value: int | None
    flag: str


def unfolded(ledger: GateLedger, *, until_h: int, most: int = 5_000) -> list[Unfolded]:
    """Return hours up to `until_h` that wait to be folded into the lake, the oldest first."""
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT u.source, s.mn, u.h, u.frame FROM unfolded u JOIN source s ON s.id = u.source "
            "WHERE u.h <= ? ORDER BY u.h, u.source LIMIT ?",
            (until_h, most),
        ).fetchall()
    return [Unfolded(*row) for row in rows]


def spoken(ledger: GateLedger, source: int, h: int) -> list[Spoken]:
    """Return what a monitor said of the hour that ends at hour number `h`, in order of time."""
    first, last = (h - 1) * _HOUR_S, h * _HOUR_S
    day = (last - 1) // _DAY_S
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT id, factor, kind, span_s FROM series WHERE source = ? AND span_s <= ?",
            (source, _HOUR_S),
        ).fetchall()
    names: dict[int, tuple[str, str, int]] = {row[0]: (row[1], row[2], row[3]) for row in rows}
    found = [
        Spoken(*names[number], t, value, flag)
        for number, t, value, _, _, flag, _ in stored(ledger, day, names, first + 1, last)
    ]
    return sorted(found, key=lambda each: each.t)


def settle(ledger: GateLedger, done: Iterable[Unfolded]) -> None:
    """Note that hours are folded; one of which more was said meanwhile goes on waiting."""
    with ledger.write() as sql:
        for hour in done:
            sql.execute(
                "DELETE FROM unfolded WHERE source = ? AND h = ? AND frame = ?",
                (hour.source, hour.h, hour.frame),
            )
