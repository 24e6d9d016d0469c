"""Writing robots of chat groups and the wishes of accounts."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import transaction

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.notices.channels.robot import SECRET_PLACE, URL_PLACE, check_address
from lantian.desk.notices.models import Preference, Robot
from lantian.desk.notices.words import MAKERS
from lantian.desk.privacy.cipher import decrypt, encrypt
from lantian.errors import BadRequest, Conflict

_TOLD: Final = ("name", "kind", "area", "brief", "active")
_WISHES: Final = ("email", "sms", "brief", "quiet_from", "quiet_until", "digest", "digest_at")


def save_robot(
    *,
    robot: int | None,
    version: int,
    name: str,
    kind: str,
    url: str,
    secret: str,
    area: str,
    brief: bool,
    active: bool,
    by: Actor,
    now: datetime,
) -> int:
    """Write a robot, a new one for None; empty address and secret stay as they are.

    Raises
    ------
    BadRequest
        If the address lies on no allowed host, or the name is taken.
    Conflict
        If the robot was changed since `version`.
    """
    if url:
        check_address(url)
    if kind not in MAKERS:
        raise BadRequest("没有此平台 / no such maker", where="kind", fix=", ".join(MAKERS))
    if Robot.objects.filter(name=name).exclude(pk=robot or 0).exists():
        raise BadRequest("名称已用 / the name is taken", where="name", fix="另取名 / another name")
    with transaction.atomic():
        row = Robot() if robot is None else Robot.objects.select_for_update().get(pk=robot)
        if robot is not None and row.version != version:
            raise Conflict(
                "他人已修改 / somebody else changed it", where=name, fix="刷新 / load it again"
            )
        before = {} if robot is None else _told(row)
        row.name, row.kind, row.area, row.brief, row.active = name, kind, area, brief, active
        if url:
            row.sealed_url = encrypt(url, URL_PLACE)
        if secret:
            row.sealed_secret = encrypt(secret, SECRET_PLACE)
        row.version = row.version + 1 if robot is not None else 1
        row.save()
        record(
            by=by,
            now=now,
            action="robot.new" if robot is None else "robot.edit",
            kind="notices.robot",
            key=str(row.pk),
            before=before,
            after={**_told(row), "new_address": bool(url), "new_secret": bool(secret)},
        )
    return row.pk


def host_of(robot: Robot) -> str:
    """Host of a robot's address; the rest of it is a secret."""
    return urlsplit(decrypt(robot.sealed_url, URL_PLACE)).hostname or ""


def save_wishes(*, account: int, by: Actor, now: datetime, **wishes: Any) -> None:
    """Write how an account wants to be reached."""
    with transaction.atomic():
        row = Preference.objects.filter(pk=account).first() or Preference(account_id=account)
        before = {name: getattr(row, name) for name in _WISHES}
        for name in _WISHES:
            setattr(row, name, wishes[name])
        row.save()
        after = {name: getattr(row, name) for name in _WISHES}
        changed = [name for name in _WISHES if before[name] != after[name]]
        record(
            by=by,
            now=now,
            action="notice.preference",
            kind="notices.preference",
            key=str(account),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def _told(row: Robot) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in _TOLD}, "host": host_of(row)}
