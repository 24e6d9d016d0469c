"""The scheduler: seals the log each second, asks for jobs when they are due, watches leases."""

import threading
import time
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from lantian.desk.jobs.due import next_due, period, right_due
from lantian.desk.jobs.lease import LEASE_S, Watcher, show
from lantian.desk.jobs.models import Schedule
from lantian.desk.jobs.outage import Outage
from lantian.desk.jobs.queries import SCHEDULER
from lantian.desk.jobs.registry import all_declared
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.stop import on_signals
from lantian.desk.log.actor import Actor
from lantian.desk.log.sealer import seal_new

_WHO: Final = Actor.system("scheduler")
_WATCH_EVERY_S: Final = 5.0


def run_scheduler(
    *, stop: threading.Event | None = None, tick_s: float = 1.0, lease_s: float = LEASE_S
) -> None:
    """Keep time until told to stop: by SIGTERM or SIGINT, or by the event where one is given.

    Any number of schedulers may run; a due time is served once.
    """
    ending = stop or on_signals()
    outage = Outage("scheduler", ending)
    watcher = Watcher(lease_s=lease_s)
    watched = -_WATCH_EVERY_S
    prepared = False

    def step() -> bool:
        nonlocal watched, prepared
        now = timezone.now()
        if not prepared:
            lay_out(now)
            prepared = True
        seal_new(now)
        run_due(now)
        if time.monotonic() - watched >= min(_WATCH_EVERY_S, lease_s / 4):
            watched = time.monotonic()
            watcher.look(now)
            show(SCHEDULER, now)
        return True

    while not ending.is_set():
        began = time.monotonic()
        outage.tried(step)
        ending.wait(max(0.0, tick_s - (time.monotonic() - began)))
    connection.close()


def lay_out(now: datetime) -> None:
    """Make the rows of schedules say what the jobs declare; who is switched off stays off."""
    zone = timezone.get_default_timezone()
    wanted = {job.name: job for job in all_declared() if job.every_s or job.at}
    with transaction.atomic():
        Schedule.objects.exclude(pk__in=wanted).delete()
        held = {row.name: row for row in Schedule.objects.select_for_update()}
        for name, job in wanted.items():
            row = held.get(name)
            if row is not None and (row.every_s, row.at) == (job.every_s, job.at):
                continue
            Schedule.objects.update_or_create(
                name=name,
                defaults={
                    "every_s": job.every_s,
                    "at": job.at,
                    "next_due": next_due(job.every_s, job.at, now, zone),
                },
            )


def run_due(now: datetime) -> list[UUID]:
    """Ask for the jobs that are due, each due time once; return their identities.

    Due times that were missed, as while no scheduler ran, are served by one run; so are
    those that fall while the run before still waits or works.
    """
    zone = timezone.get_default_timezone()
    asked = []
    for row in Schedule.objects.filter(enabled=True):
        if row.next_due <= now:
            job = _serve(row, next_due(row.every_s, row.at, now, zone), now)
            asked += [job] if job else []
        else:
            _put_right(row, right_due(row.every_s, row.at, row.last_due, now, zone))
    return asked


def _serve(row: Schedule, following: datetime, now: datetime) -> UUID | None:
    with transaction.atomic():
        # Whoever moves `next_due` on serves it; the other scheduler finds it moved. The last
        # of the due times that have passed by now counts as served.
        moved = Schedule.objects.filter(pk=row.pk, next_due=row.next_due, enabled=True).update(
            next_due=following, last_due=following - period(row.every_s)
        )
        if not moved or _pending(row.last_job):
            return None
        job = enqueue(name=row.name, by=_WHO, now=now, schedule=row.name)
        Schedule.objects.filter(pk=row.pk).update(last_job=job)
    return job


def _put_right(row: Schedule, due: datetime) -> None:
    """Bring a due time near again that a clock running ahead has put far off."""
    if due < row.next_due:
        Schedule.objects.filter(pk=row.pk, next_due=row.next_due).update(next_due=due)


def _pending(job: UUID | None) -> bool:
    return job is not None and DBTaskResult.objects.filter(pk=job, finished_at=None).exists()
