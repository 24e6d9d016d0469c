"""The app `places`."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Places of the desk."""

    name = "lantian.desk.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
