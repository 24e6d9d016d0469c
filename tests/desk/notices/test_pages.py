"""Pages of notices, in both languages."""

from datetime import timedelta

import pytest
from django.test import Client

from lantian.desk.jobs.worker import work_off
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.notices.models import Delivery, Outgoing, Preference, Robot
from lantian.desk.notices.queries import unread_count

HOUR = timedelta(hours=1)


@pytest.fixture
def me(account_as):
    return account_as("headquarters", name="我")


@pytest.fixture
def client(me) -> Client:
    client = Client()
    client.force_login(me)
    return client


@pytest.fixture
def notice(me, say, now) -> int:
    return say(
        [me.pk], title="重污染会商", title_en="Meeting on haze", text="一\n<b>二</b>",
        by=Actor(me.pk, "我"), needs_receipt=True, due_at=now + HOUR, link="/air/",
    )  # fmt: skip


def paths(notice: int) -> list[str]:
    return [
        "/notices/", "/notices/?show=unread", "/notices/?show=receipt", f"/notices/{notice}/",
        "/notices/new", "/notices/sent", f"/notices/sent/{notice}/", "/notices/preferences",
    ]  # fmt: skip


@pytest.mark.parametrize(("lang", "title"), [("zh-hans", "重污染会商"), ("en", "Meeting on haze")])
def test_every_page_opens_in_both_languages(client, notice, lang, title) -> None:
    for path in paths(notice):
        answer = client.get(path, {"lang": lang} if "?" not in path else None)
        assert answer.status_code == 200, path
    assert title in client.get(f"/notices/{notice}/", {"lang": lang}).text


def test_an_english_page_of_the_room_holds_no_chinese_of_its_own(client, notice) -> None:
    for path in ("/notices/new", "/notices/preferences", "/notices/sent"):
        text = client.get(path, {"lang": "en"}).text
        main = text[text.index("<main") : text.index("</main>")].replace("我", "")
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in main), path


def test_to_open_it_is_to_read_it_and_to_answer_it_takes_a_button(client, me, notice) -> None:
    page = client.get(f"/notices/{notice}/").text
    assert unread_count(me.pk) == 0
    assert "&lt;b&gt;二&lt;/b&gt;" in page
    assert Delivery.objects.get().receipt_at is None
    assert "回执：已知悉" in page
    client.post(f"/notices/{notice}/receipt")
    assert Delivery.objects.get().receipt_at is not None
    assert "回执：已知悉" not in client.get(f"/notices/{notice}/").text


def test_ticked_notices_are_marked_as_read(client, me, say) -> None:
    first, second = say([me.pk]), say([me.pk])
    client.post("/notices/read", {"notice": [first, "x", "9" * 30], "do": "read"})
    assert list(Delivery.objects.filter(read_at=None).values_list("notice", flat=True)) == [second]
    client.post("/notices/read", {"do": "all"})
    assert unread_count(me.pk) == 0


def test_the_sender_sees_who_read_it_and_why_something_did_not_leave(
    client, me, notice, robot, web, say
) -> None:
    web.usual = (400, "")
    pk = say([me.pk], by=Actor(me.pk, "我"), robots=[robot("wecom", f"{web.origin}/x").pk])
    work_off()
    page = client.get(f"/notices/sent/{pk}/").text
    assert "服务器答复 400" in page
    assert "重发失败的" in page
    web.usual = (200, '{"errcode":0}')
    client.post(f"/notices/sent/{pk}/again")
    work_off()
    assert Outgoing.objects.get().state == "sent"


def test_no_sender_sees_what_another_sent(client_as, notice) -> None:
    other = client_as("headquarters")
    assert other.get(f"/notices/sent/{notice}/").status_code == 404
    assert other.post(f"/notices/sent/{notice}/again").status_code == 404
    assert "重污染会商" not in other.get("/notices/sent").text


def test_wishes_are_kept_and_logged(client, me) -> None:
    given = {
        "email": "on", "quiet_from": "22:00", "quiet_until": "07:00", "digest": "day",
        "digest_at": "18:30",
    }  # fmt: skip
    assert client.post("/notices/preferences", given).status_code == 302
    row = Preference.objects.get(pk=me.pk)
    assert (row.email, row.sms, row.brief, row.digest) == (True, False, False, "day")
    assert f"{row.quiet_from:%H:%M}-{row.quiet_until:%H:%M}" == "22:00-07:00"
    assert '"sms":false' in Entry.objects.get(action="notice.preference").after
    assert 'value="18:30"' in client.get("/notices/preferences").text


def test_quiet_hours_need_both_ends(client) -> None:
    answer = client.post("/notices/preferences", {"quiet_from": "22:00", "digest_at": "08:00"})
    assert "起止都填或都不填" in answer.text
    assert not Preference.objects.exists()


def test_the_administrator_adds_a_robot_and_tries_it(client_as, web) -> None:
    admin = client_as("administrator")
    given = {
        "name": "县指挥部群", "kind": "wecom", "area": "/", "active": "on",
        "url": f"{web.origin}/send?key=K",
    }  # fmt: skip
    for lang in ("zh-hans", "en"):
        assert admin.get("/notices/robots", {"lang": lang}).status_code == 200
        assert admin.get("/notices/robots/new", {"lang": lang}).status_code == 200
    refused = admin.post("/notices/robots/new", given | {"url": "https://evil.example/x"})
    assert "no allowed host" in refused.text
    assert admin.post("/notices/robots/new", given).status_code == 302
    robot = Robot.objects.get()
    assert admin.get(f"/notices/robots/{robot.pk}/").status_code == 200
    admin.post(f"/notices/robots/{robot.pk}/test")
    work_off()
    assert "机器人测试消息" in web.posted[0].json["markdown"]["content"]
    web.usual = (404, "")
    admin.post(f"/notices/robots/{robot.pk}/test")
    work_off()
    assert "the server answered 404" in admin.get("/notices/robots").text


def test_robots_are_the_administrators_alone(client_as) -> None:
    for role in ("headquarters", "auditor", "township"):
        assert client_as(role).get("/notices/robots").status_code == 403
