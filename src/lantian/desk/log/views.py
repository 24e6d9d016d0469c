"""Pages of the log: list, one entry, verification."""

from dataclasses import fields
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lantian.desk.language import both, language
from lantian.desk.log.chain import verify
from lantian.desk.log.forms import FilterForm, HeadForm
from lantian.desk.log.models import Entry
from lantian.desk.log.queries import (
    PAGE,
    Asked,
    address_of,
    changes_of,
    entry_of,
    head,
    page_of,
)
from lantian.desk.log.words import kind_name, verb_name

_COLUMNS = (
    {"title": both("编号", "No."), "kind": "code"},
    {"title": both("时间", "Time"), "kind": "date"},
    {"title": both("操作人", "Who")},
    {"title": both("动作", "Action")},
    {"title": both("对象", "Object")},
    {"title": both("改动字段", "Fields changed")},
    {"title": both("理由", "Reason")},
)


@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """List entries, newest first."""
    form = FilterForm(request.GET)
    asked = Asked(**form.cleaned_data) if form.is_valid() else None
    rows = page_of(asked) if asked else []
    context = {
        "filters": {
            "form": form,
            "action": reverse("log:list"),
            "clear_url": reverse("log:list"),
        },
        "shown": {
            "caption": both("日志", "Log"),
            "columns": _COLUMNS,
            "rows": [_row(entry) for entry in rows[:PAGE]],
        },
        "pager": _pager(asked, rows) if asked else None,
    }
    return render(request, "log/list.html", context)


def _row(entry: Entry) -> dict[str, Any]:
    names = [change["field"] for change in changes_of(entry)]
    cells = [
        entry.pk,
        timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
        {"text": entry.actor, "sub": entry.origin},
        verb_name(entry.action),
        {
            "text": f"{kind_name(entry.kind)} {entry.key}",
            "url": address_of(entry.kind, entry.key),
        },
        "、".join(names[:6]) + ("…" if len(names) > 6 else ""),
        entry.reason,
    ]
    return {"cells": cells, "href": reverse("log:entry", args=[entry.pk])}


def _pager(asked: Asked, rows: list[Entry]) -> dict[str, str]:
    """Keyset paging: older entries lie below the last of this page."""
    wanted = {f.name: getattr(asked, f.name) for f in fields(asked) if getattr(asked, f.name)}
    wanted.pop("before", None)
    pager = {}
    if asked.before:
        pager["prev_url"] = reverse("log:list", query=wanted)
    if len(rows) > PAGE:
        pager["next_url"] = reverse("log:list", query=wanted | {"before": rows[PAGE - 1].pk})
    return pager


@require_GET
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """Show one entry with what it changed and where it stands in the chain."""
    found = entry_of(number)
    if found is None:
        raise Http404
    row, seal = found
    facts = [
        {"label": both("时间", "Time"), "value": timezone.localtime(row.at).isoformat(" ")},
        {"label": both("操作人", "Who"), "value": row.actor},
        {"label": both("账号编号", "Account"), "value": row.account},
        {"label": both("来源", "From"), "value": row.origin},
        {"label": both("请求编号", "Request"), "value": row.request},
        {"label": both("动作", "Action"), "value": verb_name(row.action), "sub": row.action},
        {
            "label": both("对象", "Object"),
            "value": f"{kind_name(row.kind)} {row.key}",
            "sub": row.kind,
            "url": address_of(row.kind, row.key),
        },
        {"label": both("理由", "Reason"), "value": row.reason},
        {"label": both("封记", "Seal"), "value": seal.seq if seal else both("待封存", "waits")},
        {"label": both("链头", "Head"), "value": seal.head if seal else ""},
    ]
    context = {"entry": row, "facts": facts, "changes": changes_of(row)}
    return render(request, "log/entry.html", context)


@require_http_methods(["GET", "POST"])
def verification(request: HttpRequest) -> HttpResponse:
    """Show the head; verify the chain when asked."""
    form = HeadForm(request.POST or None)
    facts: list[dict[str, Any]] = [{"label": both("当前链头", "Head now"), "value": str(head())}]
    context: dict[str, Any] = {"form": form, "facts": facts}
    if request.method == "POST" and form.is_valid():
        verdict = verify(head=form.cleaned_data["head"])
        half = language().half
        context |= {"verdict": verdict, "found": [half(f.what) for f in verdict.findings]}
        facts += [
            {"label": both("已核对条目", "Entries checked"), "value": verdict.entries},
            {"label": both("核对到", "Checked up to"), "value": str(verdict.head)},
        ]
    return render(request, "log/verify.html", context)
