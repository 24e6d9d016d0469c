"""Rows of the API: tokens, and answers remembered for requests that are sent again."""

import hashlib

from django.conf import settings
from django.db import models

from lantian.desk.language import both


def hash_of(text: str) -> str:
    """SHA-256 of a token; its 256 random bits need no salt."""
    return hashlib.sha256(text.encode()).hexdigest()


class Token(models.Model):
    """A key that stands for an account, for some of its permissions, until a moment.

    Only the SHA-256 of the token is kept; `prefix` is its readable beginning. `minute` and
    `taken` count the requests of the current minute for the limit of its rate.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16)
    hash = models.CharField(max_length=64, unique=True)
    scopes = models.TextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    minute = models.BigIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = both("接口令牌", "API token")

    def __str__(self) -> str:
        """Return the name and how it begins."""
        return f"{self.name} {self.prefix}…"

    @property
    def permissions(self) -> frozenset[str]:
        """Permissions that it carries at most."""
        return frozenset(self.scopes.split())


class Remembered(models.Model):
    """A request that carries an idempotency key, and its answer once there is one.

    `status` is 0 while it is worked on; `holder` names who works on it, so that of two who
    think they do only one can finish.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    holder = models.CharField(max_length=32)
    started_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        verbose_name = both("幂等记录", "remembered request")
        constraints = (models.UniqueConstraint(fields=["account", "key"], name="remembered_once"),)
