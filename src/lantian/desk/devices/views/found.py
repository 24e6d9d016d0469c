"""What the pages of one monitor share: finding it within reach, its tabs."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from lantian.desk.devices.commanding import COMMAND
from lantian.desk.devices.queries import Monitor, monitor_of
from lantian.desk.devices.store import gate
from lantian.desk.language import both
from lantian.desk.observations import lake
from lantian.desk.rights.request import DeskRequest
from lantian.lake.fine import FineStore
from lantian.terms.hour import BEIJING_H


def found_monitor(request: DeskRequest, mn: str) -> tuple[Monitor, FineStore | None]:
    """Return a monitor that the reader reaches, and the gate's store.

    Raises
    ------
    Http404
        If there is none in reach.
    """
    monitor = monitor_of(request.reach, timezone.localtime(), mn)
    if monitor is None:
        raise Http404
    return monitor, gate()


def offset_of(monitor: Monitor) -> int:
    """Local time of a monitor's station minus UTC, as the roster has it."""
    if monitor.device is None:
        return BEIJING_H
    stations = {s.station: s.offset_h for s in lake().roster().stations}
    return stations.get(monitor.device.station, BEIJING_H)


def may_command(request: DeskRequest, monitor: Monitor) -> bool:
    """Whether the reader may send commands to a monitor: the lake must know it."""
    path = monitor.station.path if monitor.station else "/"
    return monitor.device is not None and request.reach.covers(COMMAND, area=path)


def tabs(monitor: Monitor, here: str) -> dict[str, Any]:
    """Tabs and crumbs of the pages of one monitor."""
    pages = (
        ("device", both("状态", "State")),
        ("frames", both("报文", "Frames")),
    )
    return {
        "tabs": [
            {
                "title": title,
                "url": reverse(f"devices:{name}", args=[monitor.mn]),
                "current": name == here,
            }
            for name, title in pages
        ],
        "crumbs": [
            {"title": both("设备", "Devices"), "url": reverse("devices:states")},
            {"title": monitor.mn, "url": reverse("devices:device", args=[monitor.mn])},
        ],
    }
