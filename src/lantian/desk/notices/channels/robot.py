"""Robots of chat groups: the JSON forms and signatures of WeCom, DingTalk and Feishu.

Sources: WeCom 91770 (群机器人配置说明), DingTalk "自定义机器人安全设置" (加签), Feishu
"自定义机器人使用指南" (签名校验). Each takes about 20 messages a minute or fewer.
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from lantian.desk.env import env
from lantian.desk.notices.channels.refusal import NotSent
from lantian.desk.notices.channels.web import post
from lantian.desk.notices.models import Robot
from lantian.desk.notices.outside import Text
from lantian.desk.notices.words import DINGTALK, WECOM
from lantian.desk.privacy.cipher import decrypt
from lantian.errors import BadRequest

URL_PLACE: Final = "notices.Robot.url"
SECRET_PLACE: Final = "notices.Robot.secret"  # noqa: S105 - a place, no secret
#: Bytes of text that each maker takes, with room for the frame.
_LONGEST_B: Final = {WECOM: 4000, DINGTALK: 18_000}
_LONGEST_FEISHU_B: Final = 18_000
_PORTS: Final = {"https": 443, "http": 80}


def check_address(url: str) -> None:
    """Refuse an address that does not lie on an allowed host.

    Raises
    ------
    BadRequest
        If the host, scheme or port is not in `[robots] hosts` of the settings.
    """
    allowed = env().settings.robots.hosts
    if _plain(url) and _origin(url) in map(_origin, allowed):
        return
    raise BadRequest(
        "机器人地址不在允许的主机上 / the robot's address lies on no allowed host",
        where="url",
        fix=f"允许 / allowed: {'、'.join(allowed)}（desk.toml [robots] hosts）",
    )


def send_by_robot(robot: Robot, text: Text, *, message: str, now: datetime) -> None:
    """Send a message to a chat group.

    Raises
    ------
    NotSent
        If it was not taken.
    """
    url = decrypt(robot.sealed_url, URL_PLACE)
    secret = decrypt(robot.sealed_secret, SECRET_PLACE) if robot.sealed_secret else ""
    try:
        check_address(url)  # what is allowed may have changed since it was written
    except BadRequest as error:
        raise NotSent(error.what, again=False) from error
    if robot.kind == DINGTALK and secret:
        url += ("&" if "?" in url else "?") + urlencode(dingtalk_signature(secret, now))
    body: Mapping[str, Any] = form_of(robot.kind, text)
    if robot.kind not in {WECOM, DINGTALK} and secret:
        body = {**feishu_signature(secret, now), **body}
    answer = post(url, json.dumps(body, ensure_ascii=False).encode(), {}, message=message)
    _judge(answer)


def form_of(kind: str, text: Text) -> dict[str, Any]:
    """Return the message in the JSON form of a maker.

    Examples
    --------
    >>> form_of("wecom", Text("晨报", "PM2.5 35", ""))
    {'msgtype': 'markdown', 'markdown': {'content': '**晨报**\\nPM2.5 35'}}
    """
    title, whole = _harmless(text.title), _harmless(text.whole)
    if kind == WECOM:
        content = _cut(f"**{title}**\n{whole}".strip(), _LONGEST_B[WECOM])
        return {"msgtype": "markdown", "markdown": {"content": content}}
    if kind == DINGTALK:
        # One line end is a space in its markdown.
        lines = f"**{title}**\n{whole}".strip().replace("\n", "  \n")
        content = _cut(lines, _LONGEST_B[DINGTALK])
        return {"msgtype": "markdown", "markdown": {"title": title, "text": content}}
    lines = _cut(whole, _LONGEST_FEISHU_B)
    paragraphs = [[{"tag": "text", "text": line}] for line in lines.split("\n")]
    post_form = {"zh_cn": {"title": title, "content": paragraphs}}
    return {"msg_type": "post", "content": {"post": post_form}}


def dingtalk_signature(secret: str, now: datetime) -> dict[str, str]:
    """Return what DingTalk wants in the address: milliseconds, and HMAC-SHA256 of them.

    Examples
    --------
    >>> from datetime import UTC
    >>> dingtalk_signature("SEC1", datetime(2026, 3, 2, tzinfo=UTC))["timestamp"]
    '1772409600000'
    """
    stamp = str(int(now.timestamp() * 1000))
    return {"timestamp": stamp, "sign": _hmac(secret, f"{stamp}\n{secret}")}


def feishu_signature(secret: str, now: datetime) -> dict[str, str]:
    """Return what Feishu wants in the body: seconds, and HMAC-SHA256 of nothing keyed by them."""
    stamp = str(int(now.timestamp()))
    return {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{secret}", "")}


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


def _judge(answer: str) -> None:
    """Read the verdict: all three answer 200 to what they refuse, and say so in the body."""
    try:
        said = json.loads(answer)
        code = said.get("errcode", said.get("code", said.get("StatusCode")))
        why = str(said.get("errmsg") or said.get("msg") or "")[:120]
    except (ValueError, AttributeError):
        code, why = None, ""
    if code != 0:
        raise NotSent(f"机器人拒绝：{code} {why} / the robot refused: {code} {why}")


def _harmless(text: str) -> str:
    """Text in which nothing calls a whole group, as `<@all>` does."""
    return text.replace("<", "＜").strip()


def _cut(text: str, longest_b: int) -> str:
    raw = text.encode()
    return text if len(raw) <= longest_b else raw[:longest_b].decode(errors="ignore") + "…"


def _plain(url: str) -> bool:
    """Whether every reader of an address reads the same host in it."""
    return url.isascii() and not re.search(r"[\s\\@]|[^ -~]", url)


def _origin(entry: str) -> tuple[str, str | None, int] | None:
    try:
        parts = urlsplit(entry if "://" in entry else f"https://{entry}")
        return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
