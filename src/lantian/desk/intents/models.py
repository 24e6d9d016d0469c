"""Rows of intents."""

import uuid

from django.db import models


class State(models.TextChoices):
    """How far an intent is."""

    PENDING = "pending"
    APPLIED = "applied"
    REFUSED = "refused"


class Intent(models.Model):
    """What shall be written into the lake: applied in order of `id`, once for each `uuid`.

    `key` is the thing of the desk that it is about; `batch` the lake's sequence that holds
    its effect; `refusal` why it has none, "Chinese / English".
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=128, blank=True)
    body = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    account = models.BigIntegerField(null=True)
    made_by = models.CharField(max_length=150)
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    batch = models.BigIntegerField(null=True)
    refusal = models.TextField(blank=True)

    class Meta:
        """Read by what waits, and by thing."""

        indexes = (
            models.Index(
                fields=["id"], name="intents_waiting", condition=models.Q(state=State.PENDING)
            ),
            models.Index(fields=["kind", "key", "id"], name="intents_by_thing"),
        )
        ordering = ("id",)
