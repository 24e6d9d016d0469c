"""Reading the log."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Max, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from lantian.desk.log.heads import Head
from lantian.desk.log.models import Entry, Seal, microseconds
from lantian.desk.log.sealer import newest
from lantian.desk.log.words import field_name

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the log is asked for; an empty field asks for all.

    `action` is the beginning of the action's name, `verb` its last word, `actor` a whole name;
    `before` is the number of the entry below which a page begins.
    """

    kind: str = ""
    key: str = ""
    account: int | None = None
    actor: str = ""
    action: str = ""
    verb: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None


def head() -> Head:
    """Return the newest head of the chain, as reports and backups print it."""
    return newest()


def page_of(asked: Asked) -> list[Entry]:
    """Return entries, newest first: one more than a page holds where there are more."""
    rows = Entry.objects.order_by("-id")
    wanted: dict[str, Any] = {
        "kind": asked.kind,
        "key": asked.key,
        "account": asked.account,
        "actor": asked.actor,
        "action__startswith": asked.action,
        "action__endswith": asked.verb and f".{asked.verb}",
        "id__lt": asked.before,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return list(_of_days(rows, asked.first, asked.last)[: PAGE + 1])


def _of_days(rows: QuerySet[Entry], first: date | None, last: date | None) -> QuerySet[Entry]:
    """Entries of days, first and last included; the index of time gives the span of numbers."""
    if first is None and last is None:
        return rows
    span: dict[str, int] = {}
    if first is not None:
        span["at_us__gte"] = microseconds(_midnight(first))
    if last is not None:
        span["at_us__lt"] = microseconds(_midnight(last + timedelta(days=1)))
    ends = Entry.objects.filter(**span).aggregate(low=Min("id"), high=Max("id"))
    if ends["low"] is None:
        return rows.none()
    return rows.filter(id__gte=ends["low"], id__lte=ends["high"], **span)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def entry_of(number: int) -> tuple[Entry, Seal | None] | None:
    """Return one entry and its seal; None where there is no such entry."""
    entry = Entry.objects.filter(pk=number).first()
    return (entry, Seal.objects.filter(entry=number).first()) if entry else None


def changes_of(entry: Entry) -> list[dict[str, str]]:
    """Return the fields that an entry changed: field, before, after."""
    before, after = json.loads(entry.before), json.loads(entry.after)
    return [
        {
            "field": field_name(entry.kind, name),
            "before": _shown(before.get(name)),
            "after": _shown(after.get(name)),
        }
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def address_of(kind: str, key: str) -> str:
    """Address of the list of one thing's entries."""
    return reverse("log:list", query={"kind": kind, "key": key})
