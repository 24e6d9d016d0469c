"""The page of a drone's day: what it measured, by layers of height."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from lantian.desk.language import both, language
from lantian.desk.profiles.queries.tracks import factor_asked, track_of_day
from lantian.desk.profiles.views.answers import csv_answer, day_links, json_answer, seen
from lantian.desk.rights.request import DeskRequest
from lantian.lake.surveys import FLIGHT
from lantian.profile.flight import Layer, by_height
from lantian.track.points import Track

#: Thickness of the layers, m.
_LAYER_M: Final = 10.0
_COLUMNS: Final[tuple[dict[str, Any], ...]] = (
    {"title": both("离地高度 m", "Height m")},
    {"title": both("点数", "Points"), "kind": "number"},
    {"title": both("均值", "Mean"), "kind": "number"},
    {"title": both("最低", "Lowest"), "kind": "number"},
    {"title": both("最高", "Highest"), "kind": "number"},
)


@require_GET
def show(request: DeskRequest, mn: str) -> HttpResponse:
    """Show a day."""
    one, store, day = seen(request, mn, FLIGHT)
    context = day_links(request, one, day)
    track = track_of_day(store, one, day)
    if track is not None:
        factor = factor_asked(track, request.GET.get("factor", ""))
        query = urlencode({"day": f"{day}", "factor": factor})
        context |= {
            "factor": factor,
            "factors": track.factors,
            "unit": _unit(track, factor),
            "points": track.t.size,
            "layer_m": f"{_LAYER_M:.0f}",
            "picture": f"{reverse('profiles:flight-picture', args=[mn])}?{query}",
            "layers_csv": f"{reverse('profiles:flight-layers', args=[mn])}?{query}"
            if context["may_export"]
            else "",
            "table": {
                "caption": both("各层", "Layers"),
                "columns": _COLUMNS,
                "keep_shape": True,
                "rows": [
                    {"cells": _cells(layer), "key": f"{layer.low_m}"}
                    for layer in _layers(track, factor)
                ],
                "empty": {"title": both("没有有效值", "No values")},
            },
        }
    return render(request, "profiles/flight.html", context)


def _layers(track: Track, factor: str) -> list[Layer]:
    """Layers from the highest down, as one looks at them."""
    return by_height(track.height_m, track.of(factor), layer_m=_LAYER_M)[::-1]


def _unit(track: Track, factor: str) -> str:
    return track.units[track.factors.index(factor)]


def _name(layer: Layer) -> str:
    return f"{layer.low_m:.0f}–{layer.high_m:.0f}"


def _cells(layer: Layer) -> list[Any]:
    if not layer.number:
        return [_name(layer), 0, "", "", ""]
    numbers = (f"{value:.1f}" for value in (layer.mean, layer.low, layer.high))
    return [_name(layer), layer.number, *numbers]


@require_GET
def picture(request: DeskRequest, mn: str) -> HttpResponse:
    """Answer the layers as the chart draws them."""
    one, store, day = seen(request, mn, FLIGHT)
    track = track_of_day(store, one, day)
    if track is None:
        return json_answer({"unit": "", "items": []})
    factor = factor_asked(track, request.GET.get("factor", ""))
    items = [
        {
            "name": f"{_name(layer)} m",
            "value": round(layer.mean, 3) if layer.number else None,
            "text": f"{layer.mean:.1f}",
            "note": language().of(f"{layer.number} 点", f"{layer.number} points"),
            "own": True,
        }
        for layer in _layers(track, factor)
    ]
    return json_answer({"unit": _unit(track, factor), "items": items})


@require_GET
def layers_file(request: DeskRequest, mn: str) -> HttpResponse:
    """Answer the layers as CSV."""
    one, store, day = seen(request, mn, FLIGHT)
    track, lang = track_of_day(store, one, day), language()
    if track is None:
        return csv_answer(mn, [[lang.of("当天没有点", "no points")]], [])
    factor = factor_asked(track, request.GET.get("factor", ""))
    heads = [
        [lang.of("设备", "device"), mn],
        [lang.of("因子", "factor"), factor, _unit(track, factor)],
        [str(column["title"]) for column in _COLUMNS],
    ]
    return csv_answer(f"{mn}-{day}-{factor}", heads, map(_cells, _layers(track, factor)))
