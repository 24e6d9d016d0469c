"""Publishing devices to the lake's roster, one way: what differs, and the intent.

Passwords never leave the desk's tables in clear but on the way into the lake: differences say
that one differs, an intent holds it sealed, and its log entry masked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from lantian.desk.devices.models import Device
from lantian.desk.intents.queries import pending_for
from lantian.desk.intents.sealed import seal
from lantian.desk.intents.services import intend
from lantian.desk.log.actor import Actor
from lantian.desk.observations import lake
from lantian.desk.privacy.personal import Personal
from lantian.desk.rights.reach import EVERYWHERE, Reach
from lantian.desk.stations.queries import stations_by_code
from lantian.errors import BadRequest, Conflict
from lantian.lake.device import Device as Held
from lantian.lake.device import read_devices

KIND: Final = "roster.devices"
#: What an intent is about that publishes all that differs; that of one device names it.
ALL: Final = "devices"
WRITE: Final = "devices.write"
_PASSWORD: Final = "devices.Device.password"  # noqa: S105
_NONE: Final = ""

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One device: rows of the lake and of the desk; `password` where only that differs.

    `held` is empty where the lake does not know it, `wanted` where the desk does not.
    """

    mn: str
    held: Sequence[Row]
    wanted: Sequence[Row]
    password: bool


@dataclass(frozen=True, slots=True)
class Differences:
    """What publishing would change, and what only the lake has."""

    changed: tuple[Difference, ...]
    only_lake: tuple[Difference, ...]


def differences(reach: Reach) -> Differences:
    """Compare the register with the lake's roster as it stands.

    Parameters
    ----------
    reach : Reach
        Whose devices: those of stations where it may edit them, before and after.

    Raises
    ------
    LakeBroken
        If the lake cannot be read.
    """
    held: dict[str, list[Held]] = {}
    for device in read_devices(lake().ledger):
        held.setdefault(device.mn, []).append(device)
    wanted = _registered()
    found = [_compared(mn, held.get(mn, []), wanted.get(mn, [])) for mn in {*held, *wanted}]
    paths = {code: note.path for code, note in stations_by_code().items()}
    mine = (d for d in found if d is not None and _within(d, paths, reach))
    differing = sorted(mine, key=lambda d: d.mn)
    return Differences(
        tuple(d for d in differing if d.wanted), tuple(d for d in differing if not d.wanted)
    )


def _within(found: Difference, paths: Mapping[str, str], reach: Reach) -> bool:
    stations = {row["station"] for row in (*found.held, *found.wanted)}
    return all(reach.covers(WRITE, area=paths.get(code, EVERYWHERE)) for code in stations)


def _registered(mns: Collection[str] | None = None) -> dict[str, list[Device]]:
    rows = Device.objects.select_related("station").order_by(F("first").asc(nulls_first=True))
    found: dict[str, list[Device]] = {}
    for device in rows if mns is None else rows.filter(mn__in=mns):
        found.setdefault(device.mn, []).append(device)
    return found


def _compared(mn: str, held: Sequence[Held], wanted: Sequence[Device]) -> Difference | None:
    before, after = [_held_row(one) for one in held], [_row(one) for one in wanted]
    same = sorted(map(repr, before)) == sorted(map(repr, after))
    # Sealed texts are opened inside the comparison alone.
    same_passwords = {_secret(one) for one in held} == {
        (_iso(one.first), one.password or None) for one in wanted
    }
    if same and same_passwords:
        return None
    return Difference(mn, before, after, password=same)


def _secret(device: Held) -> tuple[str | None, Personal | None]:
    sealed = Personal.of(_PASSWORD, device.password) if device.password else None
    return _iso(device.first), sealed


def _held_row(device: Held) -> Row:
    units = " ".join(sorted(f"{factor}={unit}" for factor, unit in device.units.items()))
    return _told(
        device.mn,
        device.station,
        units,
        device.tolerance,
        device.minutes,
        device.first,
        device.last,
    )


def _row(device: Device) -> Row:
    return _told(
        device.mn,
        device.station.code,
        device.units,
        device.tolerance,
        device.minutes,
        device.first,
        device.last,
    )


def _told(
    mn: str,
    station: str,
    units: str,
    tolerance: str,
    minutes: int,
    first: date | None,
    last: date | None,
) -> Row:
    return {
        "mn": mn,
        "station": station,
        "units": units,
        "tolerance": tolerance,
        "minutes": str(minutes),
        "from": _iso(first),
        "to": _iso(last),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def publish(*, reach: Reach, by: Actor, now: datetime, drop_unknown: bool = False) -> int:
    """Ask for the lake's roster to name the devices that the register names.

    Parameters
    ----------
    reach : Reach
        Whose devices, as of `differences`.
    by : Actor
    now : datetime
    drop_unknown : bool
        Whether devices that only the lake has are to end there.

    Returns
    -------
    int
        How many devices change.

    Raises
    ------
    Conflict
        If what was published before still waits.
    BadRequest
        If nothing differs.
    """
    with transaction.atomic():
        if pending_for(KIND):
            raise Conflict(
                "上次发布还在等待写入 / what was published before still waits",
                where="devices",
                fix="写入后再发布 / publish again once it is written",
            )
        found = differences(reach)
        gone = found.only_lake if drop_unknown else ()
        if not found.changed and not gone:
            raise BadRequest(
                "没有需要发布的改动 / nothing differs from the lake",
                where="devices",
                fix="先修改设备 / first change a device",
            )
        rows = _bodies(mn for mn in (d.mn for d in found.changed))
        body = {"rows": rows, "gone": [d.mn for d in gone]}
        intend(kind=KIND, body=body, by=by, now=now, key=ALL)
        return len(found.changed) + len(gone)


def publish_one(mn: str, *, by: Actor, now: datetime) -> None:
    """Ask for the lake's roster to name one device, as when it is adopted."""
    body = {"rows": _bodies([mn]), "gone": []}
    intend(kind=KIND, body=body, by=by, now=now, key=mn)


def _bodies(mns: Iterable[str]) -> list[Row]:
    """Rows as the roster's file has them, their passwords sealed."""
    return [
        {**_row(device), "password": seal(device.password) if device.password else _NONE}
        for devices in _registered(list(mns)).values()
        for device in devices
    ]
