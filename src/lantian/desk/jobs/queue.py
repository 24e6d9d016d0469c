"""The task by which jobs stand in the queue of Django's Tasks framework."""

from typing import Any

from django.tasks import task


@task
def perform(name: str, arguments: dict[str, Any]) -> None:
    """Stand for a declared job until a worker takes it.

    Raises
    ------
    RuntimeError
        Always: the queue's own worker knows no leases, so two of them could do a job twice.
    """
    raise RuntimeError(f"job {name!r} is done by `lantian desk worker` alone, under a lease")
