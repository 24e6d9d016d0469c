"""Rows of duties, assigned leaders and shifts."""

from django.db import models

from lantian.desk.language import both
from lantian.desk.register.row import Row


class Duty(Row):
    """One line of the duty list: what an organisation, by a post, answers for; by which text."""

    code = models.CharField(max_length=32, unique=True)
    principle = models.CharField(max_length=24)
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="duties")
    post = models.ForeignKey("people.Post", models.PROTECT, null=True, related_name="duties")
    text_zh = models.TextField()
    text_en = models.TextField(blank=True)
    citation_zh = models.CharField(max_length=300)
    citation_en = models.CharField(max_length=300, blank=True)
    verified = models.BooleanField(default=False)

    class Meta:
        verbose_name = both("责任", "duty")

    def __str__(self) -> str:
        """Return its code."""
        return self.code


class Leader(Row):
    """A leader who answers for a township or an industry (包联)."""

    code = models.CharField(max_length=32, unique=True)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="led")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="leaders")
    subject = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = both("包联领导", "assigned leader")

    def __str__(self) -> str:
        """Return its code."""
        return self.code


class Shift(Row):
    """Who is on duty from an hour of a day until the same hour of the next; both local."""

    code = models.CharField(max_length=64, unique=True)
    day = models.DateField()
    from_hour = models.PositiveSmallIntegerField(default=8)
    position = models.CharField(max_length=16)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="shifts")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="shifts")

    class Meta:
        verbose_name = both("值班", "shift")

    def __str__(self) -> str:
        """Return its code."""
        return self.code
