"""Strips of what a monitor sent and what is missing: over a day, and over seven."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.utils import timezone

from lantian.desk.devices.store import moment
from lantian.desk.language import language
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.presence import spoken_times

_DAY_S: Final = 86_400
#: An interval is missed once it is over for so long.
_GRACE_S: Final = 180


@dataclass(frozen=True, slots=True)
class Missing:
    """Intervals that are missing in a row: the begin of the first, the end of the last."""

    begin: datetime
    end: datetime
    intervals: int


def strip(ledger: GateLedger, mn: str, first_us: int, now: datetime, *, days: int) -> Any:
    """Return what `parts/availability.html` prints, and the gaps; None for instants alone."""
    until_t = int(now.timestamp()) - _GRACE_S
    since_t = until_t - days * _DAY_S
    told = spoken_times(ledger, mn, since_t=since_t, until_t=until_t)
    if told is None:
        return None
    span_s, times = told
    there = {t // span_s for t in times}
    steps = range(since_t // span_s + 1, until_t // span_s + 1)
    start = first_us // 1_000_000 // span_s
    due = [n for n in steps if n > start]
    runs, at = [], 0
    gaps: list[Missing] = []
    for kind, some in groupby(steps, key=lambda n: _kind(n, there, start)):
        group = list(some)
        begin, end = _local((group[0] - 1) * span_s), _local(group[-1] * span_s)
        if kind == "gap":
            gaps.append(Missing(begin, end, len(group)))
        if kind:
            title = f"{begin:%m-%d %H:%M} – {end:%m-%d %H:%M}"
            runs.append({"kind": kind, "start": at, "length": len(group), "title": title})
        at += len(group)
    share = 100 * sum(n in there for n in due) / len(due) if due else 0.0
    lang = language()
    return {
        "label": lang.of(f"近 {days * 24} 小时" if days == 1 else f"近 {days} 天",
                         f"last {days * 24} h" if days == 1 else f"last {days} d"),
        "rate": f"{share:.1f}%" if due else "—",
        "total": len(steps),
        "runs": runs,
        "from_label": f"{_local(since_t):%m-%d %H:%M}",
        "to_label": f"{_local(until_t):%m-%d %H:%M}",
        "gaps": gaps,
        "span_s": span_s,
    }  # fmt: skip


def _kind(step: int, there: set[int], start: int) -> str:
    """Whether an interval is there, is missing, or was before the monitor was first heard."""
    if step in there:
        return "ok"
    return "gap" if step > start else ""


def _local(t: int) -> datetime:
    return timezone.localtime(moment(t * 1_000_000))
