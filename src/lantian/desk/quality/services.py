"""What the pages write: verdicts and decisions as intents, and what people say to a finding."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lantian.desk.intents.queries import account_of, pending_for
from lantian.desk.intents.services import intend
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.quality.models import Answer
from lantian.desk.quality.words import DECIDE, LEAST, REVIEW
from lantian.errors import BadRequest, Conflict
from lantian.evaluate.exceptional import ClaimState
from lantian.lake.findings import HeldFinding
from lantian.lake.reviews import HeldReview
from lantian.quality.mark import MarkKind
from lantian.quality.review import Verdict


def ask_review(
    *,
    key: str,
    station: str,
    pollutant: str,
    hours: Sequence[tuple[int, int | None]],
    verdict: Verdict,
    reason: str,
    answers: MarkKind,
    state: ClaimState,
    by: Actor,
    now: datetime,
) -> None:
    """Ask the lake to keep a verdict on some hours; it waits until it is applied.

    Parameters
    ----------
    key : str
        Of the mark that is answered.
    station, pollutant : str
        Code and key.
    hours : sequence of (hour number, thousandths or None)
        Each with the value that the reviewer saw.
    verdict : Verdict
    reason : str
    answers : MarkKind
    state : ClaimState
        Candidate or submitted.
    by : Actor
    now : datetime

    Raises
    ------
    BadRequest
        If the reason says nothing or there are no hours.
    Conflict
        If a review of the same mark waits already.
    """
    if len(reason.strip()) < LEAST or not hours:
        raise BadRequest(
            "请写明理由和时段 / say why, and for which hours", where="review", fix="reason, hours"
        )
    with transaction.atomic():
        _refuse_waiting(REVIEW, key)
        body = {
            "station": station,
            "pollutant": pollutant,
            "hours": [list(pair) for pair in hours],
            "verdict": verdict.value,
            "reason": reason.strip(),
            "answers": answers.value,
            "state": state.value,
            "by": by.name,
            "at": now.isoformat(),
        }
        intend(kind=REVIEW, key=key, body=body, by=by, now=now)


def is_own(held: HeldReview, by: Actor) -> bool:
    """Whether somebody made a review."""
    return held.steps[0].by == by.name or (
        by.account is not None and account_of(held.intent) == by.account
    )


def ask_decision(
    *, held: Sequence[HeldReview], state: ClaimState, note: str, by: Actor, now: datetime
) -> None:
    """Ask the lake to submit, approve or withdraw reviews that were made together.

    Raises
    ------
    BadRequest
        If its maker would approve it, or it is withdrawn without a reason.
    Conflict
        If a decision about it waits already.
    """
    key = f"{held[0].id}"
    if state is ClaimState.APPROVED and is_own(held[0], by):
        raise BadRequest(
            "不能批准自己提出的审核 / nobody approves their own review",
            where=f"review {key}",
            fix="请另一位有审批权的人批准 / ask another person who may approve",
        )
    if state is ClaimState.WITHDRAWN and len(note.strip()) < LEAST:
        raise BadRequest(
            "撤回须写明理由 / say why it is withdrawn", where=f"review {key}", fix="note"
        )
    with transaction.atomic():
        _refuse_waiting(DECIDE, key)
        body = {
            "reviews": [one.id for one in held],
            "state": state.value,
            "note": note.strip(),
            "by": by.name,
            "at": now.isoformat(),
        }
        intend(kind=DECIDE, key=key, body=body, by=by, now=now)


def _refuse_waiting(kind: str, key: str) -> None:
    if pending_for(kind, key):
        raise Conflict(
            "正在等待写入 / something about it waits to be written",
            where=key,
            fix="等待写入后再操作 / wait until it is written",
        )


def add_answer(*, held: HeldFinding, case: str, text: str, by: Actor, now: datetime) -> Answer:
    """Let somebody say something to a finding; the finding stays as it is.

    Raises
    ------
    BadRequest
        If it says nothing.
    """
    if len(text.strip()) < LEAST:
        raise BadRequest("请写明说明 / say something", where=f"finding {held.id}", fix="text")
    with transaction.atomic():
        answer = Answer.objects.create(
            case=case,
            finding=held.id,
            digest=held.digest,
            text=text.strip(),
            made_by=by.name,
            account=by.account,
            at=now,
        )
        after = {"text": answer.text, "digest": held.digest}
        record(
            by=by,
            now=now,
            action="finding.answer",
            kind="quality.finding",
            key=f"{held.id}",
            after=after,
        )
    return answer
