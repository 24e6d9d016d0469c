"""Thresholds of marks and suspicion, out of the rule book, each with its citation."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from lantian.errors import RuleBookBroken
from lantian.quality.neighbours import NeighbourRule
from lantian.quality.robust import Floats
from lantian.rules.book import Entry, national_shelf
from lantian.rules.clauses import QualityClause
from lantian.rules.ruleset import Shelf
from lantian.terms.pollutant import POLLUTANTS


@dataclass(frozen=True, slots=True)
class Criteria:
    """Every clause on quality that is in force on one day.

    Attributes
    ----------
    day : date
    entries : dict
        Clause of each item of the book `quality`.
    highest : ndarray of float64, shape (6,)
        Highest plausible hourly value of each pollutant, thousandths.
    """

    day: date
    entries: dict[str, Entry[QualityClause]]
    highest: Floats

    def clause(self, item: str) -> str:
        """Name of the entry in force on `item`, for citation."""
        return self.entries[item].id

    def number(self, item: str, name: str) -> float:
        """Return one number of a clause.

        Raises
        ------
        RuleBookBroken
            If the clause does not hold it.
        """
        return self._held(item, name, self.entries[item].clause.number)

    def each(self, item: str, name: str) -> Floats:
        """Return a number for each pollutant in block order, NaN where the clause has none.

        Raises
        ------
        RuleBookBroken
            If the clause does not hold such a row.

        Examples
        --------
        >>> criteria(date(2019, 6, 1)).each("stuck", "resolution").tolist()
        [1.0, 1.0, 1.0, 1.0, 0.1, 1.0]
        """
        row = self._held(item, name, self.entries[item].clause.each)
        return np.array([row.get(p.key, np.nan) for p in POLLUTANTS])

    def thousandths(self, item: str, name: str) -> Floats:
        """Return concentrations of a clause for each pollutant, in thousandths."""
        return self.each(item, name) * 1000.0

    def neighbours(self, item: str) -> NeighbourRule:
        """Return how the clause `item` chooses the correlated stations."""
        return NeighbourRule(
            most=int(self.number(item, "most")),
            fewest=int(self.number(item, "fewest")),
            least_r=self.number(item, "least_r"),
            least_hours=int(self.number(item, "least_hours")),
        )

    def _held[V](self, item: str, name: str, table: dict[str, V]) -> V:
        if name not in table:
            raise RuleBookBroken(
                f"lacks {name}",
                where=f"rule book quality, {self.entries[item].id}",
                fix="add the number to the entry",
            )
        return table[name]


def criteria(day: date, shelf: Shelf | None = None) -> Criteria:
    """Return the clauses on quality that are in force on a day.

    Parameters
    ----------
    day : date
        Usually the last day judged.
    shelf : mapping of books, optional
        National books unless given.

    Raises
    ------
    NoRuleInForce
        If an item has no clause for the day.

    Examples
    --------
    >>> criteria(date(2019, 6, 1)).number("humidity", "rh_pct")
    85.0
    """
    books = shelf or national_shelf()
    held: Any = books["quality"]
    items = dict.fromkeys(entry.item for entry in held.entries)
    highest = [books["plausible"].at(day, p.key).clause.highest * 1000.0 for p in POLLUTANTS]
    return Criteria(day, {item: held.at(day, item) for item in items}, np.array(highest))
