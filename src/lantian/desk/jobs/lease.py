"""Leases: who may work on a job, and taking it away from a worker that died.

An effect commits only while the token of its worker stands in the lease's row. Time decides
nothing here: a watcher takes a lease away when the holder's beat did not move for so long by
the watcher's own steady clock, so clocks that jump or differ harm nothing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from lantian.desk.jobs.models import Job, Lease, Presence
from lantian.desk.jobs.registry import declared
from lantian.desk.jobs.services import put_back, put_right
from lantian.errors import BadRequest

#: A holder whose beat stands still for so long is taken for dead.
LEASE_S: Final = 30.0


class LeaseLost(Exception):
    """Another worker has, or will get, the job: nothing of this run may be kept."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease in hand."""

    job: UUID
    token: int
    holder: str


def claim(holder: str, now: datetime, *, lease_s: float = LEASE_S) -> Held | None:
    """Take the next job of the queue under a lease; None when nothing waits."""
    waiting = DBTaskResult.objects.ready().filter(job__isnull=False)
    # A look without a lock first: an idle worker keeps nobody from writing.
    if not waiting.exists():
        return None
    with transaction.atomic():
        task = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if task is None:
            return None
        task.claim(holder)
        Job.objects.filter(pk=task.pk).update(attempts=F("attempts") + 1)
        lease, _ = Lease.objects.select_for_update().get_or_create(job_id=task.pk)
        lease.token, lease.beat, lease.holder = lease.token + 1, lease.beat + 1, holder
        lease.heartbeat, lease.until = now, now + timedelta(seconds=lease_s)
        lease.save()
        return Held(task.pk, lease.token, holder)


def beat(held: Held, now: datetime, *, lease_s: float = LEASE_S) -> None:
    """Show that the holder lives; inside a transaction it keeps the lease until its end.

    Raises
    ------
    LeaseLost
        If the lease was taken away.
    """
    moved = Lease.objects.filter(pk=held.job, token=held.token).update(
        beat=F("beat") + 1, heartbeat=now, until=now + timedelta(seconds=lease_s)
    )
    if not moved:
        raise LeaseLost(f"job {held.job}: token {held.token} is no longer the one that holds")


def show(role: str, now: datetime) -> None:
    """Show that a process of a role runs, whether or not it has anything to do."""
    Presence.objects.update_or_create(role=role, defaults={"at": now})


class Watcher:
    """Gives the jobs of dead workers back to the queue."""

    def __init__(
        self, *, lease_s: float = LEASE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin with nothing seen."""
        self._lease_s = lease_s
        self._clock = clock
        self._seen: dict[UUID, tuple[tuple[int, int], float]] = {}

    def look(self, now: datetime) -> list[UUID]:
        """Look at all leases; return the jobs that were taken away from their holders."""
        put_right(now)
        running = Lease.objects.filter(job__task__status=TaskResultStatus.RUNNING)
        marks = {
            pk: (token, pulse) for pk, token, pulse in running.values_list("pk", "token", "beat")
        }
        at = self._clock()
        seen = self._seen
        self._seen = {
            job: seen[job] if job in seen and seen[job][0] == mark else (mark, at)
            for job, mark in marks.items()
        }
        still = [job for job, (_, since) in self._seen.items() if at - since >= self._lease_s]
        return [job for job in still if take_away(job, *marks[job], now)]


def take_away(job: UUID, token: int, pulse: int, now: datetime) -> bool:
    """Take a lease whose beat stood still; False when it moved after all."""
    with transaction.atomic():
        # A row locked by another is in use by a living holder, or taken by another watcher.
        lease = (
            Lease.objects.select_for_update(skip_locked=True)
            .filter(pk=job, token=token, beat=pulse)
            .first()
        )
        if lease is None:
            return False
        holder = lease.holder
        lease.token, lease.holder, lease.until = token + 1, "", None
        lease.save()
        task = DBTaskResult.objects.select_for_update().get(pk=job)
        _give_back(task, Job.objects.get(pk=job), holder, now)
    return True


def _give_back(task: DBTaskResult[Any, Any], job: Job, holder: str, now: datetime) -> None:
    if not job.cancel_asked and job.attempts < _attempts(job.name):
        put_back(task)
        return
    task.status, task.finished_at = TaskResultStatus.FAILED, now
    task.save(update_fields=["status", "finished_at"])
    job.cancelled = job.cancel_asked
    job.reason = (
        ""
        if job.cancelled
        else f"执行程序 {holder} 中断，已试 {job.attempts} 次 / worker {holder} stopped "
        f"answering; tried {job.attempts} times"
    )
    job.save(update_fields=["cancelled", "reason"])


def _attempts(name: str) -> int:
    try:
        return declared(name).attempts
    except BadRequest:
        return 0  # no longer declared: it cannot be tried again
