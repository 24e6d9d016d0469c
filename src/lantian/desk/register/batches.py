"""Imports: a file is received, checked, applied whole or in part, and may be undone."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from lantian.desk.jobs.queries import is_unfinished
from lantian.desk.register.doing import Effect, Step, no_step
from lantian.desk.register.faults import Fault
from lantian.desk.register.headings import known_headings, plain, read_headings
from lantian.desk.register.judging import Judge, Verdict
from lantian.desk.register.models import Batch, BatchFault
from lantian.desk.register.plan import Plan
from lantian.desk.register.sheet.reading import open_sheet
from lantian.desk.register.sheet.result import ResultSheet
from lantian.desk.register.spec import register_of
from lantian.desk.register.uploads import delete_files, plan_path, result_path, upload_path
from lantian.desk.rights.reach import Reach
from lantian.errors import BadFile, Conflict, LantianError
from lantian.terms.coordinates import CoordinateSystem

#: Faults that are kept for the page; the result file has them all.
_KEPT_FAULTS: Final = 1000


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
        found = judge(batch, reach, step, None)
    except BadFile as error:
        batch.state = Batch.State.REFUSED
        batch.message = told_error(error)
    else:
        batch.state = Batch.State.CHECKED
        batch.message = ""
    batch.checked_at = now
    with effect():
        keep(batch, found)
    plan_path(batch).unlink(missing_ok=True)


def keep(batch: Batch, found: list[BatchFault]) -> None:
    """Save an import with what is wrong with its rows."""
    batch.found.all().delete()
    BatchFault.objects.bulk_create(found)
    batch.save()


def told_error(error: LantianError) -> str:
    """What and fix of an error in one text, "zh / en"."""
    what, fix = error.what.partition(" / "), error.fix.partition(" / ")
    return f"{what[0]}。{fix[0]} / {what[2] or what[0]}. {fix[2] or fix[0]}"


def begin_apply(batch: Batch) -> None:
    """Let an import that was checked be applied, once.

    Raises
    ------
    Conflict
        If it is not waiting for that.
    """
    go(batch, (Batch.State.CHECKED,), Batch.State.APPLYING)


def discard(batch: Batch) -> None:
    """Let an import be, and delete its files.

    Raises
    ------
    Conflict
        If it was applied, or is at work.
    """
    go(batch, (Batch.State.CHECKED, Batch.State.REFUSED), Batch.State.DISCARDED)
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
    go(batch, Batch.OPEN, Batch.State.APPLIED if written else Batch.State.REFUSED)
    batch.message = (
        "任务中断，只导入了一部分，可撤销 / the job was interrupted and a part was imported; "
        "it can be undone"
        if written
        else "任务中断，请重新上传 / the job was interrupted; send the file again"
    )
    batch.save(update_fields=["message"])


def go(batch: Batch, from_states: Iterable[str], to_state: str) -> None:
    """Let an import go from one of some states to another, once.

    Raises
    ------
    Conflict
        If it is in none of them by now.
    """
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


def judge(batch: Batch, reach: Reach, step: Step, since: datetime | None) -> list[BatchFault]:
    """Judge the sheet, write its result file and the plan, count, and return what is wrong."""
    register = register_of(batch.kind)
    known = known_headings(register)
    sheet = open_sheet(upload_path(batch), batch.file_name, lambda text: plain(text) in known)
    headings = read_headings(register, sheet.headings, batch.file_name)
    ours = dict(batch.rows.values_list("row", "version")) if since else {}
    system = CoordinateSystem(batch.coordinates)
    batch.total, batch.done = sheet.total, 0
    batch.created = batch.changed = batch.same = batch.faults = 0
    found: list[BatchFault] = []
    with (
        ResultSheet(result_path(batch), sheet.headings, "导入结果 / outcome") as result,
        plan_path(batch).open("w+b") as file,
    ):
        plan_path(batch).chmod(0o600)
        plan = Plan(register, file)
        judged = Judge(register, headings, system, reach, since, ours, plan.row_of)
        for verdicts in judged.verdicts(sheet):
            plan.add(verdicts)
            for verdict in verdicts:
                _count(batch, verdict)
                result.add(verdict.cells, _outcome(verdict), wrong=bool(verdict.faults))
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
