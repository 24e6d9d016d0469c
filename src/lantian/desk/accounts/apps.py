"""The app `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts of the desk."""

    name = "lantian.desk.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
