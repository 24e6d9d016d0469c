"""The gate behind sign-in: until every proof is given, no page but those that ask for it."""

from collections.abc import Callable
from typing import Final, cast

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from lantian.desk.accounts.factor import required_of
from lantian.desk.accounts.session import FACTOR, MEANS, POLLING, SessionStore
from lantian.desk.env import env
from lantian.desk.rights.request import DeskRequest
from lantian.desk.rights.table import table
from lantian.errors import BadSetting

type View = Callable[[DeskRequest], HttpResponse]

CONFIRM: Final = "accounts:second-factor"
ENROL: Final = "accounts:enrol"
PASSWORD: Final = "accounts:password"  # noqa: S105
#: Means of a session that the identity server proved.
OIDC: Final = "oidc"
#: What each step needs beside its own page.
_BESIDE: Final = frozenset({"accounts:sign-out", "site:language"})
_PAGES: Final = {
    CONFIRM: frozenset({CONFIRM}),
    ENROL: frozenset({ENROL, "accounts:qr"}),
    PASSWORD: frozenset({PASSWORD}),
}


def step_due(request: DeskRequest) -> str:
    """Return the route that the one who is signed in must pass first; empty for none."""
    if not request.user.is_authenticated:
        return ""
    account = request.user
    if not request.session.get(FACTOR):
        if account.totp_since is not None:
            return CONFIRM
        if required_of(request.reach):
            return ENROL
    # Who was proved elsewhere does not use the password that this desk made.
    by_password = request.session.get(MEANS) != OIDC
    return PASSWORD if account.must_change_password and by_password else ""


class GateMiddleware:
    """Sends who has a step due to that step; it stands before every view."""

    def __init__(self, get_response: View) -> None:
        """Take the next layer; a desk whose settings ask for nothing must not start.

        Raises
        ------
        BadSetting
            If a role that needs a second factor is not in the table.
        """
        self.get_response = get_response
        roles = env().settings.desk.second_factor_roles
        if strange := sorted(set(roles) - table().roles.keys()):
            raise BadSetting(
                f"没有角色 {', '.join(strange)} / no such role",
                where="desk.second_factor_roles",
                fix=f"可用 / one of: {', '.join(table().roles)}",
            )

    def __call__(self, request: DeskRequest) -> HttpResponse:
        """Go on, or go to the step; note that the session is in use, where a person is."""
        if request.user.is_authenticated:
            if POLLING not in request.headers:
                cast(SessionStore, request.session).touch(timezone.now())
            step = step_due(request)
            if step and _route(request) not in _PAGES[step] | _BESIDE:
                return HttpResponseRedirect(reverse(step))
        return self.get_response(request)


def _route(request: DeskRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""
