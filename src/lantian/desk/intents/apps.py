"""The app `intents`."""

from django.apps import AppConfig


class IntentsConfig(AppConfig):
    """What shall be written into the lake."""

    name = "lantian.desk.intents"
    label = "intents"
    default_auto_field = "django.db.models.BigAutoField"
