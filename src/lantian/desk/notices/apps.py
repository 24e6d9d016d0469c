"""The app `notices`."""

from django.apps import AppConfig

from lantian.desk.language import both


class NoticesConfig(AppConfig):
    """Messages of the desk."""

    name = "lantian.desk.notices"
    label = "notices"
    verbose_name = both("消息", "Notices")
    default_auto_field = "django.db.models.BigAutoField"
