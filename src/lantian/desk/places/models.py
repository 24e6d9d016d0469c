"""Rows of places."""

from django.db import models

from lantian.desk.language import both
from lantian.desk.register.row import Row


class Place(Row):
    """An administrative area, or a grid of one.

    `path` is "/" and the codes from the root down to the place, each with "/" behind, so a
    subtree is a prefix. `boundary` is GeoJSON, WGS 84 (CGCS2000 is the same within
    decimetres); centre in degrees.
    """

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    level = models.CharField(max_length=10)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = models.CharField(max_length=200, unique=True)
    boundary = models.TextField(blank=True)
    centre_lon = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    centre_lat = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    area_km2 = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    fictional = models.BooleanField(default=False)

    class Meta:
        verbose_name = both("区域", "place")

    def __str__(self) -> str:
        """Return the name."""
        return self.name_zh
