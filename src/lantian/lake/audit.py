"""Looking a lake over: counts, gaps, availability, quarantine, damaged and orphaned parts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.clock import Courses, suspicions
from lantian.lake.part import all_parts, fault_of, month_hours, month_of, orphans
from lantian.lake.rows import HOUR, WEATHER
from lantian.lake.store import Lake
from lantian.lake.verdict import Flags
from lantian.terms.hour import BEIJING_H
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import O3, POLLUTANTS
from lantian.terms.rounding import compiled

_OZONE: Final = POLLUTANTS.index(O3)
#: Hours without any value that make a gap worth naming.
GAP_H: Final = 24


@dataclass(frozen=True, slots=True)
class Holding:
    """How much a lake holds of one kind of row."""

    kind: str
    parts: int
    part_rows: int
    hot_rows: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of hours [h_from, h_to) in which a station gave nothing."""

    station: str
    h_from: int
    h_to: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What `audit` found.

    `present` has shape (pollutants, stations, months) and counts hours with a value that
    counts; `hours` are those of each month between the lake's first and last hour;
    `quarantine` is (reason, rows); `faults` must be mended, `notes` looked at.
    """

    sequence: int
    holdings: tuple[Holding, ...]
    revisions: int
    stations: tuple[str, ...]
    months: tuple[int, ...]
    hours: npt.NDArray[np.int64]
    present: npt.NDArray[np.int64]
    gaps: tuple[Gap, ...]
    quarantine: tuple[tuple[str, int], ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def audit(lake: Lake) -> Audit:
    """Look over a whole lake, month by month; every part is read and hashed.

    Raises
    ------
    LakeBroken
        If the tables themselves are damaged; damaged parts are listed in `faults`.
    """
    damage = _damage(lake)
    stations = lake.stations()
    span = lake.span()
    # A damaged part cannot be counted from; its fault says so instead.
    if span is None or damage:
        months, first, last = [], 0, -1
    else:
        first, last = span
        months = list(range(int(month_of(first)), int(month_of(last)) + 1))
    walk = _Walk.start(stations, first)
    present = np.zeros((len(POLLUTANTS), len(stations), len(months)), np.int64)
    hours = np.zeros(len(months), np.int64)
    for m, month in enumerate(months):
        h_from, h_to = month_hours(month)
        h_from, h_to = max(h_from, first), min(h_to, last + 1)
        block = lake.block(stations, h_from, h_to)
        present[:, :, m] = (block != MISSING).sum(axis=2)
        hours[m] = h_to - h_from
        walk.step(block, h_from)
    return Audit(
        sequence=lake.sequence,
        holdings=_holdings(lake),
        revisions=_count(lake, "SELECT COUNT(*) FROM revision"),
        stations=tuple(stations),
        months=tuple(months),
        hours=hours,
        present=present,
        gaps=tuple(walk.finish(last + 1)),
        quarantine=_quarantine(lake),
        faults=(*damage, *_leftovers(lake)),
        notes=tuple(suspicions(tuple(stations), walk.sums, walk.counts)),
    )


@compiled
def _find_gaps(
    present: Flags,
    h_from: int,
    least: int,
    last: npt.NDArray[np.int64],
    found: npt.NDArray[np.int64],
) -> int:
    """Write gaps as (station, from, to) into `found`; `last` is each station's last hour."""
    count = 0
    for s in range(present.shape[0]):
        for t in range(present.shape[1]):
            if present[s, t]:
                h = h_from + t
                if h - last[s] - 1 >= least:
                    found[count, 0] = s
                    found[count, 1] = last[s] + 1
                    found[count, 2] = h
                    count += 1
                last[s] = h
    return count


@dataclass(slots=True)
class _Walk:
    """What is carried from month to month: last hour seen, gaps, courses of ozone."""

    stations: list[str]
    last: npt.NDArray[np.int64]
    gaps: list[Gap]
    sums: Courses
    counts: Courses

    @classmethod
    def start(cls, stations: list[str], first: int) -> "_Walk":
        zeros = np.zeros((len(stations), 24), np.int64)
        return cls(stations, np.full(len(stations), first - 1), [], zeros, zeros.copy())

    def step(self, block: npt.NDArray[np.int32], h_from: int) -> None:
        present = (block != MISSING).any(axis=0)
        room = present.shape[1] // GAP_H + 1
        found = np.empty((len(self.stations) * room, 3), np.int64)
        count = _find_gaps(present, h_from, GAP_H, self.last, found)
        self.gaps += [Gap(self.stations[s], a, b) for s, a, b in found[:count].tolist()]
        clock = (np.arange(h_from, h_from + present.shape[1]) + BEIJING_H) % 24
        ozone = block[_OZONE].astype(np.int64)
        there = ozone != MISSING
        for hour in range(24):
            some = there[:, clock == hour]
            self.sums[:, hour] += np.where(some, ozone[:, clock == hour], 0).sum(axis=1)
            self.counts[:, hour] += some.sum(axis=1)

    def finish(self, after: int) -> list[Gap]:
        """Close the gaps that last to the end; longest first."""
        for name, last in zip(self.stations, self.last.tolist(), strict=True):
            if after - last - 1 >= GAP_H:
                self.gaps.append(Gap(name, last + 1, after))
        return sorted(self.gaps, key=lambda g: (g.h_from - g.h_to, g.station, g.h_from))


def _damage(lake: Lake) -> list[str]:
    with lake.ledger.read() as sql:
        parts = all_parts(sql)
    return [fault for part in parts if (fault := fault_of(lake.ledger, part))]


def _leftovers(lake: Lake) -> list[str]:
    with lake.ledger.read():
        left = orphans(lake.ledger)
    return [
        f"{file.relative_to(lake.folder).as_posix()}: 中断写入的残留，下次写入分片时清除 / "
        "left by an interrupted load; the next load that writes parts removes it"
        for file in left
    ]


def _count(lake: Lake, question: str, *values: str) -> int:
    with lake.ledger.read() as sql:
        return int(sql.execute(question, values).fetchone()[0])


def _holdings(lake: Lake) -> tuple[Holding, ...]:
    live = "FROM part WHERE replaced_by IS NULL AND kind = ?"
    return tuple(
        Holding(
            kind.table,
            _count(lake, f"SELECT COUNT(*) {live}", kind.table),
            _count(lake, f"SELECT COALESCE(SUM(rows), 0) {live}", kind.table),
            _count(lake, f"SELECT COUNT(*) FROM {kind.table}"),
        )
        for kind in (HOUR, WEATHER)
    )


def _quarantine(lake: Lake) -> tuple[tuple[str, int], ...]:
    with lake.ledger.read() as sql:
        return tuple(
            sql.execute(
                "SELECT reason, COUNT(*) AS n FROM quarantine "
                "GROUP BY reason ORDER BY n DESC, reason"
            ).fetchall()
        )
