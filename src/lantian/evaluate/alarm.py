"""Alarms: when a value is too high for long enough, and when it is over; a pure state machine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.terms.mark import MISSING

type Int32s = npt.NDArray[np.int32]
type Flags = npt.NDArray[np.bool_]

#: End of an exceedance that is not over.
OPEN: Final = 2**62


@dataclass(frozen=True, slots=True)
class Criterion:
    """When an alarm is raised and when it is over.

    Attributes
    ----------
    raise_at : int
        Thousandths; values at or above it count.
    clear_below : int
        Thousandths, at most `raise_at`: only a value below it ends an alarm.
    steps : int
        How many values in a row must count.
    """

    raise_at: int
    clear_below: int
    steps: int

    def __post_init__(self) -> None:
        """Refuse a criterion that would end an alarm as it raises it."""
        if self.clear_below > self.raise_at or self.steps < 1:
            raise ValueError("clear_below must not exceed raise_at, steps must be at least 1")


@dataclass(frozen=True, slots=True)
class Exceedance:
    """A stretch that raised an alarm.

    Attributes
    ----------
    since : int
        Number of the first hour (or minute) that counted.
    raised : int
        That of the value which completed the row.
    cleared : int
        That of the value which ended it, OPEN while none did.
    highest, highest_at : int
        Thousandths, and when.
    """

    since: int
    raised: int
    cleared: int
    highest: int
    highest_at: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Where a series stands: what must be known to go on with its next value.

    `run` counts values in a row that count while none is open, `since` is the first of them;
    `highest` is theirs. `open` is the exceedance that is not over.
    """

    run: int = 0
    since: int = 0
    highest: int = MISSING
    highest_at: int = 0
    open: Exceedance | None = None


def advance(watch: Watch, criterion: Criterion, t: int, value: int, *, active: bool) -> Watch:
    """Go on by one value; an exceedance that it ends has `cleared` equal to `t`.

    A missing value ends a row that is not complete, and never an alarm: silence is no proof
    that the air is good. Outside of the schedule nothing is raised, but an alarm may end.

    Parameters
    ----------
    watch : Watch
    criterion : Criterion
    t : int
        Number of the hour or minute, larger than all before.
    value : int
        Thousandths, MISSING where there is none.
    active : bool
        Whether `t` lies in the schedule.

    Examples
    --------
    >>> two = Criterion(75_000, 60_000, 2)
    >>> watch = advance(Watch(), two, 1, 80_000, active=True)
    >>> watch = advance(watch, two, 2, 90_000, active=True)
    >>> watch.open
    Exceedance(since=1, raised=2, cleared=4611686018427387904, highest=90000, highest_at=2)
    >>> advance(watch, two, 3, 70_000, active=True).open is watch.open
    True
    >>> advance(watch, two, 4, 59_000, active=True).open.cleared
    4
    """
    if watch.open is not None and watch.open.cleared != OPEN:
        watch = Watch()
    if watch.open is not None:
        return replace(watch, open=_onward(watch.open, criterion, t, value))
    if not active or value == MISSING or value < criterion.raise_at:
        return Watch()
    run, since = watch.run + 1, watch.since if watch.run else t
    highest, at = (value, t) if value > watch.highest else (watch.highest, watch.highest_at)
    if run < criterion.steps:
        return Watch(run, since, highest, at)
    return Watch(open=Exceedance(since, t, OPEN, highest, at))


def _onward(held: Exceedance, criterion: Criterion, t: int, value: int) -> Exceedance:
    if value == MISSING:
        return held
    if value < criterion.clear_below:
        return replace(held, cleared=t)
    return replace(held, highest=value, highest_at=t) if value > held.highest else held


def exceedances(
    criterion: Criterion, first: int, values: Int32s, active: Flags, watch: Watch | None = None
) -> tuple[list[Exceedance], Watch]:
    """Find the exceedances of a series.

    Parameters
    ----------
    criterion : Criterion
    first : int
        Number of the first hour or minute.
    values : ndarray of int32, shape (n,)
        Thousandths, MISSING where there is none.
    active : ndarray of bool, shape (n,)
        Which lie in the schedule.
    watch : Watch, optional
        Where the series stood before.

    Returns
    -------
    list of Exceedance
        In order; the last one may be open.
    Watch
        To go on with.

    Examples
    --------
    >>> found, _ = exceedances(
    ...     Criterion(75_000, 60_000, 2),
    ...     100,
    ...     np.array([80_000, 80_000, 70_000, 50_000, 80_000], np.int32),
    ...     np.ones(5, np.bool_),
    ... )
    >>> [(e.since, e.raised, e.cleared) for e in found]
    [(100, 101, 103)]
    """
    now = watch or Watch()
    found = []
    for n, (value, counts) in enumerate(zip(values.tolist(), active.tolist(), strict=True)):
        now = advance(now, criterion, first + n, value, active=counts)
        if now.open is not None and now.open.cleared != OPEN:
            found.append(now.open)
    if now.open is not None and now.open.cleared == OPEN:
        found.append(now.open)
    return found, now


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of the alarms that are known, once values were looked at anew.

    Attributes
    ----------
    same : tuple of (int, Exceedance)
        Number of a known alarm, and the exceedance that it is now.
    new : tuple of Exceedance
        Those that no alarm was raised for.
    gone : tuple of int
        Known alarms that corrected values no longer bear out; they are marked, not deleted.
    """

    same: tuple[tuple[int, Exceedance], ...]
    new: tuple[Exceedance, ...]
    gone: tuple[int, ...]


def reconcile(known: Sequence[tuple[int, int, int]], found: Sequence[Exceedance]) -> Reconciled:
    """Match exceedances with the alarms that were raised, so that each raises one alarm.

    Values arrive late and are corrected; then an exceedance may begin earlier, end earlier, or
    fall in two. It keeps the alarm that it shares an hour with.

    Parameters
    ----------
    known : sequence of (number, since, cleared)
        Alarms of the same series and criterion that share an hour with what was looked at.
    found : sequence of Exceedance
        In order.

    Examples
    --------
    >>> late = Exceedance(8, 9, 20, 90_000, 10)
    >>> reconcile([(1, 10, OPEN), (2, 40, 44)], [late])
    Reconciled(same=((1, Exceedance(since=8, raised=9, cleared=20, highest=90000, \
highest_at=10)),), new=(), gone=(2,))
    """
    left = sorted(known, key=lambda one: (one[1], one[0]))
    same, new = [], []
    for one in found:
        mine = next((k for k in left if k[1] < one.cleared and one.since < k[2]), None)
        if mine is None:
            new.append(one)
        else:
            left.remove(mine)
            same.append((mine[0], one))
    return Reconciled(tuple(same), tuple(new), tuple(number for number, _, _ in left))
