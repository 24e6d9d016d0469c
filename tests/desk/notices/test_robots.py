"""Robots of chat groups: forms, signatures, allowed hosts, secrets."""

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest

from lantian.desk.log.models import Entry
from lantian.desk.notices.channels.robot import check_address, form_of
from lantian.desk.notices.models import FAILED, SENT, WAITING, Outgoing, Robot
from lantian.desk.notices.outside import Text
from lantian.desk.notices.robots import save_robot
from lantian.errors import BadRequest, Conflict

MINUTE = timedelta(minutes=1)


def signed(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def test_wecom_gets_markdown_at_its_own_key(web, robot, say, send_at, now) -> None:
    group = robot("wecom", f"{web.origin}/cgi-bin/webhook/send?key=K-1")
    say([], robots=[group.pk], title="晨报", text="PM2.5 35\n首要 PM2.5")
    assert send_at(now) == {"count": 1, "refused": 0}
    (got,) = web.posted
    assert (got.path, got.query) == ("/cgi-bin/webhook/send", {"key": "K-1"})
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"
    assert got.json == {
        "msgtype": "markdown",
        "markdown": {"content": "**晨报**\nPM2.5 35\n首要 PM2.5"},
    }
    row = Outgoing.objects.get()
    assert (row.state, row.sent_at, row.error) == (SENT, now, "")
    assert got.identity == str(row.message)


def test_dingtalk_gets_a_signature_of_the_milliseconds_in_the_address(
    web, robot, say, send_at, now
) -> None:
    group = robot("dingtalk", f"{web.origin}/robot/send?access_token=T", secret="SEC42")  # noqa: S106
    say([], robots=[group.pk], title="预警", text="一\n二")
    send_at(now)
    (got,) = web.posted
    assert got.query["access_token"] == "T"  # noqa: S105
    stamp = got.query["timestamp"]
    assert int(stamp) == int(now.timestamp() * 1000)
    assert got.query["sign"] == signed("SEC42", f"{stamp}\nSEC42")
    assert got.json["msgtype"] == "markdown"
    assert got.json["markdown"] == {"title": "预警", "text": "**预警**  \n一  \n二"}


def test_feishu_gets_a_signature_keyed_by_the_seconds_in_the_body(
    web, robot, say, send_at, now
) -> None:
    group = robot("feishu", f"{web.origin}/open-apis/bot/v2/hook/H", secret="S")  # noqa: S106
    say([], robots=[group.pk], title="预警", text="一\n二")
    send_at(now)
    body = web.posted[0].json
    assert body["timestamp"] == str(int(now.timestamp()))
    assert body["sign"] == signed(f"{body['timestamp']}\nS", "")
    assert body["msg_type"] == "post"
    assert body["content"]["post"]["zh_cn"] == {
        "title": "预警",
        "content": [[{"tag": "text", "text": "一"}], [{"tag": "text", "text": "二"}]],
    }


def test_without_a_secret_nothing_is_signed(web, robot, say, send_at, now) -> None:
    groups = [robot(kind, f"{web.origin}/{kind}") for kind in ("dingtalk", "feishu")]
    say([], robots=[group.pk for group in groups])
    send_at(now)
    assert web.posted[0].query == {}
    assert "sign" not in web.posted[1].json


@pytest.mark.parametrize(
    ("kind", "answer", "why"),
    [
        ("wecom", '{"errcode":93000,"errmsg":"invalid webhook url"}', "93000 invalid webhook url"),
        ("dingtalk", '{"errcode":310000,"errmsg":"sign not match"}', "310000 sign not match"),
        ("feishu", '{"code":19021,"msg":"sign match fail"}', "19021 sign match fail"),
        ("wecom", "<html>", "None"),
        ("wecom", "[]", "None"),
    ],
)
def test_a_refusal_with_status_200_is_a_refusal(
    web, robot, say, send_at, now, kind, answer, why
) -> None:
    web.usual = (200, answer)
    say([], robots=[robot(kind, f"{web.origin}/x").pk])
    assert send_at(now) == {"count": 0, "refused": 1}
    row = Outgoing.objects.get()
    assert row.state == WAITING
    assert f"the robot refused: {why}" in row.error


def test_a_redirect_is_not_followed(web, robot, say, send_at, now) -> None:
    web.usual = (302, "")
    web.headers = {"Location": f"{web.origin}/inner"}
    say([], robots=[robot("wecom", f"{web.origin}/x").pk])
    send_at(now)
    assert [got.path for got in web.posted] == ["/x"]
    row = Outgoing.objects.get()
    assert (row.state, row.error) == (FAILED, "服务器答复 302 / the server answered 302")


@pytest.mark.parametrize(
    "url",
    [
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K",
        "https://oapi.dingtalk.com/robot/send?access_token=T",
        "https://open.feishu.cn:443/open-apis/bot/v2/hook/H",
    ],
)
def test_the_three_makers_are_allowed_as_installed(url) -> None:
    check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/send",
        "https://qyapi.weixin.qq.com:8443/send",
        "https://qyapi.weixin.qq.com.evil.example/send",
        "https://evil.example/?qyapi.weixin.qq.com",
        "https://qyapi.weixin.qq.com@169.254.169.254/latest",
        "https://qyapi.weixin.qq.com\\@evil.example/",
        "https://oapi.dingtalk.com\t/x",
        "https://ｏapi.dingtalk.com/x",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "https://[bad/x",
        "https://oapi.dingtalk.com:99999/x",
        "file:///etc/passwd",
        "oapi.dingtalk.com@10.0.0.1",
        "",
    ],
)
def test_every_other_address_is_refused(url) -> None:
    with pytest.raises(BadRequest, match="no allowed host"):
        check_address(url)


