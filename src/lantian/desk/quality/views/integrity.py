"""Pages of integrity: signs of manipulation, their evidence, what people say to them."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantian.desk.language import both, language
from lantian.desk.quality.queries.integrity import (
    Case,
    answers_of,
    case_of,
    cases,
    clause_of,
    pictures,
    seal,
)
from lantian.desk.quality.queries.names import offset_of, station_names
from lantian.desk.quality.services import add_answer
from lantian.desk.quality.views.entry import PAGE, with_lake
from lantian.desk.quality.words import BY_KEY, CHECKS, LEAST, figure_facts
from lantian.desk.rights.request import DeskRequest
from lantian.flows.quality_neighbours import COARSE
from lantian.lake.findings import HeldFinding
from lantian.lake.quality_runs import QualityRun
from lantian.quality.finding import Check
from lantian.rules.clauses import QualityClause
from lantian.terms.hour import local_end

_COLUMNS: Final = (
    {"title": both("编号", "No."), "kind": "code"},
    {"title": both("站点", "Station")},
    {"title": both("污染物", "Pollutant")},
    {"title": both("判据", "Check"), "kind": "tag"},
    {"title": both("时段", "Hours"), "kind": "date"},
    {"title": both("发现次数", "Times found"), "kind": "number"},
    {"title": both("最近一次评判", "Last run"), "kind": "tag"},
    {"title": both("说明", "Answers"), "kind": "number"},
)


class FilterForm(forms.Form):
    """Which cases are asked for."""

    check = forms.ChoiceField(
        label=both("判据", "Check"),
        required=False,
        choices=[("", both("全部", "all")), *((c.value, words) for c, words in CHECKS.items())],
    )
    station = forms.ChoiceField(label=both("站点", "Station"), required=False)

    def __init__(self, names: dict[str, str], *args: Any, **kwargs: Any) -> None:
        """Offer the stations."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["station"]
        field.choices = [("", both("全部", "all")), *names.items()]


class AnswerForm(forms.Form):
    """Something to stand beside a finding."""

    text = forms.CharField(
        label=both("说明", "Explanation"),
        min_length=LEAST,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=both(
            "与可疑记录并列保存，不能撤下记录", "stands beside the finding, which stays as it is"
        ),
    )


@require_GET
@with_lake
def listed(request: DeskRequest) -> HttpResponse:
    """List all cases, the newest first."""
    names = station_names()
    form = FilterForm(names, request.GET)
    given = form.cleaned_data if form.is_valid() else {"check": "?", "station": ""}
    found = [
        one
        for one in cases()
        if given["check"] in ("", one.last.finding.check.value)
        and given["station"] in ("", one.last.finding.station)
    ]
    number, digest, broken = seal()
    context = {
        "filters": {
            "form": form,
            "action": reverse("quality:integrity"),
            "clear_url": reverse("quality:integrity"),
        },
        "shown": {
            "caption": both("可疑记录", "Findings"),
            "columns": _COLUMNS,
            "rows": [_row(one, names) for one in found[:PAGE]],
            "empty": {"title": both("没有可疑记录", "No finding")},
        },
        "more": max(0, len(found) - PAGE),
        "number": number,
        "digest": digest,
        "broken": [str(n) for n in broken],
    }
    return render(request, "quality/integrity.html", context)


def _row(one: Case, names: dict[str, str]) -> dict[str, Any]:
    finding = one.last.finding
    again = (
        {"text": both("仍有", "still found"), "tag": "bad"}
        if one.again
        else {"text": both("未再发现", "not found again"), "tag": "info"}
    )
    return {
        "cells": [
            one.last.id,
            names.get(finding.station, finding.station),
            BY_KEY[finding.pollutant].symbol,
            {"text": CHECKS[finding.check], "tag": "warn"},
            _span(one.last),
            len(one.found),
            again,
            one.answers or "",
        ],
        "href": reverse("quality:finding", args=[one.last.id]),
    }


def _span(held: HeldFinding) -> str:
    offset_h = offset_of(held.finding.station)
    ends = (held.finding.first_hour, held.finding.last_hour)
    first, last = (local_end(h - 1, offset_h) for h in ends)
    return f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"


@require_GET
@with_lake
def detail(request: DeskRequest, number: int) -> HttpResponse:
    """Show one finding with its evidence."""
    return _page(request, number, AnswerForm(), 200)


