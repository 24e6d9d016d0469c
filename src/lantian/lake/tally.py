"""What became of the rows of a file: counts of each fate, and the report of one load."""

from dataclasses import dataclass, field

from lantian.lake.part import Bytes, Int32s
from lantian.lake.verdict import CHANGED, FILLED, REFUSED, Flags
from lantian.terms.mark import MISSING


@dataclass(slots=True)
class Counts:
    """What became of the rows of one kind; every row is in exactly one of the counts.

    `new` rows had nothing stored; `changed` ones replaced a stored value; `filled` ones
    added values to a stored row; `refused` ones gave only values that rank too low;
    `empty` ones gave no value at all. `revisions` counts values, not rows.
    """

    rows: int = 0
    new: int = 0
    changed: int = 0
    filled: int = 0
    identical: int = 0
    refused: int = 0
    repeated: int = 0
    empty: int = 0
    revisions: int = 0


@dataclass(slots=True)
class AddReport:
    """What one file did to the lake.

    `batch` is the sequence made, or that of the earlier load where `skipped`.
    """

    source: str
    batch: int = 0
    skipped: bool = False
    hours: Counts = field(default_factory=Counts)
    weather: Counts = field(default_factory=Counts)
    quarantined: int = 0
    notes: tuple[str, ...] = ()


def tally(counts: Counts, given: Int32s, verdict: Bytes, known: Flags) -> None:
    """Count judged rows; `known` says where a station hour had anything stored."""
    has = {v: (verdict == v).any(axis=0) for v in (FILLED, CHANGED, REFUSED)}
    empty = (given == MISSING).all(axis=0)
    new = ~known & ~empty
    changed = known & has[CHANGED]
    filled = known & has[FILLED] & ~changed
    refused = known & has[REFUSED] & ~changed & ~filled
    counts.empty += int(empty.sum())
    counts.new += int(new.sum())
    counts.changed += int(changed.sum())
    counts.filled += int(filled.sum())
    counts.refused += int(refused.sum())
    counts.identical += int((~(empty | new | changed | filled | refused)).sum())
    counts.revisions += int((verdict == CHANGED).sum())
