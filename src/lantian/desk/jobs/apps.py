"""The app `jobs`."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Queue, leases, schedule."""

    name = "lantian.desk.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every app declare its jobs in its `jobs.py`."""
        autodiscover_modules("jobs")
