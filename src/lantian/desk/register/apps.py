"""The app `register`."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RegisterConfig(AppConfig):
    """Machinery of registers."""

    name = "lantian.desk.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every app declare its registers, in its module `register`."""
        autodiscover_modules("register")
