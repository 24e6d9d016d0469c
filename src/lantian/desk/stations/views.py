"""The page of publishing: what differs from the lake, what waits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from lantian.desk.intents.queries import last_for, pending_for
from lantian.desk.language import both
from lantian.desk.places.services import LEVELS
from lantian.desk.rights.request import DeskRequest
from lantian.desk.stations.publishing import PLACES, STATIONS, Difference, differences
from lantian.desk.stations.publishing import publish as publish_now
from lantian.desk.stations.register import STATIONS as REGISTER
from lantian.desk.stations.services import KINDS

#: Words of the lake for kinds of station and levels of places.
_WORDS: Final = {value: both(zh, en) for value, zh, en in (*KINDS, *LEVELS)}
_NAMES: Final = {STATIONS: both("站点", "stations"), PLACES: both("归属", "places")}


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: DeskRequest) -> HttpResponse:
    """Show what differs from the lake's roster; publish it."""
    if request.method == "POST":
        publish_now(
            by=request.actor, now=timezone.now(), drop_unknown="drop_unknown" in request.POST
        )
        messages.success(request, both("已发布，等待写入", "Published; it is being written"))
        return HttpResponseRedirect(reverse("stations:publish"))
    found = differences()
    last = [last_for(kind, "stations") for kind in (STATIONS, PLACES)]
    context = {
        "changed": [_told(d) for d in found.changed],
        "only_lake": [_told(d) for d in found.only_lake],
        "registers": [
            {"name": name, "count": sum(d.register == kind for d in found.changed)}
            for kind, name in _NAMES.items()
        ],
        "pending": pending_for("roster."),
        "last": [intent for intent in last if intent is not None],
        "crumbs": [
            {"title": REGISTER.label, "url": reverse(REGISTER.route("list"))},
            {"title": both("发布", "Publish")},
        ],
    }
    return render(request, "stations/publish.html", context)


def _told(found: Difference) -> dict[str, Any]:
    return {
        "register": _NAMES[found.register],
        "station": found.station,
        "held": [_line(row) for row in found.held],
        "wanted": [_line(row) for row in found.wanted],
    }


def _line(row: Mapping[str, Any]) -> str:
    parts: Sequence[Any] = [
        _WORDS.get(v, v)
        for name, v in row.items()
        if name not in ("station", "from", "to", "background")
    ]
    days = f"{row['from'] or ''} – {row['to'] or ''}" if row["from"] or row["to"] else ""
    mark = str(both("对照点", "background")) if row["background"] else ""
    return " · ".join(str(p) for p in (*parts, mark, days) if p not in (None, ""))
