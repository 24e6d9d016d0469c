"""Rows of alarm rules, of how far they were evaluated, and of alarms."""

from decimal import Decimal
from typing import Final

from django.db import models
from django.db.models import F, Q

from lantian.desk.alarms.words import HOUR, MINUTE
from lantian.desk.language import both
from lantian.desk.register.row import Row
from lantian.terms.pollutant import Pollutant, pollutant

#: Posts that a rule may call, one after the other.
LEVELS: Final = (1, 2, 3)


class Rule(Row):
    """When which stations raise an alarm, and who is told of it.

    `kinds` and `stations` narrow the stations of `place`, all of them where empty. `post1` is
    told at once; `post2` and `post3` when nobody answered for `wait1` and `wait2` minutes.
    """

    code = models.CharField(max_length=32, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="alarm_rules")
    kinds = models.CharField(max_length=100, blank=True)
    stations = models.CharField(max_length=500, blank=True)
    factor = models.CharField(max_length=8)
    step = models.CharField(max_length=8, default=HOUR)
    threshold = models.DecimalField(max_digits=9, decimal_places=3)
    clear = models.DecimalField(max_digits=9, decimal_places=3)
    steps = models.PositiveSmallIntegerField(default=1)
    from_hour = models.PositiveSmallIntegerField(default=0)
    to_hour = models.PositiveSmallIntegerField(default=24)
    weekdays = models.CharField(max_length=20, blank=True)
    post1 = models.ForeignKey("people.Post", models.PROTECT, related_name="alarms_first")
    wait1 = models.PositiveSmallIntegerField(default=30)
    post2 = models.ForeignKey("people.Post", models.PROTECT, null=True, related_name="alarms_next")
    wait2 = models.PositiveSmallIntegerField(default=30)
    post3 = models.ForeignKey("people.Post", models.PROTECT, null=True, related_name="alarms_last")

    class Meta:
        verbose_name = both("告警规则", "alarm rule")

    def __str__(self) -> str:
        """Return the name."""
        return self.name_zh

    @property
    def item(self) -> Pollutant:
        """Pollutant of the factor."""
        found = pollutant(self.factor)
        if found is None:
            raise ValueError(f"rule {self.code}: no pollutant {self.factor}")
        return found

    @property
    def step_s(self) -> int:
        """Seconds of one step."""
        return 60 if self.step == MINUTE else 3600

    def called(self, level: int) -> tuple[int | None, int]:
        """Post of a level and the minutes for which it is waited; None for no such post."""
        posts = {1: self.post1_id, 2: self.post2_id, 3: self.post3_id}
        waits = {1: self.wait1, 2: self.wait2}
        return posts.get(level), waits.get(level, self.wait2)


class Standing(models.Model):
    """How far a rule was evaluated: nothing before `start` (a number of steps) raises an alarm."""

    rule = models.OneToOneField(Rule, models.CASCADE, primary_key=True, related_name="evaluated")
    start = models.BigIntegerField()
    sequence = models.BigIntegerField(default=-1)
    rule_version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(null=True)


class Alarm(models.Model):
    """One exceedance of one rule at one station.

    `since`, `raised`, `cleared` and `highest_at` are numbers of hours or minutes, of their
    ends; `highest` is in thousandths. `late` says that its data came late; `gone` that corrected
    values, or a changed rule, no longer bear it out. `level` is the last post that was called.
    """

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="alarms")
    rule_version = models.PositiveIntegerField()
    station = models.CharField(max_length=20)
    area = models.CharField(max_length=200)
    since = models.BigIntegerField()
    raised = models.BigIntegerField()
    cleared = models.BigIntegerField(null=True)
    highest = models.BigIntegerField()
    highest_at = models.BigIntegerField()
    late = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField(default=0)
    level_at = models.DateTimeField(null=True)
    nobody = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    answered_name = models.CharField(max_length=150, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = both("告警", "alarm")
        constraints = (
            models.UniqueConstraint(fields=["rule", "station", "raised"], name="alarm_once"),
            models.CheckConstraint(
                condition=Q(cleared=None) | Q(cleared__gte=F("raised")), name="alarm_in_order"
            ),
        )
        indexes = (
            models.Index(fields=["-id"], condition=Q(cleared=None), name="alarms_open"),
            models.Index(fields=["area", "-id"], name="alarms_by_area"),
        )

    def __str__(self) -> str:
        """Return rule, station and number."""
        return f"{self.rule_id} {self.station} {self.pk}"

    @property
    def value(self) -> Decimal:
        """Highest value, in the unit."""
        return Decimal(self.highest) / 1000
