"""The gate of every page: who asks, and whether the route is theirs."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from lantian.desk.log.actor import Actor
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.reach import Reach
from lantian.desk.rights.request import DeskRequest
from lantian.desk.rights.table import PUBLIC, SIGNED_IN, table

type View = Callable[..., HttpResponse]


class RightsMiddleware:
    """Sets `request.reach` and `request.actor`; refuses what the table does not allow."""

    def __init__(self, get_response: View) -> None:
        """Take the next layer."""
        self.get_response = get_response

    def __call__(self, request: DeskRequest) -> HttpResponse:
        """Attach who asks, then go on."""
        account = request.user
        origin = request.META.get("REMOTE_ADDR", "")
        asked = getattr(request, "id", "")
        if account.is_authenticated:
            request.reach = reach_of(account.pk, timezone.localdate())
            request.actor = Actor(account.pk, account.get_username(), origin, asked)
        else:
            request.reach = Reach(())
            request.actor = Actor(None, "", origin, asked)
        return self.get_response(request)

    def process_view(
        self, request: DeskRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a route that is not in the table, or not for this account."""
        match = request.resolver_match
        need = table().routes.get(match.view_name if match else "")
        if need is None:
            raise PermissionDenied(f"route {match.view_name if match else ''} is not in the table")
        if need == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if need != SIGNED_IN and not request.reach.may(need):
            raise PermissionDenied(need)
        return None


def _to_sign_in(request: DeskRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse('accounts:sign-in')}?next={quote(back)}")
