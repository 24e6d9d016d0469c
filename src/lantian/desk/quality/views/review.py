"""Pages of flagged hours: all of a month, and one mark beside its neighbours with its review."""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lantian.desk.language import both, language
from lantian.desk.observations import lake
from lantian.desk.quality.forms import FilterForm, ReviewForm
from lantian.desk.quality.queries.names import (
    is_own_station,
    offset_of,
    station_names,
    within,
)
from lantian.desk.quality.queries.pictures import neighbours_chart
from lantian.desk.quality.queries.review import (
    Flagged,
    asked_about,
    flagged_hours,
    last_run_of,
    mark_key,
    mark_of,
    seen_hours,
)
from lantian.desk.quality.services import ask_review
from lantian.desk.quality.views.entry import PAGE, month_asked, tabs, with_lake
from lantian.desk.quality.words import (
    BY_KEY,
    KINDS,
    STATES,
    VERDICTS,
    figure_facts,
    reason_of,
)
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.review import MOST
from lantian.quality.mark import Mark
from lantian.quality.review import Verdict
from lantian.report.language import unit_label
from lantian.terms.hour import day_of, hour_number, local_day, local_end

#: Hours that are drawn on either side of those marked.
_AROUND_H: Final = 48
_DRAWN_H: Final = 31 * 24
#: Hours that are listed one by one.
_LISTED_H: Final = 72


@require_GET
@with_lake
def flagged(request: DeskRequest) -> HttpResponse:
    """List flagged hours of a month."""
    names = station_names()
    month = month_asked(request.GET.get("month", ""))
    form = FilterForm(names, {**request.GET.dict(), "month": f"{month:%Y-%m}"})
    given = form.cleaned_data if form.is_valid() else {}
    mine = set(names)
    if given.get("station"):
        mine &= {given["station"]}
    found = flagged_hours(
        month,
        stations=mine if given else set(),
        pollutant=given.get("pollutant", ""),
        kind=given.get("kind", ""),
    )
    number = _page_number(request.GET.get("page", ""), len(found))
    shown = found[(number - 1) * PAGE : number * PAGE]
    run = last_run_of(month)
    context = {
        "filters": {
            "form": form,
            "action": reverse("quality:review"),
            "clear_url": reverse("quality:review"),
        },
        "tabs": tabs("review", len(found)),
        "run": run,
        "shown": {
            "caption": both("标记的小时", "Flagged hours"),
            "columns": _COLUMNS,
            "rows": [_flagged_row(one, names) for one in shown],
            "empty": {
                "title": both("本月没有标记", "No mark in this month"),
                "text": None
                if run
                else both(
                    "本月尚未评判；每晚自动评判最近两个月",
                    "This month has not been judged yet; each night judges the last two months",
                ),
            },
        },
        "pager": _pager(request, number, len(found)),
    }
    return render(request, "quality/flagged.html", context)


_COLUMNS: Final = (
    {"title": both("站点", "Station")},
    {"title": both("污染物", "Pollutant")},
    {"title": both("标记", "Mark"), "kind": "tag"},
    {"title": both("起", "From"), "kind": "date"},
    {"title": both("小时数", "Hours"), "kind": "number"},
    {"title": both("依据", "Why")},
    {"title": both("审核", "Review"), "kind": "tag"},
)


