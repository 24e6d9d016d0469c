"""Pages of privacy: what is held and why; reading one field with a reason."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lantian.desk.language import both
from lantian.desk.privacy.declared import declared_fields
from lantian.desk.privacy.forms import ReasonForm
from lantian.desk.privacy.queries import told_fields
from lantian.desk.rights.request import DeskRequest


@require_GET
def notice(request: DeskRequest) -> HttpResponse:
    """Tell what personal fields are held, what for, for how long, and who may see them."""
    heads = (
        both("信息", "Field"),
        both("类别", "Kind"),
        both("用途", "Purpose"),
        both("谁可查看原文", "Who may see it unmasked"),
        both("保存天数", "Days kept"),
    )
    table = {
        "caption": both("个人信息清单", "Personal fields"),
        "columns": [{"title": head} for head in heads],
        "rows": [{"cells": _cells(told)} for told in told_fields()],
        "empty": {"title": both("本系统未登记个人信息", "No personal fields are held")},
    }
    return render(request, "privacy/notice.html", {"fields": table})


def _cells(told: Any) -> list[Any]:
    who = map(str, (*told.roles, *told.machines))
    return [told.name, told.category, told.purpose, "、".join(who), told.keep_days]


@require_http_methods(["GET", "POST"])
def reveal(request: DeskRequest, label: str, key: str) -> HttpResponse:
    """Ask for the reason, then show one field of one row, once."""
    declared = declared_fields().get(label)
    if declared is None or not request.reach.may(declared.permission):
        raise Http404
    try:
        row = declared.model._default_manager.filter(pk=key).first()
    except ValueError as error:
        raise Http404 from error
    value = getattr(row, declared.field, None)
    if not value:
        raise Http404
    form = ReasonForm(request.POST or None)
    text = ""
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        text = value.reveal(
            by=request.actor, reach=request.reach, reason=reason, now=timezone.now()
        )
    context = {
        "name": both(declared.zh, declared.en),
        "purpose": both(declared.purpose_zh, declared.purpose_en),
        "masked": value,
        "text": text,
        "form": form,
    }
    return render(request, "privacy/reveal.html", context)
