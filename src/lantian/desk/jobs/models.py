"""Rows of jobs: what is asked, who works on it, when it is due."""

from django.db import models


class Job(models.Model):
    """What a task of the queue is about: who asked, how far it is, what came of it.

    The queue's own row holds state, arguments and times. `attempts` are those since it was
    asked for or tried again; `memo` is what an unfinished job remembers for its next
    attempt; `reason` is why it failed, "Chinese / English".
    """

    task = models.OneToOneField(
        "django_tasks_database.DBTaskResult", models.CASCADE, primary_key=True, related_name="job"
    )
    name = models.CharField(max_length=64)
    schedule = models.CharField(max_length=64, blank=True)
    account = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150)
    origin = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=16)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    words = models.CharField(max_length=200, blank=True)
    memo = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    cancelled = models.BooleanField(default=False)

    class Meta:
        """Read by who asked."""

        indexes = (models.Index(fields=["account"], name="jobs_by_account"),)


class Lease(models.Model):
    """Who may work on a job now.

    `token` grows with every change of hands, and an effect commits only under the token
    that stands here. `beat` grows while the holder lives; `heartbeat` and `until` are times
    by the holder's clock, for people to read.
    """

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="lease")
    token = models.BigIntegerField(default=0)
    beat = models.BigIntegerField(default=0)
    holder = models.CharField(max_length=64, blank=True)
    heartbeat = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)


class Schedule(models.Model):
    """When a job is due by itself: each `every_s` seconds, or daily at the local time `at`."""

    name = models.CharField(max_length=64, primary_key=True)
    every_s = models.PositiveIntegerField(null=True)
    at = models.CharField(max_length=5, blank=True)
    enabled = models.BooleanField(default=True)
    last_due = models.DateTimeField(null=True)
    next_due = models.DateTimeField()
    last_job = models.UUIDField(null=True)


class Presence(models.Model):
    """When a process of this role, `worker` or `scheduler`, last showed that it runs."""

    role = models.CharField(max_length=16, primary_key=True)
    at = models.DateTimeField()
