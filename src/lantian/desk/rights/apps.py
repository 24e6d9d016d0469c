"""The app `rights`."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    """Rights of the desk."""

    name = "lantian.desk.rights"
    label = "rights"
    default_auto_field = "django.db.models.BigAutoField"
