"""Writing alarms: raising and ending them, calling the next, answering."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from lantian.desk.alarms.models import Alarm, Rule, Standing
from lantian.desk.alarms.telling import acknowledged, key_of, tell, tell_over
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.notices.services import receive
from lantian.desk.register.faults import Fault
from lantian.desk.register.spec import Values
from lantian.errors import Conflict
from lantian.evaluate.alarm import OPEN, Exceedance, reconcile

MACHINE: Final = "alarms"
#: Kind of the entries in the log.
KIND: Final = "alarms.alarm"
#: How long after its end a value may come before its alarm counts as late, in steps.
_LATE_STEPS: Final = {3600: 2, 60: 15}


def check_rule(values: Values, row: Rule | None) -> Sequence[Fault]:
    """Find what is wrong with a rule: it must not end an alarm as it raises it."""
    faults = []
    if values["clear"] > values["threshold"]:
        faults.append(
            Fault(
                "clear",
                str(values["clear"]),
                "解除值高于阈值 / the clear level lies above the threshold",
                "不高于阈值 / at most the threshold",
            )
        )
    if values["from_hour"] == values["to_hour"]:
        faults.append(
            Fault(
                "to_hour",
                str(values["to_hour"]),
                "时段为空 / no hour between them",
                "全天填 0 和 24 / 0 and 24 for the whole day",
            )
        )
    if values["post3"] is not None and values["post2"] is None:
        faults.append(
            Fault(
                "post2",
                "",
                "先填其次通知的岗位 / give the second post first",
                "按次序填写 / in their order",
            )
        )
    return faults


def settle_found(
    *,
    rule: Rule,
    looked_from: int,
    found: dict[str, tuple[str, list[Exceedance]]],
    sequence: int,
    by: Actor,
    now: datetime,
) -> dict[str, int]:
    """Bring the alarms of a rule in line with the exceedances found; return how many changed.

    Parameters
    ----------
    rule : Rule
    looked_from : int
        First step that was looked at.
    found : dict
        By station: path of its place, exceedances in order.
    sequence : int
        Lake sequence that was read.
    by : Actor
    now : datetime

    Returns
    -------
    dict
        How many were `raised`, `cleared` and `gone`.

    Notes
    -----
    Doing it again changes nothing: an exceedance keeps the alarm that it shares a step with,
    whatever values came late. Nothing that ended before the rule was first evaluated raises an
    alarm.
    """
    count = {"raised": 0, "cleared": 0, "gone": 0}
    with transaction.atomic():
        standing = (
            Standing.objects.select_for_update(of=("self",)).select_related("rule").get(rule=rule)
        )
        for station, (area, some) in found.items():
            held = list(_held(rule, station, looked_from))
            known = [(a.pk, a.since, OPEN if a.cleared is None else a.cleared) for a in held]
            by_pk = {alarm.pk: alarm for alarm in held}
            matched = reconcile(known, some)
            for pk, one in matched.same:
                count["cleared"] += _follow(by_pk[pk], one, rule, by, now)
            for one in matched.new:
                if one.cleared >= standing.start:
                    _raise(standing, station, area, one, by, now)
                    count["raised"] += 1
                    count["cleared"] += one.cleared != OPEN
            for pk in matched.gone:
                count["gone"] += _let_go(by_pk[pk], rule, looked_from, by, now)
        standing.sequence, standing.rule_version, standing.at = sequence, rule.version, now
        standing.save(update_fields=["sequence", "rule_version", "at"])
    return count


def _held(rule: Rule, station: str, looked_from: int) -> Sequence[Alarm]:
    rows = Alarm.objects.select_for_update().filter(rule=rule, station=station, gone=False)
    return [a for a in rows.order_by("since") if a.cleared is None or a.cleared > looked_from]


def _raise(
    standing: Standing, station: str, area: str, one: Exceedance, by: Actor, now: datetime
) -> None:
    rule = standing.rule
    # What was there when a rule was made is not late.
    known_at = max(one.raised, standing.start)
    ended = datetime.fromtimestamp(known_at * rule.step_s, now.tzinfo)
    patience = timedelta(seconds=rule.step_s * _LATE_STEPS[rule.step_s])
    alarm, new = Alarm.objects.get_or_create(
        rule=rule,
        station=station,
        raised=one.raised,
        defaults={
            "rule_version": rule.version,
            "area": area,
            "since": one.since,
            "cleared": None if one.cleared == OPEN else one.cleared,
            "highest": one.highest,
            "highest_at": one.highest_at,
            "late": now - ended > patience,
            "made_at": now,
        },
    )
    if not new:  # it was let go, and later values bear it out again
        alarm.gone, alarm.cleared = False, None if one.cleared == OPEN else one.cleared
        alarm.since, alarm.highest, alarm.highest_at = one.since, one.highest, one.highest_at
        alarm.save(update_fields=["gone", "cleared", "since", "highest", "highest_at"])
    record(
        by=by,
        now=now,
        action="alarm.raise",
        kind=KIND,
        key=str(alarm.pk),
        after={"rule": rule.code, "station": station, "raised": one.raised, "late": alarm.late},
    )
    if new:
        tell(alarm, level=1, by=by, now=now)


def _follow(alarm: Alarm, one: Exceedance, rule: Rule, by: Actor, now: datetime) -> bool:
    """Keep an alarm as values now show it; return whether that ended it."""
    cleared = None if one.cleared == OPEN else one.cleared
    over = alarm.cleared is None and cleared is not None
    now_is = (one.since, cleared, one.highest, one.highest_at, rule.version)
    was = (alarm.since, alarm.cleared, alarm.highest, alarm.highest_at, alarm.rule_version)
    if now_is == was:
        return False
    # An alarm whose completing value moved keeps the time at which it was raised.
    if cleared is not None and cleared < alarm.raised:
        cleared = alarm.raised
    alarm.since, alarm.cleared = one.since, cleared
    alarm.highest, alarm.highest_at = one.highest, one.highest_at
    alarm.rule_version = rule.version
    alarm.save(update_fields=["since", "cleared", "highest", "highest_at", "rule_version"])
    if over:
        _told_over(alarm, "alarm.clear", by, now)
    return over


def _let_go(alarm: Alarm, rule: Rule, looked_from: int, by: Actor, now: datetime) -> bool:
    """Mark an alarm that is borne out no more; one of an older rule that is over stays as it is."""
    older = alarm.rule_version != rule.version
    if alarm.since < looked_from or (older and alarm.cleared is not None):
        return False
    was_open = alarm.cleared is None
    alarm.gone = True
    alarm.cleared = alarm.raised if was_open else alarm.cleared
    alarm.save(update_fields=["gone", "cleared"])
    if was_open:
        _told_over(alarm, "alarm.gone", by, now)
    return True


def _told_over(alarm: Alarm, action: str, by: Actor, now: datetime) -> None:
    record(by=by, now=now, action=action, kind=KIND, key=str(alarm.pk), after={
        "rule": alarm.rule.code, "station": alarm.station, "cleared": alarm.cleared,
    })  # fmt: skip
    tell_over(alarm, by=by, now=now)


def overdue(now: datetime) -> list[int]:
    """Open alarms that nobody answered in time, and whose rule knows whom to call next."""
    rows = Alarm.objects.filter(cleared=None, answered_at=None, level__gt=0).select_related("rule")
    return [alarm.pk for alarm in rows.order_by("id") if _is_overdue(alarm, now)]


def _is_overdue(alarm: Alarm, now: datetime) -> bool:
    _, wait = alarm.rule.called(alarm.level)
    post, _ = alarm.rule.called(alarm.level + 1)
    at = alarm.level_at
    return post is not None and at is not None and at + timedelta(minutes=wait) <= now


def call_next(*, pk: int, by: Actor, now: datetime) -> bool:
    """Call the next post of an overdue alarm; return whether it was."""
    with transaction.atomic():
        alarm = Alarm.objects.select_for_update(of=("self",)).select_related("rule").get(pk=pk)
        if alarm.cleared is not None or alarm.answered_at is not None:
            return False
        who = acknowledged(alarm)
        if who is not None:
            _answered(alarm, who[0], who[1], "", who[2], by=by, now=now)
            return False
        if not _is_overdue(alarm, now):
            return False
        tell(alarm, level=alarm.level + 1, by=by, now=now)
        record(
            by=by,
            now=now,
            action="alarm.escalate",
            kind=KIND,
            key=str(pk),
            after={"level": alarm.level},
        )
    return True


def answer(*, pk: int, text: str, by: Actor, now: datetime) -> None:
    """Answer an alarm: somebody sees to it, and nobody else is called.

    Raises
    ------
    Alarm.DoesNotExist
        If there is none.
    Conflict
        If somebody answered before.
    """
    with transaction.atomic():
        alarm = Alarm.objects.select_for_update(of=("self",)).select_related("rule").get(pk=pk)
        if alarm.answered_at is not None:
            raise Conflict(
                f"{alarm.answered_name} 已应答 / {alarm.answered_name} answered it already",
                where=f"alarms {pk}",
                fix="刷新页面 / load the page again",
            )
        _answered(alarm, by.account, by.name, text, now, by=by, now=now)
        for level in range(1, alarm.level + 1):
            receive(key=key_of(alarm, level), by=by, now=now)


def _answered(
    alarm: Alarm,
    account: int | None,
    name: str,
    text: str,
    at: datetime,
    *,
    by: Actor,
    now: datetime,
) -> None:
    alarm.answered_at, alarm.answered_by, alarm.answered_name = at, account, name
    alarm.answer = text.strip()[:500]
    alarm.save(update_fields=["answered_at", "answered_by", "answered_name", "answer"])
    record(
        by=by,
        now=now,
        action="alarm.answer",
        kind=KIND,
        key=str(alarm.pk),
        after={"by": name, "answer": alarm.answer},
    )
