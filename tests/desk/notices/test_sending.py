"""Out of the desk: mail, text messages, retries, quiet hours, digests, a run cut off."""

from contextlib import nullcontext
from datetime import datetime, time, timedelta
from unittest.mock import ANY

import pytest
from django.utils import timezone

from lantian.desk.jobs.lease import LeaseLost
from lantian.desk.jobs.models import Job
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.models import Entry
from lantian.desk.notices.models import (
    FAILED,
    SENDING,
    SENT,
    SKIPPED,
    WAITING,
    Outgoing,
    Preference,
)
from lantian.desk.notices.outside import without_personal
from lantian.desk.notices.quiet import Quiet
from lantian.desk.notices.sending import BACK_OFF
from lantian.desk.notices.services import mark_read, send_again

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PHONE = "13800131234"


def at(clock: str) -> datetime:
    """Local time of day of an ordinary day."""
    return datetime.combine(
        datetime(2026, 3, 2), time.fromisoformat(clock), timezone.get_default_timezone()
    )


def wish(account, **wishes) -> None:
    Preference.objects.update_or_create(account=account, defaults=wishes)


# --- mail


def test_a_mail_is_plain_text_with_an_identity_and_an_address(
    mail_server, county, say, send_at, now, set_up
) -> None:
    set_up("desk", public_url="https://lantian.county.example")
    wang = county.person("R1", "department")
    notice = say([wang.pk], title="雾霾 会商", text="明早八点")
    send_at(now)
    (mail,) = mail_server.mails
    assert (mail["To"], mail["From"]) == ("r1@county.example", "desk@county.example")
    assert mail["Subject"] == "雾霾 会商"
    address = f"https://lantian.county.example/notices/{notice}/"
    assert mail.get_content().split() == ["明早八点", address]
    row = Outgoing.objects.get()
    assert mail["Message-ID"] == f"<{row.message}@county.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert row.state == SENT


def test_each_reads_the_mail_in_their_language(mail_server, county, say, send_at, now) -> None:
    wang = county.person("R1", "department")
    wang.language = "en"
    wang.save()
    say([wang.pk], title="开会", title_en="A meeting", text="八点", text_en="At eight")
    send_at(now)
    mail = mail_server.mails[0]
    assert (mail["Subject"], mail.get_content().strip()) == ("A meeting", "At eight")


def test_many_mails_go_through_one_connection(mail_server, county, say, send_at, now) -> None:
    people = [county.person(f"R{i}", "department").pk for i in range(4)]
    say(people)
    assert send_at(now)["count"] == 4
    assert mail_server.connections == 1
    assert len({mail["Message-ID"] for mail in mail_server.mails}) == 4


def test_a_title_makes_no_header_of_its_own(mail_server, county, say, send_at, now) -> None:
    wang = county.person("R1", "department")
    say([wang.pk], title="开会\r\nBcc: all@county.example")
    send_at(now)
    mail = mail_server.mails[0]
    assert mail["Bcc"] is None
    assert mail["Subject"] == "开会 Bcc: all@county.example"


def test_a_failing_server_is_tried_again_later_under_the_same_identity(
    mail_server, county, say, send_at, now
) -> None:
    mail_server.failures = 2
    say([county.person("R1", "department").pk])
    later = now
    for wait in BACK_OFF[:2]:
        assert send_at(later) == {"count": 0, "refused": 1}
        row = Outgoing.objects.get()
        assert (row.state, row.not_before) == (WAITING, later + wait)
        assert "the mail server refused it 451" in row.error
        assert send_at(later + wait - MINUTE / 2) == {"count": 0, "refused": 0}
        later += wait
    identity = Outgoing.objects.get().message
    assert send_at(later) == {"count": 1, "refused": 0}
    row = Outgoing.objects.get()
    assert (row.state, row.error, row.attempts, row.message) == (SENT, "", 3, identity)
    assert len(mail_server.mails) == 1


