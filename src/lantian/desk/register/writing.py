"""Writing the rows of an import, and undoing them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.register.filling import difference, told
from lantian.desk.register.models import Batch, BatchRow
from lantian.desk.register.row import Row
from lantian.desk.register.services import used_by
from lantian.desk.register.spec import Register, register_of
from lantian.desk.register.stored import packed, unpack
from lantian.desk.rights.reach import Reach
from lantian.errors import Conflict


def write_planned(
    register: Register, batch: Batch, planned: Sequence[dict[str, Any]], *, by: Actor, now: datetime
) -> None:
    """Write rows as they were judged; inside a transaction.

    Raises
    ------
    Conflict
        If one of them was changed in between.
    """
    model = register.model
    numbers = [plan["pk"] for plan in planned if plan["pk"]]
    rows = model._default_manager.select_related(*register.joined)
    held = {r.pk: r for r in rows.select_for_update(of=("self",)).filter(pk__in=numbers)}
    written: list[tuple[Row, dict[str, Any], str]] = []
    for plan in planned:
        row = held.get(plan["pk"]) if plan["pk"] else model()
        if row is None or (plan["pk"] and row.version != plan["version"]):
            raise _moved(f"第 {plan['line']} 行 / line {plan['line']}", row)
        before, was = (told(register, row), packed(row)) if plan["pk"] else ({}, "")
        unpack(row, plan["row"])
        for name, key in plan["late"].items():
            setattr(row, name, model._default_manager.get(**{register.key[0]: key}))
        row.version = row.version + 1 if before else 1
        row.changed_at, row.changed_by = now, by.name
        written.append((row, before, was))
    _save([row for row, _, _ in written], model)
    prefetch_related_objects([row for row, _, _ in written], *register.joined)
    for row, before, _ in written:
        register.settle(row, before, by, now)
        _log(register, row, before, "import", by, now, f"import {batch.pk}")
    BatchRow.objects.bulk_create(
        BatchRow(batch=batch, row=row.pk, was=was, version=row.version) for row, _, was in written
    )


def _save(rows: Sequence[Row], model: type[Row]) -> None:
    manager: Any = model._default_manager
    manager.bulk_create([row for row in rows if row.pk is None])
    manager.bulk_create(
        [row for row in rows if row.pk is not None and row.version > 1],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=[f.name for f in model._meta.concrete_fields if not f.primary_key],
    )


def _log(
    register: Register,
    row: Row,
    before: dict[str, Any],
    action: str,
    by: Actor,
    now: datetime,
    reason: str,
) -> None:
    changed = difference(before, told(register, row))
    record(
        by=by,
        now=now,
        action=f"{register.kind}.{action}",
        kind=register.kind,
        key=register.key_of(row),
        before=changed[0],
        after=changed[1],
        reason=reason,
    )


def undo(batch: Batch, *, reach: Reach, by: Actor, now: datetime) -> None:
    """Take an import back: new rows go, changed ones are as they were.

    Raises
    ------
    Conflict
        If a row was changed since, is used by others, or is out of reach; then nothing
        is taken back.
    """
    register = register_of(batch.kind)
    with transaction.atomic():
        fresh = Batch.objects.select_for_update().get(pk=batch.pk)
        if fresh.state != Batch.State.APPLIED:
            raise Conflict(
                "这次导入不在可撤销的状态 / this import cannot be undone now",
                where=batch.file_name,
                fix="刷新页面 / load the page again",
            )
        for done in batch.rows.order_by("-id").iterator():
            _take_back(register, batch, done, reach, by, now)
        fresh.state, fresh.undone_at = Batch.State.UNDONE, now
        fresh.save()
        record(by=by, now=now, action=f"{batch.kind}.undo", kind="import", key=str(batch.pk))
    batch.refresh_from_db()


def _take_back(
    register: Register, batch: Batch, done: BatchRow, reach: Reach, by: Actor, now: datetime
) -> None:
    limits = register.limits.named()
    rows = register.model._default_manager.select_related(*register.joined)
    row = (
        rows.filter(reach.q(register.write, **limits))
        .select_for_update(of=("self",))
        .filter(pk=done.row)
        .first()
    )
    if row is None or row.version != done.version:
        raise _moved(register.key_of(row) if row else f"{register.kind} {done.row}", row)
    before = told(register, row)
    reason = f"import {batch.pk}"
    if done.was:
        unpack(row, done.was)
        row.version += 1
        row.changed_at, row.changed_by = now, by.name
        row.save()
        register.settle(row, before, by, now)
        _log(register, row, before, "undo", by, now, reason)
        return
    if users := used_by(row):
        raise Conflict(
            f"{register.key_of(row)} 已被 {'、'.join(users)} 引用 / "
            f"{register.key_of(row)} is referred to by {', '.join(users)}",
            where=batch.file_name,
            fix="先处理引用它的记录 / first see to what refers to it",
        )
    record(
        by=by,
        now=now,
        action=f"{register.kind}.undo",
        kind=register.kind,
        key=register.key_of(row),
        before=before,
        reason=reason,
    )
    row.delete()


def _moved(where: str, row: Row | None) -> Conflict:
    who = row.changed_by if row else ""
    return Conflict(
        f"{where} 之后又被改过 {who} / changed since by {who}",
        where=where,
        fix="核对该行 / look at that row",
    )