def test_a_host_that_is_no_longer_allowed_is_not_called(
    web, robot, say, send_at, now, set_up
) -> None:
    say([], robots=[robot("wecom", f"{web.origin}/x").pk])
    set_up("robots", hosts=["oapi.dingtalk.com"])
    send_at(now)
    assert web.posted == []
    assert Outgoing.objects.get().state == FAILED


def test_address_and_secret_are_nowhere_in_clear(
    web, robot, client_as, settings, actor, now
) -> None:
    row = robot("dingtalk", f"{web.origin}/robot/send?access_token=TOPSECRET", secret="SECSECRET")  # noqa: S106
    stored = Robot.objects.filter(pk=row.pk).values_list("sealed_url", "sealed_secret").get()
    entries = "".join(f"{e.before}{e.after}" for e in Entry.objects.all())
    client = client_as("administrator")
    pages = "".join(
        client.get(path).text for path in ("/notices/robots", f"/notices/robots/{row.pk}/")
    )
    for text in ("TOPSECRET", "SECSECRET"):
        assert text not in "".join(stored) + entries + pages
    assert "127.0.0.1" in pages


def test_an_edit_leaves_the_secrets_and_a_stale_one_is_refused(web, robot, actor, now) -> None:
    row = robot("wecom", f"{web.origin}/x", secret="S")  # noqa: S106
    given = {
        "robot": row.pk, "name": "新名", "kind": "wecom", "url": "", "secret": "", "area": "/99/",
        "brief": True, "active": False, "by": actor, "now": now,
    }  # fmt: skip
    save_robot(version=1, **given)
    changed = Robot.objects.get()
    assert (changed.name, changed.version) == ("新名", 2)
    assert (changed.sealed_url, changed.sealed_secret) == (row.sealed_url, row.sealed_secret)
    with pytest.raises(Conflict):
        save_robot(version=1, **given)


def test_nothing_in_a_text_calls_a_whole_group() -> None:
    for kind in ("wecom", "dingtalk", "feishu"):
        assert "<" not in str(form_of(kind, Text("<@all>", '<at user_id="all"></at> <75', "")))


def test_a_long_text_is_cut_between_letters_to_what_wecom_takes() -> None:
    content = form_of("wecom", Text("长", "雾" * 5000, ""))["markdown"]["content"]
    assert 3990 < len(content.encode()) <= 4096
    assert content.endswith("雾…")
