"""How often personal fields were read, for the limit of a day."""

from django.db import models


class Reading(models.Model):
    """Readings of one account on one day; `kind` is one field or many at once."""

    account = models.BigIntegerField()
    day = models.DateField()
    kind = models.CharField(max_length=8)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """One row for each account, day and kind."""

        constraints = (
            models.UniqueConstraint(fields=["account", "day", "kind"], name="one_count_of_a_day"),
        )
