"""What every request passes: its identity and address, and errors told to people."""

import secrets
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpResponse

from lantian.desk.env import env
from lantian.desk.rights.request import DeskRequest
from lantian.desk.site.views import told
from lantian.errors import LantianError

#: A reader's choice of language is remembered for a year.
_LANGUAGE_S: Final = 365 * 86400

type View = Callable[[DeskRequest], HttpResponse]


class RequestMiddleware:
    """Gives each request an identity; takes the caller's address from a trusted proxy only."""

    def __init__(self, get_response: View) -> None:
        """Take the next layer."""
        self.get_response = get_response
        self.proxies = frozenset(env().settings.desk.trusted_proxies)

    def __call__(self, request: DeskRequest) -> HttpResponse:
        """Name the request, in the answer too."""
        request.id = secrets.token_hex(8)
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if forwarded and request.META.get("REMOTE_ADDR") in self.proxies:
            request.META["REMOTE_ADDR"] = forwarded.rsplit(",", 1)[-1].strip()
        asked = request.GET.get("lang")
        if asked in dict(settings.LANGUAGES):
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = asked
        elif settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            request.META["HTTP_ACCEPT_LANGUAGE"] = settings.LANGUAGE_CODE
        response = self.get_response(request)
        if asked in dict(settings.LANGUAGES):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                asked,
                max_age=_LANGUAGE_S,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
            )
        response.headers["X-Request-Id"] = request.id
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(self)"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.headers.get("Cache-Control") and not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class ErrorMiddleware:
    """Turns an error for people into a page with what, where and what to do next."""

    def __init__(self, get_response: View) -> None:
        """Take the next layer."""
        self.get_response = get_response

    def __call__(self, request: DeskRequest) -> HttpResponse:
        """Go on."""
        return self.get_response(request)

    def process_exception(self, request: DeskRequest, error: Exception) -> HttpResponse | None:
        """Answer a `LantianError`; all other errors are faults of ours."""
        return told(request, error) if isinstance(error, LantianError) else None
