"""The app `profiles`."""

from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    """Range-time pictures, tracks on the map, layers of height."""

    name = "lantian.desk.profiles"
    label = "profiles"
    default_auto_field = "django.db.models.BigAutoField"
