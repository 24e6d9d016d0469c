"""Jobs of alarms: judging new values, calling the next who is on the list."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from lantian.desk.alarms.evaluation import (
    look,
    must_look,
    rules_in_force,
    standing_of,
    told,
)
from lantian.desk.alarms.services import MACHINE, call_next, overdue, settle_found
from lantian.desk.env import env
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.desk.log.actor import Actor
from lantian.desk.observations import lake
from lantian.lake.store import Lake


@job("alarms", zh="判定告警", en="Judge alarms", every_s=60)
def judge(run: Run) -> Mapping[str, Any]:
    """Raise and end alarms by the values that came, and call the next where nobody answered."""
    by = Actor.system(MACHINE, run.id)
    counts: list[Mapping[str, int]] = []
    if Lake.exists(env().folder):
        held, now = lake(), timezone.now()
        for rule in rules_in_force(timezone.localdate(now)):
            run.progress(len(counts))
            if not must_look(rule, standing_of(rule, now), held.sequence):
                continue
            seen = look(held, rule, now)
            with run.effect():
                counts.append(
                    settle_found(
                        rule=rule,
                        looked_from=seen.first,
                        found=seen.found,
                        sequence=seen.sequence,
                        by=by,
                        now=now,
                    )
                )
    called = 0
    for pk in overdue(timezone.now()):
        with run.effect():
            called += call_next(pk=pk, by=by, now=timezone.now())
    return {**told(counts), "called": called}
