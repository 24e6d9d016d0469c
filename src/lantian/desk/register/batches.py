"""Imports: a file is received, checked, applied whole or in part, and may be undone."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import ForeignKey

from lantian.desk.jobs.queries import is_unfinished
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.register.faults import Fault
from lantian.desk.register.headings import known_headings, plain, read_headings
from lantian.desk.register.judging import Judge, Verdict
from lantian.desk.register.models import Batch, BatchFault
from lantian.desk.register.row import Row
from lantian.desk.register.sheet.reading import open_sheet
from lantian.desk.register.sheet.result import ResultSheet
from lantian.desk.register.spec import Register, register_of
from lantian.desk.register.stored import packed
from lantian.desk.register.uploads import delete_files, plan_path, result_path, upload_path
from lantian.desk.register.writing import write_planned
from lantian.desk.rights.reach import Reach
from lantian.errors import BadFile, Conflict
from lantian.terms.coordinates import CoordinateSystem

#: Faults that are kept for the page; the result file has them all.
_KEPT_FAULTS: Final = 1000
_CHUNK: Final = 500

type Step = Callable[[int, int], None]
type Effect = Callable[[], AbstractContextManager[Any]]


def no_step(done: int, total: int) -> None:
    """Tell nobody how far it is."""


def check(
    batch: Batch,
    *,
    reach: Reach,
    now: datetime,
    step: Step = no_step,
    effect: Effect = transaction.atomic,
) -> None:
    """Judge every row; nothing is written but the outcome.

    Parameters
    ----------
    effect : callable
        The transaction of each write, as a job gives it, so that it counts only while
        the job still holds its lease.
    """
    found: list[BatchFault] = []
    try:
        found = _judge(batch, reach, step, None)
    except BadFile as error:
        batch.state = Batch.State.REFUSED
        batch.message = _joined(error)
    else:
        batch.state = Batch.State.CHECKED
        batch.message = ""
    batch.checked_at = now
    with effect():
        _keep(batch, found)
    plan_path(batch).unlink(missing_ok=True)


def _keep(batch: Batch, found: list[BatchFault]) -> None:
    batch.found.all().delete()
    BatchFault.objects.bulk_create(found)
    batch.save()


def _joined(error: BadFile | Conflict) -> str:
    """What and fix in one text, "zh / en"."""
    what, fix = error.what.partition(" / "), error.fix.partition(" / ")
    return f"{what[0]}。{fix[0]} / {what[2] or what[0]}. {fix[2] or fix[0]}"


def begin_apply(batch: Batch) -> None:
    """Let an import that was checked be applied, once.

    Raises
    ------
    Conflict
        If it is not waiting for that.
    """
    _go(batch, (Batch.State.CHECKED,), Batch.State.APPLYING)


def discard(batch: Batch) -> None:
    """Let an import be, and delete its files.

    Raises
    ------
    Conflict
        If it was applied, or is at work.
    """
    _go(batch, (Batch.State.CHECKED, Batch.State.REFUSED), Batch.State.DISCARDED)
    delete_files(batch)


def settle(batch: Batch) -> None:
    """Say where an import stands whose job ended without saying so: it was cancelled or failed.

    Raises
    ------
    Conflict
        If its job is still at work, or it stands somewhere already.
    """
    if is_unfinished(batch.job):
        raise _elsewhere(batch)
    written = batch.rows.exists()
    _go(batch, Batch.OPEN, Batch.State.APPLIED if written else Batch.State.REFUSED)
    batch.message = (
        "任务中断，只导入了一部分，可撤销 / the job was interrupted and a part was imported; "
        "it can be undone"
        if written
        else "任务中断，请重新上传 / the job was interrupted; send the file again"
    )
    batch.save(update_fields=["message"])


def _go(batch: Batch, from_states: Iterable[str], to_state: str) -> None:
    moved = Batch.objects.filter(pk=batch.pk, state__in=from_states).update(state=to_state)
    if not moved:
        raise _elsewhere(batch)
    batch.state = to_state


def _elsewhere(batch: Batch) -> Conflict:
    return Conflict(
        "导入的状态已变 / the import is in another state by now",
        where=batch.file_name,
        fix="刷新页面 / load the page again",
    )


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
    import stands checked anew. Good rows only are written some hundred at a time.

    Parameters
    ----------
    effect : callable
        The transaction of each write, as a job gives it, so that it counts only while
        the job still holds its lease.
    """
    register = register_of(batch.kind)
    found = _judge(batch, reach, step, batch.checked_at)
    batch.message = ""
    if batch.faults and not only_good:
        batch.state = Batch.State.CHECKED
        batch.message = "有错误的行，全部未导入 / some rows are wrong, nothing was imported"
        with effect():
            _keep(batch, found)
        return
    try:
        if only_good:
            for chunk in _plan(batch):
                with effect():
                    write_planned(register, batch, chunk, by=by, now=now)
        with effect():
            if not only_good:
                for chunk in _plan(batch):
                    write_planned(register, batch, chunk, by=by, now=now)
            _keep(batch, found)
            _finish(batch, only_good=only_good, by=by, now=now)
    except (Conflict, IntegrityError) as error:
        batch.refresh_from_db()
        batch.state = Batch.State.CHECKED
        batch.message = _joined(
            error
            if isinstance(error, Conflict)
            else Conflict(
                "写入时数据已变化 / the rows changed while they were written",
                where=batch.file_name,
                fix="重新检查 / check the sheet again",
            )
        )
        with effect():
            batch.save()
    finally:
        plan_path(batch).unlink(missing_ok=True)
    if any(column.personal for column in register.all) and batch.state == Batch.State.APPLIED:
        delete_files(batch)


