"""Proving who signs in: the password, the account's state, and the record of both."""

import unicodedata
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from lantian.desk.accounts import limits
from lantian.desk.accounts.models import Account
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.errors import LantianError

#: How long a password made by the desk may wait for its first use.
ONE_TIME: Final = timedelta(days=7)


class TooManyAttempts(LantianError):
    """So many sign-ins failed from one address that it must wait."""

    code = "LT-640"


def known_as(username: str) -> str:
    """Return a user name as it is kept: no case, no blanks around, full width made half.

    Examples
    --------
    >>> known_as(" Ｗang ")
    'wang'
    """
    return unicodedata.normalize("NFKC", username).strip().casefold()


def prove_password(*, username: str, password: str, by: Actor, now: datetime) -> Account | None:
    """Return the account that a user name and a password belong to, if it may sign in.

    An unknown name takes as long as a wrong password, and the answer does not tell them apart.

    Parameters
    ----------
    username, password : str
        As typed.
    by : Actor
        The caller; its origin is the network address.
    now : datetime

    Returns
    -------
    Account or None

    Raises
    ------
    TooManyAttempts
        If the address failed too often of late.
    """
    if not limits.take_address(by.origin, now):
        raise _too_many(by.origin)
    account = Account.objects.filter(username=known_as(username)).first()
    why = _why_not(account, password, now)
    if account is None or why:
        refuse(account, why=why, by=by, now=now)
        return None
    limits.give_back(account.pk)
    limits.give_address_back(by.origin)
    return account


def prove_again(*, account: Account, password: str, by: Actor, now: datetime) -> bool:
    """Whether the one who is signed in knows the password; wrong ones count as at sign-in."""
    why = _why_not(account, password, now)
    if why:
        refuse(account, why=why, by=by, now=now)
        return False
    limits.give_back(account.pk)
    return True


def refuse(account: Account | None, *, why: str, by: Actor, now: datetime) -> None:
    """Record a refused sign-in; what was typed as an unknown name may be a password."""
    with transaction.atomic():
        record(
            by=by,
            now=now,
            action="accounts.refused",
            kind="account",
            key=str(account.pk) if account else "",
            after={"why": why},
        )


def complete(account: Account, *, means: str, by: Actor, now: datetime) -> None:
    """Record a sign-in whose proofs are all given, and forget the failures before it.

    Parameters
    ----------
    account : Account
    means : str
        How: password, oidc, with `+totp` or `+recovery`.
    by : Actor
    now : datetime
    """
    limits.forget(account.pk)
    with transaction.atomic():
        record(
            by=Actor(account.pk, account.username, by.origin, by.request),
            now=now,
            action="accounts.sign-in",
            kind="account",
            key=str(account.pk),
            after={"means": means},
        )


def _why_not(account: Account | None, password: str, now: datetime) -> str:
    """Return why not, or nothing; every way takes the time of one hash."""
    if account is None:
        make_password(password)
        return "unknown"
    free = limits.take(account.pk, now)
    fits = account.check_password(password)
    if not free:
        return "locked"
    if not fits:
        return "password"
    if not account.is_active:
        return "inactive"
    if account.must_change_password and _too_old(account, now):
        return "one-time password too old"
    return ""


def _too_old(account: Account, now: datetime) -> bool:
    return account.password_since is None or now - account.password_since > ONE_TIME


def _too_many(origin: str) -> TooManyAttempts:
    return TooManyAttempts(
        "登录失败次数过多 / too many failed sign-ins",
        where=origin,
        fix="稍后再试，或联系管理员 / wait, or ask an administrator",
    )
