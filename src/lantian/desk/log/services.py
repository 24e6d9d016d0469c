"""Writing the log."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry, Unsealed, microseconds

_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
)


def canonical(values: Mapping[str, Any]) -> str:
    """Return values as JSON of one spelling: sorted keys, no spaces, dates as ISO text.

    Examples
    --------
    >>> canonical({"b": 1, "a": "烟"})
    '{"a":"烟","b":1}'
    """
    return _ENCODER.encode(dict(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What an entry tells of: what was done to which thing, what it was and became, why.

    Attributes
    ----------
    action : str
        As `source.edit`.
    kind, key : str
        The thing: its app and noun, its business key.
    before, after : mapping
        Fields that changed; personal ones masked.
    reason : str
    """

    action: str
    kind: str
    key: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""


def record(
    *,
    by: Actor,
    now: datetime,
    action: str,
    kind: str,
    key: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Entry:
    """Write one entry; must run inside the transaction of the change that it tells of.

    Parameters
    ----------
    by : Actor
    now : datetime
        Time of the change, aware.
    action, kind, key, before, after, reason
        As in `Event`.

    Returns
    -------
    Entry

    Raises
    ------
    RuntimeError
        Outside of a transaction: an entry apart from its change proves nothing.
    """
    event = Event(action=action, kind=kind, key=key, before=before, after=after, reason=reason)
    return record_many([event], by=by, now=now)[0]


def record_many(events: Iterable[Event], *, by: Actor, now: datetime) -> list[Entry]:
    """Write an entry for each event, in their order, as `record` does for one.

    Raises
    ------
    RuntimeError
        Outside of a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a log entry belongs to the transaction of its change")
    at_us = microseconds(now)
    actor, origin, request = (_clean(text) for text in (by.name, by.origin, by.request))
    entries = Entry.objects.bulk_create(
        Entry(
            at_us=at_us,
            account=by.account,
            actor=actor,
            origin=origin,
            request=request,
            action=event.action,
            kind=event.kind,
            key=_clean(event.key),
            before=canonical(event.before or {}),
            after=canonical(event.after or {}),
            reason=_clean(event.reason),
        )
        for event in events
    )
    Unsealed.objects.bulk_create(Unsealed(entry=entry.pk) for entry in entries)
    return entries


def _clean(text: str) -> str:
    """Text that every database keeps and counts alike: no NUL in it."""
    return text.replace("\0", "␀")
