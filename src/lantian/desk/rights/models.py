"""Grants: which account has which role where."""

from django.conf import settings
from django.db import models


class Grant(models.Model):
    """A role of an account over an area, subjects and days.

    `area` is the path of a place, "/" for everything; `subjects` are names separated by
    spaces, all of them when empty; `organisation` limits a company to what is its own.
    `source` says what gave it, as `appointment:12`.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32)
    area = models.CharField(max_length=200, default="/")
    subjects = models.CharField(max_length=200, blank=True)
    organisation = models.CharField(max_length=64, blank=True)
    first = models.DateField(null=True, blank=True)
    last = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=64)
