"""Rows of the machinery itself: saved filters, notes, documents, imports."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from lantian.desk.language import both


class SavedFilter(models.Model):
    """A filter of a list that an account keeps under a name; `query` as in the address."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=64)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, blank=True)

    class Meta:
        """One name once."""

        constraints = (
            models.UniqueConstraint(fields=["account", "kind", "name"], name="saved_filter_once"),
        )


class Note(models.Model):
    """What a person wrote in the journal of a row; never altered."""

    at = models.DateTimeField()
    account = models.BigIntegerField(null=True)
    author = models.CharField(max_length=150)
    kind = models.CharField(max_length=64)
    row = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        """Read by row."""

        indexes = (models.Index(fields=["kind", "row", "id"], name="note_by_row"),)
        ordering = ("id",)


class Document(models.Model):
    """A file that belongs to a row: its content lies under its hash and is never destroyed.

    `sort` is one of the register's; `day` is of the document, `until` its last valid day. One
    that was withdrawn, or that another replaced, is kept with who, when and why.
    """

    kind = models.CharField(max_length=64)
    row = models.BigIntegerField()
    sort = models.CharField(max_length=16)
    title = models.CharField(max_length=100)
    number = models.CharField(max_length=60, blank=True)
    day = models.DateField(null=True)
    until = models.DateField(null=True)
    file_name = models.CharField(max_length=150)
    media = models.CharField(max_length=80)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    account = models.BigIntegerField(null=True)
    author = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    successor = models.OneToOneField("self", models.PROTECT, null=True, related_name="predecessor")

    class Meta:
        """Read by row, and by the day on which it ends."""

        verbose_name = both("文件", "document")
        indexes = (
            models.Index(fields=["kind", "row"], name="document_by_row"),
            models.Index(
                fields=["until"],
                condition=models.Q(ended_at=None, until__isnull=False),
                name="document_by_end",
            ),
        )


class Batch(models.Model):
    """An import: one file, checked, then applied or not, then perhaps undone.

    `faults` and the other counts are of rows of the sheet; `message` says why it failed,
    "zh / en"; `job` is the job that works on it.
    """

    class State(models.TextChoices):
        """Where it stands."""

        CHECKING = "checking"
        CHECKED = "checked"
        REFUSED = "refused"
        APPLYING = "applying"
        APPLIED = "applied"
        UNDOING = "undoing"
        UNDONE = "undone"
        DISCARDED = "discarded"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=64)
    account = models.BigIntegerField(null=True)
    author = models.CharField(max_length=150)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    coordinates = models.CharField(max_length=8, default="wgs84")
    at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices)
    checked_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    job = models.CharField(max_length=36, blank=True)

    OPEN: ClassVar = (State.CHECKING, State.APPLYING, State.UNDOING)


class BatchRow(models.Model):
    """What an import did to one row: how it was (empty for a new one), its version after."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    row = models.BigIntegerField()
    was = models.TextField(blank=True)
    version = models.PositiveIntegerField()


class BatchFault(models.Model):
    """One wrong cell of an import, in the words of the sheet."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="found")
    line = models.PositiveIntegerField()
    heading = models.CharField(max_length=100, blank=True)
    said = models.CharField(max_length=300, blank=True)
    wrong = models.TextField()
    allowed = models.TextField(blank=True)

    class Meta:
        """In the order of the sheet."""

        ordering = ("line", "id")
