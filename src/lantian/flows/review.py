"""Flow `review`: takes in people's verdicts on hours, and says which of them still stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.grounds import offsets_of
from lantian.flows.quality_window import measured, month_number
from lantian.lake.applied import Intent, earlier_batch, note_applied
from lantian.lake.quality_runs import marks_held
from lantian.lake.reviews import HeldReview, Step, note_review, note_step, reviews
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.standing import with_marks
from lantian.lake.store import Lake
from lantian.quality.mark import Mark
from lantian.quality.review import Orphaned, Review, Verdict, rederive
from lantian.quality.window import Window
from lantian.terms.hour import BEIJING_H, day_of, local_day
from lantian.terms.mark import MISSING, Source, is_withdrawn
from lantian.terms.pollutant import POLLUTANTS

#: Kinds of station whose figures are the county's own; of others no review changes a value.
OWN: Final = frozenset({"township", "micro", "mobile"})
#: Hours that one review may be about: a month.
MOST: Final = 744
_FORWARD: Final[Mapping[ClaimState, ClaimState]] = {
    ClaimState.CANDIDATE: ClaimState.SUBMITTED,
    ClaimState.SUBMITTED: ClaimState.APPROVED,
}
_KEYS: Final = tuple(p.key for p in POLLUTANTS)


@dataclass(frozen=True, slots=True)
class StandingReview:
    """A review and whether it still stands on what it was made on.

    `orphaned` is why it does not; None where it does, or was withdrawn.
    """

    held: HeldReview
    orphaned: Orphaned | None


def take_review(lake: Lake, intent: Intent, asked: Sequence[Review], step: Step) -> int:
    """Keep a person's verdict on some hours, once; return the lake's sequence.

    Parameters
    ----------
    lake : Lake
    intent : Intent
        The same one again does nothing.
    asked : sequence of Review
        Of one station and pollutant, each with the value that the reviewer saw.
    step : Step
        Candidate or submitted, by whom and when.

    Raises
    ------
    BadRequest
        If a value is not what the reviewer saw, a standing review is about the same hour, or
        the step is no beginning. Nothing is kept then.
    LakeBroken
        If the lake cannot be written.
    """
    if step.state not in (ClaimState.CANDIDATE, ClaimState.SUBMITTED):
        raise _refused(f"不能由 {step.state} 开始 / cannot begin as {step.state}")
    if not 0 < len(asked) <= MOST:
        raise _refused(f"一次复核 1 – {MOST} 个小时 / a review is of 1 to {MOST} hours")
    with lake.ledger.write() as sql:
        if (earlier := earlier_batch(sql, intent)) is not None:
            return earlier
        sequence = lake.sequence
        standing = {
            (r.review.station, r.review.hour, r.review.pollutant)
            for station in {review.station for review in asked}
            for r in reviews(lake.ledger, station=station)
            if r.stands
        }
        for review in asked:
            if (review.station, review.hour, review.pollutant) in standing:
                raise _refused("这一小时已有复核 / a standing review is about this hour")
            value, mark = _stored(lake, review)
            if value != review.old_value:
                raise _refused("数值已变，请重新查看 / the value has changed since; look again")
            number = note_review(sql, intent.uuid, review, mark, sequence)
            note_step(sql, number, step, sequence)
        note_applied(sql, intent, sequence)
    return sequence


def _stored(lake: Lake, review: Review) -> tuple[int | None, int]:
    """Value as measured and its packed mark; None and 0 where it is missing."""
    p = _KEYS.index(review.pollutant)
    at = (lake, [review.station], review.hour, review.hour + 1)
    value, mark = int(measured(*at)[p, 0, 0]), int(with_marks(*at)[1][p, 0, 0])
    return (None, 0) if value == MISSING else (value, mark)


def decide_reviews(lake: Lake, intent: Intent, numbers: Sequence[int], step: Step) -> int:
    """Bring reviews to another state, once; return the lake's sequence.

    Candidates are submitted, submitted ones approved, and any withdrawn. An approved verdict on
    a value of the county's own station takes effect on the value; of national and provincial
    stations it stays beside the value, which does not change.

    Raises
    ------
    BadRequest
        If a review is not there, cannot come to the state, or is orphaned and would be
        approved. Nothing is kept then.
    LakeBroken
        If the lake cannot be written; the intent may be tried again.
    """
    with lake.ledger.read() as sql:
        earlier = earlier_batch(sql, intent)
    if earlier is not None:
        return earlier
    chosen = _decidable(lake, numbers, step.state)
    # Stored first, and once for an intent: who is killed in between does the same again.
    _take_effect(lake, intent, chosen, step.state)
    with lake.ledger.write() as sql:
        sequence = lake.sequence
        for one in chosen:
            note_step(sql, one.id, step, sequence)
        note_applied(sql, intent, sequence)
    return sequence


def _decidable(lake: Lake, numbers: Sequence[int], state: ClaimState) -> list[HeldReview]:
    known = {r.id: r for r in reviews(lake.ledger)}
    if not numbers or any(number not in known for number in numbers):
        raise _refused("没有这项复核 / no such review")
    chosen = [known[number] for number in dict.fromkeys(numbers)]
    for one in chosen:
        allowed = one.stands and state in (ClaimState.WITHDRAWN, _FORWARD.get(one.state))
        if not allowed:
            raise _refused(f"{one.id}: {one.state} → {state}?")
    if state is ClaimState.APPROVED and any(s.orphaned for s in judged_reviews(lake, chosen)):
        raise _refused(
            "复核所依的数值或标记已变 / what the review stands on has changed: withdraw it"
        )
    return chosen


def _take_effect(
    lake: Lake, intent: Intent, chosen: Sequence[HeldReview], state: ClaimState
) -> None:
    """Write what an approval, or the withdrawal of an approved one, does to own stations' hours."""
    kinds = {s.station: s.kind for s in lake.roster().stations}
    cells: dict[tuple[str, int], dict[str, tuple[int, bool]]] = {}
    for one in chosen:
        review, value = one.review, one.review.old_value
        if kinds.get(review.station) not in OWN or value is None:
            continue
        if state is ClaimState.APPROVED:
            gone = review.verdict is Verdict.INVALID
        elif one.state is ClaimState.APPROVED:
            gone = is_withdrawn(one.old_mark)
        else:
            continue
        cells.setdefault((review.station, review.hour), {})[review.pollutant] = (value, gone)
    if cells:
        lake.add(
            Reading(_rows(cells)),
            source=f"人工审核 / review {intent.uuid}",
            sha256=intent.sha256,
            layout=f"review;{intent.uuid}",
            origin=Source.REVIEWED,
        )


