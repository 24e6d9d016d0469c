"""Devices on the roster: what their file may say, and how they stand afterwards."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lantian.errors import BadFile
from lantian.lake.device import Device, device_change, read_devices
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake
from postgres import BOTH

HEAD = "mn,station,password,units,tolerance,minutes,from,to"


@pytest.fixture
def say(lake: Lake, tmp_path: Path) -> Callable[..., object]:
    """Enrol rows under the full head."""
    path = tmp_path / "devices.csv"

    def enrolled(*rows: str, head: str = HEAD) -> object:
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return enrol(lake, "devices", path)

    return enrolled


@BOTH
def test_devices_stand_as_their_file_says(lake: Lake, say: Callable[..., object]) -> None:
    assert device_change(lake.ledger) == 0
    say("B,S2,,,,,,")
    say(
        "A,S1,123456,a34004=ug/m3 a21026=mg/m3,strict,5,2026-01-01,2026-06-30",
        "A,S2,,,LENIENT,,2026-07-01,",
    )
    assert device_change(lake.ledger) == lake.sequence == 2
    early, late, other = read_devices(lake.ledger)
    assert early == Device(
        "A", "S1", "123456", {"a34004": "ug/m3", "a21026": "mg/m3"}, "strict", 5,
        date(2026, 1, 1), date(2026, 6, 30),
    )  # fmt: skip
    assert late == Device("A", "S2", "", {}, "lenient", 1, date(2026, 7, 1), None)
    assert other == Device("B", "S2", "", {}, "field", 1, None, None)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [early.serves(day) for day in days] == [False, True, True, False]
    assert [late.serves(day) for day in days] == [False, False, False, True]
    assert all(other.serves(day) for day in days)


def test_what_is_said_anew_replaces_what_was_said_of_the_same_station(
    lake: Lake, say: Callable[..., object]
) -> None:
    say("A,S1,old,,,,,", "B,S2,,,,,,")
    say("A,S1,new,,,,,")
    assert [(d.mn, d.password) for d in read_devices(lake.ledger)] == [("A", "new"), ("B", "")]
    sequence = lake.sequence
    say("A,S1,new,,,,,")
    assert device_change(lake.ledger) == lake.sequence == sequence


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",S1,,,,,,", "mn"),
        ("A,,,,,,,", "station"),
        ("A,S1,has space,,,,,", "password"),
        ("A,S1,,a34004,,,,", "units: a34004"),
        ("A,S1,,a34004=ppb,,,,", "units: a34004=ppb"),
        ("A,S1,,,lax,,,", "tolerance='lax'"),
        ("A,S1,,,,7,,", "minutes='7'"),
        ("A,S1,,,,,2026-02-30,", "2026-02-30"),
        ("A,S1,,,,,2026-02-02,2026-02-01", "2026-02-0"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_nothing_is_stored(
    lake: Lake, say: Callable[..., object], row: str, said: str
) -> None:
    with pytest.raises(BadFile, match=said):
        say("B,S2,,,,,,", row)
    assert read_devices(lake.ledger) == ()


def test_one_monitor_has_one_station_at_a_time(lake: Lake, say: Callable[..., object]) -> None:
    with pytest.raises(BadFile, match="overlaps it in time"):
        say("A,S1,,,,,2026-01-01,2026-06-30", "A,S1,,,,,2026-06-30,")
