"""The app `calibration`."""

from django.apps import AppConfig


class CalibrationConfig(AppConfig):
    """Calibration of micro-stations."""

    name = "lantian.desk.calibration"
    label = "calibration"
    default_auto_field = "django.db.models.BigAutoField"
