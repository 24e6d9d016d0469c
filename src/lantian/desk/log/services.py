"""Writing the log."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry, Unsealed, microseconds


def canonical(values: Mapping[str, Any]) -> str:
    """Return values as JSON of one spelling: sorted keys, no spaces, dates as ISO text.

    Examples
    --------
    >>> canonical({"b": 1, "a": "烟"})
    '{"a":"烟","b":1}'
    """
    return json.dumps(
        dict(values), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )


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
    action : str
        What was done, as `source.edit`.
    kind, key : str
        The thing: its app and noun, its business key.
    before, after : mapping, optional
        Fields that changed; personal ones masked.
    reason : str

    Returns
    -------
    Entry

    Raises
    ------
    RuntimeError
        Outside of a transaction: an entry apart from its change proves nothing.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a log entry belongs to the transaction of its change")
    entry = Entry.objects.create(
        at_us=microseconds(now),
        account=by.account,
        actor=_clean(by.name),
        origin=_clean(by.origin),
        request=_clean(by.request),
        action=action,
        kind=kind,
        key=_clean(key),
        before=canonical(before or {}),
        after=canonical(after or {}),
        reason=_clean(reason),
    )
    Unsealed.objects.create(entry=entry.pk)
    return entry


def _clean(text: str) -> str:
    """Text that every database keeps and counts alike: no NUL in it."""
    return text.replace("\0", "␀")
