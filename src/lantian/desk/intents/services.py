"""Recording intents, and applying them to the lake."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from lantian.desk.intents.models import Intent, State
from lantian.desk.intents.sealed import masked, opened
from lantian.desk.jobs.services import ensure
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.observations import lake
from lantian.errors import LakeBroken, LantianError
from lantian.flows.intent import apply_intent

_LOG: Final = logging.getLogger(__name__)
#: Name of the job that applies them.
JOB: Final = "apply-intents"
_KIND: Final = "intents.intent"


def intend(
    *, kind: str, body: Mapping[str, Any], by: Actor, now: datetime, key: str = ""
) -> Intent:
    """Record what shall be written into the lake, with its log entry; a worker writes it.

    Parameters
    ----------
    kind : str
        As `lantian.flows.intent` knows it: `roster.stations`, `exceptional.submit`, …
    body : mapping
        Plain JSON values, as the kind asks for; a secret as `sealed.seal` gives it.
    by : Actor
    now : datetime
    key : str
        Business key of the thing of the desk that it is about, by which its page asks.

    Returns
    -------
    Intent
        Pending.
    """
    with transaction.atomic():
        intent = Intent.objects.create(
            kind=kind, key=key, body=dict(body), account=by.account, made_by=by.name, at=now
        )
        _log(intent, "intent.ask", by, now, after={"kind": kind, "key": key, "body": masked(body)})
        ensure(name=JOB, by=Actor.system("intents"), now=now)
    return intent


def apply_pending(
    *,
    fence: Callable[[], AbstractContextManager[object]] = transaction.atomic,
    between: Callable[[int], None] | None = None,
) -> dict[str, int]:
    """Apply what waits, in order, and mark each as applied or refused.

    The lake commits before the desk does. A worker that dies in between leaves an intent
    pending that the lake knows: applied again it changes nothing and gives the same sequence.
    Two workers at once are harmless for the same reason, and neither goes on to the next
    intent before the one before it is in the lake.

    Parameters
    ----------
    fence : callable
        Makes the transaction of the desk for each mark, as `run.effect`.
    between : callable
        Called with the number done so far after each.

    Returns
    -------
    dict
        `applied` and `refused`: how many.

    Raises
    ------
    LakeBroken
        If the lake cannot be written now; what waits goes on waiting.
    """
    count = {State.APPLIED.value: 0, State.REFUSED.value: 0}
    while (intent := Intent.objects.filter(state=State.PENDING).first()) is not None:
        outcome = _apply(intent)
        with fence():
            _mark(intent, outcome)
        count[State.REFUSED if isinstance(outcome, str) else State.APPLIED] += 1
        if between is not None:
            between(sum(count.values()))
    return count


def _apply(intent: Intent) -> int | str:
    """Write one intent into the lake; return its sequence, or why it was refused."""
    try:
        return apply_intent(lake(), str(intent.uuid), intent.kind, opened(intent.body))
    except LakeBroken:
        raise
    except LantianError as error:
        return error.what
    except Exception as error:  # noqa: BLE001 - the lake is as it was; others come after it
        _LOG.exception("intent %s failed", intent.uuid)
        return f"系统出错：{type(error).__name__} / the system failed: {type(error).__name__}"


def _mark(intent: Intent, outcome: int | str) -> None:
    now = timezone.now()
    refused = isinstance(outcome, str)
    state = State.REFUSED if refused else State.APPLIED
    after = {"state": state.value, ("refusal" if refused else "batch"): outcome}
    # What was secret is not kept longer than it waits.
    marked = Intent.objects.filter(pk=intent.pk, state=State.PENDING).update(
        applied_at=None if refused else now, body=masked(intent.body), **after
    )
    if marked:
        action = "intent.refuse" if refused else "intent.apply"
        _log(intent, action, Actor.system("worker"), now, {"state": State.PENDING.value}, after)


def _log(
    intent: Intent,
    action: str,
    by: Actor,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    key = str(intent.uuid)
    record(by=by, now=now, action=action, kind=_KIND, key=key, before=before, after=after)