def test_a_refused_mailbox_fails_at_once_and_harms_no_other(
    mail_server, county, say, send_at, now
) -> None:
    mail_server.refuse_recipient = 550
    say([county.person("R1", "department").pk])
    send_at(now)
    row = Outgoing.objects.get()
    assert row.state == FAILED
    assert row.error == "收件地址被拒 550 / the address was refused 550"
    mail_server.refuse_recipient = 0
    say([county.person("R2", "department").pk])
    assert send_at(now)["count"] == 1


def test_after_the_last_try_it_has_failed_until_somebody_tries_again(
    mail_server, county, say, send_at, now, actor
) -> None:
    mail_server.failures = 99
    notice = say([county.person("R1", "department").pk])
    later = now
    for wait in (*BACK_OFF, MINUTE):
        send_at(later)
        later += wait
    row = Outgoing.objects.get()
    assert (row.state, row.attempts) == (FAILED, len(BACK_OFF) + 1)
    mail_server.failures = 0
    assert send_at(later + 99 * HOUR)["count"] == 0
    assert send_again(notice=notice, by=actor, now=later) == 1
    assert send_at(later)["count"] == 1
    assert Entry.objects.filter(action="notice.again").count() == 1


def test_a_server_that_is_gone_is_tried_once_a_run(mail_server, county, say, send_at, now) -> None:
    mail_server.stop()
    say([county.person(f"R{i}", "department").pk for i in range(3)])
    assert send_at(now) == {"count": 0, "refused": 1}
    assert sorted(Outgoing.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert "cannot be reached" in Outgoing.objects.get(attempts=1).error


def test_one_dead_robot_keeps_no_other_waiting(web, robot, say, send_at, now, set_up) -> None:
    set_up("robots", hosts=[web.origin, "http://127.0.0.1:9"])
    dead, alive = robot("wecom", "http://127.0.0.1:9/x"), robot("feishu", f"{web.origin}/x")
    say([], robots=[dead.pk, alive.pk])
    assert send_at(now) == {"count": 1, "refused": 1}


# --- a run that is cut off


def test_a_run_that_dies_after_the_server_took_it_sends_it_again_as_the_same(
    web, robot, say, send_at, now
) -> None:
    """At least once: nobody can know whether the server took it before the run died."""
    say([], robots=[robot("wecom", f"{web.origin}/x").pk])
    effects = iter([nullcontext(), nullcontext()])  # taking over, claiming; then the lease is lost

    def fence():
        try:
            return next(effects)
        except StopIteration:
            raise LeaseLost("killed") from None

    with pytest.raises(LeaseLost):
        send_at(now, run="dead", fence=fence)
    assert Outgoing.objects.get().state == SENDING
    assert send_at(now, run="next") == {"count": 1, "refused": 0}
    assert len(web.posted) == 2
    assert web.posted[0].identity == web.posted[1].identity
    row = Outgoing.objects.get()
    assert (row.state, row.attempts) == (SENT, 2)


def test_what_a_living_run_sends_is_left_to_it(web, robot, say, send_at, now) -> None:
    say([], robots=[robot("wecom", f"{web.origin}/x").pk])
    job = str(Job.objects.get(name="notices-send").pk)  # it waits in the queue
    Outgoing.objects.update(state=SENDING, run=job)
    assert send_at(now, run="other") == {"count": 0, "refused": 0}
    assert web.posted == []
    # The next attempt of that job takes over what its former one left, and says so.
    web.usual = (500, "")
    send_at(now, run=job)
    assert len(web.posted) == 1


def test_the_page_is_told_that_it_may_come_twice(web, robot, say, send_at, now) -> None:
    say([], robots=[robot("wecom", f"{web.origin}/x").pk])
    Outgoing.objects.update(state=SENDING, run="dead", not_before=now + HOUR)
    send_at(now)
    row = Outgoing.objects.get()
    assert row.state == WAITING
    assert "it may arrive twice" in row.error


def test_the_job_sends_what_a_notice_asks_for(mail_server, county, say, now) -> None:
    say([county.person("R1", "department").pk])
    assert work_off() == 1
    assert len(mail_server.mails) == 1
    assert Job.objects.get(name="notices-send").result == {"count": 1, "refused": 0}


# --- text messages


@pytest.fixture
def gateway(web, set_up):
    set_up("sms", url=f"{web.origin}/sms", headers={"X-Key": "G"}, accepted='"code":0')
    return web


def test_a_pressing_notice_goes_to_the_phone_on_record(gateway, county, say, send_at, now) -> None:
    wang = county.person("R1", "department")
    say([wang.pk], title="红色预警", text="立即响应", urgent=True)
    send_at(now)
    (got,) = gateway.posted
    assert (got.path, got.headers["X-Key"]) == ("/sms", "G")
    assert got.json == {"phone": PHONE, "text": "红色预警 立即响应"}
    use = Entry.objects.get(action="privacy.use")
    assert (use.actor, use.key) == ("notices", str(wang.person.pk))
    assert all(PHONE not in f"{e.before}{e.after}{e.reason}" for e in Entry.objects.all())


def test_an_ordinary_notice_sends_no_text_message(gateway, county, say, send_at, now) -> None:
    say([county.person("R1", "department").pk])
    assert not Outgoing.objects.exists()


def test_a_gateway_that_answers_otherwise_has_not_taken_it(
    gateway, county, say, send_at, now
) -> None:
    gateway.usual = (200, '{"code":7}')
    say([county.person("R1", "department").pk], urgent=True)
    assert send_at(now)["refused"] == 1
    assert "did not accept it" in Outgoing.objects.get().error


def test_a_gateway_of_forms_gets_its_values_encoded(
    gateway, county, say, send_at, now, set_up
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    set_up("sms", headers=form, body="to={phone}&msg={text}&id={id}")
    say([county.person("R1", "department").pk], title="A&B {phone}", text="", urgent=True)
    send_at(now)
    identity = str(Outgoing.objects.get().message)
    assert gateway.posted[0].body.decode() == f"to={PHONE}&msg=A%26B%20%7Bphone%7D&id={identity}"


# --- personal numbers


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("电话138-0013-1234。", "电话138****1234。"),
        ("卡 6222021234567890123", "卡 ****0123"),
        ("信用代码 91350100M000100Y43 排放 12345678901 kg", ANY),
        ("2026030208 小时 35", ANY),
    ],
)
def test_personal_numbers_leave_masked_and_others_as_they_are(text, out) -> None:
    got = without_personal(text)
    assert got == (text if out is ANY else out)


