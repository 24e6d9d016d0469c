"""The app `site`."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The project itself: templates, statics, tags."""

    name = "lantian.desk.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"
