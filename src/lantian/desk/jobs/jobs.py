"""Jobs of the queue itself and of the log below it: verifying, tidying up."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.jobs.queries import file_of, is_unfinished
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import FILES, UNFINISHED, Run
from lantian.desk.jobs.services import forget_finished
from lantian.desk.log.broken import LogBroken
from lantian.desk.log.chain import verify

#: How long finished jobs and their files are kept: those of people, those of machines.
_KEPT: Final = ((True, timedelta(days=7)), (False, timedelta(days=2)))


@job("verify-log", zh="校验日志", en="Verify the log", at="03:30")
def verify_log(run: Run) -> Mapping[str, Any]:
    """Walk the chain of the log; fail when anything is wrong with it."""
    verdict = verify()
    if not verdict.whole:
        raise LogBroken(
            verdict.findings[0].what,
            where="log",
            fix="全部问题见“校验日志”页 / see all findings on the page Verify the log",
        )
    return {"entries": verdict.entries, "head": str(verdict.head)}


@job("tidy-jobs", zh="清理旧任务", en="Tidy up old jobs", at="03:10")
def tidy_jobs(run: Run) -> Mapping[str, Any]:
    """Delete jobs that are long over, with their files, and what dead workers left."""
    now = timezone.now()
    gone = 0
    for by_people, kept in _KEPT:
        for file in forget_finished(before=now - kept, by_people=by_people):
            shutil.rmtree((env().folder / file).parent, ignore_errors=True)
            gone += 1
    for left in _left_behind(env().folder / FILES):
        shutil.rmtree(left, ignore_errors=True)
    return {"files": gone}


def _left_behind(folder: Path) -> Iterator[Path]:
    """Folders, named after job and token, of runs that died or lost their lease."""
    for left in (folder / UNFINISHED).glob("*-*"):
        if not is_unfinished(left.name.rpartition("-")[0]):
            yield left
    for made in folder.glob("*-*"):
        job = made.name.rpartition("-")[0]
        if not is_unfinished(job) and Path(file_of(job)).parent.name != made.name:
            yield made
