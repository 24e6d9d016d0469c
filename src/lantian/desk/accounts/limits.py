"""Limits of guessing: by account and by network address, exact under parallel attempts.

An attempt is counted before the password is looked at, in one conditional update, and taken
back when it was right. So parallel guesses can never be more than the limit.
"""

import ipaddress
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Greatest

from lantian.desk.accounts.models import Account, Address
from lantian.desk.env import env

#: An office shares one address, so an address may fail this many times as often as an account.
_OFFICE: Final = 10
_FORGET: Final = timedelta(days=1)
_IPV6_HOME: Final = 64
#: By so much clocks may differ without any of them being wrong.
_SKEW: Final = timedelta(minutes=1)


def take(account: int, now: datetime) -> bool:
    """Count an attempt on an account; False where it is locked.

    The attempt that fills the count locks the account at once.
    """
    desk = env().settings.desk
    end = now + timedelta(minutes=desk.lock_min)
    rows = Account.objects.filter(pk=account)
    # A lock that ends later than one taken now ends was taken under a wrong clock.
    over = Q(locked_until__lte=now) | Q(locked_until__gt=end + _SKEW)
    rows.filter(over).update(failures=0, locked_until=None)
    taken = rows.filter(locked_until=None).update(
        failures=F("failures") + 1,
        locked_until=Case(When(failures__gte=desk.lock_after - 1, then=Value(end)), default=None),
    )
    return bool(taken)


def give_back(account: int) -> None:
    """Take back one attempt: it was right, though the sign-in is not complete."""
    Account.objects.filter(pk=account).update(
        failures=Greatest(F("failures") - 1, 0), locked_until=None
    )


def forget(account: int) -> None:
    """Forget all attempts on an account: the sign-in is complete, or it was unlocked."""
    Account.objects.filter(pk=account).filter(
        ~Q(failures=0) | Q(locked_until__isnull=False)
    ).update(failures=0, locked_until=None)


def take_address(address: str, now: datetime) -> bool:
    """Count an attempt from an address; False where too many failed of late."""
    desk = env().settings.desk
    home = _home(address)
    with transaction.atomic():
        _, made = Address.objects.get_or_create(address=home, defaults={"since": now})
        if made:
            Address.objects.filter(since__lt=now - _FORGET).delete()
        rows = Address.objects.filter(address=home)
        # A count that begins ahead of now began under a wrong clock.
        old = Q(since__lt=now - timedelta(minutes=desk.lock_min)) | Q(since__gt=now + _SKEW)
        rows.filter(old).update(failures=0, since=now)
        taken = rows.filter(failures__lt=desk.lock_after * _OFFICE).update(
            failures=F("failures") + 1
        )
    return bool(taken)


def give_address_back(address: str) -> None:
    """Take back an attempt from an address: it was right."""
    Address.objects.filter(address=_home(address), failures__gt=0).update(
        failures=F("failures") - 1
    )


def _home(address: str) -> str:
    """Address, or the network of one IPv6 home: its owner may choose among all in it.

    Examples
    --------
    >>> _home("10.1.2.3"), _home("2001:db8:1:2:3::4"), _home("")
    ('10.1.2.3', '2001:db8:1:2::/64', 'unknown')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_HOME), strict=False))
