"""The app `privacy`."""

from django.apps import AppConfig
from django.core.checks import register

from lantian.desk.privacy.checks import declared_and_encrypted


class PrivacyConfig(AppConfig):
    """Personal fields of the desk."""

    name = "lantian.desk.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every start check that what is encrypted is declared, and the other way round."""
        register(declared_and_encrypted)
