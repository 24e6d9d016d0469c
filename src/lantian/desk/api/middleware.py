"""The gate of the API: a token in place of a session, every error as a problem, counting."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from lantian.desk.api.counting import COUNTS
from lantian.desk.api.models import Token
from lantian.desk.api.problem import made_whole, problem
from lantian.desk.api.queries import live_token
from lantian.desk.api.rate import POLICY, SPENDING
from lantian.desk.api.reach import TokenReach
from lantian.desk.language import both
from lantian.desk.log.actor import Actor
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.request import DeskRequest
from lantian.desk.rights.table import PUBLIC, table

ROOT: Final = "/api/v1/"
METRICS: Final = "/metrics"
_USE: Final = "api.use"
_SCHEME: Final = "Bearer"
_LONGEST: Final = 200

type View = Callable[[HttpRequest], HttpResponse]


class ApiMiddleware:
    """Lets machines in by token alone; it stands before sessions and before the rights' gate.

    A session's cookie is taken off, so that no browser can be made to call the API. What the
    token reaches is what its account reaches, cut down to the token's permissions; the gate
    of rights then looks the route up in the table as for any page.
    """

    def __init__(self, get_response: View) -> None:
        """Take the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Prepare a request of a machine, and count every request."""
        started = time.perf_counter()
        machine = _of_machine(request)
        if machine:
            request.COOKIES = {}
            _choose_language(request)
        answer = self.get_response(request)
        if machine:
            made_whole(request, answer)
            patch_vary_headers(answer, ("Authorization", "Accept", "Accept-Language"))
        match = request.resolver_match
        COUNTS.add(
            match.view_name if match else "", answer.status_code, time.perf_counter() - started
        )
        return answer

    def process_view(
        self, request: DeskRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let the token's account be who asks; refuse a request without a live token."""
        match = request.resolver_match
        if match is None or not _of_machine(request):
            return None
        said = request.headers.get("Authorization", "")
        # What everybody may read is given whatever token comes along; the counts look at it.
        bare = not said or request.path_info.startswith(ROOT)
        if bare and table().routes.get(match.view_name) == PUBLIC:
            return None
        token = _token(said)
        if token is None:
            return _refused(request, said)
        return _enter(request, token)


def _of_machine(request: HttpRequest) -> bool:
    return request.path_info.startswith(ROOT) or request.path_info == METRICS


def _choose_language(request: HttpRequest) -> None:
    """Take the language from the header: there is no cookie, and pages ask for none."""
    wanted = request.headers.get("Accept-Language", "").strip().lower()
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = (
        "en" if wanted.startswith("en") else settings.LANGUAGE_CODE
    )


def _token(said: str) -> Token | None:
    scheme, _, text = said.partition(" ")
    if scheme.casefold() != _SCHEME.casefold() or not 0 < len(text) <= _LONGEST:
        return None
    return live_token(text.strip(), timezone.now())


def _refused(request: HttpRequest, said: str) -> HttpResponse:
    ask = f'{_SCHEME} realm="lantian"'
    if said:
        ask += ', error="invalid_token"'
    return problem(request, HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": ask})


def _enter(request: DeskRequest, token: Token) -> HttpResponse | None:
    wait = SPENDING.spend(token.pk, timezone.now())
    if wait:
        headers = {"Retry-After": str(wait), "RateLimit-Policy": POLICY}
        return problem(request, HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
    account = token.account
    whole = reach_of(account.pk, timezone.localdate())
    if not whole.may(_USE):
        what = both("账号没有使用接口的权限", "the account may not use the API")
        return problem(request, HTTPStatus.FORBIDDEN, what=str(what))
    request.user = account
    request.reach = TokenReach(whole.holdings, token.permissions)
    origin = f"{request.META.get('REMOTE_ADDR', '')} {token.prefix}"
    request.actor = Actor(account.pk, account.get_username(), origin, request.id)
    return None
