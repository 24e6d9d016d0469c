"""The demonstration's desk on a short history: `county_desk.py make DIR` and `serve DIR`.

Beijing's years are left out and the county's hours begin lately; all else is what
`lantian demo --devices 0` does, by the same code.
"""

import sys
from argparse import Namespace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from lantian.desk.site.entry import load, set_up
from lantian.flows.twin import add_twin, enrol_twin
from lantian.gate.hearing import hear
from lantian.gate.roll import roll_of
from lantian.hj212.packet import compose
from lantian.hj212.reading import spell_qn, spell_time
from lantian.lake.device import read_devices
from lantian.lake.enrol import enrol_rows
from lantian.lake.fine import FineStore
from lantian.lake.said import Said
from lantian.lake.store import Lake
from lantian.lake.surveys import FLIGHT, pack_scan, pack_track
from lantian.profile.scan import scan_of
from lantian.terms.hour import hour_number
from lantian.track.points import track_of

DAYS = 70
#: A monitor that the roster names, and one that it does not.
MONITOR, STRANGER = "WALK-0001", "STRANGER-0001"
#: Where robots may live: nobody listens there.
ROBOTS = "http://127.0.0.1:9"


def fill(folder: Path) -> None:
    """Load the county's hours of the last days, as far as the hour before this."""
    end = datetime.now(ZoneInfo("Asia/Shanghai")).replace(minute=0, second=0, microsecond=0)
    first = end.replace(hour=1, tzinfo=None) - timedelta(days=DAYS)
    folder.mkdir(parents=True)
    Lake.init(folder)
    with Lake.open(folder) as lake:
        enrol_twin(lake)
        add_twin(lake, hour_number(first), hour_number(end.replace(tzinfo=None)))
        enrol_rows(lake, "devices", [{"mn": MONITOR, "station": "9901A", "password": "123456"}])
        hear_monitors(lake)
        keep_profiles(lake)
    settings = f'[desk]\ndemo = true\nplace = "青岚县"\n[robots]\nhosts = ["{ROBOTS}"]\n'
    (folder / "desk.toml").write_text(settings, encoding="utf-8")


def hear_monitors(lake: Lake) -> None:
    """Keep frames of a monitor that the roster names, of a stranger, and one with a fault."""
    store = FineStore.open(lake.folder)
    roll = roll_of(read_devices(lake.ledger), {})
    now = datetime.now(ZoneInfo("UTC"))
    local = (now + timedelta(hours=8)).replace(tzinfo=None)
    for minute in range(5):
        for mn, flag, end in (
            (MONITOR, "ND"[minute % 2], b"\r\n"[minute % 2 :]),
            (STRANGER, "N", b""),
        ):
            start = local.replace(second=0, microsecond=0) - timedelta(minutes=6 - minute)
            fields = {"QN": spell_qn(local), "ST": "22", "CN": "2051", "PW": "123456", "MN": mn}
            items = [("DataTime", spell_time(start)), ("a34004-Avg", "35.2"), ("a34004-Flag", flag)]
            raw = compose({**fields, "Flag": "5"}, [[item] for item in items]).raw
            received_us = int(now.timestamp() * 1_000_000)
            frame = raw.removesuffix(b"\r\n") + end
            store.keep([hear(frame, peer="192.0.2.7", received_us=received_us, roll=roll).said])
    store.close()


def keep_profiles(lake: Lake) -> None:
    """Keep yesterday of a lidar, of a van on a road of the county, and of a drone."""
    noon = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0) - timedelta(days=1)
    t = int(noon.timestamp()) + np.arange(60)
    height_m = np.arange(15.0, 3_000, 30)
    seen = np.where(height_m < 1_200, 5.0, 0.1)[None, :] * np.ones((60, 1))
    places = (np.linspace(115.4923, 115.5211, 60), np.linspace(35.9198, 35.9167, 60))
    values = np.linspace(20, 120, 60)[:, None]
    way = track_of(t, (*places, np.linspace(0, 300, 60)), [("PM2.5", "ug/m3")], values)
    of = {
        "LIDAR-1": pack_scan(scan_of(t[:1] + 300 * np.arange(60), height_m, seen)),
        "VAN-1": pack_track(way),
        "UAV-1": pack_track(way, FLIGHT),
    }
    store = FineStore.open(lake.folder)
    store.keep([
        Said(mn, mn.encode(), int(t[0]) * 1_000_000, "192.0.2.7", surveys=surveys)
        for mn, surveys in of.items()
    ])  # fmt: skip
    store.close()


def main(verb: str, folder: Path) -> int:
    """Make a folder, or serve one; return the exit status."""
    if verb == "make":
        fill(folder)
    set_up(folder)
    status: int = load("demo").run(Namespace(once=verb == "make", port=0, devices=0))
    if verb == "make":
        now = datetime.now(ZoneInfo("Asia/Shanghai"))
        # What imports tables of the desk is loaded once the desk is set up.
        import_module("county_alarm").raise_alarms("990101", "9901A", now)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
