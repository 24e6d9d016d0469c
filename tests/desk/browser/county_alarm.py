"""An alarm in the county's desk whatever the weather: its rule, and one judging of all rules."""

from datetime import datetime
from decimal import Decimal

from lantian.desk.alarms.evaluation import look, rules_in_force, standing_of
from lantian.desk.alarms.register import RULES
from lantian.desk.alarms.services import settle_found
from lantian.desk.log.actor import Actor
from lantian.desk.observations import lake
from lantian.desk.people.register import POSTS
from lantian.desk.places.register import PLACES
from lantian.desk.register.services import create

#: µg/m3 that the air always has.
THRESHOLD = 1


def raise_alarms(place: str, station: str, now: datetime) -> None:
    """Enter a rule that any hour of a station breaks, and judge the rules as the worker does."""
    by = Actor.system("test")
    values = {
        "code": "GJ-900",
        "name_zh": "任意一小时",
        "name_en": "Any hour",
        "place": PLACES.model._default_manager.get(code=place),
        "kinds": "national",
        "stations": station,
        "factor": "pm25",
        "step": "hour",
        "threshold": Decimal(THRESHOLD),
        "clear": Decimal(0),
        "steps": 1,
        "from_hour": 0,
        "to_hour": 24,
        "weekdays": "",
        "wait1": 30,
        "wait2": 30,
        "post1": POSTS.model._default_manager.filter(role="headquarters").first(),
    }
    create(RULES, values, by=by, now=now)
    for rule in rules_in_force(now.date()):
        standing_of(rule, now)
        seen = look(lake(), rule, now)
        settle_found(
            rule=rule,
            looked_from=seen.first,
            found=seen.found,
            sequence=seen.sequence,
            by=by,
            now=now,
        )
