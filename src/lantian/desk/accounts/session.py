"""Sessions: whose, from where, since when; they end by idleness, by age, or when revoked."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from lantian.desk.env import env

#: Names of what a session holds.
STARTED: Final = "started"
SEEN: Final = "seen"
ADDRESS: Final = "address"
AGENT: Final = "agent"
FACTOR: Final = "factor"
MEANS: Final = "means"

#: Header of requests that a page sends by itself: nobody is at it, so they are no use.
POLLING: Final = "X-Lantian-Polling"

#: How much older the last use may be than what is written of it.
SEEN_EVERY: Final = timedelta(minutes=1)


class Session(AbstractBaseSession):
    """A session; the columns repeat what is in its data, to be listed."""

    account = models.BigIntegerField(null=True, db_index=True)
    address = models.CharField(max_length=64)
    agent = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta(AbstractBaseSession.Meta):
        """Swept by end."""

        app_label = "accounts"

    @classmethod
    def get_session_store_class(cls) -> type["SessionStore"]:
        """Return what reads and writes sessions."""
        return SessionStore

    @property
    def handle(self) -> str:
        """Name of the session in pages; it opens nothing, as the key would."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:16]


class SessionStore(db.SessionStore):
    """Sessions in the table above."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model of the rows."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of what the session holds."""
        row: Any = super().create_model_instance(data)
        account = data.get(SESSION_KEY)
        row.account = int(account) if account else None
        row.address = data.get(ADDRESS, "")
        row.agent = data.get(AGENT, "")
        row.started_at = _moment(data.get(STARTED))
        row.seen_at = _moment(data.get(SEEN))
        return row  # type: ignore[no-any-return]

    def get_expiry_date(self, **options: Any) -> datetime:
        """Return when it ends: idle for too long, or open for too long."""
        desk = env().settings.desk
        idle_ends = _moment(self.get(SEEN)) + timedelta(minutes=desk.session_idle_min)
        return min(idle_ends, _moment(self.get(STARTED)) + timedelta(hours=desk.session_max_h))

    def begin(self, *, now: datetime, address: str, agent: str) -> None:
        """Note who opened it, from where, when."""
        self[STARTED] = self[SEEN] = now.timestamp()
        self[ADDRESS] = address[:64]
        self[AGENT] = agent[:200]

    def touch(self, now: datetime) -> None:
        """Note that it is in use, once a minute at most.

        Times ahead of now, of a clock that was put back since, become now.
        """
        if STARTED not in self or _moment(self[STARTED]) - now >= SEEN_EVERY:
            self[STARTED] = now.timestamp()
        if abs(now - _moment(self.get(SEEN, 0))) >= SEEN_EVERY:
            self[SEEN] = now.timestamp()


def _moment(stamp: float | None) -> datetime:
    return timezone.now() if stamp is None else datetime.fromtimestamp(stamp, UTC)
