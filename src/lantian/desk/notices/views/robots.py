"""Ways out of the desk as the administrator sees them: channels, robots of chat groups."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantian.desk.env import env
from lantian.desk.language import both, language
from lantian.desk.notices.forms import RobotForm
from lantian.desk.notices.models import Robot
from lantian.desk.notices.queries import channel_counts, last_by_robot
from lantian.desk.notices.robots import host_of, save_robot
from lantian.desk.notices.services import notify
from lantian.desk.notices.views.shown import area_name, clock, state_cell, tabs
from lantian.desk.notices.words import CHANNELS, EMAIL, MAKERS, ROBOT, SMS
from lantian.desk.rights.request import DeskRequest
from lantian.errors import LantianError


@require_GET
def listing(request: DeskRequest) -> HttpResponse:
    """List channels and robots."""
    context = {
        "tabs": tabs(request),
        "channels": _channels(),
        "robots": {
            "caption": both("群机器人", "Group robots"),
            "show_caption": True,
            "columns": [
                {"title": both("名称", "Name")},
                {"title": both("平台", "Made by")},
                {"title": both("主机", "Host")},
                {"title": both("区域", "Area")},
                {"title": both("晨报", "Brief")},
                {"title": both("状态", "State"), "kind": "tag"},
                {"title": both("最近一次", "Last message"), "kind": "tag"},
                {"title": both("说明", "Remark")},
            ],
            "rows": [_row(robot) for robot in Robot.objects.order_by("name")],
            "empty": {
                "title": both("尚无群机器人", "No robots yet"),
                "url": reverse("notices:robot-new"),
                "label": both("添加", "Add one"),
            },
        },
    }
    return render(request, "notices/robots.html", context)


@require_http_methods(["GET", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """Add a robot."""
    form = RobotForm(request.POST or None, new=True)
    return _save(request, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change a robot."""
    row = get_object_or_404(Robot, pk=pk)
    told = {name: getattr(row, name) for name in ("name", "kind", "area", "brief", "active")}
    return _save(request, RobotForm(request.POST or None, initial=told, new=False), row)


@require_POST
def test(request: DeskRequest, pk: int) -> HttpResponse:
    """Send a message of trial to a group."""
    robot = get_object_or_404(Robot, pk=pk, active=True)
    notify(
        kind="system",
        title="蓝天：机器人测试消息",
        title_en="Lantian: test of the robot",
        text="收到即配置正确。",
        text_en="If you read this, it is set up well.",
        to=[],
        robots=[robot.pk],
        by=request.actor,
        now=timezone.now(),
    )
    messages.info(
        request,
        str(
            both("测试消息已交发送，结果见列表", "On its way; the list will tell what became of it")
        ),
    )
    return HttpResponseRedirect(reverse("notices:robots"))


def _save(request: DeskRequest, form: RobotForm, row: Robot | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("version", "")
        try:
            save_robot(
                robot=row.pk if row else None,
                version=int(seen) if seen.isdecimal() else 0,
                by=request.actor,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except LantianError as error:
            form.add_error(None, language().half(f"{error.what}"))
        else:
            messages.success(request, str(both("已保存", "Saved")))
            return HttpResponseRedirect(reverse("notices:robots"))
    context = {"tabs": tabs(request), "form": form, "row": row}
    return render(request, "notices/robot.html", context)


def _row(robot: Robot) -> dict[str, Any]:
    last = last_by_robot(robot)
    active = {"text": both("启用", "in use"), "tag": "good"}
    return {
        "href": reverse("notices:robot", args=[robot.pk]),
        "cells": [
            robot.name,
            MAKERS[robot.kind],
            host_of(robot),
            area_name(robot.area),
            both("是", "yes") if robot.brief else both("否", "no"),
            active if robot.active else {"text": both("停用", "off"), "tag": "off"},
            {**state_cell(last), "sub": clock(last.sent_at or last.not_before)} if last else "",
            language().half(last.error) if last else "",
        ],
    }


def _channels() -> dict[str, Any]:
    settings = env().settings
    set_up = {
        EMAIL: settings.mail.host,
        SMS: settings.sms.url and both("已配置", "set up"),
        ROBOT: "、".join(settings.robots.hosts),
    }
    counts = channel_counts()
    return {
        "caption": both("渠道", "Channels"),
        "show_caption": True,
        "columns": [
            {"title": both("渠道", "Channel")},
            {"title": both("服务器（desk.toml）", "Server (desk.toml)")},
            {"title": both("待发", "Waiting"), "kind": "number"},
            {"title": both("失败", "Failed"), "kind": "number"},
        ],
        "rows": [
            {
                "cells": [
                    CHANNELS[name],
                    set_up[name] or both("未配置", "not set up"),
                    counts[name][0],
                    counts[name][1],
                ]
            }
            for name in CHANNELS
        ],
    }
