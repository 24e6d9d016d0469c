"""Marks beside each value: where it came from and whether it counts."""

from enum import IntEnum
from typing import Final

import numpy as np

#: The integer that stands for "no value" in blocks of hours and days.
MISSING: Final = int(np.iinfo(np.int32).min)


class Source(IntEnum):
    """Origin of a value; on conflict the higher one holds, whatever came first."""

    BACKFILL = 0
    GATE = 1
    REALTIME_FILE = 2
    AUDITED_FILE = 3
    REVIEWED = 4


class State(IntEnum):
    """Whether a stored value counts."""

    PRESENT = 0
    WITHDRAWN = 1


def mark(source: Source, state: State = State.PRESENT) -> int:
    """Pack origin and state into the one small integer that is stored.

    Examples
    --------
    >>> mark(Source.REALTIME_FILE), mark(Source.REVIEWED, State.WITHDRAWN)
    (4, 9)
    """
    return int(source) * 2 + int(state)


def source_of(packed: int) -> Source:
    """Origin in a packed mark.

    Examples
    --------
    >>> source_of(9).name
    'REVIEWED'
    """
    return Source(packed // 2)


def is_withdrawn(packed: int) -> bool:
    """Whether a packed mark says the value does not count.

    Examples
    --------
    >>> is_withdrawn(9), is_withdrawn(4)
    (True, False)
    """
    return packed % 2 == int(State.WITHDRAWN)
