"""Lidars, vans and drones that something is held of, and the days of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lantian.desk.devices.store import gate
from lantian.desk.observations import lake
from lantian.errors import BadRequest, NoData
from lantian.lake.device import read_devices
from lantian.lake.fine import FineStore
from lantian.lake.surveys import FLIGHT, SCAN, TRACK, days_of, surveyed
from lantian.terms.hour import BEIJING_H

KINDS: Final = (SCAN, TRACK, FLIGHT)
_DAY_S: Final = 86_400
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A lidar, van or drone.

    Attributes
    ----------
    mn, kind : str
    station : str
        Name of the station that it serves; "" where the register has none.
    offset_h : int
        Local time minus UTC.
    days : tuple of date
        Local days of which something is held, in order.
    """

    mn: str
    kind: str
    station: str
    offset_h: int
    days: tuple[date, ...]

    def span(self, day: date) -> tuple[int, int]:
        """Return the moments between which a local day lies, seconds since 1970."""
        first_t = (day - _EPOCH).days * _DAY_S - self.offset_h * 3_600
        return first_t, first_t + _DAY_S


def instruments() -> list[Instrument]:
    """Return all, lidars first; none where no gate ever ran."""
    store = gate()
    if store is None:
        return []
    offsets = {s.station: s.offset_h for s in lake().roster().stations}
    stations = {device.mn: device.station for device in read_devices(lake().ledger)}
    found = []
    for mn, kind in surveyed(store.ledger, KINDS):
        station = stations.get(mn, "")
        offset_h = offsets.get(station, BEIJING_H)
        numbers = days_of(store.ledger, mn, kind, offset_s=offset_h * 3_600)
        days = tuple(_EPOCH + timedelta(days=day) for day in numbers)
        found.append(Instrument(mn, kind, station, offset_h, days))
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.mn))


def instrument(mn: str, kind: str) -> tuple[Instrument, FineStore] | None:
    """Return an instrument with the gate's store; None where nothing is held of it."""
    store = gate()
    found = next((one for one in instruments() if (one.mn, one.kind) == (mn, kind)), None)
    return None if store is None or found is None else (found, store)


def day_asked(text: str, among: tuple[date, ...]) -> date:
    """Read a day; the last one where none is asked for.

    Raises
    ------
    BadRequest
        If it is no day.
    NoData
        If there are no days at all.

    Examples
    --------
    >>> day_asked("", (date(2026, 11, 21), date(2026, 11, 22)))
    datetime.date(2026, 11, 22)
    """
    if not among:
        raise NoData("没有数据 / no data", where="day", fix="接入数据 / bring data in")
    if not text:
        return among[-1]
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(
            f"{text[:20]!r} 不是日期 / is not a day", where="day", fix=f"{among[-1]}"
        ) from error
