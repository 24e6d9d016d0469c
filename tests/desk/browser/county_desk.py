"""The demonstration's desk on a short history: `county_desk.py make DIR` and `serve DIR`.

Beijing's years are left out and the county's hours begin lately; all else is what
`lantian demo --devices 0` does, by the same code.
"""

import sys
from argparse import Namespace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from lantian.desk.site.entry import load, set_up
from lantian.flows.twin import add_twin, enrol_twin
from lantian.gate.hearing import hear
from lantian.gate.roll import roll_of
from lantian.hj212.packet import compose
from lantian.hj212.reading import spell_qn, spell_time
from lantian.lake.device import read_devices
from lantian.lake.enrol import enrol_rows
from lantian.lake.fine import FineStore
from lantian.lake.store import Lake
from lantian.terms.hour import hour_number

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


def main(verb: str, folder: Path) -> int:
    """Make a folder, or serve one; return the exit status."""
    if verb == "make":
        fill(folder)
    set_up(folder)
    return load("demo").run(Namespace(once=verb == "make", port=0, devices=0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
