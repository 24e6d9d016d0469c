"""Rows of devices, and of how much of what was due from each is there."""

from django.db import models

from lantian.desk.language import both
from lantian.desk.privacy.encrypted import EncryptedTextField
from lantian.desk.register.row import Row


class Device(Row):
    """A monitor that reports to the gate, for the days on which it serves a station.

    `mn` is its identity as its frames spell it; `units` its own units by factor, as
    `a34004=ug/m3`; `minutes` the interval of its minute data.
    """

    mn = models.CharField(max_length=40)
    station = models.ForeignKey("stations.Station", models.PROTECT, related_name="devices")
    password = EncryptedTextField(blank=True, default="")
    units = models.CharField(max_length=400, blank=True)
    tolerance = models.CharField(max_length=8, default="field")
    minutes = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = both("设备", "device")
        constraints = (
            models.UniqueConstraint(fields=["mn", "first"], name="device_once"),
            models.UniqueConstraint(
                fields=["mn"], condition=models.Q(first=None), name="device_open_once"
            ),
        )

    def __str__(self) -> str:
        """Return the identity."""
        return self.mn


class Capture(models.Model):
    """What was counted of a monitor a few minutes ago.

    How many intervals of `span_s` seconds were due over the last day and the last seven, and
    how many are there (all 0 where it sends instants alone); values over the last hour.
    """

    mn = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()
    span_s = models.PositiveIntegerField()
    due_day = models.PositiveIntegerField()
    there_day = models.PositiveIntegerField()
    due_week = models.PositiveIntegerField()
    there_week = models.PositiveIntegerField()
    values_hour = models.PositiveIntegerField()

    class Meta:
        verbose_name = both("获取情况", "capture")

    def __str__(self) -> str:
        """Return the identity."""
        return self.mn
