"""Sets the desk up for tests and for the examples in docstrings: a folder of its own."""

import os
import tempfile
from pathlib import Path

import django
from django.conf import settings

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
