"""Pages of reviews: flagged hours, one mark with its neighbours, all reviews and their standing."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantian.desk.language import both
from lantian.desk.observations import lake
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
    deciding,
    flagged_hours,
    held_reviews,
    last_run_of,
    mark_key,
    mark_of,
    review_of,
    seen_hours,
    versions,
)
from lantian.desk.quality.services import LEAST, ask_decision, ask_review, is_own
from lantian.desk.quality.views.entry import month_asked, with_lake
from lantian.desk.quality.words import (
    BY_KEY,
    KINDS,
    ORPHANED,
    STATES,
    VERDICTS,
    figure_facts,
    reason_of,
)
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.review import MOST, StandingReview
from lantian.quality.mark import Mark, MarkKind
from lantian.quality.review import Verdict
from lantian.report.language import unit_label
from lantian.desk.language import language
from lantian.terms.hour import hour_number, local_end
from lantian.terms.pollutant import POLLUTANTS

#: Rows of a page, and hours that are drawn on either side of those marked.
PAGE: Final = 100
_AROUND_H: Final = 48
_DRAWN_H: Final = 31 * 24
#: Hours that are listed one by one.
_LISTED_H: Final = 72


class FilterForm(forms.Form):
    """Which flagged hours are asked for."""

    month = forms.CharField(
        label=both("月份", "Month"),
        required=False,
        max_length=7,
        widget=forms.DateInput(attrs={"type": "month"}),
    )
    station = forms.ChoiceField(label=both("站点", "Station"), required=False)
    pollutant = forms.ChoiceField(
        label=both("污染物", "Pollutant"),
        required=False,
        choices=[("", both("全部", "all")), *((p.key, p.symbol) for p in POLLUTANTS)],
    )
    kind = forms.ChoiceField(
        label=both("标记", "Mark"),
        required=False,
        choices=[
            ("", both("全部（缺测除外）", "all but missing")),
            *((kind.value, words) for kind, words in KINDS.items()),
        ],
    )

    def __init__(self, names: dict[str, str], *args: Any, **kwargs: Any) -> None:
        """Offer the stations."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["station"]
        field.choices = [("", both("全部", "all")), *names.items()]


@require_GET
@with_lake
def flagged(request: DeskRequest) -> HttpResponse:
    """List flagged hours of a month."""
    names = station_names()
    month = month_asked(request.GET.get("month", ""))
    form = FilterForm(names, {**request.GET.dict(), "month": f"{month:%Y-%m}"})
    given = form.cleaned_data if form.is_valid() else {}
    mine = within(request.reach, "quality.read")
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
        "tabs": _tabs("review", len(found)),
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
    address = reverse("quality:review")
    pager: dict[str, Any] = {}
    if count > PAGE:
        first = (number - 1) * PAGE + 1
        pager |= {"first": first, "last": min(number * PAGE, count), "total": count}
    if number > 1:
        pager["prev_url"] = reverse("quality:review", query={**query, "page": number - 1})
    if number * PAGE < count:
        pager["next_url"] = reverse("quality:review", query={**query, "page": number + 1})
    return pager if pager and address else {}


def _tabs(here: str, count: int | None = None) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": reverse(f"quality:{route}"),
            "current": route == here,
            "count": count if route == here else None,
        }
        for route, title in (
            ("review", both("标记的小时", "Flagged hours")),
            ("reviews", both("审核记录", "Reviews")),
        )
    ]


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


