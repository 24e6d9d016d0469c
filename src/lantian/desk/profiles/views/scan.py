"""The page of a lidar's day: the picture, the layer by hours, files."""

from typing import Any, Final

import numpy as np
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from lantian.desk.language import both, language
from lantian.desk.profiles.queries import scans
from lantian.desk.profiles.views.answers import (
    EXPORT,
    csv_answer,
    day_links,
    json_answer,
    local_text,
    seen,
)
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.lake.surveys import SCAN
from lantian.profile.boundary_layer import METHOD

_COLUMNS: Final[tuple[dict[str, Any], ...]] = (
    {"title": both("小时", "Hour"), "kind": "number"},
    {"title": both("中位数 m", "Median m"), "kind": "number"},
    {"title": both("最低 m", "Lowest m"), "kind": "number"},
    {"title": both("最高 m", "Highest m"), "kind": "number"},
    {"title": both("可见层顶 / 廓线", "Tops / profiles"), "kind": "number"},
    {"title": both("最低云底 m", "Lowest cloud m"), "kind": "number"},
)


@require_GET
def show(request: DeskRequest, mn: str) -> HttpResponse:
    """Show a day."""
    one, store, day = seen(request, mn, SCAN)
    found = scans.day_of(store, one, day)
    top_m = _top(request)
    query = urlencode({"day": f"{day}", "top": f"{top_m}"})
    may_export = request.reach.may(EXPORT)
    context = {
        **day_links(request, one, day),
        "top": top_m,
        "tops": scans.TOPS_M,
        "picture": f"{reverse('profiles:scan-picture', args=[mn])}?{query}",
        "layer_csv": _file("scan-layer", mn, query) if may_export else "",
        "backscatter_csv": _file("scan-backscatter", mn, query) if may_export else "",
        "described": scans.described(found),
        "method": scans.method_words(),
        "held": found.scan is not None,
        "table": {
            "caption": both("逐时边界层高度", "Boundary layer by hours"),
            "columns": _COLUMNS,
            "keep_shape": True,
            "rows": [
                {
                    "cells": [
                        hour.hour, hour.median_m, hour.low_m, hour.high_m,
                        f"{hour.found} / {hour.profiles}", hour.cloud_m,
                    ],
                    "key": str(hour.hour),
                }
                for hour in scans.hours_of(found)
            ],
            "empty": {"title": both("当天没有廓线", "No profiles on this day")},
        },
    }  # fmt: skip
    return render(request, "profiles/scan.html", context)


@require_GET
def picture(request: DeskRequest, mn: str) -> HttpResponse:
    """Answer the picture's data."""
    one, store, day = seen(request, mn, SCAN)
    return json_answer(scans.picture(scans.day_of(store, one, day), _top(request)))


@require_GET
def layer_file(request: DeskRequest, mn: str) -> HttpResponse:
    """Answer the layer's height at each profile as CSV."""
    one, store, day = seen(request, mn, SCAN)
    found, lang = scans.day_of(store, one, day), language()
    heads = [
        [lang.of("设备", "device"), mn],
        [lang.of("方法", "method"), METHOD, scans.method_words()],
        [
            lang.of("时间（本地）", "time (local)"),
            lang.of("边界层高度 m", "boundary-layer height m"),
            lang.of("云底 m", "cloud base m"),
        ],
    ]
    rows: list[list[object]] = []
    if found.scan is not None:
        for t, top_m, cloud_m in zip(
            found.scan.t.tolist(), found.top_m, found.scan.cloud_base_m, strict=True
        ):
            rows.append([local_text(t, one.offset_h), _number(top_m), _number(cloud_m)])
    return csv_answer(f"{mn}-{day}-blh", heads, rows)


@require_GET
def backscatter_file(request: DeskRequest, mn: str) -> HttpResponse:
    """Answer the backscatter that counts as CSV: a line for each profile."""
    one, store, day = seen(request, mn, SCAN)
    top_m, found, lang = _top(request), scans.day_of(store, one, day), language()
    if found.scan is None:
        return csv_answer(f"{mn}-{day}", [[lang.of("当天没有廓线", "no profiles")]], [])
    kept = found.scan.height_m <= top_m
    heads = [
        [lang.of("设备", "device"), mn],
        [lang.of("衰减后向散射", "attenuated backscatter"), "1e-6 m-1 sr-1"],
        ["time", *(f"{height:.1f}" for height in found.scan.height_m[kept])],
    ]
    rows = (
        [local_text(t, one.offset_h), *(f"{v:.5g}" if np.isfinite(v) else "" for v in values)]
        for t, values in zip(found.scan.t.tolist(), found.scan.valid[:, kept], strict=True)
    )
    return csv_answer(f"{mn}-{day}", heads, rows)


def _top(request: DeskRequest) -> int:
    text = request.GET.get("top", "") or str(scans.TOPS_M[0])
    if text not in map(str, scans.TOPS_M):
        raise BadRequest(f"top = {text[:20]!r}", where="top", fix=", ".join(map(str, scans.TOPS_M)))
    return int(text)


def _file(name: str, mn: str, query: str) -> str:
    return f"{reverse(f'profiles:{name}', args=[mn])}?{query}"


def _number(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else ""