def test_no_channel_carries_a_personal_number(
    mail_server, web, robot, county, say, send_at, now
) -> None:
    text = f"请联系 {PHONE}，证号 110101199001011237"
    group = robot("wecom", f"{web.origin}/x")
    say([county.person("R1", "department").pk], title=text, text=text, robots=[group.pk])
    send_at(now)
    left = str(web.posted[0].json) + mail_server.mails[0]["Subject"]
    left += mail_server.mails[0].get_content()
    assert PHONE not in left
    assert "110101199001011237" not in left
    assert left.count("138****1234") == 4


# --- quiet hours and digests


@pytest.mark.parametrize(
    ("quiet", "now", "ends"),
    [
        (("22:00", "07:00"), "22:00", "2026-03-03 07:00"),
        (("22:00", "07:00"), "06:59", "2026-03-02 07:00"),
        (("22:00", "07:00"), "07:00", None),
        (("12:00", "14:00"), "13:00", "2026-03-02 14:00"),
        (("12:00", "14:00"), "11:59", None),
        (("00:00", "00:00"), "00:00", None),
    ],
)
def test_quiet_hours_end_when_they_say(quiet, now, ends) -> None:
    hours = Quiet(*(time.fromisoformat(text) for text in quiet))
    found = hours.ends(at(now))
    assert (found and f"{found:%Y-%m-%d %H:%M}") == ends


