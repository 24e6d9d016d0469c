"""Applying an import that was checked: all rows or none, or the good rows only."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.register.batches import judge, keep, told_error
from lantian.desk.register.doing import Doing, Effect, Step, no_step
from lantian.desk.register.models import Batch, BatchFault
from lantian.desk.register.plan import read_plan
from lantian.desk.register.spec import register_of
from lantian.desk.register.undoing import take_back_all
from lantian.desk.register.uploads import delete_files, plan_path
from lantian.desk.register.writing import write_planned
from lantian.desk.rights.reach import Reach
from lantian.errors import Conflict

_CHUNK: Final = 200
#: So many rows are written in one transaction; it would keep other writers waiting for more.
AT_ONCE: Final = 2000


def apply(
    batch: Batch,
    *,
    only_good: bool,
    reach: Reach,
    by: Actor,
    now: datetime,
    step: Step = no_step,
    effect: Effect = transaction.atomic,
) -> None:
    """Write what was checked: all rows or none, or the good rows only.

    Every row is judged again; one that somebody changed since the check is a wrong row.
    Where all or nothing was asked for and a row is wrong, nothing is written and the
    import stands checked anew. Many rows are written some hundred at a time, so that
    nobody waits for them; where all or nothing was asked for and a row turns out to have
    been changed in between, what was written is taken back. An import that was
    interrupted goes on where it was.

    Parameters
    ----------
    effect : callable
        The transaction of each write, as a job gives it, so that it counts only while
        the job still holds its lease.
    """
    doing = Doing(by, now, step, effect)
    register = register_of(batch.kind)
    found = judge(batch, reach, step, batch.checked_at)
    batch.message = ""
    if batch.faults and not only_good:
        batch.message = "有错误的行，全部未导入 / some rows are wrong, nothing was imported"
        _back(batch, found, doing)
        return
    try:
        _write(batch, found, doing, only_good=only_good)
    except (Conflict, IntegrityError) as error:
        batch.message = told_error(_reason(batch, error))
        if only_good and batch.rows.exists():
            # What is there stays: the rows that are left can be sent again.
            with effect():
                _finish(batch, found, doing, only_good=True)
        else:
            _back(batch, found, doing)
    finally:
        plan_path(batch).unlink(missing_ok=True)
    if any(column.personal for column in register.all) and batch.state == Batch.State.APPLIED:
        delete_files(batch)


def _reason(batch: Batch, error: Conflict | IntegrityError) -> Conflict:
    if isinstance(error, Conflict):
        return error
    return Conflict(
        "写入时数据已变化 / the rows changed while they were written",
        where=batch.file_name,
        fix="重新上传 / send the file again",
    )


def _write(batch: Batch, found: list[BatchFault], doing: Doing, *, only_good: bool) -> None:
    total = batch.created + batch.changed
    if total <= AT_ONCE and not only_good:
        with doing.effect():
            for chunk in read_plan(plan_path(batch), _CHUNK):
                write_planned(batch, chunk, doing)
            _finish(batch, found, doing, only_good=only_good)
        return
    done = 0
    for chunk in read_plan(plan_path(batch), _CHUNK):
        with doing.effect():
            write_planned(batch, chunk, doing)
        done += len(chunk)
        doing.step(done, total)
    with doing.effect():
        _finish(batch, found, doing, only_good=only_good)


def _back(batch: Batch, found: list[BatchFault], doing: Doing) -> None:
    """Take back what an interrupted run or an earlier chunk wrote; the import stands checked."""
    take_back_all(batch, None, doing)
    batch.state = Batch.State.CHECKED
    with doing.effect():
        keep(batch, found)


def _finish(batch: Batch, found: list[BatchFault], doing: Doing, *, only_good: bool) -> None:
    rows = batch.rows.all()
    batch.created = rows.filter(was="").count()
    batch.changed = rows.count() - batch.created
    batch.state = Batch.State.APPLIED
    batch.applied_at = doing.now
    keep(batch, found)
    record(
        by=doing.by,
        now=doing.now,
        action=f"{batch.kind}.import",
        kind="import",
        key=str(batch.pk),
        after={
            "file": batch.file_name,
            "sha256": batch.sha256,
            "created": batch.created,
            "changed": batch.changed,
            "wrong": batch.faults,
            "only_good": only_good,
        },
    )
