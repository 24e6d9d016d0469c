"""AQI, level, primary and exceeding pollutants of days and hours by one edition."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.evaluate.iaqi import DAY_KEYS, NO_INDEX, BreakpointTable, sub_indices
from lantian.rules.clauses import AqiClause
from lantian.rules.ruleset import RuleSet
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS
from lantian.terms.rounding import compiled

_MISSING = np.int32(MISSING)
_NO_INDEX = np.int16(NO_INDEX)

#: Pollutant of each item of a day, as an index into POLLUTANTS.
_DAY_OWNER: Final = np.array([POLLUTANTS.index(i.pollutant) for i in DAY_ITEMS], np.int64)
_HOUR_OWNER: Final = np.arange(len(POLLUTANTS), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Index:
    """Index of days or hours; every array ends in the shape of the values' last axes.

    Attributes
    ----------
    iaqi : ndarray of int16, shape (items, …)
        NO_INDEX where there is none.
    aqi : ndarray of int16
        NO_INDEX stands for "NA".
    level : ndarray of int8
        1 (best) to 6; 0 where there is no AQI.
    primary, exceeding : ndarray of uint8
        One bit for each pollutant, in the order of POLLUTANTS.
    """

    iaqi: npt.NDArray[np.int16]
    aqi: npt.NDArray[np.int16]
    level: npt.NDArray[np.int8]
    primary: npt.NDArray[np.uint8]
    exceeding: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls, items: int, shape: tuple[int, ...]) -> "Index":
        """Index of nothing yet, to be filled block by block."""
        return cls(
            np.full((items, *shape), NO_INDEX, np.int16),
            np.full(shape, NO_INDEX, np.int16),
            np.zeros(shape, np.int8),
            np.zeros(shape, np.uint8),
            np.zeros(shape, np.uint8),
        )

    def of_days(self, days: slice) -> "Index":
        """Index of some of the days."""
        return Index(
            self.iaqi[..., days],
            self.aqi[..., days],
            self.level[..., days],
            self.primary[..., days],
            self.exceeding[..., days],
        )

    def put(self, rows: npt.NDArray[np.intp], days: slice, block: "Index") -> None:
        """Write the index of a block of stations and days to its place in this one.

        An index made without items keeps no IAQI.
        """
        self.iaqi[:, rows, days] = block.iaqi[: len(self.iaqi)]
        self.aqi[rows, days] = block.aqi
        self.level[rows, days] = block.level
        self.primary[rows, days] = block.primary
        self.exceeding[rows, days] = block.exceeding


def symbols(bits: int) -> tuple[str, ...]:
    """Symbols of the pollutants whose bits are set, in the field's order.

    Examples
    --------
    >>> symbols(0b101000)
    ('PM2.5', 'O3')
    """
    return tuple(p.symbol for i, p in enumerate(POLLUTANTS) if bits >> i & 1)


def day_index(values: npt.NDArray[np.int32], rules: RuleSet) -> Index:
    """Judge days from their rounded values.

    Parameters
    ----------
    values : ndarray of int32, shape (items, …)
        Thousandths in the order of DAY_ITEMS, rounded to the digits of the edition;
        MISSING where the day is not valid.
    rules : RuleSet

    Returns
    -------
    Index

    Notes
    -----
    Source: HJ 633-2012 4.4 (the network publishes from the pollutants that are
    there); HJ 633-2026 4.2.4, 4.3.1, 5.3.1 ("NA" unless the rest exceeds 100).

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> day = np.array([[8], [40], [60], [76], [0.8], [90], [110]]) * 1000
    >>> judged = day_index(day.astype(np.int32), rule_set("HJ633-2012"))
    >>> judged.aqi.tolist(), symbols(judged.primary[0])
    ([102], ('PM2.5',))
    """
    clause = rules.aqi.clause
    used = np.array([item.key in clause.daily_items for item in DAY_ITEMS])
    return _judge(values, DAY_KEYS, _DAY_OWNER, used, rules)


def hour_index(values: npt.NDArray[np.int32], rules: RuleSet, keys: tuple[str, ...]) -> Index:
    """Judge hours from the rounded values that a form of the hourly report asks for.

    Parameters
    ----------
    values : ndarray of int32, shape (len(keys), …)
        Thousandths, rounded; the first six belong to POLLUTANTS in order, any further
        item (a sliding ozone mean, an SO2 day mean) names its pollutant in its key.
    rules : RuleSet
    keys : tuple of str
        Breakpoint column of each item.

    Returns
    -------
    Index

    Examples
    --------
    >>> from lantian.evaluate.iaqi import HOUR_KEYS
    >>> from lantian.rules.ruleset import rule_set
    >>> hour = np.array([[3000], [17000], [MISSING], [38000], [700], [84000]], np.int32)
    >>> hour_index(hour, rule_set("HJ633-2012"), HOUR_KEYS).aqi.tolist()
    [54]
    """
    owners = [POLLUTANTS.index(_named(key)) for key in keys[len(POLLUTANTS) :]]
    owner = np.concatenate([_HOUR_OWNER, np.array(owners, np.int64)])
    return _judge(values, keys, owner, np.ones(len(keys), bool), rules)


def _named(key: str) -> object:
    return next(p for p in POLLUTANTS if p.key == key.rpartition("_")[0])


def _judge(
    values: npt.NDArray[np.int32],
    keys: tuple[str, ...],
    owner: npt.NDArray[np.int64],
    used: npt.NDArray[np.bool_],
    rules: RuleSet,
) -> Index:
    clause: AqiClause = rules.aqi.clause
    iaqi = sub_indices(values, BreakpointTable.of(clause, keys))
    shape = values.shape[1:]
    aqi, level = np.empty(shape, np.int16), np.zeros(shape, np.int8)
    primary, exceeding = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    tops = np.array([row.upto for row in rules.levels.clause.level], np.int64)
    _combine(
        iaqi.reshape(len(keys), -1),
        used,
        owner,
        (clause.aqi_min, clause.primary_above, clause.exceeding_above),
        clause.missing == "na-unless-over-100",
        tops,
        aqi.reshape(-1),
        level.reshape(-1),
        primary.reshape(-1),
        exceeding.reshape(-1),
    )
    return Index(iaqi, aqi, level, primary, exceeding)


@compiled
def _combine(
    iaqi: npt.NDArray[np.int16],
    used: npt.NDArray[np.bool_],
    owner: npt.NDArray[np.int64],
    bounds: tuple[int, int, int],
    whole_set: bool,  # noqa: FBT001
    tops: npt.NDArray[np.int64],
    aqi: npt.NDArray[np.int16],
    level: npt.NDArray[np.int8],
    primary: npt.NDArray[np.uint8],
    exceeding: npt.NDArray[np.uint8],
) -> None:
    aqi_min, primary_above, exceeding_above = bounds
    for n in range(aqi.size):
        top = -1
        present = 0
        over = 0
        for i in range(iaqi.shape[0]):
            one = iaqi[i, n]
            if not used[i] or one == _NO_INDEX:
                continue
            present |= 1 << owner[i]
            top = max(top, one)
            if one > exceeding_above:
                over |= 1 << owner[i]
        if top < 0 or (whole_set and present != 63 and top <= exceeding_above):
            aqi[n] = _NO_INDEX
            continue
        exceeding[n] = over
        aqi[n] = max(top, aqi_min)
        row = 0
        while row < tops.size - 1 and aqi[n] > tops[row]:
            row += 1
        level[n] = row + 1
        if top > primary_above:
            for i in range(iaqi.shape[0]):
                if used[i] and iaqi[i, n] == top:
                    primary[n] |= 1 << owner[i]
