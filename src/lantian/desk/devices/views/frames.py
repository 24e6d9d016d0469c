"""Frames of one monitor, by day, and one frame: as received, taken apart, what it became."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.devices.frames import (
    Decoded,
    decoded,
    factor_name,
    flag_cell,
    hours_of,
    span_words,
    unit_of_factor,
    visible,
)
from lantian.desk.devices.frames import number as spell_number
from lantian.desk.devices.queries import Monitor
from lantian.desk.devices.store import EPOCH, moment
from lantian.desk.devices.views.found import found_monitor, offset_of, tabs
from lantian.desk.devices.words import cause_word, command_word
from lantian.desk.language import both
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.hj212.codes import Way
from lantian.lake.fine import FineStore
from lantian.lake.monitor import (
    FrameNote,
    Stored,
    frame_note,
    frames_between,
    unfolded_hours,
    values_at,
    values_by_frame,
)
from lantian.lake.retaking import raw_frames

_MOST: Final = 50
_DAY: Final = timedelta(days=1)
_NOTHING: Final = both("（空）", "(empty)")


@require_GET
def listing(request: DeskRequest, mn: str) -> HttpResponse:
    """List frames of one local day, the newest first, a page at a time."""
    monitor, store = found_monitor(request, mn)
    day = _day(request)
    begin = _us(datetime.combine(day, time(), timezone.get_current_timezone()))
    end = _us(datetime.combine(day + _DAY, time(), timezone.get_current_timezone()))
    before = _before(request)
    rows: list[FrameNote] = []
    if store is not None:
        rows = frames_between(store.ledger, mn, begin, end, most=_MOST + 1, before=before)
    address = reverse("devices:frames", args=[mn])
    more = f"{address}?day={day}&before={rows[_MOST - 1].frame}" if len(rows) > _MOST else ""
    today = timezone.localdate()
    context = {
        "monitor": monitor,
        "day": day,
        "days": {
            "before": f"{address}?day={day - _DAY}",
            "after": f"{address}?day={day + _DAY}" if day < today else "",
        },
        "table": {
            "caption": both("报文", "Frames"),
            "columns": _COLUMNS,
            "rows": [_row(mn, note) for note in rows[:_MOST]],
            "empty": {"title": both("当天没有报文", "No frames on this day")},
        },
        "pager": {"next_url": more, "prev_url": f"{address}?day={day}" if before else ""},
        **tabs(monitor, "frames"),
    }
    return render(request, "devices/frames.html", context)


_COLUMNS: Final = (
    {"title": both("收到", "Received"), "kind": "date"},
    {"title": both("命令", "Command")},
    {"title": both("请求编号 QN", "QN"), "kind": "code"},
    {"title": both("版本", "Version"), "kind": "number"},
    {"title": both("取值数", "Values"), "kind": "number"},
    {"title": both("未采用原因", "Why not taken"), "kind": "tag"},
    {"title": both("容忍的故障", "Faults put up with")},
)


def _row(mn: str, note: FrameNote) -> dict[str, Any]:
    at = timezone.localtime(moment(note.received_us))
    cause = {"text": cause_word(note.cause), "tag": "bad"} if note.cause else ""
    return {
        "cells": [
            f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}",
            {"text": note.cn, "sub": command_word(note.cn, Way.UP)} if note.cn else "",
            note.qn,
            note.version,
            note.taken,
            cause,
            "、".join(map(cause_word, note.faults)),
        ],
        "href": reverse("devices:frame", args=[mn, note.frame]),
    }


def _day(request: DeskRequest) -> date:
    text = request.GET.get("day", "")
    try:
        return date.fromisoformat(text) if text else timezone.localdate()
    except ValueError as error:
        raise BadRequest(f"{text[:20]!r}?", where="day", fix="2026-03-01") from error


def _before(request: DeskRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _us(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


@require_GET
def show(request: DeskRequest, mn: str, number: int) -> HttpResponse:
    """Show one frame: its bytes, what they say, what is stored of it, which hours it made."""
    monitor, store = found_monitor(request, mn)
    note = frame_note(store.ledger, mn, number) if store and number < 1 << 62 else None
    if store is None or note is None:
        raise Http404
    received_us, raw = raw_frames(store, [number])[number]
    told = decoded(raw, monitor.device, offset_h=offset_of(monitor))
    stored = _of_frame(store, mn, note, told) if note.taken else []
    context = {
        "monitor": monitor,
        "note": note,
        "received": moment(received_us),
        "cause": cause_word(note.cause) if note.cause else "",
        "faults": [cause_word(fault) for fault in note.faults if fault != note.cause],
        "raw": visible(raw) or _NOTHING,
        "size": len(raw),
        "told": told,
        "command": command_word(note.cn, Way.UP) if note.cn else "",
        "words": _words(told),
        "stored": _stored(monitor, number, stored),
        "hours": _hours(monitor, store, stored),
        **tabs(monitor, "frames"),
    }
    context["crumbs"] = [
        *context["crumbs"],
        {"title": both("报文", "Frames"), "url": reverse("devices:frames", args=[mn])},
        {"title": str(number)},
    ]
    return render(request, "devices/frame.html", context)


def _of_frame(store: FineStore, mn: str, note: FrameNote, told: Decoded) -> list[Stored]:
    """Values of the interval that a frame is about; of a message without one, its own."""
    if told.t is not None:
        return values_at(store.ledger, mn, told.t)
    return values_by_frame(store.ledger, mn, note.frame, note.received_us // 1_000_000)


def _words(told: Decoded) -> dict[str, Any]:
    return {
        "caption": both("报文中的值", "Values in the frame"),
        "columns": (
            {"title": both("因子", "Factor"), "kind": "code"},
            {"title": both("类型", "Kind")},
            {"title": both("值", "Value"), "kind": "number"},
            {"title": both("单位", "Unit")},
            {"title": both("标记", "Flag"), "kind": "tag"},
        ),
        "rows": [
            {
                "cells": [
                    {"text": word.factor, "sub": word.name},
                    word.kind,
                    word.text,
                    word.unit,
                    flag_cell(word.flag),
                ]
            }
            for word in told.words
        ],
        "empty": {"title": both("没有测量值", "No measured values")},
    }


def _stored(monitor: Monitor, frame: int, stored: list[Stored]) -> dict[str, Any]:
    return {
        "caption": both("库中的值", "Values as stored"),
        "columns": (
            {"title": both("因子", "Factor"), "kind": "code"},
            {"title": both("跨度", "Over")},
            {"title": both("值", "Value"), "kind": "number"},
            {"title": both("最小", "Least"), "kind": "number"},
            {"title": both("最大", "Most"), "kind": "number"},
            {"title": both("单位", "Unit")},
            {"title": both("标记", "Flag"), "kind": "tag"},
            {"title": both("依据报文", "By frame"), "kind": "tag"},
        ),
        "rows": [
            {
                "cells": [
                    {"text": f"{each.factor} {each.kind}".strip(), "sub": factor_name(each.factor)},
                    span_words(each),
                    *map(spell_number, (each.value, each.low, each.high)),
                    unit_of_factor(each.factor, monitor.device),
                    flag_cell(each.flag),
                    _by(monitor.mn, each.frame, frame),
                ]
            }
            for each in stored
        ],
    }


def _by(mn: str, by: int, frame: int) -> dict[str, Any]:
    if by == frame:
        return {"text": both("本报文", "this one"), "tag": "good"}
    url = reverse("devices:frame", args=[mn, by])
    return {"text": both("另一报文", "another one"), "tag": "info", "url": url}


def _hours(monitor: Monitor, store: FineStore, stored: list[Stored]) -> list[dict[str, Any]]:
    """Hours that the values went into, with the address of how each was derived."""
    if monitor.device is None:
        return []
    waiting = unfolded_hours(store.ledger, monitor.mn)
    offset = timedelta(hours=offset_of(monitor))
    found = []
    for h in hours_of(stored):
        local = datetime.fromtimestamp(h * 3_600, UTC) + offset
        url = reverse("air:why-hour", args=[monitor.device.station, f"{local:%Y-%m-%dT%H}"])
        found.append({"title": f"{local:%Y-%m-%d %H}:00", "waits": h in waiting, "url": url})
    return found
