"""The page of all reviews: their standing, decisions on them, both versions of the days touched."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantian.desk.language import both, language
from lantian.desk.log.actor import Actor
from lantian.desk.quality.queries.names import offset_of, station_names, within
from lantian.desk.quality.queries.review import Verdicts, verdicts, verdicts_of, versions
from lantian.desk.quality.services import ask_decision, is_own
from lantian.desk.quality.views.entry import PAGE, tabs, with_lake
from lantian.desk.quality.words import BY_KEY, KINDS, ORPHANED, STATES, VERDICTS
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.review_versions import DayVersions
from lantian.report.language import unit_label
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING


@require_GET
@with_lake
def listed(request: DeskRequest) -> HttpResponse:
    """List all reviews with their standing, and both versions of the days that they touch."""
    found = verdicts()
    shown, names = found[:PAGE], station_names()
    submits = within(request.reach, "quality.review")
    approves = within(request.reach, "quality.approve")
    context = {
        "tabs": tabs("reviews", len(found)),
        "lines": [
            {**_line(some, names), **_allowed(some, request.actor, submits, approves)}
            for some in shown
        ],
        "orphaned": [
            f"{line['station']} {line['symbol']} {line['hour']}: {line['orphaned']}"
            for line in (_line(some, names) for some in found if some.orphaned)
        ],
        "more": max(0, len(found) - PAGE),
        "versions": [_version(one, names) for one in versions(shown)],
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


def _line(some: Verdicts, names: dict[str, str]) -> dict[str, Any]:
    one, review = some.one, some.one.review
    tag, words = STATES[one.state]
    offset_h = offset_of(review.station)
    first, last = (local_end(held.review.hour, offset_h) for held in (some.held[0], some.held[-1]))
    values = [h.review.old_value for h in some.held if h.review.old_value is not None]
    return {
        "id": one.id,
        "station": names.get(review.station, review.station),
        "symbol": BY_KEY[review.pollutant].symbol,
        "hour": f"{first:%Y-%m-%d %H:00}" + ("" if first == last else f" – {last:%m-%d %H:00}"),
        "value": _range(values),
        "verdict": VERDICTS[review.verdict],
        "kind": "" if review.answers is None else KINDS[review.answers],
        "state": words,
        "tag": tag,
        "orphaned": None if some.orphaned is None else ORPHANED[some.orphaned],
        "waiting": STATES[ClaimState(some.waiting)][1] if some.waiting else "",
        "by": one.steps[0].by,
        "reason": review.reason,
        "note": one.steps[-1].note if len(one.steps) > 1 else "",
    }


def _range(values: list[int]) -> str:
    if not values:
        return "—"
    low, high = (f"{value / 1000:g}" for value in (min(values), max(values)))
    return low if low == high else f"{low} – {high}"


def _allowed(some: Verdicts, by: Actor, submits: set[str], approves: set[str]) -> dict[str, bool]:
    one, station = some.one, some.one.review.station
    free = one.stands and not some.waiting
    return {
        "may_submit": free and one.state is ClaimState.CANDIDATE and station in submits,
        "may_approve": free
        and one.state is ClaimState.SUBMITTED
        and station in approves
        and some.orphaned is None
        and not is_own(one, by),
        "may_withdraw": free and station in submits | approves,
    }


@require_POST
@with_lake
def decide(request: DeskRequest, number: int) -> HttpResponse:
    """Take a decision on a review in."""
    held = verdicts_of(number).held
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
    if not any(held[0].review.station in within(request.reach, one) for one in need):
        raise Http404
    ask_decision(held=held, state=state, note=get("note", ""), by=request.actor, now=timezone.now())
    messages.success(
        request, both("已记录，等待写入数据湖", "Recorded; it waits to be written into the lake")
    )
    return HttpResponseRedirect(reverse("quality:reviews"))
