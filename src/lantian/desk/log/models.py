"""Rows of the log."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import models

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970 in UTC.

    Examples
    --------
    >>> microseconds(datetime(1970, 1, 2, 8, tzinfo=UTC))
    115200000000
    """
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment_of(at_us: int) -> datetime:
    """Time of a number of microseconds since 1970 in UTC.

    Examples
    --------
    >>> moment_of(115200000000).isoformat()
    '1970-01-02T08:00:00+00:00'
    """
    return _EPOCH + timedelta(microseconds=at_us)


class Entry(models.Model):
    """One change: written once, in the transaction of the change itself; never altered.

    `before` and `after` are canonical JSON of the fields that changed, personal fields masked.
    The time is a whole number, so that every database gives the chain the same bytes.
    """

    at_us = models.BigIntegerField()
    account = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150)
    origin = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    before = models.TextField()
    after = models.TextField()
    reason = models.TextField()

    class Meta:
        """Read by object, by account and by time."""

        indexes = (
            models.Index(fields=["kind", "key", "id"], name="log_by_object"),
            models.Index(fields=["account", "id"], name="log_by_account"),
            models.Index(fields=["at_us", "id"], name="log_by_time"),
        )
        ordering = ("id",)

    @property
    def at(self) -> datetime:
        """Time of the change."""
        return moment_of(self.at_us)


class Unsealed(models.Model):
    """An entry that waits for its seal.

    The number of an entry is taken before its transaction commits, so in PostgreSQL a lower
    number may appear after a higher one is sealed: "all above the last seal" would lose it.
    """

    entry = models.BigIntegerField(primary_key=True)


class Seal(models.Model):
    """The link of one entry in the chain; `seq` has no gaps, `head` is its hash in hex."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    head = models.CharField(max_length=64)
