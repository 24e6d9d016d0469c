"""What a web process loads and computes before it takes its first request."""

from contextlib import suppress
from pathlib import Path

from django.apps import apps
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils import timezone

from lantian.desk import observations
from lantian.desk.air.queries.ground import ground
from lantian.desk.air.queries.today import today
from lantian.errors import LantianError


def make_ready() -> None:
    """Load every view and template and compute today's page, so that no reader waits for it."""
    get_resolver().reverse_dict  # noqa: B018 - it is filled when it is first read
    for app in apps.get_app_configs():
        folder = Path(app.path) / "templates"
        for file in folder.rglob("*.html") if app.name.startswith("lantian.") else ():
            get_template(file.relative_to(folder).as_posix())
    # A desk without data, or whose lake is away, says so on its pages.
    with suppress(LantianError):
        today(ground(), timezone.now())
    observations.let_go()
