"""The pages of alarms: open and past ones, one with its values, answering it."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantian.desk.air.queries.pictures import hourly_times, series
from lantian.desk.alarms.models import Alarm
from lantian.desk.alarms.queries import PAGE, alarm, alarms, derivation, names, open_count
from lantian.desk.alarms.register import RULES
from lantian.desk.alarms.services import answer
from lantian.desk.alarms.telling import moment_of
from lantian.desk.alarms.words import MINUTE, STATES
from lantian.desk.language import both, language
from lantian.desk.observations import lake
from lantian.desk.rights.request import DeskRequest
from lantian.desk.stations.queries import StationNote
from lantian.flows.alarm_values import hour_values, minute_values
from lantian.flows.grounds import offsets_of
from lantian.terms.hour import BEIJING_H, local_end
from lantian.terms.rounding import spell

_COLUMNS: Final = (
    {"title": both("站点", "Station")},
    {"title": both("规则", "Rule")},
    {"title": both("状态", "State"), "kind": "tag"},
    {"title": both("最高", "Highest"), "kind": "number"},
    {"title": both("开始", "From"), "kind": "date"},
    {"title": both("告警", "Raised"), "kind": "date"},
    {"title": both("解除", "Over"), "kind": "date"},
    {"title": both("应答", "Answered by")},
)
#: Steps before and after an exceedance that its chart shows.
_AROUND: Final = {3600: 24, 60: 120}


@require_GET
def listing(request: DeskRequest) -> HttpResponse:
    """List alarms, open ones first."""
    state = request.GET.get("state", "")
    rule = request.GET.get("rule", "")
    chosen = int(rule) if rule.isascii() and rule.isdigit() and len(rule) < 19 else None
    page = Paginator(alarms(request.reach, state, chosen), PAGE).get_page(request.GET.get("page"))
    known = names()
    context = {
        "open": open_count(request.reach),
        "states": [("", both("全部", "all"), state not in STATES)]
        + [(value, words, value == state) for value, words in STATES.items()],
        "rules_url": reverse(RULES.route("list")),
        "shown": {
            "caption": both("告警", "Alarms"),
            "columns": _COLUMNS,
            "rows": [_row(one, known) for one in page],
            "empty": {"title": both("没有告警", "No alarms")},
        },
        "pager": _pager(request, page),
    }
    return render(request, "alarms/list.html", context)


def _row(one: Alarm, known: dict[str, StationNote]) -> dict[str, Any]:
    tag, words = _state(one)
    station = known.get(one.station)
    return {
        "href": reverse("alarms:alarm", args=[one.pk]),
        "mark": "off" if one.gone else "",
        "cells": [
            {"text": station.name if station else one.station, "sub": _late(one)},
            language().of(one.rule.name_zh, one.rule.name_en or one.rule.name_zh),
            {"text": words, "tag": tag},
            f"{spell(one.highest, 1)}",
            _clock(one, one.since),
            _clock(one, one.raised),
            "" if one.cleared is None else _clock(one, one.cleared),
            one.answered_name,
        ],
    }


def _late(one: Alarm) -> Any:
    return both("数据迟到", "late data") if one.late else ""


def _state(one: Alarm) -> tuple[str, Any]:
    if one.gone:
        return "off", both("数据更正，不再成立", "data corrected, void")
    if one.cleared is not None:
        return "good", both("已解除", "over")
    if one.answered_at is not None:
        return "info", both("已应答", "answered")
    return "bad", both("待应答", "to be answered")


def _clock(one: Alarm, number: int) -> str:
    return f"{moment_of(one, number):%Y-%m-%d %H:%M}"


def _pager(request: DeskRequest, page: Page[Any]) -> dict[str, Any]:
    def address(number: int) -> str:
        asked = request.GET.copy()
        asked["page"] = str(number)
        return f"?{asked.urlencode()}"

    return {
        "first": page.start_index(),
        "last": page.end_index(),
        "total": page.paginator.count,
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }


@require_GET
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """Show one alarm with the values around it."""
    one = alarm(request.reach, pk)
    if one is None:
        raise Http404
    held, known = lake(), names().get(one.station)
    offset_h = offsets_of(held.roster()).get(one.station, BEIJING_H)
    tag, words = _state(one)
    rule = one.rule
    may = request.reach.covers("alarms.answer", area=one.area)
    post, _ = rule.called(one.level + 1)
    context = {
        "one": one,
        "rule": rule,
        "name": known.name if known else one.station,
        "rule_name": language().of(rule.name_zh, rule.name_en or rule.name_zh),
        "rule_url": reverse(RULES.route("detail"), args=[rule.pk]),
        "state": words,
        "state_tag": tag,
        "highest": spell(one.highest, 1),
        "since": _clock(one, one.since),
        "raised": _clock(one, one.raised),
        "cleared": "" if one.cleared is None else _clock(one, one.cleared),
        "highest_at": _clock(one, one.highest_at),
        "why": derivation(one, offset_h),
        "to_answer": may and one.answered_at is None and not one.gone,
        "more_to_call": post is not None and one.cleared is None and one.answered_at is None,
        "values": _values(one, offset_h),
        "crumbs": [{"title": both("告警", "Alarms"), "url": reverse("alarms:list")}],
    }
    return render(request, "alarms/alarm.html", context)


def _values(one: Alarm, offset_h: int) -> dict[str, Any]:
    """Chart of the values from before an alarm until after it, with both levels."""
    rule = one.rule
    around = _AROUND[rule.step_s]
    first = one.since - around
    last = max(one.raised, one.cleared or one.raised + around) + around
    after = min(last, first + 20 * around, int(timezone.now().timestamp()) // rule.step_s + 1)
    read = minute_values if rule.step == MINUTE else hour_values
    values = read(lake(), [one.station], rule.item, first, max(after, first + 1))[0]
    lang = language()
    limits = (
        (int(rule.threshold * 1000), lang.of("阈值", "threshold")),
        (int(rule.clear * 1000), lang.of("解除值", "clear level")),
    )
    if rule.step == MINUTE:
        begins = moment_of(one, first)
        times = {"start": f"{begins:%Y-%m-%dT%H:%M}", "step_h": 1 / 60, "n": len(values)}
    else:
        times = hourly_times(local_end(first, offset_h), len(values))
    return series(rule.item.unit, times, [(rule.item.symbol, values)], limits=limits)


@require_POST
def respond(request: DeskRequest, pk: int) -> HttpResponse:
    """Answer an alarm."""
    one = alarm(request.reach, pk)
    if one is None:
        raise Http404
    if not request.reach.covers("alarms.answer", area=one.area):
        raise PermissionDenied("alarms.answer")
    answer(pk=pk, text=request.POST.get("text", ""), by=request.actor, now=timezone.now())
    messages.success(request, str(both("已应答", "Answered")))
    return HttpResponseRedirect(reverse("alarms:alarm", args=[pk]))
