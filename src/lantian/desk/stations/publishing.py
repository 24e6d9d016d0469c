"""Publishing to the lake's roster, one way: what differs, what waits, the intents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from lantian.desk.intents.queries import pending_for
from lantian.desk.intents.services import intend
from lantian.desk.log.actor import Actor
from lantian.desk.observations import lake
from lantian.desk.stations.roster import Desired, Rows, desired
from lantian.errors import BadRequest, Conflict

STATIONS: Final = "roster.stations"
PLACES: Final = "roster.places"


@dataclass(frozen=True, slots=True)
class Difference:
    """One station of one register of the roster: how the lake has it, how the desk.

    `held` is empty where the lake does not know it, `wanted` where the desk does not.
    """

    register: str
    station: str
    held: Sequence[Mapping[str, Any]]
    wanted: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Differences:
    """What publishing would change, and what only the lake has."""

    changed: tuple[Difference, ...]
    only_lake: tuple[Difference, ...]


def differences() -> Differences:
    """Compare the registers with the lake's roster as it stands.

    Raises
    ------
    BadRequest
        If the registers cannot be said in the roster's words.
    LakeBroken
        If the lake cannot be read.
    """
    roster = lake().roster()
    held_stations: Rows = {}
    for s in roster.stations:
        held_stations.setdefault(s.station, []).append(
            {
                "station": s.station,
                "name": s.name,
                "lon": s.lon,
                "lat": s.lat,
                "kind": s.kind,
                "background": int(s.background),
                "from": s.first.isoformat() if s.first else None,
                "to": s.last.isoformat() if s.last else None,
                "offset_h": s.offset_h,
            }
        )
    held_places: Rows = {}
    for m in roster.memberships:
        held_places.setdefault(m.station, []).append(
            {
                "station": m.station,
                "place": m.place,
                "level": m.level,
                "background": int(m.background),
                "from": m.first.isoformat() if m.first else None,
                "to": m.last.isoformat() if m.last else None,
            }
        )
    wanted = desired()
    found = [
        *_compared(STATIONS, held_stations, wanted.stations, wanted),
        *_compared(PLACES, held_places, wanted.places, wanted),
    ]
    known = wanted.stations.keys()
    return Differences(
        tuple(d for d in found if d.station in known),
        tuple(d for d in found if d.station not in known),
    )


def _compared(register: str, held: Rows, wanted: Rows, all_wanted: Desired) -> list[Difference]:
    codes = sorted({*held, *wanted, *all_wanted.stations})
    return [
        Difference(register, code, held.get(code, []), wanted.get(code, []))
        for code in codes
        if _sorted(held.get(code, [])) != _sorted(wanted.get(code, []))
    ]


def _sorted(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


def publish(*, by: Actor, now: datetime, drop_unknown: bool = False) -> int:
    """Ask for the lake's roster to say what the registers say.

    Parameters
    ----------
    by : Actor
    now : datetime
    drop_unknown : bool
        Whether stations that only the lake has are to end there.

    Returns
    -------
    int
        How many intents: one for each register of the roster that changes. A worker
        applies them.

    Raises
    ------
    Conflict
        If what was published before still waits.
    BadRequest
        If nothing differs.
    """
    with transaction.atomic():
        if pending_for("roster."):
            raise Conflict(
                "上次发布还在等待写入 / what was published before still waits",
                where="stations",
                fix="写入后再发布 / publish again once it is written",
            )
        found = differences()
        wanted = [*found.changed, *(found.only_lake if drop_unknown else ())]
        if not wanted:
            raise BadRequest(
                "没有需要发布的改动 / nothing differs from the lake",
                where="stations",
                fix="先修改站点或区域 / first change a station or place",
            )
        by_kind = {kind: [d for d in wanted if d.register == kind] for kind in (STATIONS, PLACES)}
        bodies = {kind: _body(mine) for kind, mine in by_kind.items() if mine}
        for kind, body in bodies.items():
            intend(kind=kind, body=body, by=by, now=now, key="stations")
        return len(bodies)


def _body(found: Sequence[Difference]) -> dict[str, Any]:
    return {
        "rows": [dict(row) for d in found for row in d.wanted],
        "gone": [d.station for d in found if not d.wanted],
    }
