"""Verb `demo`: bring the fictional county into a desk, then serve it."""

import argparse
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.site.demo import SignIn, make_desk
from lantian.desk.site.install import prepare
from lantian.desk.site.server import Server, address
from lantian.flows.refresh import refresh_days
from lantian.flows.twin import add_twin, enrol_twin, extend_twin
from lantian.lake.store import Lake
from lantian.report.listing import listing
from lantian.terms.hour import day_number, first_hour, hour_number
from lantian.twin.county import county

#: Years of the fictional county before this one: for comparison with last year.
_YEARS: Final = 1


def run(arguments: argparse.Namespace) -> int:
    """Load, fill, evaluate; then run until Ctrl-C, unless once was asked for."""
    now = timezone.localtime()
    prepare(env())
    with Lake.open(env().folder) as lake:
        _say(f"青岚县（虚构）逐时模拟至 {now:%m-%d %H:00} / hours of a fictional county, simulated")
        _load(lake, now)
    signs = make_desk(county(), Actor.system("demo"), now, _say)
    with Lake.open(env().folder) as lake:
        _say("日评价入库 / hold the evaluated days for the pages")
        refresh_days(lake)
    if arguments.once:
        return 0
    return _serve(arguments, signs)


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


def _load(lake: Lake, now: datetime) -> None:
    hour = hour_number(now.replace(minute=0, second=0, microsecond=0, tzinfo=None))
    codes = {station.code for station in county().stations}
    if codes & set(lake.stations()):
        extend_twin(lake, hour)
        return
    enrol_twin(lake)
    first = first_hour(day_number(date(now.year - _YEARS, 1, 1)))
    add_twin(lake, first, hour + 1)


def _serve(arguments: argparse.Namespace, signs: list[SignIn]) -> int:
    at = address("127.0.0.1", arguments.port, None)
    server = Server(at, 2, _say)
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
