"""Devices: monitors that report to the gate, each with its station, password and habits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lantian.lake.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Device:
    """A monitor, for some days.

    Attributes
    ----------
    mn : str
        Its identity, as its frames spell it.
    station : str
        Whose hours its values make.
    password : str
        What its frames must carry; "" where any will do.
    units : mapping of str to str
        Units of its own, by factor code.
    tolerance : str
        What of its faults is put up with: field, strict or lenient.
    minutes : int
        Interval of its minute data.
    first, last : date or None
        None where open.
    """

    mn: str
    station: str
    password: str
    units: dict[str, str]
    tolerance: str
    minutes: int
    first: date | None
    last: date | None

    def serves(self, day: date) -> bool:
        """Whether it reports for its station on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def read_devices(ledger: Ledger) -> tuple[Device, ...]:
    """Devices as they stand, in order of their identity."""
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT mn, station, password, units, tolerance, minutes, first_day, last_day "
            "FROM device WHERE seq_to IS NULL"
        ).fetchall()
    return tuple(_device(row) for row in sorted(rows, key=lambda row: [str(v or "") for v in row]))


def device_change(ledger: Ledger) -> int:
    """Sequence at which a device was last added, altered or ended; 0 for never."""
    with ledger.read() as sql:
        row = sql.execute("SELECT MAX(seq_from), MAX(seq_to) FROM device").fetchone()
    return max(int(sequence or 0) for sequence in row)


def _device(row: Sequence[Any]) -> Device:
    mn, station, password, units, tolerance, minutes, first, last = row
    return Device(
        mn=mn,
        station=station,
        password=password,
        units=dict(word.split("=") for word in units.split()),
        tolerance=tolerance,
        minutes=minutes,
        first=_day(first),
        last=_day(last),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
