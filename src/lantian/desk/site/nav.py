"""The menu: what the desk offers, in the order of a day's work."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, reverse

from lantian.desk.language import both
from lantian.desk.rights.reach import Reach
from lantian.desk.rights.request import DeskRequest
from lantian.desk.rights.table import PUBLIC, SIGNED_IN, table


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the menu: its route and its words."""

    route: str
    zh: str
    en: str


#: Groups with their items.
MENU: tuple[tuple[tuple[str, str], tuple[Item, ...]], ...] = (
    (
        ("工作", "Work"),
        (
            Item("myday:today", "我的今天", "My day"),
            Item("notices:inbox", "消息", "Notices"),
            Item("alarms:list", "告警", "Alarms"),
        ),
    ),
    (
        ("空气", "Air"),
        (
            Item("air:today", "今日空气", "Today"),
            Item("air:ranking", "排名", "Ranking"),
            Item("air:targets", "目标", "Targets"),
            Item("air:exceptional", "例外事件", "Exceptional days"),
            Item("air:reconcile", "对账", "Reconcile"),
            Item("air:quality", "数据质量", "Data quality"),
            Item("calibration:list", "微站校准", "Calibration"),
            Item("quality:review", "人工审核", "Review"),
            Item("quality:integrity", "数据真实性", "Integrity"),
            Item("devices:states", "设备状态", "Device states"),
            Item("profiles:list", "雷达与走航", "Lidars and vans"),
            Item("air:rules", "规则", "Rules"),
        ),
    ),
    (
        ("台账", "Registers"),
        (
            Item("places:list", "区域", "Places"),
            Item("stations:list", "站点", "Stations"),
            Item("sources:list", "污染源", "Sources"),
            Item("devices:list", "设备", "Devices"),
            Item("people:organisations", "机构", "Organisations"),
            Item("people:people", "人员", "People"),
            Item("people:posts", "岗位", "Posts"),
            Item("people:appointments", "任职", "Appointments"),
            Item("duties:list", "责任清单", "Duties"),
            Item("duties:leaders", "包联领导", "Assigned leaders"),
            Item("duties:roster", "值班表", "On duty"),
        ),
    ),
    (
        ("系统", "System"),
        (
            Item("log:list", "日志", "Log"),
            Item("jobs:list", "任务", "Jobs"),
            Item("intents:list", "写入数据湖", "Writes to the lake"),
            Item("accounts:list", "账号", "Accounts"),
            Item("wall:wall", "大屏", "Wall"),
        ),
    ),
)


def menu(request: DeskRequest) -> list[dict[str, Any]]:
    """Return the groups and items that the asker may open."""
    match = request.resolver_match
    here = match.view_name if match else ""
    groups = []
    for (zh, en), items in MENU:
        open_to = [item for item in items if _open(item.route, request.reach)]
        if open_to:
            groups.append(
                {
                    "title": both(zh, en),
                    "items": [
                        {
                            "title": both(item.zh, item.en),
                            "url": _address(item.route),
                            "current": item.route == here,
                        }
                        for item in open_to
                    ],
                }
            )
    return groups


def _open(route: str, reach: Reach) -> bool:
    need = table().routes.get(route)
    if need is None or _address(route) is None:
        return False
    return need in {PUBLIC, SIGNED_IN} or reach.may(need)


@cache
def _address(route: str) -> str | None:
    try:
        return reverse(route)
    except NoReverseMatch:
        return None
