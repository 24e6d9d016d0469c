"""What leaves the desk for whom and when, by the wishes of each account."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.notices.models import Delivery, Notice, Outgoing, Preference, Robot
from lantian.desk.notices.quiet import digest_due, quiet_of
from lantian.desk.notices.words import AT_ONCE, EMAIL, ROBOT, SMS

if TYPE_CHECKING:
    from lantian.desk.accounts.models import Account


def outgoing_of(
    notice: Notice, deliveries: Sequence[Delivery], robots: Iterable[Robot], now: datetime
) -> list[Outgoing]:
    """Return what shall leave the desk of a notice: by mail, text message and robot.

    A channel that is not set up, or for which an account has no address, is left out.
    """
    robots_out = [
        Outgoing(notice=notice, robot=robot, channel=ROBOT, not_before=now) for robot in robots
    ]
    return [*(row for one in deliveries for row in _personal(notice, one, now)), *robots_out]


def wish_of(account: "Account") -> Preference:
    """Wishes of an account; the defaults where it has none."""
    found: Preference | None = getattr(account, "notice_preference", None)
    return found or Preference(account=account)


def email_of(account: "Account") -> str:
    """Return the address for mails: the account's own, or else that of its person."""
    person = getattr(account, "person", None)
    return account.email or (person.email if person else "")


def pressing(notice: Notice) -> bool:
    """Whether a notice is never held back for a digest, and worth a text message."""
    return notice.urgent or notice.needs_receipt


def held_until(notice: Notice, account: "Account", now: datetime) -> datetime:
    """Return when quiet hours let a notice out: now outside of them, or when it is urgent."""
    ends = quiet_of(wish_of(account)).ends(timezone.localtime(now))
    return now if notice.urgent or ends is None else ends


def _personal(notice: Notice, delivery: Delivery, now: datetime) -> Iterator[Outgoing]:
    account = delivery.account
    wish = wish_of(account)
    ready = held_until(notice, account, now)
    settings = env().settings
    if settings.mail.host and wish.email and email_of(account):
        digest = wish.digest != AT_ONCE and not pressing(notice)
        due = digest_due(wish, timezone.localtime(now)) if digest else now
        yield Outgoing(
            notice=notice,
            delivery=delivery,
            channel=EMAIL,
            digest=digest,
            not_before=held_until(notice, account, max(due, ready)),
        )
    if settings.sms.url and wish.sms and pressing(notice) and _has_phone(account):
        yield Outgoing(notice=notice, delivery=delivery, channel=SMS, not_before=ready)


def _has_phone(account: "Account") -> bool:
    person = getattr(account, "person", None)
    return bool(person and person.phone)
