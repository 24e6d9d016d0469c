"""Sets the desk up for tests and for the examples in docstrings: a folder of its own."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.utils import translation

_FOLDER = tempfile.TemporaryDirectory(prefix="lantian-test-")
os.environ["LANTIAN_DIR"] = _FOLDER.name
os.environ.pop("LANTIAN_DATABASE_URL", None)
if url := os.environ.get("LANTIAN_TEST_DATABASE_URL"):
    os.environ["LANTIAN_DATABASE_URL"] = url
os.environ["DJANGO_SETTINGS_MODULE"] = "lantian.desk.site.settings"
Path(_FOLDER.name, "desk.toml").write_text("[desk]\n", encoding="utf-8")

django.setup()

# Plain names of statics: making the hashed ones takes seconds, and test_look does it once.
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
Path(settings.STATIC_ROOT).mkdir(exist_ok=True)


@pytest.fixture(autouse=True)
def _default_language() -> Iterator[None]:
    """Every test begins in the default language: a request leaves its own active."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.deactivate()
