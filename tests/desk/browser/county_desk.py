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
from lantian.lake.store import Lake
from lantian.terms.hour import hour_number

DAYS = 70
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
    settings = f'[desk]\ndemo = true\nplace = "青岚县"\n[robots]\nhosts = ["{ROBOTS}"]\n'
    (folder / "desk.toml").write_text(settings, encoding="utf-8")


def main(verb: str, folder: Path) -> int:
    """Make a folder, or serve one; return the exit status."""
    if verb == "make":
        fill(folder)
    set_up(folder)
    return load("demo").run(Namespace(once=verb == "make", port=0, devices=0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
