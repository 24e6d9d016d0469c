"""Metrics for a monitor: to this machine itself, or with a token that may run the system."""

import ipaddress
from http import HTTPStatus
from typing import Final

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lantian.desk.api.metrics import MEDIA, families, spelled
from lantian.desk.api.problem import problem
from lantian.desk.rights.request import DeskRequest

_NEED: Final = "system.manage"
#: A proxy on this machine makes every caller look local, but says that it stands between.
_BETWEEN: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@require_safe
def show(request: DeskRequest) -> HttpResponse:
    """Answer the metrics."""
    if not (request.reach.may(_NEED) or _local(request)):
        status = HTTPStatus.FORBIDDEN if request.user.is_authenticated else HTTPStatus.UNAUTHORIZED
        headers = {} if request.user.is_authenticated else {"WWW-Authenticate": "Bearer"}
        return problem(request, status, headers=headers)
    return HttpResponse(spelled(families(timezone.now())), content_type=MEDIA)


def _local(request: DeskRequest) -> bool:
    if request.user.is_authenticated or any(name in request.headers for name in _BETWEEN):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
