"""The app `sources`."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """Sources of the desk."""

    name = "lantian.desk.sources"
    label = "sources"
    default_auto_field = "django.db.models.BigAutoField"
