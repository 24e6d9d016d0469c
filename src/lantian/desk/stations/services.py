"""Rules of stations, their sites and memberships."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from lantian.desk.log.actor import Actor
from lantian.desk.register.faults import Fault
from lantian.desk.register.spec import Values
from lantian.desk.stations.models import Membership, Site, Station
from lantian.errors import Conflict
from lantian.terms.hour import BEIJING_H

#: Kinds of station: value, zh, en.
KINDS: Final = (
    ("national", "国控", "national"),
    ("provincial", "省控", "provincial"),
    ("township", "乡镇站", "township"),
    ("micro", "微站", "micro"),
    ("mobile", "移动", "mobile"),
    ("background", "对照点", "background"),
)
#: Sorts of document: value, zh, en.
DOCUMENTS: Final = (
    ("approval", "站点设立批复", "approval of the station"),
    ("certificate", "检定或校准证书", "certificate of calibration"),
    ("inspection", "检查报告", "inspection report"),
    ("photograph", "照片", "photograph"),
    ("other", "其他", "other"),
)


def check_station(values: Values, row: Station | None) -> Sequence[Fault]:
    """Complete a station: a background point is marked as one, the clock is Beijing's."""
    if values["offset_h"] is None:
        values["offset_h"] = BEIJING_H
    if values["kind"] == "background":
        values["background"] = True
    return []


def check_site(values: Values, row: Site | None) -> Sequence[Fault]:
    """Find another site of the station on the same days."""
    others = Site.objects.filter(station=values["station"]) if values["station"].pk else []
    return _same_days(values, row, others)


def check_membership(values: Values, row: Membership | None) -> Sequence[Fault]:
    """Find another membership in the same place on the same days."""
    others = (
        Membership.objects.filter(station=values["station"], place=values["place"])
        if values["station"].pk
        else []
    )
    return _same_days(values, row, others)


def _same_days(values: Values, row: Any, others: Any) -> list[Fault]:
    for other in others:
        if (row is None or other.pk != row.pk) and overlap(
            (values["first"], values["last"]), (other.first, other.last)
        ):
            days = f"{other.first or ''} – {other.last or ''}"
            return [
                Fault(
                    "first",
                    str(values["first"] or ""),
                    f"与 {days} 重叠 / overlaps {days}",
                    "先填前一条的失效日期 / first end the one before",
                )
            ]
    return []


def overlap(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    """Whether two spans of days, open where None, share a day.

    Examples
    --------
    >>> overlap((None, date(2020, 1, 1)), (date(2020, 1, 1), None))
    True
    >>> overlap((None, date(2020, 1, 1)), (date(2020, 1, 2), None))
    False
    """
    ends = ((one[1], other[0]), (other[1], one[0]))
    return all(last is None or first is None or first <= last for last, first in ends)


def settle_site(row: Site, before: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Refuse two sites on one day: rows of one sheet may overlap each other."""
    _refuse_same_days(row, Site.objects.filter(station=row.station_id))


def settle_membership(row: Membership, before: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Refuse two memberships in one place on one day."""
    _refuse_same_days(row, Membership.objects.filter(station=row.station_id, place=row.place_id))


def _refuse_same_days(row: Site | Membership, others: Any) -> None:
    for other in others.exclude(pk=row.pk):
        if overlap((row.first, row.last), (other.first, other.last)):
            days = f"{other.first or ''} – {other.last or ''}"
            raise Conflict(
                f"{row} 与 {days} 重叠 / {row} overlaps {days}",
                where=str(row),
                fix="改正日期后重新导入 / correct the days and send it again",
            )
