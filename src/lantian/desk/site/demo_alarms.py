"""Alarm rules of the demonstration."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from lantian.desk.alarms.register import RULES
from lantian.desk.log.actor import Actor
from lantian.desk.people.register import POSTS
from lantian.desk.places.register import PLACES
from lantian.desk.register.services import create
from lantian.twin.county import County

#: Code, names, kinds of station, pollutant, threshold, clear level, hours in a row.
_RULES: Final = (
    ("GJ-001", "微站 PM2.5 高值", "Micro-station PM2.5 high", "micro", "pm25", 75, 60, 2),
    ("GJ-002", "国控站 PM2.5 将成污染", "National PM2.5 rising", "national", "pm25", 75, 65, 3),
    ("GJ-003", "乡镇站 PM10 高值", "Township PM10 high", "township", "pm10", 150, 120, 2),
)
#: Days for which a station has reported before a rule watches it.
_PROVEN_D: Final = 60
#: Roles whose post is called, one after the other.
_CALLED: Final = ("department", "headquarters", "leading_group")


def enter_alarm_rules(county: County, by: Actor, now: datetime) -> int:
    """Enter the rules of the demonstration; return how many there are."""
    places: Any = PLACES.model._default_manager
    posts: Any = POSTS.model._default_manager
    place = places.get(code=county.code)
    called = [posts.filter(role=role).order_by("code").first() for role in _CALLED]
    for code, zh, en, kind, factor, threshold, clear, steps in _RULES:
        values = {
            "code": code,
            "name_zh": zh,
            "name_en": en,
            "place": place,
            "kinds": kind,
            "stations": _old_enough(county, kind, now),
            "factor": factor,
            "step": "hour",
            "threshold": Decimal(threshold),
            "clear": Decimal(clear),
            "steps": steps,
            "from_hour": 0,
            "to_hour": 24,
            "weekdays": "",
            "wait1": 30,
            "wait2": 30,
            **{f"post{n}": post for n, post in enumerate(called, 1)},
        }
        create(RULES, values, by=by, now=now)
    return len(_RULES)


def _old_enough(county: County, kind: str, now: datetime) -> str:
    """Codes of stations of a kind that report for long: new ones would drown the page."""
    before = now.date() - timedelta(days=_PROVEN_D)
    some = [s.code for s in county.stations if s.kind == kind and s.sites[0].first <= before]
    return " ".join(some)
