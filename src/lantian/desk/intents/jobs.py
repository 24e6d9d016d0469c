"""The job that applies intents; it is asked for with each, and each minute to be sure."""

from collections.abc import Mapping
from typing import Any

from lantian.desk.intents.services import JOB, apply_pending
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run


@job(JOB, zh="写入数据湖", en="Write into the lake", every_s=60, attempts=10)
def apply_intents(run: Run) -> Mapping[str, Any]:
    """Apply what waits."""
    return apply_pending(fence=run.effect, between=run.progress)
