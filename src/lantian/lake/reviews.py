"""Reviews by people and the steps of each, only ever added to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lantian.evaluate.exceptional import ClaimState
from lantian.lake.database import Sql
from lantian.lake.ledger import Ledger
from lantian.quality.mark import MarkKind
from lantian.quality.review import Review, Verdict

_COLUMNS: Final = (
    "id, intent, station, h, pollutant, verdict, reason, old_value, old_mark, answers, sequence"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a review: the state that it came to, by whom, why, when."""

    state: ClaimState
    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HeldReview:
    """A review as it is kept.

    Attributes
    ----------
    id : int
    intent : str
        UUID of the intent that brought it.
    review : Review
        With the value that the reviewer saw.
    old_mark : int
        Packed origin and state of that value; 0 where there was none.
    sequence : int
        Of the lake when it was made.
    steps : tuple of Step
        The first is its making; the last is its state.
    """

    id: int
    intent: str
    review: Review
    old_mark: int
    sequence: int
    steps: tuple[Step, ...]

    @property
    def state(self) -> ClaimState:
        """How far it has come."""
        return self.steps[-1].state

    @property
    def stands(self) -> bool:
        """Whether it was not withdrawn."""
        return self.state is not ClaimState.WITHDRAWN


def note_review(sql: Sql, intent: str, review: Review, old_mark: int, sequence: int) -> int:
    """Add a review, inside `write`; return its number."""
    number = int(sql.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM review").fetchone()[0])
    sql.execute(
        f"INSERT INTO review ({_COLUMNS}) VALUES ({', '.join('?' * 11)})",
        (
            *(number, intent, review.station, review.hour, review.pollutant),
            *(review.verdict.value, review.reason, review.old_value, old_mark),
            *("" if review.answers is None else review.answers.value, sequence),
        ),
    )
    return number


def note_step(sql: Sql, number: int, step: Step, sequence: int) -> None:
    """Add a step to a review, inside `write`."""
    last = sql.execute(
        "SELECT COALESCE(MAX(step), 0) FROM review_state WHERE review = ?", (number,)
    ).fetchone()[0]
    sql.execute(
        "INSERT INTO review_state (review, step, state, by_whom, note, at, sequence) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(number, int(last) + 1, step.state.value, step.by, step.note),
            *(step.at.isoformat(), sequence),
        ),
    )


def reviews(ledger: Ledger, *, station: str = "") -> list[HeldReview]:
    """Return reviews with their steps, the newest first: all, or those of a station."""
    chosen, values = ("WHERE station = ? ", (station,)) if station else ("", ())
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT {_COLUMNS} FROM review {chosen}ORDER BY id DESC", values
        ).fetchall()
        steps = sql.execute(
            "SELECT review, state, by_whom, note, at FROM review_state ORDER BY review, step"
        ).fetchall()
    of: dict[int, list[Step]] = {}
    for number, state, by, note, at in steps:
        step = Step(ClaimState(state), by, note, datetime.fromisoformat(at))
        of.setdefault(number, []).append(step)
    return [_held(row, of[row[0]]) for row in rows]


def _held(row: Sequence[Any], steps: Sequence[Step]) -> HeldReview:
    number, intent, station, h, pollutant, verdict, reason, value, mark, answers, sequence = row
    answered = MarkKind(answers) if answers else None
    review = Review(station, h, pollutant, Verdict(verdict), reason, value, answered)
    return HeldReview(number, intent, review, mark, sequence, tuple(steps))
