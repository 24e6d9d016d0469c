"""Making and revoking tokens, and spending the requests that they may send."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from lantian.desk.api.models import Token, hash_of
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.rights.reach import Reach
from lantian.errors import BadRequest, NoData

#: Longest life of a token, and most live ones of an account.
LONGEST: Final = timedelta(days=366)
MOST: Final = 20
#: Characters of a name.
LONGEST_NAME: Final = 60
#: Requests of one token in a minute. Since 2026-03; a monitoring program asks once a minute.
PER_MINUTE: Final = 600
#: Requests that a process takes out of the minute at once, to write seldom.
AT_ONCE: Final = 10
_BEGIN: Final = "lt_"
_WHERE: Final = "token"


def create_token(
    *,
    account: int,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime,
    reach: Reach,
    by: Actor,
    now: datetime,
) -> tuple[Token, str]:
    """Make a token of an account.

    Parameters
    ----------
    account : int
    name : str
        What it is for.
    scopes : sequence of str
        Permissions, each of them held by the account.
    expires_at : datetime
        At most a year away.
    reach : Reach
        What the account reaches.
    by : Actor
    now : datetime

    Returns
    -------
    token : Token
    text : str
        To be shown once; only its hash is kept.

    Raises
    ------
    BadRequest
        If the name is empty or long, a permission is not held, it would live too long, or
        the account has too many.
    """
    _check(name, scopes, expires_at, reach, now)
    text = _BEGIN + secrets.token_urlsafe(32)
    with transaction.atomic():
        live = Token.objects.filter(account=account, revoked_at=None, expires_at__gt=now)
        if live.count() >= MOST:
            raise BadRequest(
                f"已有 {MOST} 个有效令牌 / there are {MOST} live tokens already",
                where=_WHERE,
                fix="先吊销不用的 / revoke those that are not used",
            )
        token = Token.objects.create(
            account_id=account,
            name=name.strip(),
            prefix=text[: len(_BEGIN) + 6],
            hash=hash_of(text),
            scopes=" ".join(sorted(set(scopes))),
            created_at=now,
            expires_at=expires_at,
        )
        record(
            by=by,
            now=now,
            action="api.token.add",
            kind="token",
            key=str(token.pk),
            after={"name": token.name, "prefix": token.prefix, "scopes": token.scopes,
                   "expires_at": expires_at},
        )  # fmt: skip
    return token, text


def _check(
    name: str, scopes: Sequence[str], expires_at: datetime, reach: Reach, now: datetime
) -> None:
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise BadRequest("名称须 1—60 字 / the name has 1 to 60 characters", where="name", fix="—")
    if not scopes or any(not reach.may(scope) for scope in scopes):
        strange = sorted(scope for scope in scopes if not reach.may(scope))
        raise BadRequest(
            f"权限为空或未持有 {strange} / no permission, or one that you do not hold",
            where="scopes",
            fix="只选您持有的权限 / choose among what you hold",
        )
    if not now < expires_at <= now + LONGEST:
        raise BadRequest(
            "有效期须在一年之内 / it must end within a year",
            where="expires_at",
            fix=f"≤ {(now + LONGEST):%Y-%m-%d}",
        )


def revoke_token(*, account: int, token: int, by: Actor, now: datetime) -> None:
    """End a token of an account at once.

    Raises
    ------
    NoData
        If the account has no such live token.
    """
    with transaction.atomic():
        done = Token.objects.filter(pk=token, account=account, revoked_at=None).update(
            revoked_at=now
        )
        if not done:
            raise NoData("没有这个令牌 / no such token", where=_WHERE, fix="刷新页面 / reload")
        record(by=by, now=now, action="api.token.revoke", kind="token", key=str(token))


def take_request(token: int, now: datetime) -> bool:
    """Count requests of a token in the current minute; False where they are used up.

    A process takes some at once and spends them by itself (`rate.Spending`), so that all
    processes together never let through more than PER_MINUTE, and few requests write. The
    same write keeps the time of last use, of the first request of a minute. A minute far
    ahead was counted under a wrong clock and counts no more.
    """
    minute = int(now.timestamp()) // 60
    rows = Token.objects.filter(pk=token)
    other = Q(minute__lt=minute) | Q(minute__gt=minute + 1)
    free = other | Q(minute=minute, taken__lte=PER_MINUTE - AT_ONCE)
    same = When(minute=minute, then=F("taken") + AT_ONCE)
    used = Case(When(minute=minute, then=F("last_used_at")), default=Value(now))
    done = rows.filter(free).update(
        taken=Case(same, default=Value(AT_ONCE)), minute=minute, last_used_at=used
    )
    return bool(done)
