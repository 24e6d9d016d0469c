"""Verb `devices`: who reports, who is silent, whose clock is wrong, who is unknown."""

import argparse
import time
from datetime import UTC, datetime, timedelta

from lantian.lake.device import read_devices
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.heard import Heard, heard
from lantian.lake.ledger import BUSY_S
from lantian.lake.store import Lake
from lantian.terms.hour import BEIJING_H

_DAY_US = 86_400_000_000


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each monitor: registered or heard."""
    with Lake.open(arguments.lake) as lake:
        stations = {device.mn: device.station for device in read_devices(lake.ledger)}
    ledger = GateLedger.open(arguments.lake, busy_s=BUSY_S)
    try:
        since_us = time.time_ns() // 1000 - arguments.days * _DAY_US
        found = {each.mn: each for each in heard(ledger, faults_since_us=since_us)}
    finally:
        ledger.close()
    print("mn,station,last,version,clock_s,peer,faults")
    for mn in sorted({*stations, *found}):
        print(_line(mn, stations.get(mn, ""), found.get(mn)))
    return 0


def _line(mn: str, station: str, each: Heard | None) -> str:
    if each is None:
        return f"{mn},{station},,,,,"
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=each.last_us, hours=BEIJING_H)
    clock = "" if each.clock_ms is None else f"{each.clock_ms / 1000:.1f}"
    faults = " ".join(f"{cause}={count}" for cause, count in each.faults.items())
    return (
        f"{mn},{station},{at:%Y-%m-%d %H:%M:%S},{each.version or ''},{clock},{each.peer},{faults}"
    )