class ReviewForm(forms.Form):
    """A verdict on hours of a mark."""

    first = forms.DateTimeField(
        label=both("自（小时末）", "From (end of the hour)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": 3600}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    last = forms.DateTimeField(
        label=both("至（小时末）", "To (end of the hour)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": 3600}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    verdict = forms.ChoiceField(
        label=both("结论", "Verdict"),
        choices=[(v.value, words) for v, words in VERDICTS.items()],
        widget=forms.RadioSelect,
    )
    state = forms.ChoiceField(
        label=both("提交", "Submit"),
        choices=[
            (ClaimState.SUBMITTED.value, both("提交审批", "submit for approval")),
            (ClaimState.CANDIDATE.value, both("先存为候选", "keep as a candidate")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=both("理由", "Reason"),
        min_length=LEAST,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=both(
            "如现场检查、运维记录、相邻站点", "inspection on site, upkeep log, stations nearby"
        ),
    )
    basis = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)


@require_http_methods(["GET", "POST"])
@with_lake
def case(
    request: DeskRequest, station: str, pollutant: str, kind: str, hour: int
) -> HttpResponse:
    """Show one mark beside its neighbours; take a verdict on it."""
    if station not in within(request.reach, "quality.read") or hour > 2**31 - 1:
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
        return render(request, "quality/case.html", _case(mark, form, offset_h, may=may), status=422)
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
            local_end(first, offset_h).date() if False else _month_of(first, offset_h),
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
        "chart": neighbours_chart(
            mark.station, mark.pollutant, *shown, marked=(first, last)
        ),
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


@require_GET
@with_lake
def listed(request: DeskRequest) -> HttpResponse:
    """List all reviews with their standing, and both versions of the days that they touch."""
    found = held_reviews(within(request.reach, "quality.read"))
    names, waiting = station_names(), deciding()
    submits = within(request.reach, "quality.review")
    approves = within(request.reach, "quality.approve")
    orphaned = [one for one in found if one.orphaned]
    lines = [_line(one, request, names, waiting, submits, approves) for one in found[:PAGE]]
    context = {
        "tabs": _tabs("reviews", len(found)),
        "lines": lines,
        "orphaned": [
            f"{names.get(o.held.review.station, o.held.review.station)} "
            f"{BY_KEY[o.held.review.pollutant].symbol} "
            f"{local_end(o.held.review.hour, offset_of(o.held.review.station)):%Y-%m-%d %H:00}: "
            f"{ORPHANED[o.orphaned]}"
            for o in orphaned
            if o.orphaned
        ],
        "more": max(0, len(found) - PAGE),
        "versions": [_version(one, names) for one in versions(found[:PAGE])],
    }
    return render(request, "quality/reviews.html", context)


def _version(one: Any, names: dict[str, str]) -> dict[str, Any]:
    def shown(value: int) -> str:
        return "—" if value < 0 else f"{value / 1000:g}"

    return {
        "station": names.get(one.station, one.station),
        "day": one.day,
        "symbol": BY_KEY[one.pollutant].symbol,
        "unit": unit_label(BY_KEY[one.pollutant].unit, language()),
        "official": shown(one.official),
        "reviewed": shown(one.reviewed),
        "differs": one.official != one.reviewed,
        "why": reverse("air:why-station", args=[one.station, f"{one.day}"]),
    }


def _line(
    one: StandingReview,
    request: DeskRequest,
    names: dict[str, str],
    waiting: dict[int, str],
    submits: set[str],
    approves: set[str],
) -> dict[str, Any]:
    held, review = one.held, one.held.review
    tag, words = STATES[held.state]
    station = review.station
    free = held.stands and held.id not in waiting
    return {
        "id": held.id,
        "station": names.get(station, station),
        "symbol": BY_KEY[review.pollutant].symbol,
        "hour": f"{local_end(review.hour, offset_of(station)):%Y-%m-%d %H:00}",
        "value": "—" if review.old_value is None else f"{review.old_value / 1000:g}",
        "verdict": VERDICTS[review.verdict],
        "kind": "" if review.answers is None else KINDS[review.answers],
        "state": words,
        "tag": tag,
        "orphaned": None if one.orphaned is None else ORPHANED[one.orphaned],
        "waiting": STATES[ClaimState(waiting[held.id])][1] if held.id in waiting else "",
        "by": held.steps[0].by,
        "reason": review.reason,
        "note": held.steps[-1].note if len(held.steps) > 1 else "",
        "may_submit": free and held.state is ClaimState.CANDIDATE and station in submits,
        "may_approve": free
        and held.state is ClaimState.SUBMITTED
        and station in approves
        and one.orphaned is None
        and not is_own(held, request.actor),
        "may_withdraw": free and station in submits | approves,
    }


@require_POST
@with_lake
def decide(request: DeskRequest, number: int) -> HttpResponse:
    """Take a decision on a review in."""
    held = review_of(number)
    get = request.POST.get
    try:
        state = ClaimState(get("state", ""))
    except ValueError as error:
        raise BadRequest(
            "没有这种决定 / no such decision", where="state", fix="submitted, approved, withdrawn"
        ) from error
    need = {"quality.approve"} if state is ClaimState.APPROVED else {"quality.review", "quality.approve"}
    if not any(held.review.station in within(request.reach, one) for one in need):
        raise Http404
    ask_decision(
        held=held, state=state, note=get("note", ""), by=request.actor, now=timezone.now()
    )
    messages.success(
        request, both("已记录，等待写入数据湖", "Recorded; it waits to be written into the lake")
    )
    return HttpResponseRedirect(reverse("quality:reviews"))
