"""Reading the log."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Max, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from lantian.desk.language import both
from lantian.desk.log.heads import Head
from lantian.desk.log.models import Entry, Seal, microseconds
from lantian.desk.log.sealer import newest

PAGE: Final = 50
#: What the last word of an action says.
_VERBS: Final = {
    "add": both("新增", "Added"),
    "edit": both("修改", "Edited"),
    "delete": both("删除", "Deleted"),
    "import": both("导入", "Imported"),
    "export": both("导出", "Exported"),
    "publish": both("发布", "Published"),
    "submit": both("提交", "Submitted"),
    "approve": both("批准", "Approved"),
    "refuse": both("驳回", "Refused"),
    "grant": both("授权", "Rights set"),
    "ask": both("发起", "Asked for"),
    "apply": both("生效", "Applied"),
    "cancel": both("取消", "Cancelled"),
    "retry": both("重试", "Tried again"),
    "read": both("查看", "Read"),
    "note": both("备注", "Noted"),
    "follow": both("下级随之调整", "Places below followed"),
    "move": both("授权随区域调整", "Rights moved along"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the log is asked for; an empty field asks for all.

    `action` is the beginning of the action's name, `actor` a whole name; `before` is the
    number of the entry below which a page begins.
    """

    kind: str = ""
    key: str = ""
    account: int | None = None
    actor: str = ""
    action: str = ""
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


def history(
    kind: str, key: str, *, limit: int = PAGE, labels: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return what happened to one thing, newest first, as `parts/journal.html` shows it.

    Parameters
    ----------
    kind, key : str
        As its entries were recorded.
    limit : int
    labels : mapping, optional
        Names of its fields as people read them.

    Returns
    -------
    list of dict
        when, who, title, text, changes; include it so:
        `{% include "parts/journal.html" with entries=history %}`.
    """
    rows = Entry.objects.filter(kind=kind, key=key).order_by("-id")[:limit]
    return [
        {
            "when": row.at,
            "who": row.actor,
            "title": title_of(row.action),
            "text": row.reason,
            "changes": changes_of(row, labels or {}),
        }
        for row in rows
    ]


def title_of(action: str) -> str:
    """What an action is called: the word for its verb, or its own name."""
    return str(_VERBS.get(action.rpartition(".")[2], action))


def changes_of(entry: Entry, labels: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """Return the fields that an entry changed: field, before, after."""
    before, after = json.loads(entry.before), json.loads(entry.after)
    names = labels or {}
    return [
        {
            "field": str(names.get(name, name)),
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
