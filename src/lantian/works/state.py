"""On or off: what a meter's readings say of a machine, by declared thresholds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Threshold:
    """A machine is on from `on` upward, off below `off`; between them it stays as it was.

    `longest_s`: a reading speaks for so many seconds before it at most; what no reading
    speaks for is unknown.
    """

    on: float
    off: float
    longest_s: int = 900

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.off <= self.on or self.longest_s <= 0:
            raise ValueError("threshold: off must not be above on, longest_s must be above 0")


class Run(NamedTuple):
    """Seconds after `first_t` and up to `last_t` in which a machine was on, or was off."""

    first_t: int
    last_t: int
    on: bool


def runs(readings: Iterable[tuple[int, float]], threshold: Threshold) -> list[Run]:
    """Return when a machine was on and when off, in order; gaps between runs are unknown.

    Parameters
    ----------
    readings : iterable of (t, value)
        In order of time; `t` in seconds is the end of the interval that the value is of.
    threshold : Threshold

    Examples
    --------
    >>> some = [(600, 0.1), (1200, 5.0), (1800, 3.0), (9000, 5.0)]
    >>> found = runs(some, Threshold(on=4.0, off=2.0, longest_s=600))
    >>> [(run.first_t, run.last_t, run.on) for run in found]
    [(0, 600, False), (600, 1800, True), (8400, 9000, True)]
    """
    found: list[Run] = []
    for t, value in readings:
        before = found[-1] if found else None
        first_t = t - threshold.longest_s
        if before is not None and before.last_t >= first_t:
            first_t = before.last_t
            on = value >= (threshold.off if before.on else threshold.on)
        else:
            on = value >= threshold.on
        if before is not None and before.last_t == first_t and before.on is on:
            found[-1] = before._replace(last_t=t)
        else:
            found.append(Run(first_t, t, on))
    return found


def overlap(ones: Sequence[Run], others: Sequence[Run]) -> list[tuple[int, int]]:
    """Spans that runs of both share, each sequence in order and without overlap of its own.

    Examples
    --------
    >>> overlap([Run(0, 10, True), Run(20, 30, True)], [Run(5, 25, False)])
    [(5, 10), (20, 25)]
    """
    found: list[tuple[int, int]] = []
    n = m = 0
    while n < len(ones) and m < len(others):
        first_t = max(ones[n].first_t, others[m].first_t)
        last_t = min(ones[n].last_t, others[m].last_t)
        if first_t < last_t:
            joins = bool(found) and found[-1][1] == first_t
            found[-1:] = [(found[-1][0], last_t)] if joins else [*found[-1:], (first_t, last_t)]
        if ones[n].last_t <= others[m].last_t:
            n += 1
        else:
            m += 1
    return found
