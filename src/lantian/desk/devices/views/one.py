"""The page of one monitor: how it stands, its gaps, faults by day, newest values, commands."""

from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.devices.frames import (
    factor_name,
    flag_cell,
    number,
    span_words,
    unit_of_factor,
)
from lantian.desk.devices.publishing import KIND, WRITE
from lantian.desk.devices.queries import Monitor
from lantian.desk.devices.standing import rule
from lantian.desk.devices.store import moment
from lantian.desk.devices.strips import strip
from lantian.desk.devices.views.commands import asked_rows, commands_table
from lantian.desk.devices.views.found import found_monitor, may_command, tabs
from lantian.desk.devices.words import STATES, cause_word
from lantian.desk.intents.queries import pending_for
from lantian.desk.language import both, language
from lantian.desk.rights.request import DeskRequest
from lantian.hj212.codes import systems
from lantian.lake.fine import FineStore
from lantian.lake.monitor import Stored, faults_by_day, newest_values

_FAULT_DAYS: Final = 14
_GAPS_SHOWN: Final = 20
_EPOCH_DAY: Final = date(1970, 1, 1)


@require_GET
def show(request: DeskRequest, mn: str) -> HttpResponse:
    """Show one monitor."""
    monitor, store = found_monitor(request, mn)
    now = timezone.localtime()
    context: dict[str, Any] = {
        "monitor": monitor,
        "tag": STATES[monitor.state][0],
        "word": STATES[monitor.state][1],
        "facts": _facts(request, monitor),
        "source": language().half(rule().source),
        "pending": monitor.device is None and monitor.pk is not None and bool(pending_for(KIND)),
        "may_command": may_command(request, monitor),
        "may_adopt": monitor.device is None and monitor.pk is None and request.reach.may(WRITE),
        **tabs(monitor, "device"),
    }
    if store is not None and monitor.heard is not None:
        ledger, first_us = store.ledger, monitor.heard.first_us
        strips = [strip(ledger, mn, first_us, now, days=days) for days in (1, 7)]
        week = strips[1]
        context |= {
            "strips": [one for one in strips if one],
            "gaps": week["gaps"][-_GAPS_SHOWN:][::-1] if week else [],
            "more_gaps": max(len(week["gaps"]) - _GAPS_SHOWN, 0) if week else 0,
            "faults": _faults(store, mn, now.date()),
            "values": _values(monitor, newest_values(ledger, mn)),
        }
    rows = asked_rows(request.reach, keys=[mn])[:10]
    context["commands"] = commands_table(rows, with_device=False) if rows else None
    return render(request, "devices/device.html", context)


def _facts(request: DeskRequest, monitor: Monitor) -> list[dict[str, Any]]:
    said, device = monitor.heard, monitor.device
    clock = "" if monitor.clock_s is None else f"{round(monitor.clock_s, 1) + 0.0:+.1f} s"
    station = monitor.station
    url = reverse("stations:detail", args=[station.pk]) if station else ""
    facts: list[dict[str, Any]] = [
        {"label": both("站点", "Station"), "value": monitor.station_name, "url": url},
        {"label": both("末帧", "Last frame"), "value": _at(said.last_us if said else None)},
        {"label": both("首次收到", "First heard"), "value": _at(said.first_us if said else None)},
        {"label": both("数据滞后", "Data behind the last frame"), "value": _s(monitor.delay_s)},
        {"label": both("时钟偏差", "Clock off"), "value": clock,
         "sub": both("正为超前", "ahead where positive")},
        {"label": both("值/分（近 1 小时）", "Values/min (last hour)"),
         "value": "" if monitor.rate is None else f"{monitor.rate:.1f}"},
        {"label": both("协议版本", "Version spoken"), "value": said.version if said else ""},
        {"label": both("系统编码", "System code"), "value": _system(said.st) if said else ""},
        {"label": both("等级", "Grade"), "value": monitor.grade},
        {"label": both("来源地址", "Address"), "value": said.peer if said else ""},
    ]  # fmt: skip
    if device is not None:
        password = (
            both("已设", "set") if device.password else both("未设，不核对", "none: not checked")
        )
        facts += [
            {"label": both("访问密码", "Password"), "value": password,
             "tag": "good" if device.password else "warn"},
            {"label": both("各因子单位", "Units by factor"),
             "value": " ".join(f"{f}={u}" for f, u in sorted(device.units.items()))},
        ]  # fmt: skip
    if monitor.pk is not None:
        row = reverse("devices:detail", args=[monitor.pk])
        facts.append({"label": both("台账", "Register"), "value": monitor.mn, "url": row})
    return facts


def _at(us: int | None) -> str:
    return "" if us is None else f"{timezone.localtime(moment(us)):%Y-%m-%d %H:%M:%S}"


def _s(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds} s"


def _system(st: str) -> str:
    known = systems().get(st)
    return f"{st} {language().of(known.zh, known.en)}" if known else st


def _faults(store: FineStore, mn: str, today: date) -> dict[str, Any]:
    last = (today - _EPOCH_DAY).days
    days = faults_by_day(store.ledger, mn, since_day=last - _FAULT_DAYS + 1)
    causes = sorted({cause for of_day in days.values() for cause in of_day})
    return {
        "caption": both("逐日故障（UTC 日）", "Faults by day (UTC)"),
        "columns": (
            {"title": both("日期", "Day"), "kind": "date"},
            *({"title": cause_word(cause), "kind": "number"} for cause in causes),
        ),
        "rows": [
            {"cells": [f"{_EPOCH_DAY + timedelta(days=day)}", *map(of_day.get, causes)]}
            for day, of_day in sorted(days.items(), reverse=True)
        ],
        "empty": {"title": both("近 14 天没有故障", "No fault in 14 days")},
    }


def _values(monitor: Monitor, newest: list[Stored]) -> dict[str, Any]:
    return {
        "caption": both("最新值", "Newest values"),
        "columns": (
            {"title": both("因子", "Factor"), "kind": "code"},
            {"title": both("跨度", "Over")},
            {"title": both("区间末", "Interval's end"), "kind": "date"},
            {"title": both("值", "Value"), "kind": "number"},
            {"title": both("单位", "Unit")},
            {"title": both("标记", "Flag"), "kind": "tag"},
            {"title": both("报文", "Frame")},
        ),
        "rows": [_value_row(monitor, each) for each in newest],
        "empty": {"title": both("还没有采用的值", "No value was taken yet")},
    }


def _value_row(monitor: Monitor, each: Stored) -> dict[str, Any]:
    url = reverse("devices:frame", args=[monitor.mn, each.frame])
    return {
        "cells": [
            {"text": f"{each.factor} {each.kind}".strip(), "sub": factor_name(each.factor)},
            span_words(each),
            f"{timezone.localtime(moment(each.t * 1_000_000)):%m-%d %H:%M:%S}",
            number(each.value),
            unit_of_factor(each.factor, monitor.device),
            flag_cell(each.flag),
            {"text": both("查看", "see"), "url": url},
        ]
    }
