"""Reading accounts, their sessions and grants, as pages show them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.utils import timezone

from lantian.desk.accounts.models import Account, Session
from lantian.desk.accounts.session import STARTED
from lantian.desk.env import env
from lantian.desk.language import both
from lantian.desk.rights.table import table

#: Names of the kinds of work against pollution.
SUBJECT_NAMES: Final = {
    "industry": both("工业", "industry"),
    "dust": both("扬尘", "dust"),
    "mobile": both("移动源", "mobile sources"),
    "living": both("生活源", "living"),
    "agriculture": both("农业", "agriculture"),
    "heating": both("采暖", "heating"),
    "air": both("监测", "monitoring"),
}
_SOURCES: Final = {
    "init": both("初始化", "set-up"),
    "administrator": both("管理员", "administrator"),
    "appointment": both("任职", "appointment"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A grant in the words of a page."""

    pk: int
    role: Any
    area: str
    subjects: str
    organisation: str
    days: str
    source: str
    removable: bool


def accounts(search: str = "") -> QuerySet[Account]:
    """Return accounts by user name, those whose user name or name holds a text."""
    found = Account.objects.order_by("username").prefetch_related("grants")
    if search:
        found = found.filter(Q(username__icontains=search) | Q(name__icontains=search))
    return found


def held_by(account: Account) -> list[Held]:
    """Return the grants of an account."""
    return [
        Held(
            row.pk,
            role_name(row.role),
            row.area,
            "、".join(str(SUBJECT_NAMES[name]) for name in row.subjects.split()),
            row.organisation,
            f"{row.first or ''} — {row.last or ''}" if row.first or row.last else "",
            _source_name(row.source),
            # What an appointment gave ends with that alone.
            ":" not in row.source,
        )
        for row in account.grants.order_by("id")
    ]


def role_name(name: str) -> Any:
    """Name of a role in the language of the page."""
    role = table().roles[name]
    return both(role.zh, role.en)


def _source_name(source: str) -> str:
    kind, _, number = source.partition(":")
    return f"{_SOURCES.get(kind, kind)} {number}".strip()


def sessions_of(account: int, now: datetime) -> list[Session]:
    """Return the sessions of an account that are open, the last used first."""
    return list(Session.objects.filter(account=account, expire_date__gt=now).order_by("-seen_at"))


def session_end(session: SessionBase) -> datetime:
    """Return when a session ends at the latest, in use or not.

    Parameters
    ----------
    session : SessionBase
        Of a request.
    """
    started = session.get(STARTED)
    begin = timezone.now() if started is None else datetime.fromtimestamp(started, UTC)
    return begin + timedelta(hours=env().settings.desk.session_max_h)


def account_named(username: str) -> Account | None:
    """Return the account of a user name; None where there is none."""
    return Account.objects.filter(username=username).first()
