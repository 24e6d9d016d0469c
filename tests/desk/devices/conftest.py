"""Two townships with a station each, devices in register and lake, and frames that they sent."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from desk.stations.conftest import MakeStation, county, open_lake, station
from lantian.desk.devices import store as held
from lantian.desk.devices.models import Device
from lantian.desk.devices.publishing import publish
from lantian.desk.devices.register import DEVICES
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.actor import Actor
from lantian.desk.register.services import create
from lantian.desk.rights.reach import Holding, Reach
from lantian.gate.hearing import BY_ROSTER, hear
from lantian.gate.roll import roll_of
from lantian.hj212.packet import compose
from lantian.hj212.reading import spell_qn, spell_time
from lantian.lake.device import read_devices
from lantian.lake.fine import FineStore
from lantian.lake.retaking import retake
from lantian.lake.store import Lake

__all__ = ["county", "open_lake", "station"]

SOUTH, NORTH = "/990000/990100/990101/", "/990000/990100/990102/"
PASSWORD = "s3cretPW"  # noqa: S105
UNITS = "a34004=ug/m3"


@pytest.fixture
def device(
    open_lake: Lake, station: MakeStation, actor: Actor, now: datetime
) -> Callable[..., Device]:
    """Register a device: device("A1"); its station stands in the southern township."""
    south = station("S1", "township", [(116.5, 36.2, None, None)])
    north = station("N1", "micro", [(116.5, 36.7, None, None)], place="990102")

    def make(mn: str, *, at: str = "S1", **values: Any) -> Device:
        given = {
            "mn": mn, "station": south if at == "S1" else north, "password": PASSWORD,
            "units": UNITS, "tolerance": "field", "minutes": 1, **values,
        }  # fmt: skip
        return create(DEVICES, given, by=actor, now=now)  # type: ignore[return-value]

    return make


@pytest.fixture
def published(actor: Actor, now: datetime) -> Callable[[], None]:
    """Publish the register, and let the worker write it."""

    def run() -> None:
        publish(reach=Reach((Holding("headquarters", "/"),)), by=actor, now=now)
        work_off()

    return run


class Gate:
    """What hears frames as the gate does, and keeps them."""

    def __init__(self, lake: Lake, now: datetime) -> None:
        self.lake = lake
        self.now = now
        self.store = FineStore.open(lake.folder)

    def roll(self) -> Any:
        return roll_of(read_devices(self.lake.ledger), {})

    def hear(
        self, mn: str, ago: timedelta, values: Mapping[str, str], *, cn: str = "2051",
        password: str = PASSWORD, clock: timedelta = timedelta(),
    ) -> None:  # fmt: skip
        """Keep a frame that came so long ago, of the interval before."""
        at = self.now - ago
        local = (at + timedelta(hours=8)).replace(tzinfo=None) + clock
        start = local.replace(second=0, microsecond=0) - timedelta(minutes=1)
        fields = {
            "QN": spell_qn(local), "ST": "22", "CN": cn, "PW": password, "MN": mn, "Flag": "5",
        }  # fmt: skip
        items = [[("DataTime", spell_time(start))]]
        items += [[(f"{f}-Avg", v), (f"{f}-Flag", "N")] for f, v in values.items()]
        raw = compose(fields, items).raw
        received_us = int(at.timestamp() * 1_000_000)
        heard = hear(raw, peer="10.0.0.9", received_us=received_us, roll=self.roll())
        self.store.keep([heard.said])

    def adopt(self, mn: str) -> int:
        """Take in what was quarantined, as the gate does when the roster changes."""
        roll = self.roll()
        return retake(
            self.store,
            mn,
            BY_ROSTER,
            lambda raw, at_us: hear(raw, peer="", received_us=at_us, roll=roll).said,
        )


@pytest.fixture
def gate(open_lake: Lake, now: datetime) -> Iterator[Gate]:
    """A gate on the lake of the desk."""
    made = Gate(open_lake, now)
    yield made
    made.store.close()
    held.let_go()