def test_in_quiet_hours_nothing_leaves_but_what_is_urgent(
    mail_server, county, say, send_at
) -> None:
    wang = county.person("R1", "department")
    wish(wang, quiet_from=time(22), quiet_until=time(7))
    say([wang.pk], title="平常", now=at("23:00"))
    say([wang.pk], title="紧急", urgent=True, now=at("23:00"))
    send_at(at("23:01"))
    assert [mail["Subject"] for mail in mail_server.mails] == ["紧急"]
    send_at(at("23:01") + 7 * HOUR)
    assert len(mail_server.mails) == 1
    send_at(at("23:00") + 8 * HOUR)
    assert [mail["Subject"] for mail in mail_server.mails] == ["紧急", "平常"]


def test_a_try_again_does_not_fall_into_quiet_hours(mail_server, county, say, send_at) -> None:
    wang = county.person("R1", "department")
    wish(wang, quiet_from=time(22), quiet_until=time(7))
    mail_server.failures = 1
    say([wang.pk], now=at("21:59"))
    send_at(at("21:59"))
    assert send_at(at("22:05")) == {"count": 0, "refused": 0}
    row = Outgoing.objects.get()
    assert timezone.localtime(row.not_before) == at("07:00") + timedelta(days=1)


def test_what_was_read_in_the_desk_is_not_sent_after_it(mail_server, county, say, send_at) -> None:
    wang = county.person("R1", "department")
    wish(wang, quiet_from=time(22), quiet_until=time(7))
    notice = say([wang.pk], now=at("23:00"))
    mark_read(notices=[notice], account=wang.pk, now=at("23:30"))
    send_at(at("23:00") + 9 * HOUR)
    assert mail_server.mails == []
    assert Outgoing.objects.get().state == SKIPPED


def test_a_digest_gathers_what_came_since_and_is_one_mail(
    mail_server, county, say, send_at
) -> None:
    wang = county.person("R1", "department")
    wish(wang, digest="day", digest_at=time(18))
    say([wang.pk], title="一", now=at("09:00"))
    say([wang.pk], title="二", now=at("17:59"))
    say([wang.pk], title="急", urgent=True, now=at("17:59"))
    send_at(at("17:59"))
    assert [mail["Subject"] for mail in mail_server.mails] == ["急"]
    assert send_at(at("18:00")) == {"count": 1, "refused": 0}
    mail = mail_server.mails[1]
    assert mail["Subject"] == "蓝天：2 条消息"
    assert mail.get_content().index("一") < mail.get_content().index("二")
    assert set(Outgoing.objects.values_list("state", flat=True)) == {SENT}
    say([wang.pk], title="三", now=at("18:01"))
    assert send_at(at("18:02")) == {"count": 0, "refused": 0}


def test_a_digest_that_was_refused_is_the_same_message_again(
    mail_server, county, say, send_at
) -> None:
    wang = county.person("R1", "department")
    wish(wang, digest="hour")
    mail_server.failures = 1
    for title in "一二":
        say([wang.pk], title=title, now=at("09:10"))
    send_at(at("10:00"))
    identity = Outgoing.objects.values_list("message", flat=True).distinct().get()
    say([wang.pk], title="三", now=at("09:59"))
    assert send_at(at("10:01"))["count"] == 2
    subjects = {mail["Subject"]: mail for mail in mail_server.mails}
    assert subjects.keys() == {"蓝天：2 条消息", "三"}
    assert str(identity) in subjects["蓝天：2 条消息"]["Message-ID"]


def test_digests_of_two_accounts_are_two_mails(mail_server, county, say, send_at) -> None:
    people = [county.person(f"R{i}", "department") for i in range(2)]
    for person in people:
        wish(person, digest="hour")
    for title in "一二":
        say([person.pk for person in people], title=title, now=at("09:10"))
    assert send_at(at("10:00"))["count"] == 2
    assert sorted(mail["To"] for mail in mail_server.mails) == [
        "r0@county.example", "r1@county.example",
    ]  # fmt: skip


def test_who_wants_no_mail_gets_none(mail_server, county, say, send_at, now) -> None:
    wang = county.person("R1", "department")
    wish(wang, email=False)
    say([wang.pk], urgent=True)
    assert not Outgoing.objects.exists()
