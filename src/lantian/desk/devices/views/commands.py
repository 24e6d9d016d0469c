"""Commands: those that were asked for and what came of each; asking for one."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lantian.desk.devices.asked import Asked, asked_commands
from lantian.desk.devices.commanding import COMMAND, ask, sendable
from lantian.desk.devices.forms import ChooseForm, CommandForm
from lantian.desk.devices.queries import monitors
from lantian.desk.devices.store import gate, moment
from lantian.desk.devices.views.found import found_monitor, may_command, tabs
from lantian.desk.devices.words import COMMAND_STATES, answer_words, command_word
from lantian.desk.intents.queries import PAGE
from lantian.desk.language import both, language
from lantian.desk.rights.reach import EVERYWHERE, Reach
from lantian.desk.rights.request import DeskRequest
from lantian.hj212.codes import Way
from lantian.lake.commands import Command, commands, commands_named

_OWN: Final = "own"
_GATE_MOST: Final = 200


@require_GET
def listing(request: DeskRequest) -> HttpResponse:
    """List the commands of people, or those that the gate sent by itself."""
    address = reverse("devices:commands")
    own = request.GET.get("by") == _OWN
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    keys = _within(request.reach)
    rows = _by_gate(keys) if own else asked_rows(request.reach, keys=keys, before=before)
    more = rows[PAGE - 1].number if not own and len(rows) > PAGE else None
    context = {
        "table": commands_table(rows if own else rows[:PAGE], with_device=True),
        "pager": {"next_url": f"{address}?before={more}" if more else ""},
        "own": own,
        "most": _GATE_MOST,
        "tabs": [
            {"title": both("人员下发", "Asked for by people"), "url": address, "current": not own},
            {"title": both("接入自动", "Sent by the gate itself"), "url": f"{address}?by={_OWN}",
             "current": own},
        ],
        "crumbs": [
            {"title": both("设备", "Devices"), "url": reverse("devices:states")},
            {"title": both("命令", "Commands")},
        ],
    }  # fmt: skip
    return render(request, "devices/commands.html", context)


def _within(reach: Reach) -> list[str] | None:
    """Identities that a reader reaches; None for all."""
    if reach.covers("devices.read", area=EVERYWHERE):
        return None
    return [monitor.mn for monitor in monitors(reach, timezone.localtime())]


def asked_rows(
    reach: Reach, *, keys: Collection[str] | None, before: int | None = None
) -> list[Asked]:
    """Return commands that people asked for, the newest first, with what came of each."""
    found = asked_commands(keys=keys, before=before)
    store = gate()
    queued = commands_named(store.ledger, [a.uuid for a in found]) if store and found else {}
    return [asked.with_outcome(queued.get(asked.uuid)) for asked in found]


def _by_gate(keys: Collection[str] | None) -> list[Asked]:
    store = gate()
    if store is None:
        return []
    sent = reversed(commands(store.ledger, most=_GATE_MOST))
    mine = [one for one in sent if keys is None or one.mn in keys]
    people = {a.uuid for a in asked_commands(keys=None, uuids=[one.uuid for one in mine])}
    return [Asked.of_gate(one) for one in mine if one.uuid not in people]


def commands_table(rows: Sequence[Asked], *, with_device: bool) -> dict[str, Any]:
    """Return the table of commands."""
    columns: list[dict[str, Any]] = [
        {"title": both("发起时间", "Asked for"), "kind": "date"},
        {"title": both("命令", "Command")},
        {"title": both("参数", "Parameters")},
        {"title": both("状态", "State"), "kind": "tag"},
        {"title": both("应答", "Answer")},
        {"title": both("发送次数", "Sent times"), "kind": "number"},
        {"title": both("结束", "Ended"), "kind": "date"},
        {"title": both("发起人", "By")},
    ]
    if with_device:
        columns.insert(1, {"title": both("设备", "Device"), "kind": "code"})
    return {
        "caption": both("命令", "Commands"),
        "columns": columns,
        "rows": [{"cells": _cells(one, with_device=with_device)} for one in rows],
        "empty": {"title": both("没有命令", "No commands")},
    }


def _cells(asked: Asked, *, with_device: bool) -> list[Any]:
    device = {"text": asked.mn, "url": reverse("devices:device", args=[asked.mn])}
    sent = asked.command
    return [
        f"{timezone.localtime(asked.at):%Y-%m-%d %H:%M:%S}",
        *([device] if with_device else []),
        {"text": asked.cn, "sub": command_word(asked.cn, Way.DOWN)},
        " ".join(f"{name}={value}" for name, value in asked.items),
        _state(asked, sent),
        answer_words(sent) if sent else "",
        sent.tries if sent else None,
        _ended(sent),
        asked.by or both("接入程序", "the gate"),
    ]


def _state(asked: Asked, sent: Command | None) -> dict[str, Any]:
    if sent is not None:
        tag, word = COMMAND_STATES[sent.state]
        return {"text": word, "tag": tag}
    if asked.refusal:
        told = language().half(asked.refusal)
        return {"text": both("未写入", "not queued"), "tag": "bad", "sub": told}
    return {"text": both("待写入", "pending"), "tag": "info"}


def _ended(sent: Command | None) -> str:
    if sent is None or sent.ended_us is None:
        return ""
    return f"{timezone.localtime(moment(sent.ended_us)):%H:%M:%S}"


@require_http_methods(["GET", "HEAD", "POST"])
def command(request: DeskRequest, mn: str) -> HttpResponse:
    """Choose a command, fill in its fields, say that it is meant; then it is asked for."""
    monitor, _ = found_monitor(request, mn)
    if not may_command(request, monitor):
        raise PermissionDenied(COMMAND)
    chosen = sendable().get(request.GET.get("cn", ""))
    form = None
    status = 200
    if chosen is not None:
        form = CommandForm(chosen, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            ask(
                mn,
                chosen,
                form.items(),
                by=request.actor,
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, both("已发起，等待发送", "Asked for; it waits to be sent"))
            return HttpResponseRedirect(reverse("devices:device", args=[mn]))
        status = 422 if form.is_bound else 200
    context = {
        "monitor": monitor,
        "chosen": chosen,
        "name": command_word(chosen.cn, Way.DOWN) if chosen else "",
        "choose": ChooseForm(request.GET if chosen else None),
        "form": form,
        "cancel_url": reverse("devices:device", args=[mn]),
        **tabs(monitor, "device"),
        "tabs": [],
    }
    context["crumbs"] = [*context["crumbs"], {"title": both("命令", "Command")}]
    return render(request, "devices/command.html", context, status=status)
