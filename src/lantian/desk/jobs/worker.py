"""The worker: takes jobs under a lease, one at a time, and does them.

It works on the rows of django-tasks-db but is not that library's worker, which takes a task
for good: it knows no lease, never gives back the task of a worker that was killed, and
writes an outcome whether or not the task is still its own.
"""

import logging
import os
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from lantian.desk.jobs.lease import LEASE_S, Held, LeaseLost, Watcher, beat, claim, show
from lantian.desk.jobs.models import Job
from lantian.desk.jobs.outage import GONE, Outage, is_full, renew_connection
from lantian.desk.jobs.queries import WORKER
from lantian.desk.jobs.registry import declared
from lantian.desk.jobs.run import Cancelled, Run, Stopping
from lantian.desk.jobs.services import LATEST, put_back
from lantian.desk.jobs.stop import on_signals
from lantian.errors import LakeBroken, LantianError

_LOG: Final = logging.getLogger(__name__)
_BEATS: Final = 4
_AGAIN_S: Final = 5


def run_worker(
    *,
    stop: threading.Event | None = None,
    holder: str = "",
    idle_s: float = 0.5,
    lease_s: float = LEASE_S,
) -> None:
    """Do jobs until told to stop: by SIGTERM or SIGINT, or by the event where one is given.

    Parameters
    ----------
    stop : threading.Event, optional
    holder : str
        Name of this worker in leases; host, process and a random part unless said.
    idle_s : float
        How long an idle worker waits before it looks again.
    lease_s : float
        A worker that shows no life for so long loses its job.
    """
    ending = stop or on_signals()
    name = holder or f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"
    outage = Outage("worker", ending)
    watcher = Watcher(lease_s=lease_s)
    watched = -lease_s

    def step() -> bool:
        nonlocal watched
        if time.monotonic() - watched >= lease_s / _BEATS:
            watched = time.monotonic()
            watcher.look(timezone.now())
            show(WORKER, timezone.now())
        return do_next(holder=name, stop=ending, lease_s=lease_s)

    while not ending.is_set():
        if not outage.tried(step):
            ending.wait(idle_s)
    connection.close()


def work_off(*, limit: int = 1000) -> int:
    """Do what waits in the queue now, in this process, and return how many jobs that were."""
    stop = threading.Event()
    for count in range(limit):
        if not do_next(holder="work-off", stop=stop):
            return count
    return limit


def do_next(*, holder: str, stop: threading.Event, lease_s: float = LEASE_S) -> bool:
    """Take the next job and do it; False when none waits."""
    held = claim(holder, timezone.now(), lease_s=lease_s)
    if held is None:
        return False
    run = Run(Job.objects.get(pk=held.job), held, stop)
    pulse = _Pulse(held, lease_s)
    try:
        with pulse:
            _do(run)
    except GONE as error:
        # Nothing can be written now; a watcher gives the job back once the lease ran out.
        _LOG.warning("job %s: its outcome could not be written (%s)", held.job, error)
        raise
    finally:
        run.clean()
    return True


def _do(run: Run) -> None:
    job = Job.objects.select_related("task").get(pk=run.held.job)
    try:
        work = declared(job.name).work
        arguments: Mapping[str, Any] = job.task.args_kwargs["kwargs"]["arguments"]
        with translation.override(job.language):
            result = work(run, **arguments)
        if not run.finished:
            with run.effect():
                run.finish(result)
    except LeaseLost as error:
        _LOG.warning("%s; this run is dropped", error)
    except Stopping:
        _settle(run, _to_queue)
    except Cancelled:
        _settle(run, _cancelled)
    except (LakeBroken, *GONE) as error:
        _settle(run, _again, error)
    except LantianError as error:
        _settle(run, _failed, error)
    except Exception as error:  # noqa: BLE001 - a fault of one job must not end the worker
        _LOG.exception("job %s (%s) failed", job.name, run.id)
        _settle(run, _again if is_full(error) else _failed, error)


def _settle(run: Run, outcome: Any, *more: Any) -> None:
    """Write an outcome under the lease, unless it was lost."""
    renew_connection()
    try:
        with transaction.atomic():
            beat(run.held, timezone.now())
            task = DBTaskResult.objects.get(pk=run.held.job)
            outcome(task, Job.objects.get(pk=run.held.job), *more)
    except LeaseLost as error:
        _LOG.warning("%s; this run is dropped", error)


def _to_queue(task: DBTaskResult[Any, Any], job: Job) -> None:
    """Give back what a stopping worker began; that was no attempt of the job's own."""
    job.attempts -= 1
    job.save(update_fields=["attempts"])
    put_back(task)


def _cancelled(task: DBTaskResult[Any, Any], job: Job) -> None:
    job.cancelled = True
    job.save(update_fields=["cancelled"])
    _end(task)


def _again(task: DBTaskResult[Any, Any], job: Job, error: Exception) -> None:
    """Try again later what may pass by itself, as a lake that another writer holds."""
    if job.attempts >= declared(job.name).attempts:
        _failed(task, job, error)
        return
    job.reason = _said(error)
    job.save(update_fields=["reason"])
    wait = min(timedelta(seconds=_AGAIN_S * 3**job.attempts), LATEST)
    put_back(task, after=timezone.now() + wait)


def _failed(task: DBTaskResult[Any, Any], job: Job, error: Exception) -> None:
    job.reason = _said(error)
    job.save(update_fields=["reason"])
    task.exception_class_path = f"{type(error).__module__}.{type(error).__qualname__}"
    task.traceback = "".join(traceback.format_exception(error))
    _end(task)


def _end(task: DBTaskResult[Any, Any]) -> None:
    task.status, task.finished_at = TaskResultStatus.FAILED, timezone.now()
    task.save()


def _said(error: Exception) -> str:
    if isinstance(error, LantianError):
        return error.what
    if is_full(error):
        return f"服务器磁盘已满：{type(error).__name__} / the disk is full: {type(error).__name__}"
    if isinstance(error, GONE):
        return f"数据库中断：{type(error).__name__} / the database was away: {type(error).__name__}"
    return f"系统出错：{type(error).__name__} / the system failed: {type(error).__name__}"


class _Pulse:
    """Shows in a thread of its own that the worker lives, as long as a job runs."""

    def __init__(self, held: Held, lease_s: float) -> None:
        self._held = held
        self._lease_s = lease_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go, name="pulse", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _go(self) -> None:
        try:
            while not self._over.wait(self._lease_s / _BEATS):
                try:
                    beat(self._held, timezone.now(), lease_s=self._lease_s)
                except GONE:
                    connection.close()  # an outage is told by the worker itself
                except LeaseLost:
                    return  # the run finds out at its next step
        finally:
            connection.close()
