"""The app `devices`."""

from django.apps import AppConfig

from lantian.desk.language import both


class DevicesConfig(AppConfig):
    """Monitors of the gate."""

    name = "lantian.desk.devices"
    label = "devices"
    verbose_name = both("设备", "Devices")
    default_auto_field = "django.db.models.BigAutoField"