def _finish(batch: Batch, *, only_good: bool, by: Actor, now: datetime) -> None:
    rows = batch.rows.all()
    batch.created = rows.filter(was="").count()
    batch.changed = rows.count() - batch.created
    batch.state = Batch.State.APPLIED
    batch.applied_at = now
    batch.save()
    record(
        by=by,
        now=now,
        action=f"{batch.kind}.batch",
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


def _judge(batch: Batch, reach: Reach, step: Step, since: datetime | None) -> list[BatchFault]:
    """Judge the sheet, write its result file and the plan, count, and return what is wrong."""
    register = register_of(batch.kind)
    known = known_headings(register)
    sheet = open_sheet(upload_path(batch), batch.file_name, lambda text: plain(text) in known)
    headings = read_headings(register, sheet.headings, batch.file_name)
    ours = dict(batch.rows.values_list("row", "version")) if since else {}
    system = CoordinateSystem(batch.coordinates)
    judge = Judge(register, headings, system, reach, since, ours)
    batch.total, batch.done = sheet.total, 0
    batch.created = batch.changed = batch.same = batch.faults = 0
    found: list[BatchFault] = []
    with (
        ResultSheet(result_path(batch), sheet.headings, "导入结果 / outcome") as result,
        plan_path(batch).open("w", encoding="utf-8") as plan,
    ):
        plan_path(batch).chmod(0o600)
        for verdicts in judge.verdicts(sheet):
            for verdict in verdicts:
                _count(batch, verdict)
                result.add(verdict.cells, _outcome(verdict), wrong=bool(verdict.faults))
                if not verdict.faults and not verdict.same:
                    plan.write(_planned(register, verdict) + "\n")
            more = _faults(batch, verdicts, headings.said)
            found += more[: _KEPT_FAULTS - len(found)]
            batch.done += len(verdicts)
            step(batch.done, batch.total)
    result_path(batch).chmod(0o600)
    batch.total = batch.done
    return found


def _count(batch: Batch, verdict: Verdict) -> None:
    if verdict.faults:
        batch.faults += 1
    elif verdict.same:
        batch.same += 1
    elif verdict.before:
        batch.changed += 1
    else:
        batch.created += 1


def _outcome(verdict: Verdict) -> str:
    if verdict.faults:
        return "；".join(_sentence(fault) for fault in verdict.faults)
    return "未变 / same" if verdict.same else "修改 / changed" if verdict.before else "新增 / new"


def _sentence(fault: Fault) -> str:
    said = f"「{fault.said}」" if fault.said else ""
    allowed = f"（应为：{fault.allowed}）" if fault.allowed else ""
    return f"{said}{fault.wrong}{allowed}"


def _faults(batch: Batch, verdicts: list[Verdict], said: Mapping[str, str]) -> list[BatchFault]:
    return [
        BatchFault(
            batch=batch,
            line=verdict.line,
            heading=said.get(fault.column, "")[:100],
            said=fault.said[:300],
            wrong=fault.wrong,
            allowed=fault.allowed,
        )
        for verdict in verdicts
        for fault in verdict.faults
    ]


def _planned(register: Register, verdict: Verdict) -> str:
    row = verdict.row
    if row is None:
        raise ValueError("a row without faults has its values")
    late = {
        field.name: str(getattr(getattr(row, field.name), register.key[0]))
        for field in row._meta.concrete_fields
        if isinstance(field, ForeignKey) and _unsaved(row, field)
    }
    seen = {"pk": row.pk, "version": row.version, "line": verdict.line, "late": late}
    return json.dumps(seen | {"row": packed(row)}, ensure_ascii=False)


def _unsaved(row: Row, field: Any) -> bool:
    return field.is_cached(row) and (named := getattr(row, field.name)) and named.pk is None


def _plan(batch: Batch) -> Iterator[list[dict[str, Any]]]:
    """Read what is to be written; what a row refers to of the same sheet is in a chunk before."""
    chunk: list[dict[str, Any]] = []
    with plan_path(batch).open(encoding="utf-8") as file:
        for line in file:
            planned = json.loads(line)
            if chunk and (planned["late"] or len(chunk) == _CHUNK):
                yield chunk
                chunk = []
            chunk.append(planned)
    yield chunk
