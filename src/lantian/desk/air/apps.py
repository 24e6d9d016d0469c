"""The app `air`."""

from django.apps import AppConfig


class AirConfig(AppConfig):
    """Pages that read the lake; it has no tables of its own."""

    name = "lantian.desk.air"
    label = "air"
