"""Gaps: intervals of which a monitor should have spoken and did not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lantian.lake.fine_parts import stored
from lantian.lake.gate_ledger import GateLedger
from lantian.terms.hour import BEIJING_H

_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Gap:
    """Intervals of one length that are missing in a row; ends of the first and of the last."""

    mn: str
    span_s: int
    first_t: int
    last_t: int

    @property
    def intervals(self) -> int:
        """How many are missing."""
        return (self.last_t - self.first_t) // self.span_s + 1


def gaps(
    ledger: GateLedger,
    span_s: int,
    *,
    since_t: int,
    until_t: int,
    offset_h: Callable[[str], int] = lambda _: BEIJING_H,
) -> list[Gap]:
    """Return gaps of every monitor that sends intervals of a length, in order.

    Parameters
    ----------
    ledger : GateLedger
    span_s : int
        Length of the interval, as 3,600 for hours.
    since_t, until_t : int
        Ends of the first and of the last interval looked at, seconds since 1970; a monitor
        is looked at from when it was first heard.
    offset_h : callable
        Local time of a monitor minus UTC: its days end at its own midnight.
    """
    with ledger.read() as sql:
        heard = sql.execute(
            "SELECT DISTINCT p.id, p.mn, p.first_us FROM source p "
            "JOIN series s ON s.source = p.id WHERE s.span_s = ? ORDER BY p.mn",
            (span_s,),
        ).fetchall()
    found = []
    for source, mn, first_us in heard:
        start = max(since_t, first_us // 1_000_000)
        shift = offset_h(mn) * 3_600
        wanted = range(-(-(start + shift) // span_s) * span_s - shift, until_t + 1, span_s)
        missing = sorted(set(wanted) - _there(ledger, source, span_s, since_t, until_t))
        found += _runs(mn, span_s, missing)
    return found


def _there(ledger: GateLedger, source: int, span_s: int, since_t: int, until_t: int) -> set[int]:
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT id FROM series WHERE source = ? AND span_s = ?", (source, span_s)
        ).fetchall()
    series = [row[0] for row in rows]
    return {
        row[1]
        for day in range((since_t - 1) // _DAY_S, (until_t - 1) // _DAY_S + 1)
        for row in stored(ledger, day, series, since_t, until_t)
    }


def _runs(mn: str, span_s: int, missing: list[int]) -> list[Gap]:
    """Put missing intervals that follow each other together.

    Examples
    --------
    >>> [(gap.first_t, gap.last_t) for gap in _runs("A", 60, [60, 120, 300])]
    [(60, 120), (300, 300)]
    """
    runs: list[Gap] = []
    for t in missing:
        if runs and runs[-1].last_t + span_s == t:
            runs[-1] = Gap(mn, span_s, runs[-1].first_t, t)
        else:
            runs.append(Gap(mn, span_s, t, t))
    return runs
