"""The page of exceptional days: candidates, claims, decisions, both versions of the figures."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantian.desk.air.links import asked
from lantian.desk.air.queries.areas import areas
from lantian.desk.air.queries.exceptional import claim_held, exceptional_page
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.latest import latest
from lantian.desk.air.services import decide_claim, submit_claims
from lantian.desk.air.spans import beside, choices, month_to_date, span_asked, span_title
from lantian.desk.air.views.entry import grounded, page
from lantian.desk.language import both
from lantian.desk.rights.reach import EVERYWHERE as ROOT
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.evaluate.exceptional import EVERYWHERE, ClaimState
from lantian.terms.period import Period, parse_day
from lantian.terms.pollutant import POLLUTANTS


class ClaimForm(forms.Form):
    """A claim that a day is exceptional."""

    scope = forms.ChoiceField(label=both("地区或站点", "Place or station"))
    day = forms.DateField(label=both("日期", "Day"), widget=forms.DateInput(attrs={"type": "date"}))
    pollutant = forms.MultipleChoiceField(
        label=both("污染物", "Pollutants"),
        choices=[(p.symbol, p.symbol) for p in POLLUTANTS],
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=both("理由", "Reason"),
        min_length=4,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=both(
            "写明过程与依据，如沙尘预报、卫星图、邻区数据",
            "the event and its evidence: forecast, satellite, neighbours' data",
        ),
    )

    def __init__(
        self, ground: Ground, scopes: Collection[str], *args: object, **kwargs: object
    ) -> None:
        """Offer those places and stations in view that the asker may claim for."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        names = ground.names
        places = [p for level in ground.group.levels for p in ground.group.places[level]]
        offered = [(s, names.get(s, s)) for s in (*places, *ground.group.stations)]
        offered.append((EVERYWHERE, both("全部地区", "every place")))
        field: Any = self.fields["scope"]
        field.choices = [one for one in offered if one[0] in scopes]


def _paths(ground: Ground) -> dict[str, str]:
    """Path of everything that a claim may be about."""
    return {**areas(ground, timezone.localdate()), EVERYWHERE: ROOT}


def _within(request: DeskRequest, paths: Mapping[str, str], permission: str) -> set[str]:
    """Places and stations in view over which the asker holds a permission."""
    covers = request.reach.covers
    return {s for s, path in paths.items() if covers(permission, area=path, subject="air")}


@require_GET
@grounded
def show(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Show the page."""
    return _page(request, ground, None, 200)


def _page(
    request: DeskRequest, ground: Ground, form: ClaimForm | None, status: int
) -> HttpResponse:
    last = latest(ground, timezone.now()).value.whole_day
    period = span_asked(request, month_to_date(last))
    period = Period(period.first, min(period.last, last)) if period.first <= last else period
    level = ground.level(request.GET.get("level", ""))
    found = exceptional_page(ground, level, period, request.actor.name)
    before, after = beside(period, last)
    paths = _paths(ground)
    submits = _within(request, paths, "exceptional.submit")
    get = request.GET
    filled = {
        "scope": get.get("scope"),
        "day": get.get("day"),
        "pollutant": get.getlist("pollutant"),
    }
    context = {
        "found": found,
        "label": span_title(period, last),
        "period": period.label,
        "choices": choices(period, last),
        "before": before,
        "after": after,
        "levels": ground.levels(),
        "level": level,
        "form": form or ClaimForm(ground, submits, initial=filled),
        "submits": submits,
        "decides": _within(request, paths, "exceptional.approve"),
        "why": {"level": level},
        "why_sand": {"level": level, "sand": 1},
    }
    response = page(request, ground, "air/exceptional.html", context)
    response.status_code = status
    return response


@require_POST
@grounded
def submit(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Take a claim in."""
    form = ClaimForm(ground, _within(request, _paths(ground), "exceptional.submit"), request.POST)
    if not form.is_valid():
        return _page(request, ground, form, 422)
    given = form.cleaned_data
    submit_claims(
        scope=given["scope"],
        day=given["day"],
        symbols=given["pollutant"],
        reason=given["reason"],
        by=request.actor,
        now=timezone.now(),
    )
    messages.success(
        request, both("已提交，等待写入数据湖", "Submitted; it waits to be written into the lake")
    )
    month = f"{given['day']:%Y-%m}"
    return HttpResponseRedirect(asked(reverse("air:exceptional"), {"period": month}))


@require_POST
@grounded
def decide(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Take a decision in."""
    get = request.POST.get
    try:
        state = ClaimState(get("state", ""))
    except ValueError as error:
        raise BadRequest(
            "没有这种决定 / no such decision", where="state", fix="approved, withdrawn"
        ) from error
    claim = claim_held(ground, get("scope", ""), get("day", ""), get("pollutant", ""))
    if claim.scope not in _within(request, _paths(ground), "exceptional.approve"):
        raise Http404
    if claim.state is not ClaimState.SUBMITTED:
        raise BadRequest(
            "只能决定已申报的 / only a submitted claim is decided",
            where=f"{claim.scope} {claim.day}",
            fix="刷新页面 / load the page again",
        )
    decide_claim(
        scope=claim.scope,
        day=parse_day(f"{claim.day}"),
        symbol=claim.pollutant,
        state=state,
        declared_by=claim.declared_by,
        by=request.actor,
        now=timezone.now(),
    )
    messages.success(
        request, both("已记录，等待写入数据湖", "Recorded; it waits to be written into the lake")
    )
    month = f"{claim.day:%Y-%m}"
    return HttpResponseRedirect(asked(reverse("air:exceptional"), {"period": month}))
