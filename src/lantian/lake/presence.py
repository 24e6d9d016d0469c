"""Whether monitors speak as often as they should: what is due, what is there, what is newest."""

from collections.abc import Sequence
from itertools import batched
from typing import Final, NamedTuple

from lantian.lake.gate_ledger import AT_ONCE, GateLedger, places

_DAY_S: Final = 86_400


class Flow(NamedTuple):
    """How far the values of a monitor have come.

    `newest_t` is the end of its newest interval, seconds since 1970; `span_s` the shortest
    interval that it sends, None where it sends instants alone.
    """

    newest_t: int
    span_s: int | None


class Presence(NamedTuple):
    """Intervals of a length that were due from a monitor, and how many of them are there."""

    span_s: int
    due: int
    there: int


def flows(ledger: GateLedger) -> dict[str, Flow]:
    """Return how far values have come, by identity."""
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT p.mn, MAX(l.t), MIN(CASE WHEN s.span_s > 0 THEN s.span_s END) "
            "FROM source p JOIN series s ON s.source = p.id JOIN latest l ON l.series = s.id "
            "GROUP BY p.id, p.mn"
        ).fetchall()
    return {mn: Flow(t, span_s) for mn, t, span_s in rows}


def values_between(ledger: GateLedger, *, since_t: int, until_t: int) -> dict[str, int]:
    """Count the values that end after `since_t` and until `until_t`, by identity."""
    found: dict[str, int] = {}
    with ledger.read() as sql:
        for day in _days(ledger, since_t, until_t):
            # Few series, many values: each series is looked up in the table, not the reverse.
            rows = sql.execute(
                f"SELECT p.mn, COUNT(*) FROM source p JOIN series s ON s.source = p.id "
                f"CROSS JOIN fine_{day} f WHERE f.series = s.id AND f.t > ? AND f.t <= ? "
                "GROUP BY p.mn",
                (since_t, until_t),
            )
            for mn, count in rows:
                found[mn] = found.get(mn, 0) + int(count)
    return found


def presences(ledger: GateLedger, *, since_t: int, until_t: int) -> dict[str, Presence]:
    """Count intervals due and there of every monitor, of the shortest length that it sends.

    An interval counts as there where the monitor's first factor or its newest has a row in
    it: a frame carries all its factors, and those that a monitor no longer has are left out.

    Parameters
    ----------
    ledger : GateLedger
    since_t, until_t : int
        Intervals that end after `since_t` and until `until_t`; a monitor is asked for those
        after it was first heard.
    """
    with ledger.read():
        told = _told(ledger)
        long_heard = [n for each in told if each.first_s <= since_t for n in each.series]
        counts = _counts(ledger, long_heard, since_t, until_t)
        for each in told:
            if each.first_s > since_t:  # what was sent of times before is not due
                counts |= _counts(ledger, each.series, each.first_s, until_t)
    found = {}
    for mn, first_s, span_s, series in told:
        due = max(until_t // span_s - max(since_t, first_s) // span_s, 0)
        there = max(counts.get(number, 0) for number in series)
        found[mn] = Presence(span_s, due, min(there, due))
    return found


def spoken_times(
    ledger: GateLedger, mn: str, *, since_t: int, until_t: int
) -> tuple[int, list[int]] | None:
    """Return the length of a monitor's intervals and the ends of those that are there, in order.

    None where it was never heard, or sends instants alone.
    """
    with ledger.read() as sql:
        told = _told(ledger, mn)
        if not told:
            return None
        ends = {
            int(row[0])
            for day in _days(ledger, since_t, until_t)
            for row in sql.execute(
                f"SELECT t FROM fine_{day} WHERE series IN {places(len(told[0].series), 1)} "
                "AND t > ? AND t <= ?",
                (*told[0].series, since_t, until_t),
            )
        }
    return told[0].span_s, sorted(ends)


class _Told(NamedTuple):
    """A monitor by two of its series of the shortest interval: the first, and the newest."""

    mn: str
    first_s: int
    span_s: int
    series: tuple[int, ...]


def _told(ledger: GateLedger, mn: str | None = None) -> list[_Told]:
    where, given = ("", ()) if mn is None else ("AND p.mn = ?", (mn,))
    rows = ledger.sql.execute(
        "SELECT p.mn, p.first_us, s.span_s, s.id, l.t FROM source p "
        "JOIN series s ON s.source = p.id JOIN latest l ON l.series = s.id "
        f"WHERE s.span_s > 0 {where} ORDER BY p.id, s.span_s, s.id",
        given,
    )
    first: dict[str, tuple[int, int, int]] = {}
    newest: dict[str, tuple[int, int]] = {}
    for name, first_us, span_s, series, t in rows:
        if name not in first:
            first[name] = (first_us // 1_000_000, span_s, series)
        if span_s == first[name][1] and (name not in newest or t > newest[name][0]):
            newest[name] = (t, series)
    return [
        _Told(name, first_s, span_s, tuple(sorted({series, newest[name][1]})))
        for name, (first_s, span_s, series) in first.items()
    ]


def _counts(
    ledger: GateLedger, series: Sequence[int], since_t: int, until_t: int
) -> dict[int, int]:
    counts: dict[int, int] = {}
    for day in _days(ledger, since_t, until_t):
        for some in batched(series, AT_ONCE):
            rows = ledger.sql.execute(
                f"SELECT series, COUNT(*) FROM fine_{day} "
                f"WHERE series IN {places(len(some), 1)} AND t > ? AND t <= ? GROUP BY series",
                (*some, since_t, until_t),
            )
            for number, count in rows:
                counts[number] = counts.get(number, 0) + int(count)
    return counts


def _days(ledger: GateLedger, since_t: int, until_t: int) -> list[int]:
    """Days whose tables hold values that end after one moment and until another."""
    wanted = range(since_t // _DAY_S, (until_t - 1) // _DAY_S + 1)
    return [day for day in wanted if ledger.has_day("fine", day)]
