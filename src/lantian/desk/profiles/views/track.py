"""The page of a van's day: the map, the road segments, files."""

from typing import Any, Final

import numpy as np
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from lantian.desk.language import both, language
from lantian.desk.places.queries import backdrop
from lantian.desk.profiles.queries import tracks
from lantian.desk.profiles.views.answers import csv_answer, day_links, json_answer, local_text, seen
from lantian.desk.rights.request import DeskRequest
from lantian.lake.surveys import TRACK
from lantian.track.snapping import NONE, USUAL
from lantian.track.summary import METHOD, covered

_COLUMNS: Final[tuple[dict[str, Any], ...]] = (
    {"title": both("路段", "Segment")},
    {"title": both("点数", "Points"), "kind": "number"},
    {"title": both("均值", "Mean"), "kind": "number"},
    {"title": both("中位数", "Median"), "kind": "number"},
    {"title": both("第 90 百分位", "90th percentile"), "kind": "number"},
    {"title": both("最高", "Highest"), "kind": "number"},
    {"title": both("自", "From"), "kind": "date"},
    {"title": both("至", "To"), "kind": "date"},
)


@require_GET
def show(request: DeskRequest, mn: str) -> HttpResponse:
    """Show a day."""
    found, context = _drive(request, mn)
    if found is not None:
        query = urlencode({"day": f"{found.day}", "factor": found.factor})
        touched, every = covered(found.places, found.roads)
        context |= {
            "factor": found.factor,
            "factors": found.track.factors,
            "unit": found.unit,
            "map": f"{reverse('profiles:track-map', args=[mn])}?{query}",
            "segments_csv": f"{reverse('profiles:track-segments', args=[mn])}?{query}",
            "points_csv": f"{reverse('profiles:track-points', args=[mn])}?{query}",
            "classes": tracks.classes(found),
            "points": found.track.t.size,
            "snapped": int((found.places != NONE).sum()),
            "touched": touched,
            "every": every,
            "rule": language().of(
                f"点归入 {USUAL.within_m:.0f} m 以内、方向相差不超过 {USUAL.within_deg:.0f}° 的"
                "最近路段，其余保留为点。",
                f"A point goes to the nearest segment within {USUAL.within_m:.0f} m whose "
                f"direction differs by no more than {USUAL.within_deg:.0f}°; the rest stay points.",
            ),
            "method": language().of(*METHOD),
            "table": {
                "caption": both("各路段", "Road segments"),
                "columns": _COLUMNS,
                "rows": [
                    {"cells": _cells(found, one, "%H:%M"), "key": str(one.place)}
                    for one in found.figures
                ],
                "empty": {"title": both("没有有效值", "No values")},
            },
        }
    return render(request, "profiles/track.html", context)


def _drive(request: DeskRequest, mn: str) -> tuple[tracks.Drive | None, dict[str, Any]]:
    one, store, day = seen(request, mn, TRACK)
    context = day_links(request, one, day)
    track = tracks.track_of_day(store, one, day)
    if track is None:
        return None, context
    factor = tracks.factor_asked(track, request.GET.get("factor", ""))
    return tracks.drive(one, day, track, factor, request.reach), context


def _cells(found: tracks.Drive, one: Any, clock: str) -> list[Any]:
    numbers = (f"{value:.1f}" for value in (one.mean, one.median, one.p90, one.high))
    times = (found.local(t).strftime(clock) for t in (one.first_t, one.last_t))
    return [found.name(one.place), one.number, *numbers, *times]


@require_GET
def map_data(request: DeskRequest, mn: str) -> HttpResponse:
    """Answer the map's data."""
    found, _ = _drive(request, mn)
    return json_answer({} if found is None else tracks.map_of(found, backdrop()))


@require_GET
def segments_file(request: DeskRequest, mn: str) -> HttpResponse:
    """Answer the figures of the road segments as CSV."""
    found, _ = _drive(request, mn)
    lang = language()
    if found is None:
        return csv_answer(mn, [[lang.of("当天没有点", "no points")]], [])
    heads = [
        [lang.of("设备", "device"), mn],
        [lang.of("因子", "factor"), found.factor, found.unit],
        [lang.of("方法", "method"), lang.of(*METHOD)],
        [lang.of("编码", "code"), *(str(column["title"]) for column in _COLUMNS)],
    ]
    rows = (
        ["" if one.place == NONE else found.roads[one.place].code, *_cells(found, one, "%H:%M:%S")]
        for one in found.figures
    )
    return csv_answer(f"{mn}-{found.day}-{found.factor}", heads, rows)


@require_GET
def points_file(request: DeskRequest, mn: str) -> HttpResponse:
    """Answer every point with the road segment that it was put on as CSV."""
    found, _ = _drive(request, mn)
    lang = language()
    if found is None:
        return csv_answer(mn, [[lang.of("当天没有点", "no points")]], [])
    track = found.track
    named = (f"{n} ({u})" if u else n for n, u in zip(track.factors, track.units, strict=True))
    heads = [
        [lang.of("设备", "device"), mn],
        [lang.of("时间（本地）", "time (local)"), "lon", "lat", lang.of("路段", "segment"), *named],
    ]
    rows = (
        [
            local_text(int(track.t[n]), found.of.offset_h),
            track.lon[n],
            track.lat[n],
            "" if place == NONE else found.roads[place].code,
            *(f"{v:g}" if np.isfinite(v) else "" for v in track.values[n]),
        ]
        for n, place in enumerate(found.places.tolist())
    )
    return csv_answer(f"{mn}-{found.day}-points", heads, rows)
