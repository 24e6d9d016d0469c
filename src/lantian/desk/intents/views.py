"""The page of intents: what waits, what was written, what was refused."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.intents.models import Intent, State
from lantian.desk.intents.queries import PAGE, page_of
from lantian.desk.language import both, language

_STATES = {
    State.PENDING: ("warn", both("待写入", "pending")),
    State.APPLIED: ("good", both("已写入", "applied")),
    State.REFUSED: ("bad", both("被拒绝", "refused")),
}
_COLUMNS = (
    {"title": both("编号", "No."), "kind": "code"},
    {"title": both("种类", "Kind")},
    {"title": both("对象", "Object")},
    {"title": both("状态", "State"), "kind": "tag"},
    {"title": both("提出人", "Made by")},
    {"title": both("提出时间", "Made"), "kind": "date"},
    {"title": both("湖序号", "Lake sequence"), "kind": "number"},
    {"title": both("拒绝原因", "Why refused")},
)


class FilterForm(forms.Form):
    """Which intents are asked for."""

    state = forms.ChoiceField(
        label=both("状态", "State"),
        required=False,
        choices=[("", both("全部", "all")), *((s.value, word) for s, (_, word) in _STATES.items())],
    )
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )


@require_GET
def intents(request: HttpRequest) -> HttpResponse:
    """List intents, newest first."""
    form = FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else None
    rows = page_of(asked["state"], asked["before"]) if asked else []
    pager = {}
    if asked and len(rows) > PAGE:
        query = {"state": asked["state"], "before": rows[PAGE - 1].pk}
        pager["next_url"] = reverse("intents:list", query=query)
    address = reverse("intents:list")
    context = {
        "filters": {"form": form, "action": address, "clear_url": address},
        "shown": {
            "caption": both("写入数据湖的意图", "Intents for the lake"),
            "columns": _COLUMNS,
            "rows": [{"cells": _cells(row)} for row in rows[:PAGE]],
        },
        "pager": pager,
    }
    return render(request, "intents/list.html", context)


def _cells(row: Intent) -> list[Any]:
    tag, word = _STATES[State(row.state)]
    return [
        row.pk,
        row.kind,
        row.key,
        {"text": word, "tag": tag},
        row.made_by,
        timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S"),
        row.batch,
        language().half(row.refusal),
    ]
