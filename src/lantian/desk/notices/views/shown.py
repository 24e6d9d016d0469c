"""What several pages of notices show: tabs, pages of a list, marks of states."""

from typing import Any, Final

from django.core.paginator import Page
from django.urls import reverse
from django.utils import timezone

from lantian.desk.language import both
from lantian.desk.notices.models import FAILED, SENDING, SENT, SKIPPED, WAITING, Outgoing
from lantian.desk.places.queries import name_of, place_of
from lantian.desk.rights.request import DeskRequest

_TABS: Final = (
    ("notices:inbox", both("收件箱", "Inbox"), "notices.read"),
    ("notices:sent", both("已发", "Sent"), "notices.send"),
    ("notices:preferences", both("接收偏好", "How to reach me"), "notices.read"),
    ("notices:robots", both("外发渠道", "Channels"), "system.manage"),
)
#: Mark and words of each state.
STATES: Final = {
    WAITING: ("info", both("待发", "waiting")),
    SENDING: ("info", both("发送中", "being sent")),
    SENT: ("good", both("已发", "sent")),
    FAILED: ("bad", both("失败", "failed")),
    SKIPPED: ("off", both("未发：已读或已停用", "not sent: read already, or switched off")),
}


def tabs(request: DeskRequest) -> list[dict[str, Any]]:
    """Tabs of the room that the asker may open."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {"title": title, "url": reverse(route), "current": route == here}
        for route, title, need in _TABS
        if request.reach.may(need)
    ]


def pager(request: DeskRequest, page: Page[Any]) -> dict[str, Any]:
    """Context of parts/pager.html."""

    def address(number: int) -> str:
        asked = request.GET.copy()
        asked["page"] = str(number)
        return f"?{asked.urlencode()}"

    return {
        "first": page.start_index(),
        "last": page.end_index(),
        "total": page.paginator.count,
        "prev_url": address(page.number - 1) if page.has_previous() else "",
        "next_url": address(page.number + 1) if page.has_next() else "",
    }


def clock(at: Any) -> str:
    """Local time to the minute; empty for none."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def area_name(path: str) -> Any:
    """Name of the place of a path."""
    place = place_of(path.strip("/").rpartition("/")[2])
    return name_of(place) if place else both("全部区域", "everywhere")


def state_cell(row: Outgoing) -> dict[str, Any]:
    """State of what leaves the desk, as a cell."""
    tag, text = STATES[row.state]
    return {"text": text, "tag": tag}
