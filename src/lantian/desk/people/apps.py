"""The app `people`."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Organisations and people of the desk."""

    name = "lantian.desk.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
