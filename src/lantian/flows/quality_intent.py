"""Intents on quality: verdicts on hours, and what becomes of them, read and applied once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.review import decide_reviews, take_review
from lantian.lake.applied import Intent
from lantian.lake.reviews import Step
from lantian.lake.store import Lake
from lantian.quality.mark import MarkKind
from lantian.quality.review import Review, Verdict
from lantian.terms.pollutant import POLLUTANTS

_KEYS: Final = frozenset(p.key for p in POLLUTANTS)

type Body = Mapping[str, Any]


def apply_review(lake: Lake, uuid: str, body: Body) -> int:
    """Apply an intent `quality.review`; return the lake's sequence.

    Parameters
    ----------
    lake : Lake
    uuid : str
    body : mapping
        `station`; `pollutant`, a key; `hours`, pairs of hour number and the value that the
        reviewer saw in thousandths (null where missing); `verdict`, valid or invalid;
        `reason`; `answers`, the kind of mark or null; `state`, candidate or submitted; `by`;
        `at`, ISO 8601.

    Raises
    ------
    BadRequest
        If the body is not so, or the review cannot be taken in.
    """
    try:
        hours = [(int(h), None if seen is None else int(seen)) for h, seen in body["hours"]]
        answers = None if body["answers"] is None else MarkKind(body["answers"])
        verdict, reason = Verdict(body["verdict"]), str(body["reason"])
        station, pollutant = str(body["station"]), str(body["pollutant"])
        step = _step(body, reason)
    except (KeyError, TypeError, ValueError) as error:
        raise _bad(uuid, error) from error
    if pollutant not in _KEYS:
        raise _bad(uuid, pollutant)
    asked = [Review(station, h, pollutant, verdict, reason, seen, answers) for h, seen in hours]
    return take_review(lake, Intent.of(uuid, dict(body)), asked, step)


def apply_decision(lake: Lake, uuid: str, body: Body) -> int:
    """Apply an intent `quality.decide`; return the lake's sequence.

    Parameters
    ----------
    lake : Lake
    uuid : str
    body : mapping
        `reviews`, their numbers; `state`, submitted, approved or withdrawn; `note`; `by`; `at`.

    Raises
    ------
    BadRequest
        If the body is not so, or a review cannot come to that state.
    """
    try:
        numbers = [int(number) for number in body["reviews"]]
        step = _step(body, str(body["note"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _bad(uuid, error) from error
    return decide_reviews(lake, Intent.of(uuid, dict(body)), numbers, step)


def _step(body: Body, note: str) -> Step:
    at = datetime.fromisoformat(body["at"])
    return Step(ClaimState(body["state"]), str(body["by"]), note, at)


def _bad(uuid: str, said: object) -> BadRequest:
    return BadRequest(
        f"内容不全或有误 / the body is incomplete or wrong: {said}",
        where=f"intent {uuid}",
        fix="按该种意图改正后重发 / correct the body, send it again",
    )
