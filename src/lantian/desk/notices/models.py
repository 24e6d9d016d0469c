"""Rows of notices: what is said, to whom, how it leaves the desk, who wants what."""

import uuid
from datetime import time
from typing import Final

from django.conf import settings
from django.db import models

#: States of what leaves the desk.
WAITING: Final = "waiting"
SENDING: Final = "sending"
SENT: Final = "sent"
FAILED: Final = "failed"
SKIPPED: Final = "skipped"


class Notice(models.Model):
    """Something said to people.

    `key` makes it once: a second notice of the same key is the first. `area` is the path of
    the place that it is about; `step` counts how far it was escalated up the roster.
    """

    key = models.CharField(max_length=120, null=True, unique=True)
    kind = models.CharField(max_length=16)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200, blank=True)
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    by_account = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    area = models.CharField(max_length=200, default="/")
    urgent = models.BooleanField(default=False)
    needs_receipt = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    step_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["by_account", "-id"], name="notices_by_sender"),
            models.Index(
                fields=["due_at"],
                condition=models.Q(needs_receipt=True),
                name="notices_due",
            ),
        )

    def __str__(self) -> str:
        """Return the title."""
        return self.title_zh


class Delivery(models.Model):
    """A notice in the inbox of one account.

    `escalated` is the position on duty as which the account got it, empty for those to whom
    it was sent; the receipt of one of these means: I see to it.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_deliveries"
    )
    escalated = models.CharField(max_length=16, blank=True)
    read_at = models.DateTimeField(null=True)
    receipt_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["notice", "account"], name="notices_once_each"),
        )
        indexes = (models.Index(fields=["account", "read_at"], name="notices_unread"),)


class Robot(models.Model):
    """The robot of a chat group; address and signing secret are encrypted.

    `area` is the place whose senders may use it; `brief` says that it gets the morning brief.
    """

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=16)
    sealed_url = models.TextField()
    sealed_secret = models.TextField(blank=True)
    area = models.CharField(max_length=200, default="/")
    brief = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Outgoing(models.Model):
    """One notice on its way out: to one account by one channel, or to one robot.

    `message` is the identity under which a server gets it, at every attempt the same; rows
    that leave as one digest share it. `run` is the job that sends it now.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="outgoing")
    delivery = models.ForeignKey(Delivery, models.CASCADE, null=True, related_name="outgoing")
    robot = models.ForeignKey(Robot, models.CASCADE, null=True, related_name="outgoing")
    channel = models.CharField(max_length=8)
    digest = models.BooleanField(default=False)
    message = models.UUIDField(default=uuid.uuid4, db_index=True)
    state = models.CharField(max_length=8, default=WAITING)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    run = models.CharField(max_length=36, blank=True)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["state", "not_before"],
                condition=models.Q(state__in=(WAITING, SENDING)),
                name="notices_to_send",
            ),
        )


class Preference(models.Model):
    """How one account wants to be reached; who has none is reached by these defaults."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="notice_preference",
    )
    email = models.BooleanField(default=True)
    sms = models.BooleanField(default=True)
    brief = models.BooleanField(default=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest = models.CharField(max_length=8, blank=True)
    digest_at = models.TimeField(default=time(8))
