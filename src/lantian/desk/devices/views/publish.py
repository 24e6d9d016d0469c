"""The page of publishing devices: what differs from the lake, what waits."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from lantian.desk.devices.publishing import ALL, KIND, Difference, Row, differences, publish
from lantian.desk.devices.register import DEVICES
from lantian.desk.intents.queries import last_for, pending_for
from lantian.desk.language import both
from lantian.desk.rights.request import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: DeskRequest) -> HttpResponse:
    """Show what differs from the lake's roster, of what the reader may edit; publish it."""
    if request.method == "POST":
        drop = "drop_unknown" in request.POST
        publish(reach=request.reach, by=request.actor, now=timezone.now(), drop_unknown=drop)
        messages.success(request, both("已发布，等待写入", "Published; it is being written"))
        return HttpResponseRedirect(reverse("devices:publish"))
    found = differences(request.reach)
    context = {
        "changed": [_told(each) for each in found.changed],
        "only_lake": [_told(each) for each in found.only_lake],
        "pending": pending_for(KIND),
        "last": last_for(KIND, ALL),
        "crumbs": [
            {"title": DEVICES.label, "url": reverse("devices:list")},
            {"title": both("发布", "Publish")},
        ],
    }
    return render(request, "devices/publish.html", context)


def _told(found: Difference) -> dict[str, Any]:
    return {
        "mn": found.mn,
        "held": [_line(row) for row in found.held],
        "wanted": [_line(row) for row in found.wanted],
        "password": found.password,
    }


def _line(row: Row) -> str:
    days = f"{row['from'] or ''} – {row['to'] or ''}" if row["from"] or row["to"] else ""
    minutes = f"{row['minutes']} min"
    parts = (row["station"], row["units"], row["tolerance"], minutes, days)
    return " · ".join(part for part in parts if part)
