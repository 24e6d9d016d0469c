"""Telling people of alarms: who holds a post, what they are told, who acknowledged."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lantian.desk.accounts.queries import accounts
from lantian.desk.alarms.models import LEVELS, Alarm
from lantian.desk.duties.queries import on_duty
from lantian.desk.log.actor import Actor
from lantian.desk.notices.queries import first_receipt
from lantian.desk.notices.services import notify
from lantian.desk.stations.queries import stations_by_code
from lantian.terms.rounding import spell

_DECIMALS: Final = 1


def key_of(alarm: Alarm, level: int) -> str:
    """Key of the notice that calls a level: it is sent once."""
    return f"alarm-{alarm.pk}-{level}"


def tell(alarm: Alarm, *, level: int, by: Actor, now: datetime) -> None:
    """Call the post of a level, or the next that anybody holds; those on duty where none is.

    Inside the transaction of its cause; sets `level`, `level_at` and `nobody`.
    """
    reached: list[int] = []
    for level_now in range(level, LEVELS[-1] + 1):
        post, _ = alarm.rule.called(level_now)
        if post is None:
            break
        level, reached = level_now, holders(post, timezone.localdate(now))
        if reached:
            break
    if not reached:
        reached = _on_duty(alarm.area, now)
    alarm.level, alarm.level_at, alarm.nobody = level, now, not reached
    alarm.save(update_fields=["level", "level_at", "nobody"])
    if reached:
        _send(alarm, reached, by, now)


def _send(alarm: Alarm, to: Sequence[int], by: Actor, now: datetime) -> None:
    over = alarm.cleared is not None
    # While the rule knows whom to call next, the roster on duty is not called as well.
    waits = [alarm.rule.called(n)[1] for n in LEVELS if n >= alarm.level]
    zh, en = _words(alarm)
    late = ("【迟报】", "[late data] ") if alarm.late else ("", "")
    notify(
        kind="alert",
        title=f"{late[0]}{zh}"[:120],
        title_en=f"{late[1]}{en}"[:200],
        text=_text(alarm, zh),
        text_en=_text_en(alarm, en),
        to=to,
        by=by,
        now=now,
        link=reverse("alarms:alarm", args=[alarm.pk]),
        area=alarm.area,
        needs_receipt=not over,
        due_at=None if over else now + timedelta(minutes=sum(waits)),
        urgent=not over and not alarm.late,
        key=key_of(alarm, alarm.level),
    )


def tell_over(alarm: Alarm, *, by: Actor, now: datetime) -> None:
    """Tell those who were called that an alarm is over, once."""
    reached = {
        pk
        for level in LEVELS[: alarm.level]
        for post, _ in [alarm.rule.called(level)]
        if post is not None
        for pk in holders(post, timezone.localdate(now))
    }
    if not reached:
        return
    zh, en = _words(alarm)
    gone = ("（数据更正）", " (data corrected)") if alarm.gone else ("", "")
    notify(
        kind="alert",
        title=f"已解除{gone[0]}：{zh}"[:120],
        title_en=f"Over{gone[1]}: {en}"[:200],
        text=_text(alarm, zh),
        text_en=_text_en(alarm, en),
        to=reached,
        by=by,
        now=now,
        link=reverse("alarms:alarm", args=[alarm.pk]),
        area=alarm.area,
        key=f"alarm-{alarm.pk}-over-{alarm.cleared}",
    )


def holders(post: int, day: date) -> list[int]:
    """Accounts of the people who hold a post on a day."""
    begun = Q(person__appointments__first=None) | Q(person__appointments__first__lte=day)
    not_over = Q(person__appointments__last=None) | Q(person__appointments__last__gte=day)
    rows = accounts().filter(begun, not_over, person__appointments__post=post, is_active=True)
    return sorted(set(rows.values_list("pk", flat=True)))


def _on_duty(area: str, now: datetime) -> list[int]:
    """Accounts of those on duty at the places that hold an area."""
    shifts = [s for s in on_duty(timezone.localtime(now)) if area.startswith(s.place.path)]
    return sorted({s.person.account_id for s in shifts if s.person.account_id})


def acknowledged(alarm: Alarm) -> tuple[int, str, datetime] | None:
    """Who acknowledged a notice of an alarm first: account, name, when."""
    return first_receipt([key_of(alarm, level) for level in range(1, alarm.level + 1)])


def moment_of(alarm: Alarm, number: int) -> datetime:
    """Local end of an hour or minute."""
    zone = timezone.get_current_timezone()
    return datetime.fromtimestamp(number * alarm.rule.step_s, zone)


def _name(alarm: Alarm) -> str:
    found = stations_by_code().get(alarm.station)
    return found.name if found else alarm.station


def _words(alarm: Alarm) -> tuple[str, str]:
    rule = alarm.rule
    value = f"{rule.item.symbol} {spell(alarm.highest, _DECIMALS)} {rule.item.unit}"
    name = _name(alarm)
    return f"{rule.name_zh}：{name} {value}", f"{rule.name_en or rule.name_zh}: {name} {value}"


def _text(alarm: Alarm, title: str) -> str:
    rule = alarm.rule
    unit = "小时" if rule.step_s == 3600 else "分钟"
    return (
        f"{title}\n自 {moment_of(alarm, alarm.since):%m-%d %H:%M}（时段末）起"
        f"连续 {rule.steps} {unit}不低于 {rule.threshold.normalize():f} {rule.item.unit}；"
        f"低于 {rule.clear.normalize():f} 解除。"
        "此为未审核数据，不作评价。"
    )


def _text_en(alarm: Alarm, title: str) -> str:
    rule = alarm.rule
    unit = "hours" if rule.step_s == 3600 else "minutes"
    return (
        f"{title}\nFrom {moment_of(alarm, alarm.since):%m-%d %H:%M} (end of the step) {rule.steps} "
        f"{unit} in a row at or above {rule.threshold.normalize():f} {rule.item.unit}; over below "
        f"{rule.clear.normalize():f}. These data are not audited and judge nothing."
    )
