"""What every page is given: the menu, who is signed in, language, time."""

from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from lantian.desk.accounts.gate import step_due
from lantian.desk.language import both, language
from lantian.desk.notices.queries import unread_count
from lantian.desk.places.queries import is_fictional
from lantian.desk.rights.reach import Reach
from lantian.desk.rights.request import DeskRequest
from lantian.desk.rights.table import table
from lantian.desk.site.nav import menu

#: What the menu of the account offers.
_LINKS: Final = (
    ("accounts:profile", "我的账号", "My account"),
    ("privacy:notice", "个人信息说明", "Personal data"),
)


def page(request: DeskRequest) -> dict[str, Any]:
    """Return the context that base.html needs."""
    # An error before sign-in is known has a page, too.
    account: Any = getattr(request, "user", None) or AnonymousUser()
    found = {
        "lang": language().value,
        "lang_url": _other(request),
        "now": timezone.localtime(),
        "fictional": is_fictional,  # asked only by a page that shows it
    }
    if not account.is_authenticated:
        return found
    return {
        **found,
        "nav": menu(request),
        "account": _account(account.name, request.reach),
        # A page of a step of sign-in has nothing to clear away.
        "alive_url": "" if step_due(request) else reverse("accounts:alive"),
        "unread": _unread(account.pk, request.reach),
    }


def _account(name: str, reach: Reach) -> dict[str, Any]:
    return {
        "name": name,
        "roles": [both(r.zh, r.en) for r in table().roles.values() if r.name in reach.roles],
        "links": [
            {"title": both(zh, en), "url": reverse(route)}
            for route, zh, en in _LINKS
            if route in table().routes
        ],
        "sign_out_url": reverse("accounts:sign-out"),
    }


def _unread(account: int, reach: Reach) -> dict[str, Any] | None:
    if not reach.may("notices.read"):
        return None
    return {"count": unread_count(account), "url": reverse("notices:inbox")}


def _other(request: DeskRequest) -> str:
    """Address of this page in the other language; a page made by a form begins anew."""
    asked = request.GET.copy()
    asked["lang"] = language().of("en", "zh-hans")
    return f"{request.path if request.method == 'GET' else '/'}?{asked.urlencode()}"
