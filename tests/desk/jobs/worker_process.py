"""A worker or scheduler in a process of its own, on the database of a test.

Jobs leave marks, files named `what-who`, in the folder TEST_MARKS, and wait for the file `go`.
"""

import os
import sys
import time
from pathlib import Path

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "lantian.desk.site.settings"
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
django.setup()

from django.utils import timezone  # noqa: E402

from lantian.desk.jobs.lease import LeaseLost  # noqa: E402
from lantian.desk.jobs.registry import job  # noqa: E402
from lantian.desk.jobs.run import Run  # noqa: E402
from lantian.desk.jobs.scheduler import run_scheduler  # noqa: E402
from lantian.desk.jobs.worker import run_worker  # noqa: E402
from lantian.desk.log.services import record  # noqa: E402

ROLE, NAME = sys.argv[1:]
MARKS = Path(os.environ["TEST_MARKS"])
LEASE_S = 4.0


def mark(what: str) -> None:
    (MARKS / f"{what}-{NAME}").touch()


def wait_for(name: str) -> None:
    while not (MARKS / name).exists():
        time.sleep(0.02)


def leave(run: Run) -> None:
    record(by=run.by, now=timezone.now(), action="test.effect", kind="test", key=NAME)


@job("once", zh="一次", en="Once")
def once(run: Run) -> None:
    """Wait, then have the effect."""
    mark("begun")
    wait_for("go")
    try:
        with run.effect():
            leave(run)
            run.finish({"by": NAME})
    except LeaseLost:
        mark("refused")
        raise
    mark("done")


@job("linger", zh="逗留", en="Linger")
def linger(run: Run) -> None:
    """Have the effect at once, then stay."""
    with run.effect():
        leave(run)
        run.finish()
    mark("done")
    wait_for("never")


@job("steps", zh="多步", en="Steps", attempts=5)
def steps(run: Run) -> None:
    """Have five effects, remembering each; the first worker stays after the second."""
    for step in range(run.memo.get("next", 0), 5):
        with run.effect():
            record(by=run.by, now=timezone.now(), action="test.effect", kind="test", key=str(step))
            run.remember({"next": step + 1})
        if step == 1 and NAME == "A":
            mark("two")
            wait_for("never")


@job("long", zh="久", en="Long")
def long(run: Run) -> None:
    """Go on for ever, telling of progress."""
    count = 0
    while True:
        count += 1
        run.progress(count)
        mark("begun")
        time.sleep(0.02)


if ROLE == "worker":
    run_worker(holder=NAME, idle_s=0.05, lease_s=LEASE_S)
else:
    run_scheduler(tick_s=0.1, lease_s=LEASE_S)
mark("ended")
