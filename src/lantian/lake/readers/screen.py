"""What of a file's values is taken in: bounds, thousandths, and the reason of each refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.errors import NoRuleInForce
from lantian.lake.readers.cell import Codes, Fault, Flags, Numbers, directions, marks, numbers
from lantian.lake.readers.columns import WEATHER_RANGE
from lantian.lake.readers.sheet import Column
from lantian.lake.rows import Int32s, RowKind, Rows
from lantian.rules.book import book
from lantian.terms.hour import BEIJING_H, Hours, day_of
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import THOUSAND

_LARGEST: Final = float(np.iinfo(np.int32).max)
_NO_BOUND: Final = -1
_SYMBOL: Final = {p.key: p.symbol for p in POLLUTANTS}

_REASONS: Final[Mapping[int, str]] = {
    Fault.NOT_A_NUMBER: "{item} 的值 {cell!r} 不是数 / {item} is not a number",
    Fault.BELOW: "{item} 的值 {cell!r} 低于下限 / {item} is negative or below its range",
    Fault.ABOVE: "{item} 的值 {cell!r} 高于可信上限 / {item} is above the highest plausible value",
    Fault.NO_BOUND: "{item} 的日期早于可信上限规则 / no rule on plausible {item} covers the day",
    Fault.UNKNOWN_MARK: "{item} 的标识 {cell!r} 未知 / unknown mark of {item}",
    Fault.UNKNOWN_UNIT: "{item} 的单位 {cell!r} 未知 / unknown unit of {item}",
    Fault.UNKNOWN_POLLUTANT: "未知的污染物 {cell!r} / unknown pollutant",
}


def reason(fault: int, item: str, cell: str) -> str:
    """Sentence, zh and en, of why a value is refused.

    Examples
    --------
    >>> reason(Fault.NOT_A_NUMBER, "co", "abc")
    "CO 的值 'abc' 不是数 / CO is not a number"
    """
    return _REASONS[fault].format(item=_SYMBOL.get(item, item), cell=cell)


def highest(item: str, h: Hours) -> npt.NDArray[np.int64]:
    """Highest value that is taken in, in thousandths, for each hour of `h`.

    Pollutants follow the rule book `plausible`, by day; weather items the table of
    columns. Shape (1,) where it is the same for all hours.
    """
    if item in WEATHER_RANGE:
        return np.array([WEATHER_RANGE[item][1] * THOUSAND], np.int64)
    if not h.size:
        return np.array([0], np.int64)
    days = (h - 1 + BEIJING_H) // 24
    first, last = int(days.min()), int(days.max())
    bound = np.array([_bound(item, day) for day in range(first, last + 1)], np.int64)
    return bound[:1] if bool((bound == bound[0]).all()) else bound[days - first]


def _bound(item: str, day: int) -> int:
    try:
        return int(book("plausible").at(day_of(day), item).clause.highest) * THOUSAND
    except NoRuleInForce:
        return _NO_BOUND  # each value of such a day is refused with its reason


def _lowest(item: str) -> float:
    """Lowest value that is taken in, in the unit of the item."""
    return WEATHER_RANGE[item][0] if item in WEATHER_RANGE else 0.0


@dataclass(frozen=True, slots=True)
class Screened:
    """Values of one column, row by row: thousandths, whether withdrawn, why refused."""

    values: Int32s
    withdrawn: Flags
    fault: Codes


def screened(cells: Column, item: str, *, factor: float, h: Hours) -> Screened:
    """Read one column as an item and refuse what cannot be.

    Parameters
    ----------
    cells : Column
        As the file gives them.
    item : str
        Key of a pollutant or a weather item.
    factor : float
        From the file's unit to the item's.
    h : ndarray of int32
        Hour of each row, which chooses the bound of its day.

    Returns
    -------
    Screened
        A refused value is MISSING.
    """
    read = directions if item == "wind_from_deg" else numbers
    found = read(cells.distinct)
    distinct, fault_of_distinct = _thousandths(found, item, factor)
    values = cells.spread(distinct)
    fault = _above(item, values, h)
    if fault_of_distinct.any():
        fault = np.maximum(fault, cells.spread(fault_of_distinct))
    if fault.any():
        values = np.where(fault != 0, np.int32(MISSING), values)
    withdrawn = np.zeros(values.size, bool)
    if found.withdrawn.any():
        withdrawn = cells.spread(found.withdrawn) & (values != MISSING)
    return Screened(values, withdrawn, fault)


def with_marks(found: Screened, beside: Column) -> Screened:
    """Withdraw values by a column of marks; a value under an unknown mark is refused."""
    read = marks(beside.distinct)
    unknown = (beside.spread(read.fault) != 0) & (found.values != MISSING)
    values = np.where(unknown, np.int32(MISSING), found.values)
    withdrawn = found.withdrawn | beside.spread(read.withdrawn)
    fault = np.where(unknown, np.uint8(Fault.UNKNOWN_MARK), np.uint8(0))
    return Screened(values, withdrawn & (values != MISSING), fault)


def _thousandths(read: Numbers, item: str, factor: float) -> tuple[Int32s, Codes]:
    """Thousandths of the item's unit; what is below its range is a fault."""
    value = read.value * factor
    fault = read.fault.copy()
    fault[(fault == 0) & (value < _lowest(item))] = Fault.BELOW
    scaled = np.rint(np.minimum(value * THOUSAND, _LARGEST))
    taken = ~np.isnan(value) & (fault == 0)
    return np.where(taken, scaled, MISSING).astype(np.int32), fault


