"""Reviews by people, and what becomes of them when marks are derived anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lantian.errors import BadRequest
from lantian.quality.mark import Mark, MarkKind
from lantian.quality.window import Window
from lantian.terms.pollutant import POLLUTANTS


class Verdict(StrEnum):
    """What a reviewer found."""

    VALID = "valid"
    INVALID = "invalid"


class Orphaned(StrEnum):
    """Why a review no longer stands on what it was made on."""

    VALUE_CHANGED = "value-changed"
    VALUE_GONE = "value-gone"
    MARK_GONE = "mark-gone"


#: Names of the reasons, Chinese and English.
ORPHANED_NAMES: Final[Mapping[Orphaned, tuple[str, str]]] = {
    Orphaned.VALUE_CHANGED: ("数值已变", "the value has changed"),
    Orphaned.VALUE_GONE: ("数值已缺", "the value is missing now"),
    Orphaned.MARK_GONE: ("标记已不存在", "the mark is no longer derived"),
}


@dataclass(frozen=True, slots=True)
class Review:
    """One person's verdict on one value.

    Attributes
    ----------
    station, pollutant : str
        Code of the station, key of the pollutant.
    hour : int
        Hour number.
    verdict : Verdict
    reason : str
        In the reviewer's words; never empty.
    old_value : int or None
        The value that the reviewer saw, thousandths; None where it was missing.
    answers : MarkKind or None
        The automatic mark that was answered; None where nothing had been marked.
    """

    station: str
    hour: int
    pollutant: str
    verdict: Verdict
    reason: str
    old_value: int | None
    answers: MarkKind | None = None

    def __post_init__(self) -> None:
        """Refuse a review without a reason."""
        if not self.reason.strip():
            raise BadRequest(
                "a review without a reason",
                where=f"review of {self.station}, {self.pollutant}",
                fix="say in a few words why the value is valid or not",
            )


@dataclass(frozen=True, slots=True)
class Rederived:
    """Reviews after marks were derived anew; each given review is in exactly one place.

    Attributes
    ----------
    kept : tuple of Review
        The value is what the reviewer saw, and the mark that was answered is there again.
    orphaned : tuple of (Review, Orphaned)
        To be looked at again; a review is never dropped in silence.
    outside : tuple of Review
        Of stations or hours that were not judged this time: they stand as they are.
    """

    kept: tuple[Review, ...]
    orphaned: tuple[tuple[Review, Orphaned], ...]
    outside: tuple[Review, ...]


def rederive(reviews: Iterable[Review], marks: Iterable[Mark], window: Window) -> Rederived:
    """Hold reviews against freshly derived marks and the values as they are now.

    Parameters
    ----------
    reviews : iterable of Review
    marks : iterable of Mark
        As `marks_of` gave them for the window.
    window : Window

    Returns
    -------
    Rederived

    Examples
    --------
    >>> import numpy as np
    >>> hours = np.full((6, 1, 2), 9000, np.int32)
    >>> window = Window(("A",), 100, np.zeros((6, 1, 0), np.int32), hours)
    >>> seen = [Review("A", 101, "o3", Verdict.INVALID, "leak", value) for value in (9000, 8000)]
    >>> found = rederive(seen, [], window)
    >>> len(found.kept), found.orphaned[0][1].value
    (1, 'value-changed')
    """
    rows = {code: row for row, code in enumerate(window.stations)}
    places = {p.key: place for place, p in enumerate(POLLUTANTS)}
    held: dict[tuple[str, str, MarkKind], list[Mark]] = {}
    for mark in marks:
        held.setdefault((mark.station, mark.pollutant, mark.kind), []).append(mark)
    kept: list[Review] = []
    orphaned: list[tuple[Review, Orphaned]] = []
    outside: list[Review] = []
    for review in reviews:
        judged = window.first_hour <= review.hour < window.hour(window.judged.shape[2])
        if not judged or review.station not in rows:
            outside.append(review)
            continue
        value = window.value(places[review.pollutant], rows[review.station], review.hour)
        why = _orphaned(review, value, held)
        if why is None:
            kept.append(review)
        else:
            orphaned.append((review, why))
    return Rederived(tuple(kept), tuple(orphaned), tuple(outside))


def _orphaned(
    review: Review, value: int | None, held: Mapping[tuple[str, str, MarkKind], list[Mark]]
) -> Orphaned | None:
    if value != review.old_value:
        return Orphaned.VALUE_GONE if value is None else Orphaned.VALUE_CHANGED
    if review.answers is None:
        return None
    same = held.get((review.station, review.pollutant, review.answers), [])
    return None if any(mark.covers(review.hour) for mark in same) else Orphaned.MARK_GONE
