"""The app `myday`."""

from django.apps import AppConfig


class MydayConfig(AppConfig):
    """The start page of each reader."""

    name = "lantian.desk.myday"
    label = "myday"
    default_auto_field = "django.db.models.BigAutoField"
