"""Rows of sources: one source, one file."""

from django.db import models

from lantian.desk.language import both
from lantian.desk.privacy.encrypted import EncryptedTextField
from lantian.desk.register.row import Row


class Source(Row):
    """Something that pollutes: an enterprise and its stacks and lines, a site, road, kiln, field.

    `place` is the smallest area that answers for it; `subject` is whose work it is; `owner`
    the company whose people see it as their own; `parent` the enterprise that it belongs to;
    `shape` is GeoJSON where it is more than a point, WGS 84.
    """

    code = models.CharField(max_length=32, unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160, blank=True)
    category = models.CharField(max_length=20)
    subject = models.CharField(max_length=16)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="sources")
    owner = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, related_name="sources"
    )
    supervisor = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, related_name="supervised"
    )
    keeper = models.ForeignKey("people.Post", models.PROTECT, null=True, related_name="sources")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    credit_code = models.CharField(max_length=18, blank=True)
    permit = models.CharField(max_length=32, blank=True)
    grade = models.CharField(max_length=16, blank=True)
    pollutants = models.CharField(max_length=100, blank=True)
    control_zh = models.CharField(max_length=200, blank=True)
    control_en = models.CharField(max_length=200, blank=True)
    height_m = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    capacity = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=200, blank=True)
    lon = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    lat = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    shape = models.TextField(blank=True)
    contact = models.CharField(max_length=60, blank=True)
    phone = EncryptedTextField(blank=True, default="")

    class Meta:
        verbose_name = both("污染源", "source")

    def __str__(self) -> str:
        """Return the name."""
        return self.name_zh
