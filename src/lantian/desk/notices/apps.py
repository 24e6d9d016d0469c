"""The app `notices`."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Messages of the desk."""

    name = "lantian.desk.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