def _page(request: DeskRequest, number: int, form: AnswerForm, status: int) -> HttpResponse:
    held, case, run = case_of(number)
    finding, names = held.finding, station_names()
    clause = clause_of(finding) if request.reach.may("integrity.details") else None
    context = {
        "held": held,
        "case": case,
        "station": names.get(finding.station, finding.station),
        "symbol": BY_KEY[finding.pollutant].symbol,
        "check": CHECKS[finding.check],
        "sentence": language().of(finding.zh, finding.en),
        "span": _span(held),
        "facts": [*_links(held, request), *_facts(held, run)],
        "figures": figure_facts(finding.figures, BY_KEY[finding.pollutant]) if clause else [],
        "clause": _thresholds(clause, finding.pollutant) if clause else [],
        "pictures": [
            {**one, "id": f"evidence-{n}", "title": _title(one, finding.check)}
            for n, one in enumerate(pictures(finding, run))
        ],
        "runs": [
            {"id": one.id, "span": _span(one), "run": one.run, "current": one.id == held.id}
            for one in case.found
        ],
        "answers": answers_of(case.key),
        "form": form if request.reach.may("integrity.answer") else None,
    }
    return render(request, "quality/finding.html", context, status=status)


def _title(picture: dict[str, Any], check: Check) -> str:
    if picture["pollutant"] == COARSE:
        return f"{both('粗颗粒物（PM10减PM2.5）', 'coarse particles (PM10 less PM2.5)')}"
    symbol = BY_KEY[picture["pollutant"]].symbol
    if picture["kind"] != "bars":
        return f"{symbol} {both('与相关站点', 'beside correlated stations')}"
    words = both("日值", "days") if check is Check.LIMIT_DAYS else both("小时值", "hours")
    about = both("在限值附近的个数", "about the limit")
    return f"{symbol} {words} {about} {picture['data']['note']}"


def _links(held: HeldFinding, request: DeskRequest) -> list[dict[str, Any]]:
    """Station, with the way to its figures and their derivation for who may see them."""
    finding = held.finding
    last = local_end(finding.last_hour - 1, offset_of(finding.station))
    query = {"period": f"{last:%Y-%m}", "item": finding.pollutant}
    address = reverse("air:station", args=[finding.station], query=query)
    url = address if request.reach.may("air.read") else ""
    name = station_names().get(finding.station, finding.station)
    return [{"label": both("站点", "Station"), "value": name, "url": url}]


def _facts(held: HeldFinding, run: QualityRun) -> list[dict[str, Any]]:
    return [
        {"label": both("时段", "Hours"), "value": _span(held)},
        {"label": both("评判", "Run"), "value": f"{run.id}", "sub": f"{run.at:%Y-%m-%d %H:%M} UTC"},
        {"label": both("湖序号", "Lake sequence"), "value": run.judged.sequence},
        {"label": both("规则条目", "Clause"), "value": held.finding.clause},
        {"label": both("规则摘要", "Digest of the rules"), "value": run.judged.book[:16]},
        {"label": both("程序版本", "Version"), "value": run.judged.code},
        {
            "label": both("再次发现", "Confirms"),
            "value": held.confirms,
            "url": held.confirms and reverse("quality:finding", args=[held.confirms]),
        },
        {"label": both("记录封记", "Seal"), "value": held.digest[:16]},
    ]


def _thresholds(clause: QualityClause, pollutant: str) -> list[dict[str, Any]]:
    """Numbers of a clause, for those who may see them."""
    found = [{"label": name, "value": f"{value:g}"} for name, value in clause.number.items()]
    for name, row in clause.each.items():
        if pollutant in row:
            found.append({"label": name, "value": f"{row[pollutant]:g}"})
    return found


@require_POST
@with_lake
def answer(request: DeskRequest, number: int) -> HttpResponse:
    """Let somebody say something to a finding."""
    held, case, _ = case_of(number)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, number, form, 422)
    add_answer(
        held=held,
        case=case.key,
        text=form.cleaned_data["text"],
        by=request.actor,
        now=timezone.now(),
    )
    messages.success(request, both("已记入", "Noted"))
    return HttpResponseRedirect(reverse("quality:finding", args=[number]))
