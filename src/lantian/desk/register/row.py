"""What every row of a register has: days of validity, version, who changed it last."""

from django.db import models


class Row(models.Model):
    """A row that people edit.

    `first` and `last` are the days on which it holds, both included, None where open;
    `version` counts its changes, so that two editors notice each other.
    """

    first = models.DateField(null=True, blank=True)
    last = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        """A base, no table of its own."""

        abstract = True
