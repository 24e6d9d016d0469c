"""The app `api`."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The API of the desk."""

    name = "lantian.desk.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
