"""Judging given values against stored ones, cell by cell: the compiled half of the intake."""

from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.part import Bytes, Int32s
from lantian.terms.mark import MISSING
from lantian.terms.rounding import compiled

type Flags = npt.NDArray[np.bool_]

#: Verdicts on one value. CONFIRMED is the stored value again from a higher source.
FILLED: Final = 1
CHANGED: Final = 2
CONFIRMED: Final = 3
SAME: Final = 4
REFUSED: Final = 5


@compiled
def index_rows(
    station: Int32s, h: Int32s, h_from: int, hours: int, at: Int32s, again: Flags
) -> int:
    """Note the first row of each station hour in `at` and flag later ones; count those.

    `at` has one cell per station and hour, filled with -1. Its cells in order give the
    rows sorted by station and hour.
    """
    count = 0
    for i in range(h.size):
        p = station[i] * hours + h[i] - h_from
        if at[p] < 0:
            at[p] = i
        else:
            again[i] = True
            count += 1
    return count


@compiled
def merge_again(
    station: Int32s,
    h: Int32s,
    h_from: int,
    hours: int,
    at: Int32s,
    again: Flags,
    values: Int32s,
    withdrawn: Flags,
    clash: Flags,
) -> None:
    """Complete first rows from later ones of the same hour; flag values that contradict."""
    for i in range(h.size):
        if not again[i]:
            continue
        first = at[station[i] * hours + h[i] - h_from]
        for c in range(values.shape[0]):
            if values[c, i] == MISSING:
                continue
            if values[c, first] == MISSING:
                values[c, first] = values[c, i]
                withdrawn[c, first] = withdrawn[c, i]
            elif values[c, first] != values[c, i] or withdrawn[c, first] != withdrawn[c, i]:
                clash[c, i] = True


@compiled
def judge(given: Int32s, marks: Bytes, stored: Int32s, stored_marks: Bytes, verdict: Bytes) -> None:
    """Decide every value: an equal or higher source holds, a lower one is refused.

    All arrays have shape (columns, n); `verdict` is filled with 0: nothing was given.
    """
    for c in range(given.shape[0]):
        for i in range(given.shape[1]):
            value = given[c, i]
            if value == MISSING:
                continue
            old = stored[c, i]
            source, old_source = marks[c, i] >> 1, stored_marks[c, i] >> 1
            if old == MISSING:
                verdict[c, i] = FILLED
            elif value == old and (marks[c, i] & 1) == (stored_marks[c, i] & 1):
                verdict[c, i] = CONFIRMED if source > old_source else SAME
            elif source >= old_source:
                verdict[c, i] = CHANGED
            else:
                verdict[c, i] = REFUSED


@compiled
def gather(
    values: Int32s,
    withdrawn: Flags,
    order: Int32s,
    ordinary_mark: int,
    withdrawn_mark: int,
    given: Int32s,
    marks: Bytes,
) -> None:
    """Bring rows into order with a mark beside each value, 0 where there is none."""
    for c in range(given.shape[0]):
        for k in range(order.size):
            i = order[k]
            given[c, k] = values[c, i]
            if values[c, i] != MISSING:
                marks[c, k] = withdrawn_mark if withdrawn[c, i] else ordinary_mark
