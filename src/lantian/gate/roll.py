"""Whom the gate knows: devices by their identity, and how each may speak."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from lantian.hj212.fault import FIELD, LENIENT, STRICT, Tolerance
from lantian.lake.device import Device
from lantian.terms.hour import BEIJING_H

_TOLERANCES: Final[Mapping[str, Tolerance]] = {
    "strict": STRICT,
    "field": FIELD,
    "lenient": LENIENT,
}


def tolerance_of(device: Device) -> Tolerance:
    """Faults of a device's frames that are put up with."""
    return _TOLERANCES[device.tolerance]


@dataclass(frozen=True, slots=True)
class Roll:
    """Devices as they stand.

    Attributes
    ----------
    devices : mapping
        By MN, in order of their dates.
    offsets_h : mapping
        Local time minus UTC, by station.

    Examples
    --------
    >>> roll = roll_of([Device("A1", "S1", "123456", {}, "field", 1, None, None)], {})
    >>> roll.device("A1", datetime(2026, 11, 22)).station, roll.device("B", datetime(2026, 11, 22))
    ('S1', None)
    """

    devices: Mapping[str, tuple[Device, ...]] = field(default_factory=dict)
    offsets_h: Mapping[str, int] = field(default_factory=dict)

    def device(self, mn: str, at: datetime) -> Device | None:
        """Return the device of an identity at a moment of UTC; None where there is none.

        The days for which it serves are those of its station's clock.
        """
        for device in self.devices.get(mn, ()):
            if device.serves((at + timedelta(hours=self.offset_h(device.station))).date()):
                return device
        return None

    def clock_of(self, mn: str) -> int:
        """Local time of a monitor minus UTC, by where it served last."""
        devices = self.devices.get(mn, ())
        return self.offset_h(devices[-1].station) if devices else BEIJING_H

    def offset_h(self, station: str) -> int:
        """Local time of a station minus UTC."""
        return self.offsets_h.get(station, BEIJING_H)


def roll_of(devices: Iterable[Device], offsets_h: Mapping[str, int]) -> Roll:
    """Put devices in order by identity."""
    by_mn: dict[str, tuple[Device, ...]] = {}
    for device in devices:
        by_mn[device.mn] = (*by_mn.get(device.mn, ()), device)
    return Roll(by_mn, offsets_h)
