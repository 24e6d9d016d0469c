"""Who may read a personal text unmasked, how often a day, and the record of it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.privacy.cipher import fingerprint
from lantian.desk.privacy.declared import Declared, declared_fields
from lantian.desk.privacy.models import Reading
from lantian.desk.rights.reach import EVERYWHERE, Reach
from lantian.errors import BadRequest

#: Single fields that one account may read in a day, and times that it may read many at once.
READINGS_A_DAY: Final = 50
EXPORTS_A_DAY: Final = 5
_WHERE: Final = "privacy"


def allow_one(label: str, key: str, *, by: Actor, reach: Reach, reason: str, now: datetime) -> None:
    """Let an account read one field, and record it.

    Raises
    ------
    PermissionDenied, BadRequest
        As `Personal.reveal`.
    """
    declared = declared_fields()[label]
    account = _reader(declared, [key], by, reach)
    after = {"field": declared.field}
    with transaction.atomic():
        _count(account, "one", READINGS_A_DAY, now)
        record(
            by=by,
            now=now,
            action="privacy.reveal",
            kind=declared.owner,
            key=key,
            after=after,
            reason=_stated(reason),
        )


def allow_many(
    label: str, keys: Collection[str], *, by: Actor, reach: Reach, reason: str, now: datetime
) -> None:
    """Let an account read one field of many rows, as for an export, and record it.

    Raises
    ------
    PermissionDenied, BadRequest
        As `Personal.reveal`.
    """
    declared = declared_fields()[label]
    account = _reader(declared, keys, by, reach)
    proof = fingerprint("\n".join(sorted(keys)), label)
    with transaction.atomic():
        _count(account, "many", EXPORTS_A_DAY, now)
        record(
            by=by,
            now=now,
            action="privacy.export",
            kind=declared.owner,
            key="",
            after={"field": declared.field, "rows": len(keys), "keys_hash": proof},
            reason=_stated(reason),
        )


def allow_machine(label: str, key: str, *, by: Actor, reason: str, now: datetime) -> None:
    """Let a machine that is declared for a field use it, and record it.

    Raises
    ------
    PermissionDenied
        If it is no machine, or none that fields.toml names.
    """
    declared = declared_fields()[label]
    if by.account is not None or by.name not in declared.used_by:
        raise PermissionDenied(f"{by.name} is not declared for {label}")
    with transaction.atomic():
        record(
            by=by,
            now=now,
            action="privacy.use",
            kind=declared.owner,
            key=key,
            after={"field": declared.field},
            reason=_stated(reason),
        )


def may_read(label: str, key: str, reach: Reach) -> bool:
    """Whether an account that reaches so far may read one field of one row."""
    declared = declared_fields()[label]
    return reach.may(declared.permission) and _covers(declared, [key], reach)


def _reader(declared: Declared, keys: Collection[str], by: Actor, reach: Reach) -> int:
    """Return the account that reads, if it may read all of these rows."""
    if by.account is None or not reach.may(declared.permission):
        raise PermissionDenied(declared.permission)
    if not keys or not all(keys):
        raise PermissionDenied(f"a text of {declared.label} without a row cannot be read")
    if not _covers(declared, keys, reach):
        raise PermissionDenied(declared.permission)
    return by.account


def _covers(declared: Declared, keys: Collection[str], reach: Reach) -> bool:
    """Whether a permission reaches every one of these rows."""
    covered = {
        str(key)
        for key, area in _areas(declared, keys)
        if reach.covers(declared.permission, area=area)
    }
    return not set(keys) - covered


def _areas(declared: Declared, keys: Collection[str]) -> Iterable[tuple[object, str]]:
    """Rows with their areas; where a field declares none, or a row has none: everywhere."""
    rows = declared.model._default_manager.filter(pk__in=keys)
    if not declared.area:
        return ((key, EVERYWHERE) for key in rows.values_list("pk", flat=True))
    return ((key, area or EVERYWHERE) for key, area in rows.values_list("pk", declared.area))


def _stated(reason: str) -> str:
    if not reason.strip():
        raise BadRequest(
            "查看个人信息须说明理由 / reading a personal field needs a reason",
            where=_WHERE,
            fix="填写理由 / give the reason",
        )
    return reason.strip()


def _count(account: int, kind: str, limit: int, now: datetime) -> None:
    row, _ = Reading.objects.get_or_create(account=account, day=timezone.localdate(now), kind=kind)
    if not Reading.objects.filter(pk=row.pk, count__lt=limit).update(count=F("count") + 1):
        raise BadRequest(
            f"今日查看个人信息已达 {limit} 次 / personal fields were read {limit} times today",
            where=_WHERE,
            fix="明日再试 / try again tomorrow",
        )
