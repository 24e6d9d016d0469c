"""A page with every part of the look, its data, and the addresses that serve them."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import engines
from django.urls import path

from lantian.desk.marks import ink_on
from lantian.rules.ruleset import rule_set

CHARTS = ("series", "diurnal", "calendar", "bars", "trajectory", "scatter", "windrose")
AT = datetime(2026, 7, 27, 0, 5, tzinfo=UTC)


def levels() -> list[dict[str, Any]]:
    """The six levels as the tag `aqi` and the charts expect them."""
    clause = rule_set("HJ633-2026").levels.clause
    return [
        {
            "number": n,
            "name": level.name_zh,
            "colour": level.hex,
            "ink": ink_on(level.hex),
            "range": f"≤{level.upto}",
        }
        for n, level in enumerate(clause.level, 1)
    ]


class SourceForm(forms.Form):
    """A form with one field of each sort, sent with errors."""

    name = forms.CharField(label="名称", help_text="与执照一致")
    kind = forms.ChoiceField(label="类别", choices=[("a", "水泥")])
    since = forms.DateField(label="日期")
    subjects = forms.MultipleChoiceField(
        label="污染物", widget=forms.CheckboxSelectMultiple, choices=[("a", "颗粒物")]
    )
    control = forms.ChoiceField(label="设施", widget=forms.RadioSelect, choices=[("a", "布袋")])
    key = forms.BooleanField(label="重点", required=False)
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)


class FilterForm(forms.Form):
    """Two conditions."""

    q = forms.CharField(label="名称", required=False)
    live = forms.BooleanField(label="在产", required=False)


def _rows() -> dict[str, Any]:
    columns = [
        {"title": "名称", "sort_url": "?sort=name", "sorted": "asc"},
        {"title": "AQI", "kind": "aqi"},
        {"title": "PM2.5", "kind": "number"},
        {"title": "状态", "kind": "tag"},
    ]
    cells = [
        {"text": "<b>甲站</b>", "sub": "国控"},
        {"aqi": {"value": 131, "level": levels()[2]}},
        "42",
        {"text": "在产", "tag": "good"},
    ]
    late = ["乙站", {"aqi": {"value": None, "level": None}}, None, {"text": "迟到", "tag": "warn"}]
    rows = [{"key": 1, "href": "/", "cells": cells}, {"key": 2, "cells": late, "mark": "warn"}]
    return {"caption": "站点", "select": "pk", "columns": columns, "rows": rows}


def context() -> dict[str, Any]:
    """What the page prints."""
    item = {"title": "今日", "url": "/", "current": True, "badge": 3, "key": "g t"}
    figure = {"text": "41", "unit": "ug/m3", "state": "audited", "href": "/", "verified": False}
    change = {"field": "许可量", "before": "14.2", "after": ""}
    return {
        "nav": [{"title": "空气", "items": [item]}],
        "account": {"name": "王晓明", "roles": ["指挥部"], "links": [], "sign_out_url": "/"},
        "fictional": True,
        "now": AT,
        "at": AT,
        "lang_url": "?lang=en",
        "search_url": "/",
        "place": {"name": "青岚县", "options": [{"title": "青岚县", "url": "/"}], "url": ""},
        "unread": {"count": 4, "url": "/"},
        "crumbs": [{"title": "首页", "url": "/"}, {"title": "样张"}],
        "tabs": [{"title": "概况", "url": "/", "current": True, "count": 3}],
        "numbers": [
            {"label": "AQI", "aqi": {"value": 131, "level": levels()[2]}, "note": "PM2.5"},
            {"label": "PM2.5", "figure": figure, "change": "-6.8%", "better": True},
        ],
        "levels": levels(),
        "kinds": [{"shape": "circle", "title": "国控"}, {"shape": "house", "title": "省控"}],
        "rows": _rows(),
        "nothing": {"caption": "空", "columns": [{"title": "名称"}], "rows": []},
        "charts": CHARTS,
        "filters": {
            "form": FilterForm({}),
            "action": "/",
            "saved": [{"title": "全部", "url": "/", "current": True}],
            "active": [{"label": "类别", "value": "工业", "remove_url": "/"}],
            "save_url": "/",
            "clear_url": "/",
        },
        "bulk": [{"name": "do", "value": "edit", "title": "批量修改"}],
        "pager": {
            "first": 1,
            "last": 2,
            "total": 99,
            "next_url": "?page=2",
            "pages": [{"number": 1, "current": True}, {"number": None}, {"number": 9, "url": "/"}],
        },
        "facts": [{"label": "负责人", "value": "王*"}, {"label": "停产", "value": ""}],
        "entries": [{"when": AT, "who": "李", "title": "改", "kind": "good", "changes": [change]}],
        "strip": {
            "label": "PM2.5",
            "rate": "94%",
            "total": 72,
            "runs": [{"kind": "ok", "start": 0, "length": 60, "title": "有效"}],
        },
        "jobs": [
            {"id": 1, "title": "导出", "state": "running", "done": 1, "total": 9, "url": "/job"},
            {"id": 2, "title": "导入", "state": "failed", "error": {"what": "坏", "fix": "改"}},
        ],
        "notes": ["甲", "乙"],
        "form": SourceForm({"name": ""}),
    }


WALL = """{% extends "wall_base.html" %}{% block title %}大屏{% endblock %}
{% block steps %}<a href="/" aria-current="true">今日</a>{% endblock %}
{% block wall %}<div class="wall-split"><div class="wall-fill">
{% include "parts/map.html" with src="/data/map.json" title="Map" kinds=None levels=None %}</div>
<div class="wall-stack">{% include "parts/numbers.html" %}
{% include "parts/chart.html" with kind="series" src="/data/series.json" title="PM2.5" %}
</div></div>{% endblock %}"""
SHEET = """{% extends "sheet.html" %}{% block title %}通知{% endblock %}
{% block main %}<p>各成员单位：</p>{% endblock %}{% block signs %}<p>签发</p>{% endblock %}"""


def _shown(request: HttpRequest, text: str) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(text).render(context(), request))


def _page(request: HttpRequest) -> HttpResponse:
    return _shown(request, Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))


def _wall(request: HttpRequest) -> HttpResponse:
    return _shown(request, WALL)


def _sheet(request: HttpRequest) -> HttpResponse:
    return _shown(request, SHEET)


def _error(request: HttpRequest) -> HttpResponse:
    told = {"status": 404, "what": "没有", "fix": "回到首页", "fictional": True}
    return render(request, "error.html", told)


def _job(request: HttpRequest) -> HttpResponse:
    job = {"id": 1, "title": "导出", "state": "done", "result": {"url": "/", "label": "下载"}}
    return render(request, "parts/progress.html", {"job": job})


def data(kind: str) -> dict[str, Any]:
    """Data of one kind of chart, or of the map."""
    wave: list[float | None] = [round(60 + 30 * math.sin(i / 9)) for i in range(96)]
    wave[30:34] = [None] * 4
    line = {"name": "PM2.5", "values": wave, "flags": {"50": "沙尘"}}
    times = {"start": "2026-07-24T01:00", "step_h": 1, "n": 96}
    hours = {"name": "春", "values": wave[:24]}
    days = [{"day": f"2026-01-{d:02d}", "value": 131, "level": 3} for d in range(1, 29)]
    ring = [[115.0, 36.0], [115.4, 36.0], [115.4, 36.3], [115.0, 36.3], [115.0, 36.0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"name": "城关"}, "geometry": area}
    point = {
        "lon": 115.2,
        "lat": 36.1,
        "label": "131",
        "shape": "house",
        "href": "/",
        "title": "甲",
    }
    kinds: dict[str, dict[str, Any]] = {
        "series": {"unit": "ug/m3", "times": times, "series": [line], "limits": [{"value": 75}]},
        "diurnal": {"unit": "ug/m3", "series": [hours]},
        "calendar": {"year": 2026, "days": days, "levels": levels()},
        "bars": {"unit": "", "items": [{"name": "甲县", "value": 4.02, "text": "4.02"}]},
        "trajectory": {"periods": ["1", "2"], "series": [{"name": "甲", "values": [1, 2]}]},
        "scatter": {
            "x": {"title": "甲"},
            "y": {"title": "乙"},
            "points": [{"x": 1, "y": 2}, {"x": 3, "y": 4}],
        },
        "windrose": {"unit": "%", "sectors": 16, "classes": [{"name": "<1", "values": [4.0] * 16}]},
        "map": {
            "areas": {"type": "FeatureCollection", "features": [feature]},
            "points": [{**point, "colour": "#FF7E00", "ink": "dark"}],
            "wind": {"arrows": [{"lon": 115.1, "lat": 36.2, "from_deg": 45, "ms": 3}]},
        },
    }
    return kinds[kind]


def _data(request: HttpRequest, kind: str) -> JsonResponse:
    if kind == "broken":
        return JsonResponse({"what": "数据库不可用", "fix": "稍后再试"}, status=503)
    return JsonResponse(data(kind))


urlpatterns = (
    path("", _page),
    path("error", _error),
    path("wall", _wall),
    path("sheet", _sheet),
    path("job", _job),
    path("data/<str:kind>.json", _data),
)
