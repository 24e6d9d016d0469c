"""Adopting a monitor that was heard: its row, its publication, units that its values suggest."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from lantian.desk.devices.publishing import publish_one
from lantian.desk.devices.register import DEVICES
from lantian.desk.log.actor import Actor
from lantian.desk.register.row import Row
from lantian.desk.register.services import create
from lantian.desk.register.spec import Values
from lantian.desk.rights.reach import Reach
from lantian.hj212.codes import factor
from lantian.hj212.fault import LENIENT, FrameFault
from lantian.hj212.packet import decode
from lantian.hj212.reading import is_number, readings
from lantian.hj212.unit import plausible_units, unit_of
from lantian.lake.fine import FineStore
from lantian.lake.monitor import frames_between
from lantian.lake.retaking import raw_frames
from lantian.terms.pollutant import pollutant

#: Frames that are looked at for units.
_LOOK: Final = 30
_FOR_EVER_US: Final = 1 << 62
#: Medians of the air that are plausible, in ug/m3 (CO mg/m3): less than a thousandfold apart.
_PLAUSIBLE: Final[Mapping[str, tuple[float, float]]] = {
    "so2": (1, 500),
    "no2": (1, 500),
    "pm10": (2, 1500),
    "pm25": (1, 900),
    "co": (0.05, 20),
    "o3": (1, 500),
}


def adopt(values: Values, *, by: Actor, now: datetime, reach: Reach) -> Row:
    """Register a monitor and publish it; the gate takes its kept frames in once it is written.

    Raises
    ------
    BadRow
        With everything that is wrong.
    """
    with transaction.atomic():
        row = create(DEVICES, values, by=by, now=now, reach=reach)
        publish_one(values["mn"], by=by, now=now)
    return row


def suggested_units(store: FineStore, mn: str) -> str:
    """Return units that the last values of a monitor can only be in, where not the standard's.

    A factor is named where exactly one unit makes its median plausible and that is not the
    printed one.
    """
    notes = _last(store, mn)
    found: dict[str, list[Decimal]] = {}
    for _, raw in raw_frames(store, [note.frame for note in notes]).values():
        try:
            packet = decode(raw, tolerance=LENIENT)
        except FrameFault:
            continue
        for reading in readings(packet):
            if reading.kind in ("Rtd", "Avg") and is_number(reading.text):
                found.setdefault(reading.factor, []).append(Decimal(reading.text))
    told = ((code, _unit(code, values)) for code, values in sorted(found.items()))
    return " ".join(f"{code}={unit}" for code, unit in told if unit)


def _last(store: FineStore, mn: str) -> list[Any]:
    days = store.ledger.days("frame")[:2]
    since_us = min(days, default=0) * 86_400_000_000
    until_us = (max(days, default=0) + 2) * 86_400_000_000
    return frames_between(store.ledger, mn, since_us, until_us, most=_LOOK, before=None)


def _unit(code: str, values: list[Decimal]) -> str:
    known = factor(code)
    found = pollutant(known.pollutant) if known is not None and known.pollutant else None
    if found is None or found.key not in _PLAUSIBLE:
        return ""
    low, high = _PLAUSIBLE[found.key]
    units = plausible_units(values, found, low=low, high=high)
    return units[0] if len(units) == 1 and units[0] != unit_of(code, {}) else ""
