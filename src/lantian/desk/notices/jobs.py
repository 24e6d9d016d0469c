"""Jobs of notices: sending what waits, escalating what is overdue, the morning brief."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.desk.notices.escalation import escalate, overdue
from lantian.desk.notices.morning import brief_to_send, send_brief
from lantian.desk.notices.sending import Sender
from lantian.desk.notices.services import SEND


@job(SEND, zh="发送消息", en="Send notices", every_s=60, attempts=10)
def send(run: Run) -> Mapping[str, Any]:
    """Send what is due by mail, robot and text message."""
    return Sender(run=run.id, fence=run.effect, between=run.progress).send_due()


@job("notices-escalate", zh="逾期回执升级", en="Escalate overdue receipts", every_s=60)
def escalate_overdue(run: Run) -> Mapping[str, Any]:
    """Bring what is overdue before the next on duty."""
    now = timezone.now()
    raised = 0
    for notice in overdue(now):
        run.progress(raised)
        with run.effect():
            raised += bool(escalate(notice, now))
    return {"count": raised}


@job(
    "notices-brief",
    zh="发送晨报",
    en="Send the morning brief",
    at=env().settings.notices.brief_at,
    attempts=5,
)
def morning_brief(run: Run) -> Mapping[str, Any]:
    """Send the brief of yesterday, once a day."""
    now = timezone.now()
    made = brief_to_send(now)
    if made is None:
        return {"notice": None}
    with run.effect():
        return {"notice": send_brief(*made, now)}
