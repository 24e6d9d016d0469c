"""Monitors that nobody registered: what they send, and adopting one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lantian.desk.devices.adopting import adopt as adopt_now
from lantian.desk.devices.adopting import suggested_units
from lantian.desk.devices.publishing import KIND
from lantian.desk.devices.queries import Monitor, heard_nobody, monitors
from lantian.desk.devices.register import DEVICES
from lantian.desk.devices.store import moment
from lantian.desk.devices.views.found import found_monitor
from lantian.desk.devices.words import cause_word
from lantian.desk.intents.queries import pending_for
from lantian.desk.language import both
from lantian.desk.register.faults import BadRow
from lantian.desk.register.forms import RowForm
from lantian.desk.rights.request import DeskRequest
from lantian.lake.heard import Heard


@require_GET
def unknown(request: DeskRequest) -> HttpResponse:
    """List the monitors that were heard and that the lake's roster does not name."""
    waiting = {intent.key for intent in pending_for(KIND)}
    found = [
        m for m in monitors(request.reach, timezone.localtime()) if m.device is None and m.heard
    ]
    nobody = heard_nobody()
    context = {
        "table": {
            "caption": both("未认领的设备", "Devices not adopted"),
            "columns": (
                {"title": both("设备标识 MN", "MN"), "kind": "code"},
                {"title": both("首次收到", "First heard"), "kind": "date"},
                {"title": both("末帧", "Last frame"), "kind": "date"},
                {"title": both("近 7 天隔离帧数", "Frames quarantined, 7 d"), "kind": "number"},
                {"title": both("版本", "Version"), "kind": "number"},
                {"title": both("来源地址", "Address"), "kind": "code"},
                {"title": both("认领", "Adoption"), "kind": "tag"},
            ),
            "rows": [_row(m, m.heard, waiting) for m in found if m.heard],
            "empty": {"title": both("没有未认领的设备", "Nobody unknown was heard")},
        },
        "nobody": [(cause_word(c), n) for c, n in nobody.faults.items()] if nobody else [],
        "crumbs": [
            {"title": both("设备", "Devices"), "url": reverse("devices:states")},
            {"title": both("未认领", "Not adopted")},
        ],
    }
    return render(request, "devices/unknown.html", context)


def _row(monitor: Monitor, said: Heard, waiting: set[str]) -> dict[str, Any]:
    return {
        "cells": [
            monitor.mn,
            *(
                f"{timezone.localtime(moment(us)):%Y-%m-%d %H:%M:%S}"
                for us in (said.first_us, said.last_us)
            ),
            said.faults.get("unknown", 0),
            said.version,
            said.peer,
            _adoption(monitor, waiting),
        ],
        "href": reverse("devices:device", args=[monitor.mn]),
    }


def _adoption(monitor: Monitor, waiting: set[str]) -> dict[str, Any]:
    if monitor.mn in waiting:
        return {"text": both("待写入", "pending"), "tag": "info"}
    if monitor.pk is not None:
        url = reverse("devices:publish")
        return {
            "text": both("已登记，未发布", "registered, not published"),
            "tag": "warn",
            "url": url,
        }
    url = reverse("devices:adopt", args=[monitor.mn])
    return {"text": both("认领", "adopt"), "tag": "warn", "url": url}


@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: DeskRequest, mn: str) -> HttpResponse:
    """Choose a station and password for an unknown monitor; then it is published."""
    monitor, store = found_monitor(request, mn)
    if monitor.device is not None or monitor.heard is None or store is None:
        raise Http404
    if monitor.pk is not None:
        return HttpResponseRedirect(reverse("devices:detail", args=[monitor.pk]))
    units = suggested_units(store, mn)
    initial = {"mn": mn, "units": units, "tolerance": "field", "minutes": "1"}
    given = {**request.POST.dict(), "mn": mn} if request.method == "POST" else None
    form = RowForm(DEVICES, given, reach=request.reach, initial=initial)
    form.fields["mn"].widget.attrs["readonly"] = True
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                adopt_now(form.values(), by=request.actor, now=timezone.now(), reach=request.reach)
            except BadRow as error:
                form.tell(error.faults)
            else:
                told = both("已登记，写入后补取隔离的报文",
                            "Registered; its frames count once it is written")  # fmt: skip
                messages.success(request, told)
                return HttpResponseRedirect(reverse("devices:device", args=[mn]))
    context = {
        "monitor": monitor,
        "form": form,
        "suggested": units,
        "frames": reverse("devices:frames", args=[mn]),
        "new_station": reverse("stations:new") if request.reach.may("stations.write") else "",
        "cancel_url": reverse("devices:unknown"),
        "crumbs": [
            {"title": both("设备", "Devices"), "url": reverse("devices:states")},
            {"title": both("未认领", "Not adopted"), "url": reverse("devices:unknown")},
            {"title": mn},
        ],
    }
    return render(request, "devices/adopt.html", context, status=status)
