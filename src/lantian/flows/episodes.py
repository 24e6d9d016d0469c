"""Episodes that may be exceptional: runs of sand and nights of fireworks in places' hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from lantian.evaluate.exceptional import Candidate, firework_candidates, sand_candidates
from lantian.flows.place_hours import place_hours
from lantian.lake.store import Lake
from lantian.rules.book import Entry
from lantian.rules.clauses import ExceptionalClause
from lantian.rules.ruleset import Shelf
from lantian.terms.hour import day_of
from lantian.terms.period import Period
from lantian.terms.pollutant import PM10, PM25, POLLUTANTS

#: Kinds of episode, as the rule book names them.
SAND: Final = "sand"
FIREWORKS: Final = "fireworks"


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate and its local days within the period."""

    candidate: Candidate
    offset_h: int
    days: tuple[date, ...]


def episodes(
    lake: Lake, level: str, period: Period, shelf: Shelf, as_of: int | None
) -> list[Found]:
    """Find the candidates of a level's places that touch a period.

    Parameters
    ----------
    lake : Lake
    level : str
    period : Period
    shelf : mapping of str to Book
        Supplies the clauses in force on the last day.
    as_of : int or None

    Returns
    -------
    list of Found
    """
    hours = place_hours(lake, level, period, as_of=as_of)
    coarse, fine = (hours.values[POLLUTANTS.index(p)].astype(np.int32) for p in (PM10, PM25))
    entries = {e.item: e for e in _rules(shelf) if e.covers(period.last)}
    found: list[Found] = []
    for row, name in enumerate(hours.names):
        offset_h = hours.offsets_h[row]
        candidates: list[Candidate] = []
        if SAND in entries:
            candidates += sand_candidates(
                name, coarse[row], fine[row], hours.first_h, entries[SAND]
            )
        if FIREWORKS in entries:
            candidates += firework_candidates(
                name, coarse[row], hours.first_h, offset_h, entries[FIREWORKS]
            )
        for candidate in candidates:
            days = tuple(
                d for d in map(day_of, candidate.days(offset_h)) if period.first <= d <= period.last
            )
            if days:
                found.append(Found(candidate, offset_h, days))
    return found


def _rules(shelf: Shelf) -> Iterable[Entry[ExceptionalClause]]:
    return (e for b in shelf.values() for e in b.entries if isinstance(e.clause, ExceptionalClause))