def _rows(cells: Mapping[tuple[str, int], Mapping[str, tuple[int, bool]]]) -> Rows:
    keys = sorted(cells)
    names = tuple(sorted({station for station, _ in keys}))
    values = np.full((len(HOUR.columns), len(keys)), MISSING, np.int32)
    withdrawn = np.zeros(values.shape, np.bool_)
    for n, key in enumerate(keys):
        for column, (value, gone) in cells[key].items():
            values[HOUR.columns.index(column), n] = value
            withdrawn[HOUR.columns.index(column), n] = gone
    return Rows(
        HOUR,
        names,
        np.array([names.index(station) for station, _ in keys], np.int32),
        np.array([h for _, h in keys], np.int32),
        values,
        withdrawn,
    )


def judged_reviews(lake: Lake, held: Iterable[HeldReview]) -> list[StandingReview]:
    """Hold reviews against the values as they are now and the marks of the last run.

    Every given review is in the answer, in the order given: none is lost, whatever came.
    """
    held = list(held)
    offsets = offsets_of(lake.roster())
    groups: dict[tuple[str, int], list[HeldReview]] = {}
    for one in held:
        offset = offsets.get(one.review.station, BEIJING_H)
        month = month_number(day_of(local_day(one.review.hour, offset)))
        groups.setdefault((one.review.station, month), []).append(one)
    why: dict[int, Orphaned] = {}
    for (station, month), some in groups.items():
        window = _window(lake, station, [one.review.hour for one in some])
        marks: Sequence[Mark] = marks_held(lake.ledger, [month], station)
        found = dict(rederive([one.review for one in some], marks, window).orphaned)
        why |= {one.id: found[one.review] for one in some if one.review in found}
    return [StandingReview(one, why.get(one.id) if one.stands else None) for one in held]


def _window(lake: Lake, station: str, hours: Sequence[int]) -> Window:
    block = measured(lake, [station], min(hours), max(hours) + 1)
    return Window((station,), min(hours), np.zeros((len(_KEYS), 1, 0), np.int32), block)


def _refused(what: str) -> BadRequest:
    return BadRequest(what, where="review", fix="刷新页面后重做 / load the page again")
