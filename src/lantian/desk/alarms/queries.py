"""Reading alarms: open and past ones within reach, what stands behind one."""

from typing import Final

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from lantian.desk.alarms.models import Alarm
from lantian.desk.alarms.words import MINUTE, OPEN, OVER
from lantian.desk.rights.reach import Reach
from lantian.desk.stations.queries import StationNote, stations_by_code
from lantian.terms.hour import local_end

PAGE: Final = 50
_NARROWED: Final = {OPEN: Q(cleared=None), OVER: Q(cleared__isnull=False)}


def alarms(reach: Reach, state: str = "", rule: int | None = None) -> QuerySet[Alarm]:
    """Alarms that somebody may see, open ones first, then the newest."""
    rows = Alarm.objects.filter(reach.q("alarms.read", area="area"), _NARROWED.get(state, Q()))
    if rule is not None:
        rows = rows.filter(rule=rule)
    return rows.select_related("rule").order_by(F("cleared").desc(nulls_first=True), "-id")


def alarm(reach: Reach, pk: int) -> Alarm | None:
    """One alarm within reach; None where it is not."""
    return alarms(reach).filter(pk=pk).first()


def open_count(reach: Reach) -> int:
    """Count the alarms that are not over."""
    return alarms(reach, OPEN).count()


def names() -> dict[str, StationNote]:
    """Stations by code."""
    return stations_by_code()


def derivation(one: Alarm, offset_h: int) -> str:
    """Address of where the highest value of an alarm comes from; "" for a minute's."""
    if one.rule.step == MINUTE:
        return ""
    end = local_end(one.highest_at, offset_h)
    return reverse("air:why-hour", args=[one.station, f"{end:%Y-%m-%dT%H}"])
