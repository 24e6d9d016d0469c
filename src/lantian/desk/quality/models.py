"""What people say to a finding; the finding itself is in the lake."""

from django.db import models


class Answer(models.Model):
    """An explanation that stands beside a finding and takes nothing away from it.

    `case` names what was found where and when, as `wetting/9901A/pm10/433145`: later runs
    that find it again belong to the same case.
    """

    case = models.CharField(max_length=120)
    finding = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    text = models.TextField()
    made_by = models.CharField(max_length=150)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        """Read by case."""

        indexes = (models.Index(fields=["case", "id"], name="quality_by_case"),)
        ordering = ("id",)
