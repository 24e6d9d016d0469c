"""Alarms: once for each exceedance, over once, late ones marked, up to the next who answers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from lantian.desk.alarms.evaluation import look
from lantian.desk.alarms.models import Alarm
from lantian.desk.alarms.register import RULES
from lantian.desk.alarms.services import answer, call_next
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.notices.models import Delivery
from lantian.desk.notices.services import give_receipt
from lantian.desk.register.faults import BadRow
from lantian.desk.register.services import change
from lantian.errors import Conflict


def told() -> list[tuple[str, str]]:
    rows = Delivery.objects.order_by("id").select_related("account", "notice")
    return [(row.account.name, row.notice.title_zh) for row in rows]


def test_an_exceedance_raises_one_alarm_and_ends_it_once(house) -> None:
    rule = house.rule(wait1=1440)
    house.hours({-1: 70, 0: 60})
    assert house.tick(rule) == {"raised": 0, "cleared": 0, "gone": 0}
    house.hours({1: 80, 2: 91})
    assert house.tick(rule, 2)["raised"] == 1
    # The job of the next minutes, and of a worker that was killed and begins anew.
    assert [house.tick(rule, 2 + n / 60)["raised"] for n in (1, 2, 3)] == [0, 0, 0]
    house.hours({3: 70, 4: 61})
    assert house.tick(rule, 4)["cleared"] == 0  # within the band
    house.hours({5: 59})
    assert house.tick(rule, 5)["cleared"] == 1
    assert house.tick(rule, 5.1)["cleared"] == 0
    (alarm,) = Alarm.objects.all()
    assert (alarm.highest, alarm.late, alarm.gone, alarm.cleared - alarm.since) == (
        91_000, False, False, 4,
    )  # fmt: skip
    assert told() == [
        ("A", "高值：站N1 PM2.5 91.0 ug/m3"),
        ("A", "已解除：高值：站N1 PM2.5 91.0 ug/m3"),
    ]
    actions = Entry.objects.filter(kind="alarms.alarm").order_by("id")
    assert [entry.action for entry in actions] == ["alarm.raise", "alarm.clear"]


def test_a_worker_that_goes_on_with_what_it_saw_before_raises_nothing_twice(house) -> None:
    rule = house.rule()
    house.tick(rule)
    house.hours({1: 80, 2: 91})
    before = look(house.lake, rule, house.noon + timedelta(hours=2))
    house.tick(rule, 2)
    assert house.settle(rule, before, 2)["raised"] == 0
    assert Alarm.objects.count() == 1


def test_values_that_come_late_raise_an_alarm_that_says_so(house) -> None:
    rule = house.rule()
    house.tick(rule)
    house.hours({20: 10})
    house.tick(rule, 20)
    house.hours({4: 80, 5: 90, 6: 40})  # back-filled, sixteen hours later
    assert house.tick(rule, 21) == {"raised": 1, "cleared": 1, "gone": 0}
    (alarm,) = Alarm.objects.all()
    assert (alarm.late, alarm.cleared is not None) == (True, True)
    ((name, title),) = told()
    assert name == "A"
    assert title.startswith("【迟报】")


def test_an_alarm_stays_when_values_before_it_come_late(house) -> None:
    rule = house.rule()
    house.tick(rule)
    house.hours({3: 80, 4: 90})
    house.tick(rule, 4)
    house.hours({1: 80, 2: 99})
    assert house.tick(rule, 5)["raised"] == 0
    (alarm,) = Alarm.objects.all()
    assert (alarm.highest, alarm.raised - alarm.since) == (99_000, 3)


def test_corrected_values_void_an_alarm_and_never_delete_it(house) -> None:
    rule = house.rule()
    house.tick(rule)
    house.hours({1: 80, 2: 90})
    house.tick(rule, 2)
    house.hours({1: 30, 2: 31})
    assert house.tick(rule, 3) == {"raised": 0, "cleared": 0, "gone": 1}
    (alarm,) = Alarm.objects.all()
    assert alarm.gone
    assert told()[-1][1].startswith("已解除（数据更正）")


def test_silence_ends_nothing(house) -> None:
    rule = house.rule()
    house.tick(rule)
    house.hours({1: 80, 2: 90})
    house.tick(rule, 2)
    house.hours({30: 70}, station="M1")
    house.tick(rule, 30)
    assert Alarm.objects.get().cleared is None


def test_what_was_over_before_a_rule_was_made_raises_nothing(house) -> None:
    house.hours({-9: 80, -8: 90, -7: 20})
    house.hours({-3: 80, -2: 90, -1: 95, 0: 99}, station="M1")  # this is going on
    rule = house.rule()
    assert house.tick(rule)["raised"] == 1
    alarm = Alarm.objects.get()
    assert (alarm.station, alarm.late) == ("M1", False)


def test_a_rule_watches_its_kinds_hours_and_days(house) -> None:
    rule = house.rule(kinds="micro", from_hour=20, to_hour=6, weekdays="1")
    house.tick(rule)
    house.hours({1: 80, 2: 90, 9: 80, 10: 90})  # another kind
    house.hours(dict.fromkeys(range(1, 9), 90), station="M1")  # 12:00 to 20:00, by day
    assert house.tick(rule, 8)["raised"] == 0
    house.hours({9: 90}, station="M1")
    assert house.tick(rule, 9)["raised"] == 0
    house.hours({10: 90}, station="M1")  # the second hour of the night of Monday
    assert house.tick(rule, 10)["raised"] == 1
    assert Alarm.objects.get().area == house.east.path


def test_who_does_not_answer_is_followed_by_the_next_post(house) -> None:
    rule = house.rule()
    house.tick(rule)
    house.hours({1: 80, 2: 90})
    house.tick(rule, 2)
    house.tick(rule, 2.4)
    assert [name for name, _ in told()] == ["A"]
    house.tick(rule, 2.5)
    house.tick(rule, 2.6)
    assert [name for name, _ in told()] == ["A", "B"]
    house.tick(rule, 9)  # nobody is left
    assert [name for name, _ in told()] == ["A", "B"]
    assert Entry.objects.filter(action="alarm.escalate").count() == 1


def test_an_answer_on_the_page_or_a_receipt_calls_nobody_more(house) -> None:
    rule = house.rule()
    house.tick(rule)
    house.hours({1: 80, 2: 90})
    house.hours({1: 80, 2: 90}, station="M1")
    house.tick(rule, 2)
    first, second = Alarm.objects.order_by("station")
    by = Actor(house.first.pk, "A")
    answer(pk=first.pk, text="已派人", by=by, now=house.noon + timedelta(hours=2, minutes=5))
    notice = Delivery.objects.get(notice__key=f"alarm-{second.pk}-1").notice_id
    give_receipt(notice=notice, by=by, now=house.noon + timedelta(hours=2, minutes=6))
    house.tick(rule, 3)
    assert {name for name, _ in told()} == {"A"}
    first.refresh_from_db()
    second.refresh_from_db()
    assert [(a.answered_name, a.answer) for a in (first, second)] == [("A", "已派人"), ("A", "")]
    assert Delivery.objects.filter(receipt_at=None).count() == 0
    with pytest.raises(Conflict, match="已应答"):
        answer(pk=first.pk, text="", by=Actor(house.second.pk, "B"), now=house.noon)
    assert not call_next(pk=first.pk, by=by, now=house.noon + timedelta(days=1))


def test_a_post_that_nobody_holds_is_passed_over(house) -> None:
    rule = house.rule(post1=house.empty)
    house.tick(rule)
    house.hours({1: 80, 2: 90})
    house.tick(rule, 2)
    assert [name for name, _ in told()] == ["B"]
    assert Alarm.objects.get().level == 2


def test_an_alarm_that_reaches_nobody_says_so(house) -> None:
    rule = house.rule(post1=house.empty, post2=None)
    house.tick(rule)
    house.hours({1: 80, 2: 90})
    assert house.tick(rule, 2)["raised"] == 1
    assert Alarm.objects.get().nobody


def test_a_rule_that_is_changed_leaves_alarms_that_are_over_as_they_are(house) -> None:
    rule = house.rule()
    house.tick(rule)
    house.hours({1: 80, 2: 90, 3: 20, 4: 85, 5: 86})
    house.tick(rule, 5)
    assert Alarm.objects.count() == 2
    change(
        RULES, rule.pk, {"threshold": Decimal(200), "clear": Decimal(150)}, version=rule.version,
        by=Actor(house.first.pk, "A"), now=house.noon, reach=None,
    )  # fmt: skip
    rule.refresh_from_db()
    house.tick(rule, 6)
    over, going_on = Alarm.objects.order_by("since")
    assert (over.gone, going_on.gone) == (False, True)


def test_a_clear_level_above_the_threshold_is_refused(house) -> None:
    with pytest.raises(BadRow, match="clear"):
        house.rule(clear=Decimal(80))
