"""Values that alarms are judged by: hours of the lake, minutes of what monitors said."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import numpy as np

from lantian.errors import BadRequest
from lantian.hj212.codes import data_flag, factor
from lantian.hj212.unit import thousandths, unit_of
from lantian.lake.device import Device, read_devices
from lantian.lake.fine_hours import Spoken, spoken
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.ledger import BUSY_S
from lantian.lake.rows import Int32s
from lantian.lake.said import SCALE
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS, Pollutant
from lantian.terms.pollutant import pollutant as named

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600


def hour_values(
    lake: Lake, stations: Sequence[str], item: Pollutant, h_from: int, h_to: int
) -> Int32s:
    """Hours [h_from, h_to) of stations: thousandths, shape (stations, hours).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp()) / "county"
    >>> Lake.init(folder)
    >>> with Lake.open(folder) as lake:
    ...     (hour_values(lake, ["1001A"], POLLUTANTS[3], 10, 12) == MISSING).all()
    np.True_
    """
    found: Int32s = lake.block(stations, h_from, h_to)[POLLUTANTS.index(item)]
    return found


def minute_values(
    lake: Lake, stations: Sequence[str], item: Pollutant, first: int, after: int
) -> Int32s:
    """Minutes [first, after) of stations as their monitors said them.

    A mean of several minutes stands for each of them; values whose flag does not count are
    left out.

    Parameters
    ----------
    lake : Lake
    stations : sequence of str
    item : Pollutant
    first, after : int
        Numbers of minutes since 1970, of their ends.

    Returns
    -------
    ndarray of int32, shape (stations, minutes)
        Thousandths, MISSING where nothing was said.

    Raises
    ------
    LakeBroken
        If what monitors said cannot be read.
    """
    found = np.full((len(stations), after - first), MISSING, np.int32)
    devices = read_devices(lake.ledger)
    if not devices:
        return found
    gate = GateLedger.open(lake.folder, busy_s=BUSY_S)
    try:
        day = datetime.fromtimestamp((after - 1) * _MINUTE_S, UTC).date()
        for n, station in enumerate(stations):
            for device in devices:
                if device.station == station and device.serves(day):
                    _lay(gate, device, item, first, found[n])
    finally:
        gate.close()
    return found


def _lay(gate: GateLedger, device: Device, item: Pollutant, first: int, row: Int32s) -> None:
    source = gate.source(device.mn)
    if source is None:
        return
    after = first + len(row)
    begin, end = -(-first * _MINUTE_S // _HOUR_S), -(-(after - 1) * _MINUTE_S // _HOUR_S)
    for h in range(begin, end + 1):
        for said in spoken(gate, source, h):
            value = _value(said, device, item)
            if value is not None:
                last = -(-said.t // _MINUTE_S) - first
                length = max(said.span_s // _MINUTE_S, 1)
                row[max(last - length + 1, 0) : max(last + 1, 0)] = value


def _value(said: Spoken, device: Device, item: Pollutant) -> int | None:
    """Thousandths of a value of the pollutant that counts, of less than an hour; None else."""
    known = factor(said.factor)
    wanted = known is not None and known.pollutant and named(known.pollutant) == item
    flag = data_flag(said.flag)
    counts = said.flag == "" or (flag is not None and flag.counts)
    if not wanted or not counts or said.kind or said.value is None or said.span_s >= _HOUR_S:
        return None
    try:
        unit = unit_of(said.factor, device.units)
        return thousandths(Decimal(said.value) / SCALE, unit, item)
    except BadRequest:
        return None  # the folding of hours complains of units that cannot be
