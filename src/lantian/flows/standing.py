"""Standing of one place's goal within a ranking to date: its arithmetic, and the ranks it gives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.evaluate.composite import NO_VALUE, composite
from lantian.evaluate.ranking import UNRANKED
from lantian.evaluate.target import (
    HEAVY_LEVEL,
    Indicator,
    Standing,
    Yardstick,
    count_standing,
    index_for_rank,
    index_standing,
    mean_standing,
    percentile_standing,
    rank_of,
    ratio_standing,
)
from lantian.flows.rank import Ranking
from lantian.rules.ruleset import Shelf, index_limits
from lantian.terms.pollutant import POLLUTANTS, Pollutant
from lantian.terms.rounding import round_half_even, step_of

#: A goal that any index meets, in thousandths.
_ANY: Final = 10**9


@dataclass(frozen=True, slots=True)
class Ranks:
    """Ranks of one place, the others staying as they stand; None where it has none.

    Attributes
    ----------
    by : tuple of str
        What is ranked, zh and en.
    now, then, best : int or None
        To date, with the goal just met, and in the best case.
    """

    by: tuple[str, str]
    now: int | None
    then: int | None
    best: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """One place's goal in a ranking to date.

    Attributes
    ----------
    ranking : Ranking
        The place's level from the first day of the period to the last one that has passed.
    row : int
        The place.
    of : Pollutant or Indicator
    goal : int
        As in `Standing`.
    days_left : int
    shelf : mapping of str to Book, optional
    """

    ranking: Ranking
    row: int
    of: Pollutant | Indicator
    goal: int
    days_left: int
    shelf: Shelf | None = None

    def standing(self) -> Standing:
        """Return where the goal stands; for a rank, as the index that it asks for."""
        if isinstance(self.of, Pollutant):
            return self._concentration(POLLUTANTS.index(self.of))
        good, heavy, rated = (int(n[self.row]) for n in self._days())
        match self.of:
            case Indicator.GOOD_DAYS:
                return count_standing(good, rated, self.days_left, self.goal, at_least=True)
            case Indicator.HEAVY_DAYS:
                return count_standing(heavy, rated, self.days_left, self.goal, at_least=False)
            case Indicator.GOOD_RATIO:
                step = step_of(self.ranking.rules.evaluation.clause.rate_decimals)
                return ratio_standing(good, rated, self.days_left, self.goal, step)
            case Indicator.INDEX:
                return self._index(self.goal)
        needed = index_for_rank(self.goal, self._others(self._indices()))
        if needed is None:
            found = self._index(_ANY)
            return replace(found, allowed=None, scale=None, used=None)
        return self._index(needed * self._yardstick().unit)

    def ranks(self, standing: Standing) -> Ranks:
        """Return the rank to date, that of the goal, and that of the best case."""
        if self.of in (Indicator.GOOD_DAYS, Indicator.GOOD_RATIO, Indicator.HEAVY_DAYS):
            return self._ranks_by_days(standing)
        now = int(self.ranking.ranks[self.row])
        then, best = self._ends(standing)
        others = self._others(self._indices())
        return Ranks(
            ("综合指数", "composite index"),
            None if now == UNRANKED or not others else now,
            None if then is None or not others else rank_of(then, others),
            None if best is None or not others else rank_of(best, others),
        )

    def _concentration(self, i: int) -> Standing:
        clause, key = self.ranking.rules.evaluation.clause, POLLUTANTS[i].key
        values, step = self.ranking.days.values[i, self.row], step_of(clause.period_decimals[key])
        if key in clause.mean:
            return mean_standing(values, self.goal, self.days_left, step)
        share = clause.percentile[key]
        return percentile_standing(values, self.goal, self.days_left, share, step)

    def _yardstick(self) -> Yardstick:
        variant = self.ranking.variant
        return Yardstick(self.ranking.rules, variant, index_limits(variant, self.shelf))

    def _index(self, goal: int) -> Standing:
        values = self.ranking.days.values[:, self.row : self.row + 1]
        return index_standing(values, goal, self.days_left, self._yardstick())

    def _indices(self) -> npt.NDArray[np.int64]:
        return self.ranking.index.index

    def _others(self, keys: npt.NDArray[np.int64]) -> Sequence[int]:
        """Keys of the other places that are ranked."""
        able = (self.ranking.ranks != UNRANKED) & (self._indices() != NO_VALUE)
        able[self.row] = False
        found: list[int] = keys[able].tolist()
        return found

    def _ends(self, standing: Standing) -> tuple[int | None, int | None]:
        """Index with the goal just met, and in the best case, in units of its last digit."""
        unit = self._yardstick().unit
        if isinstance(self.of, Pollutant):
            return self._index_with(self.goal), self._index_with(standing.best_case)
        goal = self.goal
        if self.of is Indicator.RANK:
            needed = index_for_rank(goal, self._others(self._indices()))
            goal = -1 if needed is None else needed * unit
        best = standing.best_case
        return None if goal < 0 else goal // unit, None if best is None else best // unit

    def _index_with(self, concentration: int | None) -> int | None:
        """Index of the place with one statistic changed, the other five as they stand."""
        if concentration is None or not isinstance(self.of, Pollutant):
            return None
        i, found = POLLUTANTS.index(self.of), self.ranking.found
        clause = self.ranking.rules.evaluation.clause
        name = "mean" if self.of.key in clause.mean else "percentile"
        changed = getattr(found, name).copy()
        step = step_of(clause.period_decimals[self.of.key])
        changed[i, self.row] = concentration // step * step
        yardstick = self._yardstick()
        index = composite(replace(found, **{name: changed}), yardstick.variant, yardstick.limits)
        value = int(index.index[self.row])
        return None if value == NO_VALUE else value

    def _days(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Good, heavily polluted and rated days of all places."""
        found = self.ranking.found
        return found.good, found.levels[HEAVY_LEVEL - 1 :].sum(axis=0), found.rated

    def _ranks_by_days(self, standing: Standing) -> Ranks:
        """Rank by the share of days: the more good ones, or the fewer heavy ones, the better."""
        good, heavy, rated = self._days()
        heavily = self.of is Indicator.HEAVY_DAYS
        happened, sign = (heavy, 1) if heavily else (good, -1)
        others = self._others(
            np.array(
                [sign * _share(int(n), int(d)) for n, d in zip(happened, rated, strict=True)],
                np.int64,
            )
        )
        days = standing.days_done + standing.days_left

        def placed(value: int | None, of: int) -> int | None:
            if value is None or of == 0 or not others:
                return None
            ratio = value if self.of is Indicator.GOOD_RATIO else _share(value, of)
            return rank_of(sign * ratio, others)

        by = ("重污染天数比例", "share of heavily polluted days")
        return Ranks(
            by if heavily else ("优良天数比例", "share of good days"),
            placed(standing.so_far, standing.days_done),
            placed(self.goal, days),
            placed(standing.best_case, days),
        )


def _share(part: int, whole: int) -> int:
    """Thousandths of a per cent, to a tenth as it is published; none of nothing."""
    return round_half_even(part * 1000, whole) * 100 if whole else 0
