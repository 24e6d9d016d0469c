"""Traces of a day's work, left through the desk's own pages, so that each page shows something."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from django.urls import reverse
from playwright.sync_api import APIRequestContext, APIResponse

from desk.browser.county_desk import MONITOR, ROBOTS
from lantian.desk.register.spec import Register, registers

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
_ONCE = re.compile(r'name="once" value="([^"]+)"')
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COUNTY = "/990000/990100/990101/"
_OFFICIAL = "地区,PM2.5,PM10\n谷雨街道,30,60\n"


class Hand:
    """Fills in forms as somebody who is signed in."""

    def __init__(self, request: APIRequestContext, host: str) -> None:
        self.request = request
        self.host = host

    def read(self, path: str) -> str:
        """Text of a page."""
        answer = self.request.get(self.host + path)
        assert answer.ok, f"{answer.status} {path}"
        return answer.text()

    def send(self, path: str, given: dict[str, Any], *, into: str = "") -> APIResponse:
        """Fill in the form of a page and send it, to another address where `into` says so."""
        page = self.read(path)
        token = _TOKEN.search(page)
        assert token is not None, path
        form = {"csrfmiddlewaretoken": token[1], **given}
        if once := _ONCE.search(page):
            form["once"] = once[1]
        answer = self.request.post(
            self.host + (into or path), multipart=form, headers={"Referer": self.host + path}
        )
        assert answer.ok, f"{answer.status} {path}: {_faults(answer)}"
        assert not _faults(answer), f"{path}: {_faults(answer)}"
        return answer


def _faults(answer: APIResponse) -> list[str]:
    return re.findall(r"</a>：([^<]+)", answer.text())


def leave_traces(hq: Hand, admin: Hand) -> list[str]:
    """Import into every register, export, compare, tell people, make a robot.

    Returns
    -------
    list of str
        Paths of the pages that the forms led to, and of a place that headquarters may edit.
    """
    answers = [_import(hq, register) for register in registers() if register.importable]
    answers.append(hq.send("/sources/export", {"form": "csv", "coordinates": "wgs84"}))
    yesterday = (datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=1)).date()
    official = {"name": "a.csv", "mimeType": "text/csv", "buffer": _OFFICIAL.encode()}
    asked = {"period": str(yesterday), "level": "township", "index": ""}
    answers.append(hq.send("/air/reconcile/", {"file": official, **asked}))
    notice = {"title": "今晚加强巡查", "text": "臭氧偏高。", "area": _COUNTY, "way": "role"}
    told = {"kind": "task", **notice, "roles": "headquarters", "do": "send"}
    answers.append(hq.send("/notices/new", told))
    robot = {"name": "值班群", "kind": "wecom", "url": f"{ROBOTS}/robot", "area": "/"}
    answers.append(admin.send("/notices/robots/new", robot))
    counted = {"station": "9901A", "place": "990101"}
    answers.append(hq.send("/stations/memberships/new", counted))
    device = f"/devices/of/{MONITOR}/"
    answers.append(hq.send("/devices/new", {"mn": "DESK-0001", "station": "9901A"}))
    sent = {"RtdInterval": "60", "reason": "试", "sure": "on"}
    hq.send(f"{device}command?cn=1062", sent)
    township = re.search(r'href="(/places/\d+/)"', hq.read("/places/?q=990101001"))
    assert township is not None
    paths = [device, f"{device}frames/", f"{device}command?cn=2051"]
    return [township[1], *paths, *(answer.url.removeprefix(hq.host) for answer in answers)]


def _import(hand: Hand, register: Register) -> APIResponse:
    """Send a register's own template with one row that lacks most of what it must have."""
    template = hand.request.get(hand.host + reverse(register.route("template")))
    book = openpyxl.load_workbook(BytesIO(template.body()))
    book.worksheets[0].append(["IMP-001", "×"])
    filled = BytesIO()
    book.save(filled)
    file = {"name": "a.xlsx", "mimeType": _XLSX, "buffer": filled.getvalue()}
    where = {"coordinates": "wgs84"} if register.shown else {}
    return hand.send(reverse(register.route("import")), {"file": file, **where})
