"""The app `wall`."""

from django.apps import AppConfig


class WallConfig(AppConfig):
    """Screens for the big display."""

    name = "lantian.desk.wall"
    label = "wall"
    default_auto_field = "django.db.models.BigAutoField"
