"""Asking for jobs, cancelling them, trying them again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils.translation import get_language
from django_tasks_db.models import DBTaskResult, get_date_max

from lantian.desk.jobs.models import Job, Schedule
from lantian.desk.jobs.queue import perform
from lantian.desk.jobs.registry import declared
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.errors import Conflict

#: Kind of the entries in the log.
KIND: Final = "jobs.job"
#: A job that is put back waits at most so long before it is tried again.
LATEST: Final = timedelta(hours=1)
_AT_ONCE: Final = 5_000


def enqueue(
    *,
    name: str,
    by: Actor,
    now: datetime,
    arguments: Mapping[str, Any] | None = None,
    schedule: str = "",
) -> UUID:
    """Ask for a job; it runs after this transaction commits.

    Parameters
    ----------
    name : str
        As it was declared.
    by : Actor
        Who asks; the page of the job and its file are theirs. What a person asks is logged.
    now : datetime
    arguments : mapping, optional
        Plain JSON values, passed by name; no personal fields, they stay in the queue.
    schedule : str
        The schedule that asks.

    Returns
    -------
    UUID
        Identity of the job.

    Raises
    ------
    BadRequest
        If no job has that name.
    """
    declared(name)
    with transaction.atomic():
        task = UUID(perform.enqueue(name=name, arguments=dict(arguments or {})).id)
        Job.objects.create(
            task_id=task,
            name=name,
            schedule=schedule,
            account=by.account,
            actor=by.name,
            origin=by.origin,
            language=get_language() or "zh-hans",
        )
        if by.account is not None:
            _log(by, now, "job.ask", task, after={"name": name})
    return task


def ensure(*, name: str, by: Actor, now: datetime) -> UUID:
    """Ask for a job without arguments, unless it waits already.

    Either way a run begins after this transaction commits, and sees what it wrote.

    Returns
    -------
    UUID
        Identity of the job that waits.
    """
    with transaction.atomic():
        # The lock keeps a worker from beginning the job before this transaction commits.
        waiting = (
            DBTaskResult.objects.ready()
            .filter(job__name=name)
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        return waiting.pk if waiting else enqueue(name=name, by=by, now=now)


def cancel(*, job: UUID, by: Actor, now: datetime) -> None:
    """Take a job back: at once while it waits, at its next step while it runs.

    Raises
    ------
    Conflict
        If it is over already.
    """
    with transaction.atomic():
        task = _locked(job)
        if task.status == TaskResultStatus.READY:
            task.status, task.finished_at = TaskResultStatus.FAILED, now
            task.save(update_fields=["status", "finished_at"])
            Job.objects.filter(pk=job).update(cancelled=True)
        elif task.status == TaskResultStatus.RUNNING:
            Job.objects.filter(pk=job).update(cancel_asked=True)
        else:
            raise _over(job)
        _log(by, now, "job.cancel", job)


def retry(*, job: UUID, by: Actor, now: datetime) -> None:
    """Put a failed or cancelled job back into the queue.

    Raises
    ------
    Conflict
        If it did not fail.
    """
    with transaction.atomic():
        task = _locked(job)
        if task.status != TaskResultStatus.FAILED:
            raise _over(job)
        put_back(task)
        Job.objects.filter(pk=job).update(
            attempts=0, cancel_asked=False, cancelled=False, reason="", done=0, words=""
        )
        _log(by, now, "job.retry", job)


def put_back(task: DBTaskResult[Any, Any], *, after: datetime | None = None) -> None:
    """Let a task of the queue wait again, until `after` if that is said."""
    task.status = TaskResultStatus.READY
    task.run_after = after or get_date_max()
    task.started_at = task.finished_at = None
    task.exception_class_path = task.traceback = ""
    task.save()


def put_right(now: datetime) -> int:
    """Let jobs go on that a clock running ahead has put off for too long; return how many."""
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, job__isnull=False)
    far = waiting.filter(run_after__gt=now + LATEST, run_after__lt=get_date_max())
    # A look first: an idle watcher keeps nobody from writing.
    return far.update(run_after=get_date_max()) if far.exists() else 0


def set_enabled(*, name: str, enabled: bool, by: Actor, now: datetime) -> None:
    """Switch a schedule on or off.

    Raises
    ------
    Schedule.DoesNotExist
        If there is none of that name.
    """
    with transaction.atomic():
        row = Schedule.objects.select_for_update().get(pk=name)
        before, row.enabled = row.enabled, enabled
        row.save(update_fields=["enabled"])
        record(
            by=by,
            now=now,
            action="schedule.edit",
            kind="jobs.schedule",
            key=name,
            before={"enabled": before},
            after={"enabled": enabled},
        )


def forget_finished(*, before: datetime, by_people: bool) -> list[str]:
    """Delete jobs of people, or of machines, that were over before a time.

    Returns
    -------
    list of str
        The files that they had made, relative to the data folder.
    """
    with transaction.atomic():
        old = DBTaskResult.objects.finished().filter(
            job__account__isnull=not by_people, finished_at__lt=before
        )
        ids = list(old.filter(job__isnull=False).values_list("pk", flat=True)[:_AT_ONCE])
        results = list(Job.objects.filter(pk__in=ids).values_list("result", flat=True))
        DBTaskResult.objects.filter(pk__in=ids).delete()  # and what hangs on them
    return [result["file"] for result in results if "file" in result]


def _locked(job: UUID) -> DBTaskResult[Any, Any]:
    return DBTaskResult.objects.select_for_update().get(pk=job, job__isnull=False)


def _over(job: UUID) -> Conflict:
    return Conflict(
        "任务状态已变 / the job's state moved on",
        where=f"jobs {job}",
        fix="刷新页面 / load the page again",
    )


def _log(
    by: Actor, now: datetime, action: str, job: UUID, after: dict[str, Any] | None = None
) -> None:
    record(by=by, now=now, action=action, kind=KIND, key=str(job), after=after)
