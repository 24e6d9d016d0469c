"""Rows of the log."""

from django.db import models


class Entry(models.Model):
    """One change: written once, in the transaction of the change itself; never altered.

    `before` and `after` are canonical JSON of the fields that changed, personal fields masked.
    """

    at = models.DateTimeField()
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
        """Read by object and by time."""

        indexes = (
            models.Index(fields=["kind", "key", "id"], name="log_by_object"),
            models.Index(fields=["account", "id"], name="log_by_account"),
        )
        ordering = ("id",)


class Seal(models.Model):
    """The link of one entry in the chain; `seq` has no gaps, `head` is its hash in hex."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    head = models.CharField(max_length=64)
