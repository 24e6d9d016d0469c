"""Taking an import back: new rows go, changed ones are as they were."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.db import transaction
from django.db.models import prefetch_related_objects

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record, record_many
from lantian.desk.register.batches import go, told_error
from lantian.desk.register.doing import Doing, Effect, Step, no_step
from lantian.desk.register.filling import told
from lantian.desk.register.models import Batch, BatchRow
from lantian.desk.register.row import Row
from lantian.desk.register.services import users_of
from lantian.desk.register.spec import Register, register_of
from lantian.desk.register.stored import unpack
from lantian.desk.register.writing import event_of, moved, save_all
from lantian.desk.rights.reach import Reach
from lantian.errors import Conflict

_CHUNK: Final = 200
#: So many rows are taken back in one transaction.
AT_ONCE: Final = 2000


def begin_undo(batch: Batch) -> None:
    """Let an import that was applied be undone, once.

    Raises
    ------
    Conflict
        If it is not applied.
    """
    go(batch, (Batch.State.APPLIED,), Batch.State.UNDOING)


def undo(
    batch: Batch,
    *,
    reach: Reach,
    by: Actor,
    now: datetime,
    step: Step = no_step,
    effect: Effect = transaction.atomic,
) -> None:
    """Take an import back whose undoing was begun.

    All rows are looked at first: where one was changed since, is used by others or is out
    of reach, nothing is taken back and the import stands applied.

    Raises
    ------
    Conflict
        Naming that row.
    """
    doing = Doing(by, now, step, effect)
    try:
        _look(batch, reach)
        take_back_all(batch, reach, doing)
    except Conflict as error:
        batch.state, batch.message = Batch.State.APPLIED, told_error(error)
        with effect():
            batch.save(update_fields=["state", "message"])
        raise
    batch.state, batch.undone_at, batch.message = Batch.State.UNDONE, now, ""
    with effect():
        batch.save(update_fields=["state", "undone_at", "message"])
        record(by=by, now=now, action=f"{batch.kind}.undo", kind="import", key=str(batch.pk))


def _look(batch: Batch, reach: Reach) -> None:
    """Find what forbids to undo before anything is touched."""
    register = register_of(batch.kind)
    made = set(batch.rows.filter(was="").values_list("row", flat=True))
    for done in _chunks(batch):
        _held(register, done, reach, made)


def take_back_all(batch: Batch, reach: Reach | None, doing: Doing) -> None:
    """Take back every row that an import wrote, the last one first.

    Few rows go in one transaction, many some hundred at a time.

    Parameters
    ----------
    reach : Reach or None
        Of who undoes it; None where the import itself takes back what it wrote.

    Raises
    ------
    Conflict
        If a row was changed since, is used by others, or is out of reach.
    """
    total = batch.rows.count()
    if total <= AT_ONCE:
        with doing.effect():
            for done in _chunks(batch):
                _take_back(batch, done, reach, doing)
        return
    taken = 0
    for done in _chunks(batch):
        with doing.effect():
            _take_back(batch, done, reach, doing)
        taken += len(done)
        doing.step(taken, total)


def _chunks(batch: Batch) -> Iterator[tuple[BatchRow, ...]]:
    # The numbers first: rows are deleted while they are gone through.
    numbers = list(batch.rows.order_by("-pk").values_list("pk", flat=True))
    for some in batched(numbers, _CHUNK):
        rows = BatchRow.objects.in_bulk(some)
        yield tuple(rows[number] for number in some)


def _held(
    register: Register, done: Sequence[BatchRow], reach: Reach | None, made: Collection[int]
) -> dict[int, Row]:
    """Lock the rows, and make sure that they are as the import left them and that new ones
    are used by nothing but rows of the import.
    """
    rows = register.model._default_manager.prefetch_related(*register.joined)
    if reach is not None:
        rows = rows.filter(reach.q(register.write, **register.limits.named()))
    if transaction.get_connection().in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    held = {row.pk: row for row in rows.filter(pk__in=[d.row for d in done])}
    for each in done:
        row = held.get(each.row)
        if row is None or row.version != each.version:
            raise moved(register.key_of(row) if row else f"{register.kind} {each.row}", row)
    new = [held[d.row] for d in done if not d.was]
    for pk, users in users_of(new, but=made).items():
        key = register.key_of(held[pk])
        raise Conflict(
            f"{key} 已被 {'、'.join(users)} 引用 / {key} is referred to by {', '.join(users)}",
            where=key,
            fix="先处理引用它的记录 / first see to what refers to it",
        )
    return held


def _take_back(batch: Batch, done: Sequence[BatchRow], reach: Reach | None, doing: Doing) -> None:
    register = register_of(batch.kind)
    made = set(batch.rows.filter(was="").values_list("row", flat=True))
    held = _held(register, done, reach, made)
    reason = f"import {batch.pk}"
    before = {pk: told(register, row) for pk, row in held.items()}
    changed = [held[d.row] for d in done if d.was]
    for each in done:
        if each.was:
            row = held[each.row]
            unpack(row, each.was)
            row.version += 1
            row.changed_at, row.changed_by = doing.now, doing.by.name
    save_all(changed, register.model)
    prefetch_related_objects(changed, *register.joined)
    events = []
    for row in changed:
        register.settle(row, before[row.pk], doing.by, doing.now)
        events.append(event_of(register, row, before[row.pk], "undo", reason))
    events += [
        event_of(register, held[each.row], before[each.row], "undo", reason, gone=True)
        for each in done
        if not each.was
    ]
    record_many(events, by=doing.by, now=doing.now)
    _delete(register.model, [d.row for d in done if not d.was])
    BatchRow.objects.filter(pk__in=[d.pk for d in done]).delete()


def _delete(model: type[Row], numbers: Sequence[int]) -> None:
    rows: Any = model._default_manager.filter(pk__in=numbers)
    # Rows that refer to each other go together: first what ties them is cut.
    own = [f.name for f in model._meta.concrete_fields if f.related_model is model and f.null]
    if own:
        rows.update(**dict.fromkeys(own))
    rows.delete()
