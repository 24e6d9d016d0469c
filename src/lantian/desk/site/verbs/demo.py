"""Verb `demo`: bring the fictional county into a desk, then serve it with its monitors."""

import argparse
import os
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from lantian.desk.env import GATE_FEEDS, env
from lantian.desk.jobs.services import ensure
from lantian.desk.log.actor import Actor
from lantian.desk.site.demo import SignIn, make_desk
from lantian.desk.site.demo_devices import password_of, processes, register_devices
from lantian.desk.site.install import prepare
from lantian.desk.site.server import Server, address, free_port
from lantian.flows.refresh import refresh_days
from lantian.flows.twin import add_twin, enrol_twin, extend_twin
from lantian.lake.store import Lake
from lantian.report.listing import listing
from lantian.terms.hour import day_number, first_hour, hour_number
from lantian.twin.county import County, county
from lantian.twin.grid_network import with_grid

#: Years of the fictional county before this one: for comparison with last year.
_YEARS: Final = 1
#: Since when a grid of micro-stations has reported.
_GRID: Final = timedelta(days=7)


def run(arguments: argparse.Namespace) -> int:
    """Load, fill, evaluate; then run until Ctrl-C, unless once was asked for."""
    now = timezone.localtime()
    by = Actor.system("demo")
    prepare(env())
    grown = with_grid(county(), arguments.devices - len(county().stations), now.date() - _GRID)
    with Lake.open(env().folder) as lake:
        _say(f"青岚县（虚构）逐时模拟至 {now:%m-%d %H:00} / hours of a fictional county, simulated")
        _load(lake, grown, now)
    signs = make_desk(grown, by, now, _say)
    if arguments.devices:
        made = register_devices(grown, password_of(env().folder), by, now)
        _say(f"登记监测设备 {made} 台 / {made} monitors registered")
    with Lake.open(env().folder) as lake:
        _say("日评价入库 / hold the evaluated days for the pages")
        refresh_days(lake)
    if arguments.once:
        return 0
    # Signs of manipulation are there to see today, not after the first night.
    ensure(name="judge-quality", by=by, now=now)
    return _serve(arguments, signs)


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


def _load(lake: Lake, grown: County, now: datetime) -> None:
    hour = hour_number(now.replace(minute=0, second=0, microsecond=0, tzinfo=None))
    codes = {station.code for station in county().stations}
    if codes & set(lake.stations()):
        extend_twin(lake, hour, county=grown)
        return
    enrol_twin(lake, county=grown)
    first = first_hour(day_number(date(now.year - _YEARS, 1, 1)))
    add_twin(lake, first, hour + 1)
    if grown.stations != county().stations:
        add_twin(lake, first_hour(day_number(now.date() - _GRID)), hour + 1, county=grown)


def _serve(arguments: argparse.Namespace, signs: list[SignIn]) -> int:
    at = address("127.0.0.1", arguments.port, None)
    beside = {}
    if arguments.devices:
        os.environ[GATE_FEEDS] = "1"
        port, password = free_port("127.0.0.1"), password_of(env().folder)
        beside = processes(env().folder, port, arguments.devices, password)
    server = Server(at, 2, _say, beside)
    server.start()
    print(f"\n指挥台 / the desk: {at.url}\n")
    rows = [("角色 / role", "用户名 / user", "密码 / password", "姓名 / name")]
    rows += [(sign.role, sign.username, sign.password, sign.name) for sign in signs]
    for line in listing(rows):
        print(f"  {line}")
    print(
        "\n密码每次启动重新生成；Ctrl-C 停止 / fresh passwords at every start; Ctrl-C stops",
        flush=True,
    )
    server.run()
    print("已停止 / stopped")
    return 0
