"""The second factor: enrolling a device, proving a code, recovery codes."""

import secrets
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from lantian.desk.accounts import limits, totp
from lantian.desk.accounts.models import Account, RecoveryCode
from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.privacy.cipher import decrypt, encrypt
from lantian.desk.rights.reach import Reach

ISSUER: Final = "Lantian"
_CODES: Final = 10
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH: Final = 16
_PENDING: Final = "accounts.pending"


def required_of(reach: Reach) -> bool:
    """Whether a role that is held needs a second factor here."""
    return not reach.roles.isdisjoint(env().settings.desk.second_factor_roles)


def pending_secret() -> str:
    """Return a new secret, encrypted, to be kept in the session until it is confirmed."""
    return encrypt(totp.new_secret(), _PENDING)


def shown(pending: str, username: str) -> tuple[str, str]:
    """Return the secret in groups and its otpauth address."""
    secret = decrypt(pending, _PENDING)
    return totp.grouped(secret), totp.address(secret, issuer=ISSUER, account=username)


def enrol(
    *, account: Account, pending: str, given: str, by: Actor, now: datetime
) -> list[str] | None:
    """Make a pending secret the account's second factor, if its code was given.

    Returns
    -------
    list of str or None
        The recovery codes, to be shown once; None for a wrong code.
    """
    secret = decrypt(pending, _PENDING)
    step = totp.matching_step(secret, given, now.timestamp())
    if step is None:
        return None
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(
            totp_secret=encrypt(secret, _place(account.pk)), totp_since=now, totp_step=step
        )
        _record(account, "accounts.second-factor", by, now)
        return _new_codes(account)


def new_recovery_codes(*, account: Account, by: Actor, now: datetime) -> list[str]:
    """Replace the recovery codes; return the new ones, to be shown once."""
    with transaction.atomic():
        _record(account, "accounts.recovery-codes", by, now)
        return _new_codes(account)


def codes_left(account: Account) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


def prove_code(*, account: Account, given: str, now: datetime) -> str:
    """Return "totp" or "recovery" for a right code, "" for a wrong one or a locked account.

    A code is good once: the step that it belongs to must be later than the last one used,
    and both are compared in the update itself.
    """
    if not limits.take(account.pk, now):
        return ""
    return _spent_step(account, given, now) or _spent_recovery(account, given, now)


def refuse(*, account: Account, by: Actor, now: datetime) -> None:
    """Record a wrong code."""
    with transaction.atomic():
        _record(account, "accounts.refused", by, now, why="second factor")


def reset(*, account: Account, by: Actor, now: datetime) -> None:
    """Take the second factor away, so that another device can be enrolled."""
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(totp_secret="", totp_since=None, totp_step=0)
        RecoveryCode.objects.filter(account=account).delete()
        _record(account, "accounts.second-factor-reset", by, now)


def _spent_step(account: Account, given: str, now: datetime) -> str:
    if account.totp_since is None:
        return ""
    secret = decrypt(account.totp_secret, _place(account.pk))
    step = totp.matching_step(secret, given, now.timestamp())
    if step is None:
        return ""
    fresh = Account.objects.filter(pk=account.pk, totp_step__lt=step)
    return "totp" if fresh.update(totp_step=step) else ""


def _spent_recovery(account: Account, given: str, now: datetime) -> str:
    unused = RecoveryCode.objects.filter(account=account, hash=_hash(given), used_at=None)
    return "recovery" if unused.update(used_at=now) else ""


def _new_codes(account: Account) -> list[str]:
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(_LENGTH)) for _ in range(_CODES)]
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(account=account, hash=_hash(c)) for c in codes)
    return [totp.grouped(c) for c in codes]


def _hash(given: str) -> str:
    plain = "".join(given.casefold().split()).replace("-", "")
    return salted_hmac("accounts.recovery", plain, algorithm="sha256").hexdigest()


def _place(account: int) -> str:
    return f"accounts.Account.totp_secret/{account}"


def _record(account: Account, action: str, by: Actor, now: datetime, **after: str) -> None:
    record(by=by, now=now, action=action, kind="account", key=str(account.pk), after=after)
