"""What the pages of reviews say: flagged hours, and reviews with their standing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404

from lantian.desk.intents.queries import last_for, pending_for
from lantian.desk.language import language
from lantian.desk.observations import lake
from lantian.desk.quality.words import DECIDE, REVIEW
from lantian.flows.quality_window import measured, month_number
from lantian.flows.review import judged_reviews
from lantian.flows.review_versions import DayVersions, day_versions
from lantian.lake.quality_runs import QualityRun, marks_held, runs
from lantian.lake.reviews import HeldReview, reviews
from lantian.quality.mark import Mark, MarkKind
from lantian.quality.review import Orphaned
from lantian.terms.hour import BEIJING_H, day_of, local_day
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS


@dataclass(frozen=True, slots=True)
class Flagged:
    """A mark, the reviews that answer it, and whether one of it waits to be written."""

    mark: Mark
    reviews: tuple[HeldReview, ...]
    waiting: bool

    @property
    def key(self) -> str:
        """Name of the mark, by which intents are about it."""
        return mark_key(self.mark)


def mark_key(mark: Mark) -> str:
    """Return the name of a mark.

    Examples
    --------
    >>> mark_key(Mark("9901A", "pm25", MarkKind.SPIKE, 433145, 433145, (), "spike-1"))
    '9901A/pm25/spike/433145'
    """
    return f"{mark.station}/{mark.pollutant}/{mark.kind.value}/{mark.first_hour}"


def last_day() -> date | None:
    """Return the last day with hours; None in an empty lake."""
    span = lake().span()
    return None if span is None else day_of(local_day(span[1], BEIJING_H))


def last_run_of(month: date) -> QualityRun | None:
    """Return the last run over a month."""
    found = (
        run
        for run in runs(lake().ledger)
        if month_number(day_of(local_day(run.judged.h_from, BEIJING_H))) == month_number(month)
    )
    return next(found, None)


def flagged_hours(
    month: date, *, stations: set[str], pollutant: str = "", kind: str = ""
) -> list[Flagged]:
    """Return marks of a month, the newest first; missing hours only where they are asked for.

    Parameters
    ----------
    month : date
        Any day of it.
    stations : set of str
        Those in view.
    pollutant, kind : str
        "" for all.
    """
    waiting = {intent.key for intent in pending_for(REVIEW)}
    answered: dict[tuple[str, str, str], list[HeldReview]] = {}
    for held in reviews(lake().ledger):
        r = held.review
        if held.stands and r.answers is not None:
            answered.setdefault((r.station, r.pollutant, r.answers.value), []).append(held)
    found = []
    for mark in marks_held(lake().ledger, [month_number(month)]):
        wanted = mark.kind.value == kind if kind else mark.kind is not MarkKind.MISSING
        if not wanted or mark.station not in stations or pollutant not in ("", mark.pollutant):
            continue
        some = answered.get((mark.station, mark.pollutant, mark.kind.value), [])
        mine = tuple(held for held in some if mark.covers(held.review.hour))
        found.append(Flagged(mark, mine, mark_key(mark) in waiting))
    return sorted(found, key=lambda one: (-one.mark.first_hour, one.mark))


def mark_of(station: str, pollutant: str, kind: str, hour: int, offset_h: int) -> Mark:
    """Return the kept mark that begins at an hour.

    Raises
    ------
    Http404
        If there is none: it may have gone with new data.
    """
    month = month_number(day_of(local_day(hour, offset_h)))
    for mark in marks_held(lake().ledger, [month], station):
        if (mark.pollutant, mark.kind.value, mark.first_hour) == (pollutant, kind, hour):
            return mark
    raise Http404


def seen_hours(
    station: str, pollutant: str, first: int, last: int, sequence: int
) -> list[tuple[int, int | None]]:
    """Hours, both ends included, with their values as they stood at a sequence."""
    p = [one.key for one in POLLUTANTS].index(pollutant)
    values = measured(lake(), [station], first, last + 1, sequence)[p, 0].tolist()
    return [(first + n, None if v == MISSING else v) for n, v in enumerate(values)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of the last review that was asked for about a mark."""

    waiting: bool
    refusal: str


def asked_about(mark: Mark) -> Asked:
    """Return whether a review of a mark waits, and why the last one was refused, if it was."""
    intent = last_for(REVIEW, mark_key(mark))
    if intent is None:
        return Asked(waiting=False, refusal="")
    return Asked(intent.state == "pending", language().half(intent.refusal))


def deciding() -> dict[int, str]:
    """State that a pending decision asks for, by number of the review."""
    return {number: i.body["state"] for i in pending_for(DECIDE) for number in i.body["reviews"]}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Reviews that were made together and have come as far, in order of their hours.

    Attributes
    ----------
    held : tuple of HeldReview
    orphaned : Orphaned or None
        Why all of them have lost their ground, if they have.
    waiting : str
        State that a pending decision asks for; "" where none waits.
    """

    held: tuple[HeldReview, ...]
    orphaned: Orphaned | None
    waiting: str

    @property
    def one(self) -> HeldReview:
        """The first of them: station, pollutant, verdict and maker are those of all."""
        return self.held[0]


def verdicts() -> list[Verdicts]:
    """Return all reviews, those that belong together as one, the newest first."""
    waiting = deciding()
    together: dict[tuple[str, str, Orphaned | None, str], list[HeldReview]] = {}
    for found in judged_reviews(lake(), reviews(lake().ledger)):
        held = found.held
        key = (held.intent, held.state.value, found.orphaned, waiting.get(held.id, ""))
        together.setdefault(key, []).append(held)
    return [
        Verdicts(tuple(sorted(some, key=lambda held: held.review.hour)), key[2], key[3])
        for key, some in together.items()
    ]


def verdicts_of(number: int) -> Verdicts:
    """Return a review with those that belong to it.

    Raises
    ------
    Http404
        If there is no such review.
    """
    for some in verdicts():
        if any(held.id == number for held in some.held):
            return some
    raise Http404


def versions(found: Sequence[Verdicts]) -> list[DayVersions]:
    """Both versions of the days that standing reviews touch, the newest first."""
    return day_versions(lake(), [held for some in found for held in some.held])[::-1]
