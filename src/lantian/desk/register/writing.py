"""Writing the rows of an import as they were judged, some hundred at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from lantian.desk.log.services import Event, record_many
from lantian.desk.register.doing import Doing
from lantian.desk.register.filling import difference, told
from lantian.desk.register.models import Batch, BatchRow
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register, register_of
from lantian.desk.register.stored import packed, unpack
from lantian.errors import Conflict


def write_planned(batch: Batch, planned: Sequence[dict[str, Any]], doing: Doing) -> None:
    """Write rows as they were judged; inside a transaction.

    Raises
    ------
    Conflict
        If one of them was changed in between.
    """
    register = register_of(batch.kind)
    model = register.model
    numbers = [plan["pk"] for plan in planned if plan["pk"]]
    rows = model._default_manager.prefetch_related(*register.joined)
    held = {r.pk: r for r in rows.select_for_update(of=("self",)).filter(pk__in=numbers)}
    written: list[tuple[Row, dict[str, Any], str]] = []
    for plan in planned:
        row = held.get(plan["pk"]) if plan["pk"] else model()
        if row is None or (plan["pk"] and row.version != plan["version"]):
            raise moved(f"第 {plan['line']} 行 / line {plan['line']}", row)
        before, was = (told(register, row), packed(row)) if plan["pk"] else ({}, "")
        unpack(row, plan["row"])
        for name, key in plan["late"].items():
            setattr(row, name, model._default_manager.get(**{register.key[0]: key}))
        row.version = row.version + 1 if before else 1
        row.changed_at, row.changed_by = doing.now, doing.by.name
        written.append((row, before, was))
    save_all([row for row, _, _ in written], model)
    prefetch_related_objects([row for row, _, _ in written], *register.joined)
    reason = f"import {batch.pk}"
    events = []
    for row, before, _ in written:
        register.settle(row, before, doing.by, doing.now)
        events.append(event_of(register, row, before, "import", reason))
    record_many(events, by=doing.by, now=doing.now)
    BatchRow.objects.bulk_create(
        BatchRow(batch=batch, row=row.pk, was=was, version=row.version) for row, _, was in written
    )


def save_all(rows: Sequence[Row], model: type[Row]) -> None:
    """Save new and changed rows, two statements for all."""
    manager: Any = model._default_manager
    manager.bulk_create([row for row in rows if row.pk is None])
    manager.bulk_create(
        [row for row in rows if row.pk is not None and row.version > 1],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=[f.name for f in model._meta.concrete_fields if not f.primary_key],
    )


def event_of(
    register: Register,
    row: Row,
    before: Mapping[str, Any],
    action: str,
    reason: str,
    *,
    gone: bool = False,
) -> Event:
    """Tell the log what was done to one row; all of it where the row is gone."""
    changed = (before, {}) if gone else difference(before, told(register, row))
    return Event(
        action=f"{register.kind}.{action}",
        kind=register.kind,
        key=register.key_of(row),
        before=changed[0],
        after=changed[1],
        reason=reason,
    )


def moved(where: str, row: Row | None) -> Conflict:
    """Return the error of a row that somebody changed in between."""
    who = row.changed_by if row else ""
    return Conflict(
        f"{where} 之后又被改过 {who} / changed since by {who}",
        where=where,
        fix="核对该行 / look at that row",
    )
