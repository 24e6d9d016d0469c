"""The app `alarms`."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """Alarms of the desk."""

    name = "lantian.desk.alarms"
    label = "alarms"
    default_auto_field = "django.db.models.BigAutoField"
