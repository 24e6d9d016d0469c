"""Rows of stations, of their sites, and of the places they count for."""

from django.db import models

from lantian.desk.language import both
from lantian.desk.register.row import Row


class Station(Row):
    """A monitoring station; `place` is where it is, `offset_h` its clock minus UTC."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=12)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="stations")
    operator = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, related_name="stations"
    )
    background = models.BooleanField(default=False)
    offset_h = models.SmallIntegerField(default=8)

    class Meta:
        verbose_name = both("站点", "station")

    def __str__(self) -> str:
        """Return the name."""
        return self.name_zh


class Site(Row):
    """Where a station stood from a day to a day; degrees, WGS 84."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="sites")
    lon = models.DecimalField(max_digits=10, decimal_places=7)
    lat = models.DecimalField(max_digits=10, decimal_places=7)
    address_zh = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = both("站址", "site")
        constraints = (
            models.UniqueConstraint(fields=["station", "first"], name="site_once"),
            models.UniqueConstraint(
                fields=["station"], condition=models.Q(first=None), name="site_open_once"
            ),
        )

    def __str__(self) -> str:
        """Return the station and the day."""
        return f"{self.station} {self.first or ''}"


class Membership(Row):
    """A place that a station counts for, said expressly; else it follows from where it stands.

    `background` overrides the station's own mark where it is not None.
    """

    station = models.ForeignKey(Station, models.PROTECT, related_name="memberships")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="memberships")
    background = models.BooleanField(null=True)

    class Meta:
        verbose_name = both("归属", "membership")
        constraints = (
            models.UniqueConstraint(fields=["station", "place", "first"], name="membership_once"),
            models.UniqueConstraint(
                fields=["station", "place"],
                condition=models.Q(first=None),
                name="membership_open_once",
            ),
        )

    def __str__(self) -> str:
        """Return both."""
        return f"{self.station} {self.place}"
