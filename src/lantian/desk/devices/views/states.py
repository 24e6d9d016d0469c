"""The page of states: every monitor that the reader reaches, and the same as CSV."""

import csv
from collections import Counter
from collections.abc import Mapping
from io import StringIO
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from lantian.desk.devices.forms import StatesForm
from lantian.desk.devices.publishing import WRITE
from lantian.desk.devices.queries import Monitor, monitors
from lantian.desk.devices.standing import State, rule
from lantian.desk.devices.words import STATES, cause_word
from lantian.desk.language import both, language
from lantian.desk.register.cells import guarded
from lantian.desk.rights.request import DeskRequest

PAGE: Final = 100
_ORDER: Final = (State.SILENT, State.QUARANTINED, State.LATE, State.REPORTING)
_GRADES: Final = {"A": "good", "B": "info", "C": "warn", "D": "bad"}
_COLUMNS: Final[tuple[dict[str, Any], ...]] = (
    {"title": both("设备", "Device"), "kind": "code"},
    {"title": both("站点", "Station")},
    {"title": both("状态", "State"), "kind": "tag"},
    {"title": both("末帧", "Last frame"), "kind": "date"},
    {"title": both("数据滞后（秒）", "Data behind (s)"), "kind": "number"},
    {"title": both("时钟偏差（秒）", "Clock off (s)"), "kind": "number"},
    {"title": both("24 小时缺（%）", "Gaps, 24 h (%)"), "kind": "number"},
    {"title": both("7 天缺（%）", "Gaps, 7 d (%)"), "kind": "number"},
    {"title": both("值/分", "Values/min"), "kind": "number"},
    {"title": both("故障（7 天）", "Faults (7 d)")},
    {"title": both("版本", "Version"), "kind": "number"},
    {"title": both("等级", "Grade"), "kind": "tag"},
)


@require_GET
def show(request: DeskRequest) -> HttpResponse:
    """List how monitors stand."""
    form = StatesForm(request.GET)
    every = monitors(request.reach, timezone.localtime())
    found = _chosen(every, form)
    counts = Counter(monitor.state for monitor in every)
    page = _page(request, len(found))
    address = reverse("devices:states")
    counted = max((m.capture.at for m in every if m.capture), default=None)
    context = {
        "counts": [
            {"state": state, "tag": STATES[state][0], "word": STATES[state][1],
             "count": counts[state], "url": f"{address}?state={state}",
             "current": request.GET.get("state") == state}
            for state in State
        ],
        "total": len(every),
        "filters": {"form": form, "action": address, "clear_url": address},
        "table": {
            "caption": both("设备状态", "States of devices"),
            "columns": _COLUMNS,
            "rows": [_row(m) for m in found[(page - 1) * PAGE : page * PAGE]],
            "empty": {"title": both("没有设备", "No devices")},
        },
        "pager": _pager(request, page, len(found)),
        "counted": counted,
        "last": max((m.last for m in every if m.last), default=None),
        "rule": rule(),
        "late_min": rule().late[1] // 60,
        "silent_min": rule().silent[1] // 60,
        "quarantined_min": rule().quarantined_s // 60,
        "source": language().half(rule().source),
        "csv": f"{reverse('devices:states-csv')}?{request.GET.urlencode()}",
        "urls": {
            "register": reverse("devices:list"),
            "unknown": reverse("devices:unknown") if request.reach.may(WRITE) else "",
            "commands": reverse("devices:commands"),
        },
        "page_kind": "wide",
    }  # fmt: skip
    return render(request, "devices/states.html", context)


def _chosen(every: list[Monitor], form: StatesForm) -> list[Monitor]:
    asked = form.cleaned_data if form.is_valid() else {}
    word = str(asked.get("q", "")).casefold()
    area, kind, state = (asked.get(name, "") for name in ("area", "kind", "state"))
    return sorted(
        (
            m
            for m in every
            if (not word or word in f"{m.mn} {m.station_name} {_code(m)}".casefold())
            and (not area or (m.station is not None and m.station.path.startswith(area)))
            and (not kind or (m.station is not None and m.station.kind == kind))
            and (not state or m.state == state)
        ),
        key=lambda m: (_ORDER.index(m.state), m.mn),
    )


def _code(monitor: Monitor) -> str:
    return monitor.station.code if monitor.station else ""


def _page(request: HttpRequest, count: int) -> int:
    text = request.GET.get("page", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return min(max(asked, 1), max(1, -(-count // PAGE)))


def _pager(request: HttpRequest, page: int, count: int) -> dict[str, Any]:
    def to(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "first": (page - 1) * PAGE + 1 if count else 0,
        "last": min(page * PAGE, count),
        "total": count,
        "prev_url": to(page - 1) if page > 1 else "",
        "next_url": to(page + 1) if page * PAGE < count else "",
    }


def _row(monitor: Monitor) -> Mapping[str, Any]:
    tag, word = STATES[monitor.state]
    faults = monitor.heard.faults if monitor.heard else {}
    most = sorted(faults.items(), key=lambda one: -one[1])
    said = "、".join(f"{cause_word(cause)} {count}" for cause, count in most[:2])
    return {
        "cells": [
            monitor.mn,
            monitor.station_name or both("未认领", "not adopted"),
            {"text": word, "tag": tag},
            _local(monitor),
            monitor.delay_s,
            _seconds(monitor.clock_s),
            _missing(monitor, "day"),
            _missing(monitor, "week"),
            "" if monitor.rate is None else f"{monitor.rate:.1f}",
            said + ("…" if len(most) > 2 else ""),
            monitor.heard.version if monitor.heard else None,
            {"text": monitor.grade, "tag": _GRADES[monitor.grade]} if monitor.grade else "",
        ],
        "href": reverse("devices:device", args=[monitor.mn]),
        "key": monitor.mn,
    }


def _local(monitor: Monitor) -> str:
    return timezone.localtime(monitor.last).strftime("%m-%d %H:%M:%S") if monitor.last else ""


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{round(seconds, 1) + 0.0:.1f}"


def _missing(monitor: Monitor, over: str) -> str:
    if monitor.capture is None:
        return ""
    due = getattr(monitor.capture, f"due_{over}")
    there = getattr(monitor.capture, f"there_{over}")
    return f"{100 * (due - there) / due:.1f}" if due else ""


@require_GET
def table_file(request: DeskRequest) -> HttpResponse:
    """Answer the same list as CSV, without pages."""
    lang = language()
    found = _chosen(monitors(request.reach, timezone.localtime()), StatesForm(request.GET))
    stream = StringIO()
    writer = csv.writer(stream)
    writer.writerow([lang.of("时间", "time"), timezone.localtime().isoformat(timespec="seconds")])
    writer.writerow([str(column["title"]) for column in _COLUMNS])
    for monitor in found:
        cells = _row(monitor)["cells"]
        told = [cell["text"] if isinstance(cell, Mapping) else cell for cell in cells]
        told[3] = timezone.localtime(monitor.last).isoformat() if monitor.last else ""
        faults = monitor.heard.faults if monitor.heard else {}
        told[9] = " ".join(f"{cause}={count}" for cause, count in faults.items())
        writer.writerow([_cell(cell) for cell in told])
    response = HttpResponse(
        stream.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    name = content_disposition_header(as_attachment=True, filename="devices.csv")
    response.headers["Content-Disposition"] = name or "attachment"
    return response


def _cell(cell: object) -> str:
    text = "" if cell is None else str(cell)
    try:
        float(text)
    except ValueError:
        return guarded(text)
    return text
