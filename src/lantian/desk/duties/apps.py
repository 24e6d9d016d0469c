"""The app `duties`."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Duties of the desk."""

    name = "lantian.desk.duties"
    label = "duties"
    default_auto_field = "django.db.models.BigAutoField"