def _page_number(text: str, count: int) -> int:
    pages = max(1, -(-count // PAGE))
    return min(max(int(text), 1), pages) if text.isdecimal() and len(text) < 7 else 1


def _pager(request: DeskRequest, number: int, count: int) -> dict[str, Any]:
    query = {k: v for k, v in request.GET.dict().items() if k != "page"}
    pager: dict[str, Any] = {}
    if count > PAGE:
        first = (number - 1) * PAGE + 1
        pager |= {"first": first, "last": min(number * PAGE, count), "total": count}
    if number > 1:
        pager["prev_url"] = reverse("quality:review", query={**query, "page": number - 1})
    if number * PAGE < count:
        pager["next_url"] = reverse("quality:review", query={**query, "page": number + 1})
    return pager


def _address(mark: Mark) -> str:
    parts = [mark.station, mark.pollutant, mark.kind.value, mark.first_hour]
    return reverse("quality:case", args=parts)


def _flagged_row(one: Flagged, names: dict[str, str]) -> dict[str, Any]:
    mark = one.mark
    end = local_end(mark.first_hour, offset_of(mark.station))
    return {
        "cells": [
            names.get(mark.station, mark.station),
            BY_KEY[mark.pollutant].symbol,
            {"text": KINDS[mark.kind], "tag": "warn"},
            f"{end:%Y-%m-%d %H:00}",
            mark.last_hour - mark.first_hour + 1,
            reason_of(mark),
            _review_cell(one),
        ],
        "href": _address(mark),
    }


def _review_cell(one: Flagged) -> dict[str, Any] | str:
    if one.waiting:
        return {"text": both("待写入", "waiting"), "tag": "warn"}
    if not one.reviews:
        return ""
    tag, words = STATES[one.reviews[0].state]
    return {"text": words, "tag": tag, "sub": VERDICTS[one.reviews[0].review.verdict]}


@require_http_methods(["GET", "POST"])
@with_lake
def case(request: DeskRequest, station: str, pollutant: str, kind: str, hour: int) -> HttpResponse:
    """Show one mark beside its neighbours; take a verdict on it."""
    if station not in station_names() or hour > 2**31 - 1:
        raise Http404
    offset_h = offset_of(station)
    mark = mark_of(station, pollutant, kind, hour, offset_h)
    may = station in within(request.reach, "quality.review")
    if request.method == "POST":
        if not may:
            raise Http404
        form = ReviewForm(request.POST)
        if form.is_valid():
            _ask(request, mark, form.cleaned_data, offset_h)
            messages.success(
                request,
                both("已记录，等待写入数据湖", "Recorded; it waits to be written into the lake"),
            )
            return HttpResponseRedirect(_address(mark))
        return render(
            request, "quality/case.html", _case(mark, form, offset_h, may=may), status=422
        )
    ends = [local_end(h, offset_h) for h in (mark.first_hour, mark.last_hour)]
    filled = {
        "first": ends[0],
        "last": ends[1],
        "state": ClaimState.SUBMITTED.value,
        "basis": lake().sequence,
    }
    return render(
        request, "quality/case.html", _case(mark, ReviewForm(initial=filled), offset_h, may=may)
    )


def _ask(request: DeskRequest, mark: Mark, given: dict[str, Any], offset_h: int) -> None:
    first, last = (_hour(given[name], offset_h) for name in ("first", "last"))
    if not mark.first_hour <= first <= last <= mark.last_hour or last - first >= MOST:
        raise BadRequest(
            f"时段应在标记之内，且不超过 {MOST} 小时 / the hours must lie within the mark, "
            f"{MOST} at most",
            where="review",
            fix="改正起止时间 / correct the ends",
        )
    ask_review(
        key=mark_key(mark),
        station=mark.station,
        pollutant=mark.pollutant,
        hours=seen_hours(mark.station, mark.pollutant, first, last, given["basis"]),
        verdict=Verdict(given["verdict"]),
        reason=given["reason"],
        answers=mark.kind,
        state=ClaimState(given["state"]),
        by=request.actor,
        now=timezone.now(),
    )


def _hour(at: datetime, offset_h: int) -> int:
    """Hour number of a local time of the station; the form reads it as one of the desk's."""
    return hour_number(timezone.make_naive(at).replace(minute=0), offset_h)


def _case(mark: Mark, form: ReviewForm, offset_h: int, *, may: bool) -> dict[str, Any]:
    first, last = mark.first_hour, mark.last_hour
    shown = (max(first, last - _DRAWN_H) - _AROUND_H, last + _AROUND_H + 1)
    names, pollutant = station_names(), BY_KEY[mark.pollutant]
    answered = next(
        one
        for one in flagged_hours(
            day_of(local_day(first, offset_h)),
            stations={mark.station},
            pollutant=mark.pollutant,
            kind=mark.kind.value,
        )
        if one.mark == mark
    )
    listed = seen_hours(
        mark.station, mark.pollutant, first, min(last, first + _LISTED_H - 1), lake().sequence
    )
    return {
        "mark": mark,
        "title": f"{names.get(mark.station, mark.station)} · {pollutant.symbol}",
        "kind": KINDS[mark.kind],
        "facts": [
            *figure_facts(mark.figures, pollutant),
            {"label": both("判据", "Clause"), "value": mark.clause},
        ],
        "from_to": [f"{local_end(h, offset_h):%Y-%m-%d %H:00}" for h in (first, last)],
        "chart": neighbours_chart(mark.station, mark.pollutant, *shown, marked=(first, last)),
        "chart_title": f"{pollutant.symbol} {both('与相关站点', 'beside correlated stations')}",
        "hours": {
            "caption": both("标记的小时", "Flagged hours"),
            "columns": (
                {"title": both("小时末", "End of the hour"), "kind": "date"},
                {"title": unit_label(pollutant.unit, language()), "kind": "number"},
            ),
            "rows": [_hour_row(mark.station, h, value, offset_h) for h, value in listed],
        },
        "more": max(0, last - first + 1 - _LISTED_H),
        "reviews": [_review_fact(held) for held in answered.reviews[:10]],
        "asked": asked_about(mark),
        "form": form,
        "may": may and not answered.waiting,
        "own": is_own_station(mark.station),
    }


def _hour_row(station: str, h: int, value: int | None, offset_h: int) -> dict[str, Any]:
    end = local_end(h, offset_h)
    why = reverse("air:why-hour", args=[station, f"{end:%Y-%m-%dT%H}"])
    shown = "" if value is None else f"{value / 1000:g}"
    return {"cells": [{"text": f"{end:%Y-%m-%d %H:00}", "url": why}, shown]}


def _review_fact(held: Any) -> dict[str, Any]:
    tag, words = STATES[held.state]
    return {
        "tag": tag,
        "state": words,
        "verdict": VERDICTS[held.review.verdict],
        "by": held.steps[0].by,
        "reason": held.review.reason,
        "at": held.steps[0].at,
    }
