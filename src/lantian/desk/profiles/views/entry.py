"""The page of all lidars, vans and drones of which something is held."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lantian.desk.language import both
from lantian.desk.profiles.queries.instruments import instruments
from lantian.desk.rights.request import DeskRequest
from lantian.lake.surveys import FLIGHT, SCAN, TRACK

_WORDS: Final = {
    SCAN: both("激光雷达", "lidar"),
    TRACK: both("走航车", "van"),
    FLIGHT: both("无人机", "drone"),
}


@require_GET
def show(request: DeskRequest) -> HttpResponse:
    """List them with their days."""
    table: dict[str, Any] = {
        "caption": both("雷达、走航车、无人机", "Lidars, vans, drones"),
        "columns": (
            {"title": both("设备", "Device"), "kind": "code"},
            {"title": both("类型", "Kind")},
            {"title": both("站点", "Station")},
            {"title": both("最早", "First day"), "kind": "date"},
            {"title": both("最近", "Last day"), "kind": "date"},
            {"title": both("天数", "Days"), "kind": "number"},
        ),
        "rows": [
            {
                "cells": [
                    one.mn, _WORDS[one.kind], one.station, f"{one.days[0]}", f"{one.days[-1]}",
                    len(one.days),
                ],
                "href": reverse(f"profiles:{one.kind}", args=[one.mn]),
                "key": f"{one.kind}/{one.mn}",
            }
            for one in instruments()
        ],
        "empty": {
            "title": both("尚无数据", "Nothing yet"),
            "text": both(
                "把雷达、走航或无人机的文件放进接入目录，并登记设备；见接入文档。",
                "Put files of a lidar, van or drone into the gate's folder, and register the "
                "device; see the page about the gate.",
            ),
        },
    }  # fmt: skip
    return render(request, "profiles/list.html", {"table": table})
