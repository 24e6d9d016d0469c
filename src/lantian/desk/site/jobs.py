"""Jobs of the installation: days held for the pages, what is deleted on time, the demo's clock."""

import os
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from lantian.desk.accounts.services import delete_ended_sessions
from lantian.desk.env import GATE_FEEDS, env
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.desk.log.actor import Actor
from lantian.desk.observations import lake
from lantian.desk.privacy.services import delete_expired
from lantian.flows.refresh import refresh_days
from lantian.flows.twin import extend_twin
from lantian.lake.store import Lake
from lantian.terms.hour import hour_number


@job("refresh-days", zh="更新日评价", en="Refresh the evaluated days", every_s=60)
def refresh(run: Run) -> Mapping[str, Any]:
    """Evaluate the station days that wait; a second run finds them done."""
    if not Lake.exists(env().folder):
        return {"count": 0}
    report = refresh_days(lake())
    return {"count": report.station_days, "left": report.left}


@job("privacy-delete", zh="删除到期个人信息", en="Delete personal data that is over", at="02:10")
def delete_personal(run: Run) -> Mapping[str, Any]:
    """Delete personal fields whose days are over; the log holds the proof."""
    count = 0
    by = Actor.system("privacy-delete")
    for batch in delete_expired(now=timezone.now(), by=by, effect=run.effect):
        count += batch.rows
        run.progress(count)
    return {"count": count}


@job("sessions-delete", zh="清理过期会话", en="Delete ended sessions", at="02:20")
def delete_sessions(run: Run) -> Mapping[str, Any]:
    """Delete sessions that open nothing any more."""
    with run.effect():
        return {"count": delete_ended_sessions(now=timezone.now())}


# Where simulated monitors report to a gate, the county's hours come from them.
if env().settings.desk.demo and GATE_FEEDS not in os.environ:

    @job("twin-hour", zh="模拟县推进一小时", en="Go on with the fictional county", every_s=300)
    def twin_hour(run: Run) -> Mapping[str, Any]:
        """Simulate the hours that have passed since the last one held."""
        now = timezone.localtime().replace(minute=0, second=0, microsecond=0, tzinfo=None)
        report = extend_twin(lake(), hour_number(now))
        return {"count": report.hours.new if report else 0}
