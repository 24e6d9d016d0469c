"""What every page is given: the menu, who is signed in, language, time."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from lantian.desk.language import both, language
from lantian.desk.rights.table import table
from lantian.desk.site.nav import menu


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the context that base.html needs."""
    account = getattr(request, "user", None)
    signed_in = account is not None and account.is_authenticated
    reach = getattr(request, "reach", None)
    lang = language()
    return {
        "lang": lang.value,
        "now": timezone.localtime(),
        "nav": menu(request) if signed_in and reach else [],
        "account": {
            "name": account.name,
            "roles": [
                both(r.zh, r.en) for n, r in table().roles.items() if reach and n in reach.roles
            ],
        }
        if signed_in
        else None,
    }
