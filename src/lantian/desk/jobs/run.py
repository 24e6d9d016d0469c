"""One run of a job: its progress, and its effects, which commit only under its lease."""

import hashlib
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from lantian.desk.env import env
from lantian.desk.jobs.lease import Held, LeaseLost, beat
from lantian.desk.jobs.models import Job
from lantian.desk.log.actor import Actor

#: Folder of files that jobs make, in the data folder.
FILES: Final = "files/jobs"
#: Where in it files are until they are whole.
UNFINISHED: Final = "unfinished"
_PROGRESS_EVERY_S: Final = 0.5


class Cancelled(Exception):
    """Somebody asked to cancel the job."""


class Stopping(Exception):
    """The worker ends; the job goes back to the queue."""


class Run:
    """What the work of a job is given.

    Attributes
    ----------
    id : str
        Identity of the job.
    by : Actor
        Who asked for it.
    attempt : int
        1 for the first.
    memo : mapping
        What the attempt before remembered.
    finished : bool
        Whether an effect finished the job.
    """

    def __init__(self, job: Job, held: Held, stop: threading.Event) -> None:
        """Made by the worker."""
        self.id = str(held.job)
        self.by = Actor(job.account, job.actor, job.origin, self.id)
        self.attempt = job.attempts
        self.memo: Mapping[str, Any] = job.memo
        self.finished = False
        self.held = held
        self._stop = stop
        self._in_effect = False
        self._finishing = False
        self._kept: dict[str, Any] = {}
        self._spoke = -_PROGRESS_EVERY_S
        self._scratch: Path | None = None

    def progress(self, done: int, total: int | None = None, words: str = "") -> None:
        """Say how far the job is, as often as one likes; it is written twice a second.

        Parameters
        ----------
        done, total : int
            Of anything countable; no total while it is unknown.
        words : str
            What is being done, "Chinese / English".

        Raises
        ------
        Cancelled, Stopping, LeaseLost
            If the job shall not go on; let it pass.
        """
        if self._stop.is_set() and not self._in_effect:
            raise Stopping
        if time.monotonic() - self._spoke < _PROGRESS_EVERY_S and done != total:
            return
        self._spoke = time.monotonic()
        mine = Job.objects.filter(pk=self.held.job, lease__token=self.held.token)
        if not mine.update(done=done, total=total, words=words[:200]):
            raise LeaseLost(f"job {self.id}: another worker has it")
        if not self._in_effect and mine.filter(cancel_asked=True).exists():
            raise Cancelled

    @contextmanager
    def effect(self) -> Iterator[None]:
        """One transaction that commits only while the lease is held.

        All that a job changes is changed inside of one; keep it short. What must not happen
        twice goes together with `finish` or `remember`: anything else is done again when
        the worker dies after it.

        Raises
        ------
        LeaseLost
            If the lease was taken away: nothing is changed.
        """
        self._finishing = False
        with transaction.atomic():
            # Locks the lease's row until the end: nobody can take it away in between.
            beat(self.held, timezone.now())
            self._in_effect = True
            try:
                yield
            finally:
                self._in_effect = False
        self.finished = self._finishing

    def remember(self, memo: Mapping[str, Any]) -> None:
        """Keep a note for the next attempt, together with the effect that it is about."""
        self._must_be_in_effect()
        Job.objects.filter(pk=self.held.job).update(memo=dict(memo))
        self.memo = dict(memo)

    def finish(self, result: Mapping[str, Any] | None = None) -> None:
        """Finish the job with its result and the file it kept, together with its last effect."""
        self._must_be_in_effect()
        task = DBTaskResult.objects.get(pk=self.held.job)
        task.status, task.finished_at = TaskResultStatus.SUCCESSFUL, timezone.now()
        task.save(update_fields=["status", "finished_at"])
        job = Job.objects.get(pk=self.held.job)
        job.result, job.memo, job.reason = {**(result or {}), **self._kept}, {}, ""
        job.done = job.done if job.total is None else job.total
        job.save(update_fields=["result", "memo", "reason", "done"])
        self._finishing = True

    def scratch(self, name: str) -> Path:
        """Path of a temporary file of this run; gone when the run is over."""
        if self._scratch is None:
            self._scratch = env().folder / FILES / UNFINISHED / f"{self.id}-{self.held.token}"
            self._scratch.mkdir(parents=True, exist_ok=True)
        return self._scratch / Path(name).name

    def keep(self, file: Path, *, count: int | None = None) -> None:
        """Make a scratch file the file of the result, which the asker may download by its name.

        Parameters
        ----------
        file : Path
        count : int, optional
            Rows in it.
        """
        self._must_be_in_effect()
        with file.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        # The token keeps a run that lost its lease away from the file of the one after it.
        place = Path(FILES) / f"{self.id}-{self.held.token}" / file.name
        self._kept = {"file": str(place), "sha256": sha256, "bytes": file.stat().st_size}
        if count is not None:
            self._kept["count"] = count
        target = env().folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)

    def clean(self) -> None:
        """Delete what scratch files are left."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _must_be_in_effect(self) -> None:
        if not self._in_effect:
            raise RuntimeError("only inside `with run.effect():`")
