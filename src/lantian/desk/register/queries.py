"""Reading registers as a whole: what changed lately, which imports wait for a decision."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Max, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse

from lantian.desk.env import env
from lantian.desk.register.kinds import Reference
from lantian.desk.register.models import Batch, Document
from lantian.desk.register.spec import Register, register_of, registers
from lantian.desk.rights.reach import Reach

#: Changes and imports that are returned at most.
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of a register that somebody changed: `title` is of one of `count`, `at` the last."""

    register: Register
    title: str
    count: int
    by: str
    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Due:
    """A document that is to be renewed, of the row that `title` names."""

    register: Register
    title: str
    document: Document

    @property
    def url(self) -> str:
        """Where it is renewed."""
        return f"{reverse(self.register.route('detail'), args=[self.document.row])}#documents"


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """An import that was checked and waits for its sender to apply or discard it."""

    register: Register
    file: str
    rows: int
    wrong: int
    url: str


def changed_since(since: datetime, reach: Reach) -> list[Change]:
    """Say who changed what within reach since a time, the newest first; one query.

    The rows of one register that one person changed are one `Change`, so that an import of
    thousands hides nothing else.
    """
    read = [register for register in registers() if reach.may(register.read)]
    if not read:
        return []
    first, *more = [_changed(register, since, reach) for register in read]
    rows = first.union(*more, all=True).order_by("-last_at", "of_kind", "by_whom")[:_MOST]
    return [
        _change(register_of(kind), by, count, at, pk, title)
        for kind, by, count, at, pk, title in rows
    ]


def _changed(register: Register, since: datetime, reach: Reach) -> QuerySet[Any, Any]:
    column = register.by_name[register.title or register.key[-1]]
    title = column.name
    if isinstance(column.kind, Reference):
        title = f"{column.name}__{column.kind.label}"
    rows: QuerySet[Any, Any] = register.model._default_manager.filter(
        reach.q(register.read, **register.limits.named()), changed_at__gte=since
    )
    # Annotations alone, under names that no model has: a union keeps the order of its columns.
    found: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(of_kind=Value(register.kind, TextField()), by_whom=F("changed_by"))
        .values("of_kind", "by_whom")
        .annotate(
            how_many=Count("pk"),
            last_at=Max("changed_at"),
            one_pk=Max("pk"),
            one_title=Max(Cast(title, TextField())),
        )
        .values_list("of_kind", "by_whom", "how_many", "last_at", "one_pk", "one_title")
    )
    return found


def _change(
    register: Register, by: str, count: int, at: datetime, pk: int, title: str | None
) -> Change:
    if count == 1:
        url = reverse(register.route("detail"), args=[pk])
    else:
        url = reverse(register.route("list"))
    return Change(register, title or "", count, by, at, url)


def documents_due(reach: Reach, today: date) -> list[Due]:
    """Say which documents end soon, or ended, of rows that the reader answers for.

    Those are the rows that the reader may write and that hold; the most urgent first.
    """
    last = today + timedelta(days=env().settings.desk.document_due_days)
    found: list[Due] = []
    for register in registers():
        if not register.documents or not reach.may(register.write):
            continue
        rows = register.model._default_manager.filter(
            reach.q(register.write, **register.limits.named()),
            Q(last=None) | Q(last__gte=today),
        )
        held = Document.objects.filter(kind=register.kind, ended_at=None, until__lte=last)
        due = list(held.filter(row__in=rows.values("pk")).order_by("until", "pk")[:_MOST])
        named = rows.select_related(*register.joined).in_bulk([one.row for one in due])
        found += [Due(register, register.title_of(named[one.row]), one) for one in due]
    return sorted(found, key=lambda due: (due.document.until, due.document.pk))[:_MOST]


def waiting_imports(account: int | None) -> list[WaitingImport]:
    """Imports of an account that wait for its decision, the newest first."""
    rows = Batch.objects.filter(account=account, state=Batch.State.CHECKED).order_by("-at")
    known = {register.kind: register for register in registers()}
    return [
        WaitingImport(
            known[batch.kind],
            batch.file_name,
            batch.total,
            batch.faults,
            reverse(known[batch.kind].route("batch"), args=[batch.pk]),
        )
        for batch in rows[:_MOST]
        if batch.kind in known
    ]
