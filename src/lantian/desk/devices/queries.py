"""How all monitors stand, within what the reader reaches: few queries for any number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from lantian.desk.devices.models import Capture, Device
from lantian.desk.devices.publishing import WRITE
from lantian.desk.devices.standing import State, grade_of, state_of
from lantian.desk.devices.store import gate, moment
from lantian.desk.observations import lake
from lantian.desk.rights.reach import EVERYWHERE, Reach
from lantian.desk.stations.queries import StationNote, stations_by_code
from lantian.hj212.fault import LENIENT
from lantian.lake.device import Device as Held
from lantian.lake.device import read_devices
from lantian.lake.heard import Heard, heard
from lantian.lake.presence import Flow, flows

#: Causes that another roster would mend.
ROSTER_CAUSES: Final = frozenset({"unknown", "password", *(fault.value for fault in LENIENT)})
READ: Final = "devices.read"
_WEEK: Final = timedelta(days=7)
_WEEK_DAYS: Final = 7
_HOUR_MIN: Final = 60


@dataclass(frozen=True, slots=True)
class Monitor:
    """How one monitor stands.

    Attributes
    ----------
    mn : str
    device : Device or None
        Of the lake's roster today; None where it does not name it.
    pk : int or None
        Row of the desk's register.
    station : StationNote or None
    heard : Heard or None
        None where no frame of it ever came; faults are those of seven days.
    flow : Flow or None
        None where no value of it was ever taken.
    capture : Capture or None
        None where it was not counted yet.
    state : State
    grade : str
    refused : int
        Frames of today that another roster would let count.
    """

    mn: str
    device: Held | None
    pk: int | None
    station: StationNote | None
    heard: Heard | None
    flow: Flow | None
    capture: Capture | None
    state: State
    grade: str
    refused: int

    @property
    def last(self) -> datetime | None:
        """When its last frame came."""
        return moment(self.heard.last_us) if self.heard else None

    @property
    def delay_s(self) -> int | None:
        """How much older its newest value was than its last frame; None without both."""
        if self.heard is None or self.flow is None:
            return None
        return max(self.heard.last_us // 1_000_000 - self.flow.newest_t, 0)

    @property
    def clock_s(self) -> float | None:
        """By how much its clock was ahead last."""
        if self.heard is None or self.heard.clock_ms is None:
            return None
        return self.heard.clock_ms / 1000

    @property
    def rate(self) -> float | None:
        """Values a minute over the hour before they were counted; None where never."""
        return self.capture.values_hour / _HOUR_MIN if self.capture else None

    @property
    def station_name(self) -> str:
        """Name of its station; the code where the desk does not know it, "" for none."""
        if self.station is not None:
            return self.station.name
        return self.device.station if self.device else ""


def monitors(reach: Reach, now: datetime, *, mn: str | None = None) -> list[Monitor]:
    """Return the monitors that a reader may see, in order of identity.

    Those that are in the register, in the lake's roster, or were only heard: the last ones
    have no place yet, and are for who may adopt them.

    Parameters
    ----------
    reach : Reach
    now : datetime
        Aware.
    mn : str, optional
        Only this one.
    """
    found = _Gathered.at(now)
    return [
        found.monitor(name)
        for name in sorted(found.names if mn is None else found.names & {mn})
        if _reached(reach, found.station(name), known=name in found.rows or name in found.held)
    ]


def monitor_of(reach: Reach, now: datetime, mn: str) -> Monitor | None:
    """Return one monitor; None where the reader may not see it, or there is none."""
    return next(iter(monitors(reach, now, mn=mn)), None)


def _reached(reach: Reach, station: StationNote | None, *, known: bool) -> bool:
    if station is not None:
        return reach.covers(READ, area=station.path)
    # No place: who answers for everything, and who may give it one.
    return reach.covers(READ, area=EVERYWHERE) if known else reach.may(WRITE)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What the tables say of all monitors."""

    now: datetime
    held: Mapping[str, Held]
    rows: Mapping[str, tuple[int, str]]
    stations: Mapping[str, StationNote]
    heard: Mapping[str, Heard]
    today: Mapping[str, Heard]
    flows: Mapping[str, Flow]
    captures: Mapping[str, Capture]

    @classmethod
    def at(cls, now: datetime) -> "_Gathered":
        day = now.date()
        held = {d.mn: d for d in read_devices(lake().ledger) if d.serves(day)}
        store = gate()
        week: list[Heard] = []
        today: list[Heard] = []
        flow: dict[str, Flow] = {}
        if store is not None:
            now_us = int(now.timestamp() * 1_000_000)
            week = heard(store.ledger, faults_since_us=now_us - _WEEK // timedelta(microseconds=1))
            today = heard(store.ledger, faults_since_us=now_us)
            flow = flows(store.ledger)
        return cls(
            now,
            held,
            _registered(day),
            stations_by_code(),
            {each.mn: each for each in week},
            {each.mn: each for each in today},
            flow,
            {each.mn: each for each in Capture.objects.all()},
        )

    @property
    def names(self) -> set[str]:
        return ({*self.held, *self.rows, *self.heard}) - {""}

    def station(self, mn: str) -> StationNote | None:
        code = self.rows[mn][1] if mn in self.rows else ""
        if not code and mn in self.held:
            code = self.held[mn].station
        return self.stations.get(code)

    def monitor(self, mn: str) -> Monitor:
        said, flow, capture = self.heard.get(mn), self.flows.get(mn), self.captures.get(mn)
        now_s = self.now.timestamp()
        faults = self.today[mn].faults if mn in self.today else {}
        refused = sum(count for cause, count in faults.items() if cause in ROSTER_CAUSES)
        state = state_of(
            known=mn in self.held,
            heard_s=now_s - said.last_us / 1_000_000 if said else None,
            value_s=now_s - flow.newest_t if flow else None,
            span_s=flow.span_s if flow else None,
            refused=refused,
        )
        share = (
            100 * capture.there_week / capture.due_week if capture and capture.due_week else None
        )
        clock_s = said.clock_ms / 1000 if said and said.clock_ms is not None else None
        bad = sum(said.faults.values()) / _WEEK_DAYS if said else 0.0
        grade = grade_of(capture_pct=share, clock_s=clock_s, faults_a_day=bad)
        return Monitor(
            mn,
            self.held.get(mn),
            self.rows[mn][0] if mn in self.rows else None,
            self.station(mn),
            said,
            flow,
            capture,
            state,
            grade if mn in self.held else "",
            refused,
        )


def _registered(day: date) -> dict[str, tuple[int, str]]:
    """Row and station of each device of the register that holds on a day."""
    rows = Device.objects.values_list("mn", "pk", "station__code", "first", "last")
    return {
        mn: (pk, code)
        for mn, pk, code, first, last in rows
        if (first is None or first <= day) and (last is None or day <= last)
    }


def silent_monitors(reach: Reach, now: datetime) -> list[Monitor]:
    """Return registered monitors that a reader reaches and that are silent."""
    if not reach.may(READ) or gate() is None:
        return []
    return [m for m in monitors(reach, now) if m.state is State.SILENT and m.device is not None]


def heard_nobody() -> Heard | None:
    """Return what came that names nobody: noise, broken frames; None for nothing."""
    store = gate()
    if store is None:
        return None
    return next((each for each in heard(store.ledger, faults_since_us=0) if not each.mn), None)
