"""The inbox: list, one notice, marks of reading, receipts."""

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantian.desk.language import both, language
from lantian.desk.notices.forms import InboxForm
from lantian.desk.notices.models import Delivery
from lantian.desk.notices.outside import text_of as outside_text
from lantian.desk.notices.queries import (
    PAGE,
    inbox,
    received,
    sender_of,
    text_of,
    title_of,
    unread_count,
)
from lantian.desk.notices.services import give_receipt, mark_read
from lantian.desk.notices.views.sent import receipts_table
from lantian.desk.notices.views.shown import clock, pager, tabs
from lantian.desk.notices.words import KINDS
from lantian.desk.rights.request import DeskRequest

_COLUMNS: Final = (
    {"title": both("标题", "Title")},
    {"title": both("类别", "Kind"), "kind": "tag"},
    {"title": both("状态", "State"), "kind": "tag"},
    {"title": both("发送人", "From")},
    {"title": both("时间", "Time"), "kind": "date"},
    {"title": both("回执时限", "Acknowledge by"), "kind": "date"},
)


@require_GET
def listing(request: DeskRequest) -> HttpResponse:
    """List the reader's notices, unread ones first."""
    form = InboxForm(request.GET)
    show = form.cleaned_data["show"] if form.is_valid() else ""
    account = request.actor.account
    page = Paginator(inbox(account, show), PAGE).get_page(request.GET.get("page"))
    here = reverse("notices:inbox")
    context = {
        "tabs": tabs(request),
        "filters": {"form": form, "action": here, "clear_url": here if show else ""},
        "unread_here": unread_count(account),
        "may_send": request.reach.may("notices.send"),
        "shown": {
            "caption": both("收件箱", "Inbox"),
            "columns": _COLUMNS,
            "rows": [_row(row) for row in page],
            "select": "notice",
            "empty": {"title": both("没有消息", "No notices")},
        },
        "bulk": [{"name": "do", "value": "read", "title": both("标为已读", "Mark as read")}],
        "pager": pager(request, page),
    }
    return render(request, "notices/inbox.html", context)


@require_GET
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """Show one notice to whom it was sent; to open it is to read it."""
    row = received(pk, request.actor.account)
    if row is None:
        raise Http404
    now = timezone.now()
    mark_read(notices=[pk], account=row.account_id, now=now)
    notice = row.notice
    message = outside_text(notice, language())
    facts = [
        {"label": both("类别", "Kind"), "value": KINDS[notice.kind]},
        {"label": both("发送人", "From"), "value": sender_of(notice)},
        {"label": both("时间", "Time"), "value": clock(notice.at)},
    ]
    if notice.needs_receipt:
        tag, text = state_of(row, now)
        facts += [
            {"label": both("回执时限", "Acknowledge by"), "value": clock(notice.due_at)},
            {"label": both("回执", "Receipt"), "value": text, "tag": tag},
        ]
    context = {
        "tabs": tabs(request),
        "row": row,
        "notice": notice,
        "title": title_of(notice),
        "text": text_of(notice),
        "facts": facts,
        "to_answer": notice.needs_receipt and row.receipt_at is None,
        "share": f"{message.title}\n{message.whole}".strip(),
        "receipts": receipts_table(notice, now) if row.escalated else None,
    }
    return render(request, "notices/detail.html", context)


@require_POST
def receipt(request: DeskRequest, pk: int) -> HttpResponse:
    """Acknowledge a notice."""
    try:
        give_receipt(notice=pk, by=request.actor, now=timezone.now())
    except Delivery.DoesNotExist:
        raise Http404 from None
    messages.success(request, str(both("已回执", "Acknowledged")))
    return HttpResponseRedirect(reverse("notices:detail", args=[pk]))


@require_POST
def read(request: DeskRequest) -> HttpResponse:
    """Mark the ticked notices as read, or all of them."""
    account = request.actor.account
    if account is not None:
        every = request.POST.get("do") == "all"
        ticked = [int(text) for text in request.POST.getlist("notice") if _number(text)]
        mark_read(notices=None if every else ticked, account=account, now=timezone.now())
    return HttpResponseRedirect(reverse("notices:inbox"))


def state_of(row: Delivery, now: Any) -> tuple[str, Any]:
    """Mark and words of how far somebody is with a notice."""
    notice = row.notice
    if row.receipt_at is not None:
        return "good", both("已回执", "acknowledged")
    if notice.needs_receipt and notice.due_at is not None and notice.due_at < now:
        return "bad", both("回执逾期", "overdue")
    if notice.needs_receipt:
        return "warn", both("待回执", "to be acknowledged")
    if row.read_at is None:
        return "info", both("未读", "unread")
    return "off", both("已读", "read")


def _row(row: Delivery) -> dict[str, Any]:
    notice = row.notice
    tag, text = state_of(row, timezone.now())
    due = clock(notice.due_at) if notice.needs_receipt else ""
    return {
        "key": notice.pk,
        "href": reverse("notices:detail", args=[notice.pk]),
        "mark": "own" if row.read_at is None else "",
        "cells": [
            {"text": title_of(notice), "sub": both("紧急", "urgent") if notice.urgent else ""},
            {"text": KINDS[notice.kind], "tag": "info" if notice.kind == "alert" else "off"},
            {"text": text, "tag": tag},
            sender_of(notice),
            clock(notice.at),
            due,
        ],
    }


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
