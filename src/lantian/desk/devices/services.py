"""Rules of devices."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from lantian.desk.devices.models import Device
from lantian.desk.log.actor import Actor
from lantian.desk.register.faults import Fault
from lantian.desk.register.spec import Values
from lantian.desk.stations.services import overlap
from lantian.errors import Conflict

#: What of a device's faults is put up with: value, zh, en.
TOLERANCES: Final = (
    ("field", "常规", "usual faults"),
    ("strict", "严格", "none"),
    ("lenient", "宽松", "a wrong length, too"),
)
#: Intervals of minute data that HJ 212-2017 knows.
_MINUTES: Final = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
_UNIT: Final = re.compile(r"[^=\s]+=(ng|ug|mg|g)/m3")
#: A password, or the mask of the one that is there.
_PASSWORD: Final = re.compile(r"[0-9A-Za-z]{0,24}|\*+")


def check_device(values: Values, row: Device | None) -> Sequence[Fault]:
    """Complete a device, and find units that are none, or the same device on the same days."""
    values["tolerance"] = values["tolerance"] or TOLERANCES[0][0]
    values["minutes"] = values["minutes"] or _MINUTES[0]
    values["units"] = " ".join(sorted((values["units"] or "").split()))
    return [*_misspelt(values), *_same_days(values, row)]


def _misspelt(values: Values) -> list[Fault]:
    faults = []
    wrong = [word for word in values["units"].split() if not _UNIT.fullmatch(word)]
    if wrong:
        told = "不是「因子=单位」 / not FACTOR=UNIT"
        faults.append(Fault("units", " ".join(wrong), told, "a34004=ug/m3"))
    if values["minutes"] not in _MINUTES:
        told = "不是标准的间隔 / no interval of the standard"
        allowed = ", ".join(map(str, _MINUTES))
        faults.append(Fault("minutes", str(values["minutes"]), told, allowed))
    password = values["password"]
    if isinstance(password, str) and not _PASSWORD.fullmatch(password):
        told = "密码格式不符 / no password of HJ 212"
        allowed = "字母和数字，至多 24 位 / letters and digits, at most 24"
        faults.append(Fault("password", "***", told, allowed))
    return faults


def _same_days(values: Values, row: Device | None) -> list[Fault]:
    days = (values["first"], values["last"])
    for other in Device.objects.filter(mn=values["mn"]).select_related("station"):
        if (row is None or other.pk != row.pk) and overlap(days, (other.first, other.last)):
            told = f"{other.first or ''} – {other.last or ''}"
            wrong = f"与 {other.station.code} {told} 重叠 / overlaps {other.station.code} {told}"
            said = str(values["first"] or "")
            return [Fault("first", said, wrong, "先停用前一条 / first end the one before")]
    return []


def settle_device(row: Device, before: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Refuse one device twice on a day: rows of one sheet may overlap each other."""
    for other in Device.objects.filter(mn=row.mn).exclude(pk=row.pk):
        if overlap((row.first, row.last), (other.first, other.last)):
            days = f"{other.first or ''} – {other.last or ''}"
            raise Conflict(
                f"{row} 与 {days} 重叠 / {row} overlaps {days}",
                where=row.mn,
                fix="改正日期后重做 / correct the days and do it again",
            )
