"""The app `stations`."""

from django.apps import AppConfig


class StationsConfig(AppConfig):
    """Stations of the desk."""

    name = "lantian.desk.stations"
    label = "stations"
    default_auto_field = "django.db.models.BigAutoField"
