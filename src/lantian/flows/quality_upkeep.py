"""Hours of upkeep: those that a station's monitors flagged as calibration or maintenance."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.lake.device import Device, read_devices
from lantian.lake.fine_flags import flagged_hours
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.gate_tables import FRAMES
from lantian.lake.ledger import BUSY_S
from lantian.lake.store import Lake
from lantian.terms.hour import BEIJING_H, day_of, local_day

#: Flags of HJ 212: being calibrated, under maintenance.
_FLAGS: Final = ("C", "M")


def upkeep_hours(
    lake: Lake, stations: Sequence[str], h_from: int, h_to: int
) -> npt.NDArray[np.bool_] | None:
    """Return which hours [h_from, h_to) of stations have a value so flagged.

    Returns
    -------
    ndarray of bool, shape (stations, hours), or None
        None where no gate ever ran.

    Raises
    ------
    LakeBroken
        If what monitors said is damaged.
    """
    if not (lake.folder / FRAMES).is_dir():
        return None
    ledger = GateLedger.open(lake.folder, busy_s=BUSY_S)
    try:
        flagged = flagged_hours(ledger, _FLAGS, h_from, h_to)
    finally:
        ledger.close()
    found = np.zeros((len(stations), h_to - h_from), np.bool_)
    rows = {station: row for row, station in enumerate(stations)}
    devices = [device for device in read_devices(lake.ledger) if device.station in rows]
    serving: dict[str, list[Device]] = {}
    for device in devices:
        serving.setdefault(device.mn, []).append(device)
    for mn, h in flagged:
        for device in serving.get(mn, ()):
            if device.serves(day_of(local_day(h, BEIJING_H))):
                found[rows[device.station], h - h_from] = True
    return found
