"""The nightly job: marks on hours, and signs of manipulation."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.observations import lake
from lantian.flows.quality import judge_quality, last_months
from lantian.lake.findings import head
from lantian.lake.store import Lake


@job(
    "judge-quality",
    zh="标记小时值，查找造假迹象",
    en="Mark hours, look for manipulation",
    at="02:40",
)
def judge(run: Run) -> Mapping[str, Any]:
    """Judge the last two months; the log keeps the head of the findings, so none can be cut off."""
    period = last_months(lake()) if Lake.exists(env().folder) else None
    if period is None:
        return {"count": 0}
    said: list[str] = []

    def tell(line: str) -> None:
        said.append(line)
        run.progress(len(said), None, line[:200])

    done = [one for one in judge_quality(lake(), period, progress=tell) if one.fresh]
    result = {
        "count": sum(one.run.marks for one in done),
        "findings": sum(one.run.findings for one in done),
    }
    number, digest = head(lake().ledger)
    with run.effect():
        if done:
            record(
                by=Actor.system("judge-quality"),
                now=timezone.now(),
                action="finding.judge",
                kind="quality.finding",
                key=f"{number}",
                after={**result, "period": period.label, "head": digest},
            )
        run.finish(result)
    return result
