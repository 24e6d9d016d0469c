"""The document of the API, and the page that lists its operations."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from lantian.desk.api.document import document, lines
from lantian.desk.api.forms import JSON, Content, answer, json_body
from lantian.desk.language import both
from lantian.desk.rights.reach import Reach
from lantian.desk.rights.request import DeskRequest


@require_GET
def show(request: DeskRequest) -> HttpResponse:
    """List the operations, with what each needs."""
    heads = (
        (both("方法", "Method"), "code"),
        (both("地址", "Address"), "code"),
        (both("内容", "What"), "text"),
        (both("权限", "Permission"), "text"),
        (both("格式", "Forms"), "code"),
        (both("您可用", "Open to you"), "tag"),
    )
    shown = {
        "caption": both("操作", "Operations"),
        "columns": [{"title": title, "kind": kind} for title, kind in heads],
        "rows": [{"cells": _cells(line, request.reach)} for line in lines()],
    }
    return render(request, "api/docs.html", {"shown": shown})


def _cells(line: dict[str, Any], reach: Reach) -> list[Any]:
    open_to = not line["need"] or reach.may(line["need"])
    tag = (
        {"text": both("是", "yes"), "tag": "good"}
        if open_to
        else {"text": both("否", "no"), "tag": "off"}
    )
    return [line["method"], line["path"], line["says"], line["words"], line["forms"], tag]


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer the OpenAPI document."""
    return answer(request, Content(JSON, json_body(document()), {}))