def _above(item: str, values: Int32s, h: Hours) -> Codes:
    """Faults of values above what is plausible on their day."""
    bound = highest(item, h)
    above = values > bound
    fault = above.astype(np.uint8) * np.uint8(Fault.ABOVE)
    fault[above & (bound == _NO_BOUND)] = Fault.NO_BOUND
    return fault


@dataclass(frozen=True, slots=True)
class Block:
    """Values of one kind of row as they are gathered; shapes (items, rows)."""

    kind: RowKind
    values: Int32s
    withdrawn: Flags

    def put(self, item: str, found: Screened) -> None:
        """Set one item of all rows."""
        at = self.kind.columns.index(item)
        self.values[at], self.withdrawn[at] = found.values, found.withdrawn


def empty_block(kind: RowKind, rows: int) -> Block:
    """Make a block in which nothing is given yet."""
    shape = (len(kind.columns), rows)
    return Block(kind, np.full(shape, MISSING, np.int32), np.zeros(shape, bool))


@dataclass(frozen=True, slots=True)
class Keys:
    """Which station and hour each row is of, and where it stands in the file.

    Attributes
    ----------
    names : list of str
        Station codes, each once, in any order.
    station : ndarray of int32
        Index into `names`.
    h : ndarray of int32
        UTC hour number of the hour's end.
    good : ndarray of bool
        False where a row lacks one of the two; such rows are not taken in.
    line : ndarray of int32
        Line of the file, from 1.
    """

    names: list[str]
    station: Int32s
    h: Hours
    good: Flags
    line: Int32s


def rows_of(block: Block, keys: Keys) -> Rows:
    """Make rows of what is good and gives at least one value, in the block's order."""
    keep = keys.good & (block.values != MISSING).any(axis=0)
    values, withdrawn = block.values, block.withdrawn
    station, h, line = keys.station, keys.h, keys.line
    if not keep.all():
        values, withdrawn = values[:, keep], withdrawn[:, keep]
        station, h, line = station[keep], h[keep], line[keep]
    used = np.flatnonzero(np.bincount(station, minlength=len(keys.names)))
    order = sorted(used.tolist(), key=keys.names.__getitem__)
    renumbered = np.zeros(max(len(keys.names), 1), np.int32)
    renumbered[order] = np.arange(len(order), dtype=np.int32)
    names = tuple(keys.names[at] for at in order)
    return Rows(block.kind, names, renumbered[station], h, values, withdrawn, line)
