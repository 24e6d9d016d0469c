"""Monitors of the demonstration: their rows in the register, their password, their processes."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from lantian.desk.devices.models import Device
from lantian.desk.devices.publishing import differences, publish
from lantian.desk.devices.register import DEVICES
from lantian.desk.intents.services import apply_pending
from lantian.desk.log.actor import Actor
from lantian.desk.register.services import create
from lantian.desk.rights.reach import Holding, Reach
from lantian.desk.stations.models import Station
from lantian.twin.county import County
from lantian.twin.grid_network import monitor

_UNITS: Final = "a05024=ug/m3 a21004=ug/m3 a21005=mg/m3 a21026=ug/m3 a34002=ug/m3 a34004=ug/m3"
#: The demonstration fills registers as the headquarters would, everywhere.
_ALL: Final = Reach([Holding("headquarters", "/")])
_KEY: Final = Path("keys") / "demo-monitors"


def password_of(folder: Path) -> str:
    """Return the password of all simulated monitors; made at random the first time."""
    file = folder / _KEY
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.touch(0o600)
        file.write_text(secrets.token_hex(3))
    return file.read_text()


def register_devices(county: County, password: str, by: Actor, now: datetime) -> int:
    """Register a monitor for each station but the last, which waits to be adopted; publish.

    Returns
    -------
    int
        Rows that are new.
    """
    known = set(Device.objects.values_list("mn", flat=True))
    stations = {s.code: s for s in Station.objects.all()}
    made = 0
    with transaction.atomic():
        for station in county.stations[:-1]:
            mn = monitor(station)
            if mn in known:
                continue
            values = {
                "mn": mn,
                "station": stations[station.code],
                "password": password,
                "units": _UNITS,
            }
            create(DEVICES, values, by=by, now=now)
            made += 1
    if differences(_ALL).changed:
        publish(reach=_ALL, by=by, now=now)
        apply_pending()
    return made


def processes(folder: Path, port: int, devices: int, password: str) -> dict[str, Sequence[str]]:
    """Words for Python that run the gate and the simulated monitors beside a desk."""
    gate = ("lantian.cli.main", "gate")
    at = f"127.0.0.1:{port}"
    return {
        "gate": (*gate, "serve", "--lake", str(folder), "--hj212", at),
        "monitors": (*gate, "simulate", "--county", "--to", at, "--devices", str(devices),
                     "--password", password),
    }  # fmt: skip
