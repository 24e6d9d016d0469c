"""The page of all reviews: their standing, decisions on them, both versions of the days touched."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantian.desk.language import both, language
from lantian.desk.quality.queries.names import offset_of, station_names, within
from lantian.desk.quality.queries.review import deciding, held_reviews, review_of, versions
from lantian.desk.quality.services import ask_decision, is_own
from lantian.desk.quality.views.entry import PAGE, tabs, with_lake
from lantian.desk.quality.words import BY_KEY, KINDS, ORPHANED, STATES, VERDICTS
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.review import StandingReview
from lantian.flows.review_versions import DayVersions
from lantian.report.language import unit_label
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING


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
        "tabs": tabs("reviews", len(found)),
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


def _version(one: DayVersions, names: dict[str, str]) -> dict[str, Any]:
    def shown(value: int) -> str:
        return "—" if value == MISSING else f"{value / 1000:g}"

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
    need = (
        {"quality.approve"}
        if state is ClaimState.APPROVED
        else {"quality.review", "quality.approve"}
    )
    if not any(held.review.station in within(request.reach, one) for one in need):
        raise Http404
    ask_decision(held=held, state=state, note=get("note", ""), by=request.actor, now=timezone.now())
    messages.success(
        request, both("已记录，等待写入数据湖", "Recorded; it waits to be written into the lake")
    )
    return HttpResponseRedirect(reverse("quality:reviews"))
