"""Both versions of the days that reviews touch: as they count, and with every standing review."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from lantian.flows.grounds import offsets_of, shelf_of
from lantian.flows.quality_window import Int32s
from lantian.lake.reviews import HeldReview
from lantian.lake.store import Lake
from lantian.quality.review import Review, Verdict
from lantian.rules.ruleset import Shelf, in_force
from lantian.series.daily import days_of, rounded
from lantian.terms.hour import BEIJING_H, day_number, day_of, first_hour, local_day
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

_KEYS: Final = tuple(p.key for p in POLLUTANTS)


@dataclass(frozen=True, slots=True)
class DayVersions:
    """Day values of one pollutant, thousandths: as they count, and with every standing review.

    MISSING where the day has too few hours.
    """

    station: str
    day: date
    pollutant: str
    official: int
    reviewed: int


def day_versions(
    lake: Lake, held: Iterable[HeldReview], shelf: Shelf | None = None
) -> list[DayVersions]:
    """Both versions of each day that standing reviews touch, in order of station and day."""
    books = shelf or shelf_of(lake)
    offsets = offsets_of(lake.roster())
    touched: dict[tuple[str, date], list[Review]] = {}
    for one in held:
        if one.stands:
            review = one.review
            day = day_of(local_day(review.hour, offsets.get(review.station, BEIJING_H)))
            touched.setdefault((review.station, day), []).append(review)
    found = []
    for (station, day), some in sorted(touched.items()):
        start = first_hour(day_number(day), offsets.get(station, BEIJING_H))
        official = lake.block([station], start, start + 24)
        values = [_day(block, day, books) for block in (official, _reviewed(official, start, some))]
        for key in sorted({review.pollutant for review in some}, key=_KEYS.index):
            p = _KEYS.index(key)
            found.append(DayVersions(station, day, key, *(int(v[p, 0, 0]) for v in values)))
    return found


def _reviewed(official: Int32s, start: int, some: Iterable[Review]) -> Int32s:
    block = official.copy()
    for review in some:
        valid = review.verdict is Verdict.VALID
        value = review.old_value if valid and review.old_value is not None else MISSING
        block[_KEYS.index(review.pollutant), 0, review.hour - start] = value
    return block


def _day(block: Int32s, day: date, shelf: Shelf) -> Int32s:
    rules = in_force(day, shelf)
    clause = rules.evaluation.clause
    return rounded(days_of(block, rules), clause.day_decimals_ugm3, clause.day_decimals_mgm3)
