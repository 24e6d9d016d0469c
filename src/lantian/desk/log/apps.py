"""The app `log`."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """The log of the desk."""

    name = "lantian.desk.log"
    label = "log"
    default_auto_field = "django.db.models.BigAutoField"
