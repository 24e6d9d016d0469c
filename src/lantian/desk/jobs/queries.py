"""Reading jobs and schedules."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Q
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from lantian.desk.env import env
from lantian.desk.jobs.models import Job, Lease, Presence, Schedule
from lantian.desk.jobs.registry import all_declared, declared
from lantian.desk.language import both
from lantian.errors import BadRequest

PAGE: Final = 100
QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
WORKER: Final = "worker"
SCHEDULER: Final = "scheduler"
_STATES: Final = {
    TaskResultStatus.READY: QUEUED,
    TaskResultStatus.RUNNING: RUNNING,
    TaskResultStatus.SUCCESSFUL: DONE,
    TaskResultStatus.FAILED: FAILED,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A job as pages show it.

    `state` is queued, running, done, failed or cancelled; `reason` and `words` are
    "Chinese / English"; `result` may hold count, sha256, bytes and file.
    """

    id: str
    name: str
    title: str
    state: str
    account: int | None
    actor: str
    asked: datetime
    started: datetime | None
    finished: datetime | None
    attempts: int
    done: int
    total: int | None
    words: str
    reason: str
    result: dict[str, Any]
    cancel_asked: bool

    @property
    def over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state not in {QUEUED, RUNNING}

    @property
    def file(self) -> Path | None:
        """File that it made, if it made one that is still there."""
        place = self.result.get("file")
        path = env().folder / place if place else None
        return path if path is not None and path.is_file() else None


def jobs_of(account: int | None, *, before: datetime | None = None) -> list[Seen]:
    """Return jobs, newest first: those of an account, or all of them for None.

    One more than a page holds where there are more; `before` is the time at which the last
    of the page before was asked for.
    """
    mine = Q() if account is None else Q(account=account)
    older = Q() if before is None else Q(task__enqueued_at__lt=before)
    rows = Job.objects.filter(mine, older).select_related("task")
    return [_seen(row) for row in rows.order_by("-task__enqueued_at")[: PAGE + 1]]


def failed_since(since: datetime, account: int | None) -> list[Seen]:
    """Return jobs that failed since a time, newest first: an account's, or all of them for None.

    A page of them at most; one that is tried again counts no more.
    """
    mine = Q() if account is None else Q(account=account)
    rows = Job.objects.filter(
        mine,
        cancelled=False,
        task__status=TaskResultStatus.FAILED,
        task__finished_at__gte=since,
    ).select_related("task")
    return [_seen(row) for row in rows.order_by("-task__finished_at")[:PAGE]]


def job_of(job: UUID) -> Seen | None:
    """Return one job; None where there is none."""
    row = Job.objects.filter(pk=job).select_related("task").first()
    return _seen(row) if row else None


def holder_of(job: UUID) -> Lease | None:
    """Return the lease of a job that runs: holder, heartbeat and until."""
    return Lease.objects.filter(pk=job, job__task__status=TaskResultStatus.RUNNING).first()


def last_beat(role: str = WORKER) -> datetime | None:
    """Return when a worker, or a scheduler, last showed that it runs; None if none ever did."""
    seen = [row.at for row in Presence.objects.filter(pk=role)]
    if role == WORKER:
        # One that is busy shows itself by its lease.
        busy = Lease.objects.aggregate(last=Max("heartbeat"))["last"]
        seen += [busy] if busy else []
    return max(seen, default=None)


def file_of(job: str) -> str:
    """Return the file, relative to the data folder, that a job made; empty where none."""
    try:
        found = Job.objects.filter(pk=UUID(job)).first()
    except ValueError:
        return ""
    return str(found.result.get("file", "")) if found else ""


def is_unfinished(job: str) -> bool:
    """Whether a job waits or runs."""
    try:
        return DBTaskResult.objects.filter(pk=UUID(job), finished_at=None).exists()
    except ValueError:
        return False


def title_of(name: str) -> str:
    """Name of a job as people read it."""
    try:
        found = declared(name)
    except BadRequest:
        return name  # declared by a version before this one
    return str(both(found.zh, found.en))


def schedules() -> list[Schedule]:
    """Return all schedules of jobs that are declared, in order of their names."""
    return list(Schedule.objects.filter(pk__in=[j.name for j in all_declared()]).order_by("name"))


def _seen(row: Job) -> Seen:
    task = row.task
    return Seen(
        id=str(row.pk),
        name=row.name,
        title=title_of(row.name),
        state=CANCELLED if row.cancelled else _STATES[TaskResultStatus(task.status)],
        account=row.account,
        actor=row.actor,
        asked=task.enqueued_at,
        started=task.started_at,
        finished=task.finished_at,
        attempts=row.attempts,
        done=row.done,
        total=row.total,
        words=row.words,
        reason=row.reason,
        result=row.result,
        cancel_asked=row.cancel_asked,
    )
