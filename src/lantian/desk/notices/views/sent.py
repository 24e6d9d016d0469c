"""What was sent: list, who read and acknowledged it, what left the desk."""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantian.desk.duties.words import POSITIONS
from lantian.desk.language import both, language
from lantian.desk.notices.models import FAILED, SENT, Delivery, Notice, Outgoing
from lantian.desk.notices.queries import (
    PAGE,
    receipts,
    sender_of,
    sent,
    text_of,
    title_of,
    ways_out,
)
from lantian.desk.notices.services import send_again
from lantian.desk.notices.views.shown import area_name, clock, pager, state_cell, tabs
from lantian.desk.notices.words import CHANNELS, KINDS
from lantian.desk.rights.request import DeskRequest

_COLUMNS: Final = (
    {"title": both("标题", "Title")},
    {"title": both("类别", "Kind"), "kind": "tag"},
    {"title": both("发送人", "From")},
    {"title": both("时间", "Time"), "kind": "date"},
    {"title": both("收件", "Got it"), "kind": "number"},
    {"title": both("已读", "Read"), "kind": "number"},
    {"title": both("已回执", "Acknowledged"), "kind": "number"},
    {"title": both("回执时限", "Acknowledge by"), "kind": "date"},
)
_POSITIONS: Final = {value: both(zh, en) for value, zh, en in POSITIONS}


@require_GET
def listing(request: DeskRequest) -> HttpResponse:
    """List what the reader sent, and what the desk sent about the reader's area."""
    rows = sent(request.actor.account, request.reach)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(request),
        "shown": {
            "caption": both("已发消息", "Sent"),
            "columns": _COLUMNS,
            "rows": [_row(notice) for notice in page],
            "empty": {
                "title": both("尚未发过消息", "Nothing sent yet"),
                "url": reverse("notices:compose"),
                "label": both("写消息", "Write a notice"),
            },
        },
        "pager": pager(request, page),
    }
    return render(request, "notices/sent.html", context)


@require_GET
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what became of one notice."""
    notice = _of(request, pk)
    ways = list(ways_out(notice))
    due = clock(notice.due_at)
    context = {
        "tabs": tabs(request),
        "notice": notice,
        "title": title_of(notice),
        "text": text_of(notice),
        "facts": [
            {"label": both("类别", "Kind"), "value": KINDS[notice.kind]},
            {"label": both("发送人", "From"), "value": sender_of(notice)},
            {"label": both("时间", "Time"), "value": clock(notice.at)},
            {"label": both("区域", "Area"), "value": area_name(notice.area)},
            {"label": both("回执时限", "Acknowledge by"), "value": due},
        ],
        "receipts": receipts_table(notice, timezone.now()),
        "outgoing": _outgoing_table(ways),
        "failed": any(row.state == FAILED for row in ways),
    }
    return render(request, "notices/sent_detail.html", context)


@require_POST
def again(request: DeskRequest, pk: int) -> HttpResponse:
    """Try again what could not be sent."""
    count = send_again(notice=_of(request, pk).pk, by=request.actor, now=timezone.now())
    messages.info(request, str(both(f"重发 {count} 条", f"Sending {count} again")))
    return HttpResponseRedirect(reverse("notices:sent-detail", args=[pk]))


def receipts_table(notice: Notice, now: datetime) -> dict[str, Any]:
    """Who got a notice, who read it, who acknowledged it, and when."""
    return {
        "caption": both("阅读与回执", "Read and acknowledged"),
        "columns": [
            {"title": both("姓名", "Name")},
            {"title": both("状态", "State"), "kind": "tag"},
            {"title": both("阅读", "Read"), "kind": "date"},
            {"title": both("回执", "Acknowledged"), "kind": "date"},
            {"title": both("升级至", "Escalated to")},
        ],
        "rows": [{"cells": _receipt_cells(row, notice, now)} for row in receipts(notice)],
        "empty": {"title": both("仅发至群机器人", "Sent to robots of groups alone")},
    }


def _receipt_cells(row: Delivery, notice: Notice, now: datetime) -> list[Any]:
    late = notice.needs_receipt and notice.due_at is not None and notice.due_at < now
    if row.receipt_at is not None:
        state = {"text": both("已回执", "acknowledged"), "tag": "good"}
    elif late:
        state = {"text": both("回执逾期", "overdue"), "tag": "bad"}
    elif row.read_at is not None:
        state = {"text": both("已读", "read"), "tag": "info"}
    else:
        state = {"text": both("未读", "unread"), "tag": "warn"}
    return [
        row.account.name,
        state,
        clock(row.read_at),
        clock(row.receipt_at),
        _POSITIONS.get(row.escalated, ""),
    ]


def _outgoing_table(rows: list[Outgoing]) -> dict[str, Any]:
    return {
        "caption": both("外发", "Out of the desk"),
        "columns": [
            {"title": both("对象", "To")},
            {"title": both("渠道", "Channel")},
            {"title": both("状态", "State"), "kind": "tag"},
            {"title": both("次数", "Tries"), "kind": "number"},
            {"title": both("发出或下次", "Sent, or next try"), "kind": "date"},
            {"title": both("说明", "Remark")},
        ],
        "rows": [
            {
                "cells": [
                    row.robot.name if row.robot else _name(row),
                    CHANNELS[row.channel],
                    state_cell(row),
                    row.attempts,
                    clock(row.sent_at if row.state == SENT else row.not_before),
                    language().half(row.error),
                ]
            }
            for row in rows
        ],
        "empty": {"title": both("未外发", "Nothing left the desk")},
    }


def _name(row: Outgoing) -> str:
    return row.delivery.account.name if row.delivery else ""


def _row(notice: Any) -> dict[str, Any]:
    asked = notice.needs_receipt
    return {
        "href": reverse("notices:sent-detail", args=[notice.pk]),
        "cells": [
            title_of(notice),
            {"text": KINDS[notice.kind], "tag": "off"},
            sender_of(notice),
            clock(notice.at),
            notice.reached,
            notice.read,
            notice.acknowledged if asked else "",
            clock(notice.due_at) if asked else "",
        ],
    }


def _of(request: DeskRequest, pk: int) -> Notice:
    notice = sent(request.actor.account, request.reach).filter(pk=pk).first()
    if notice is None:
        raise Http404
    return notice
