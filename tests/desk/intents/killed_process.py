"""A worker that dies by SIGKILL after the lake has committed and before the desk does."""

import os
import signal
from contextlib import contextmanager

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "lantian.desk.site.settings"
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
django.setup()

from lantian.desk.intents.services import apply_pending  # noqa: E402


@contextmanager
def die():
    os.kill(os.getpid(), signal.SIGKILL)
    yield


apply_pending(fence=die)
