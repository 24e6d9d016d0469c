"""Statics as they are served, and the gallery under its address."""

from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test import override_settings

from desk.site import gallery

#: No sign-in, no database: only what the policy, the language and forms need.
MIDDLEWARE = (
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of statics under their hashed names; settings go back after the module."""
    folder = tmp_path_factory.mktemp("static")
    hashed = {"BACKEND": "lantian.desk.site.statics.HashedStatics"}
    with override_settings(
        STATIC_ROOT=folder, STORAGES={**settings.STORAGES, "staticfiles": hashed}
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *told: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def gallery_url(collected: Path) -> Iterator[str]:
    """Address at which the gallery is served, under the real security policy."""
    chosen = {
        "ROOT_URLCONF": gallery.urlpatterns,
        "MIDDLEWARE": MIDDLEWARE,
        "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
        "ALLOWED_HOSTS": ["127.0.0.1"],
    }
    with override_settings(**chosen):
        server = make_server("127.0.0.1", 0, WSGIHandler(), _Threads, _Quiet)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
        server.server_close()
