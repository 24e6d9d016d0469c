"""Values that alarms are judged by: minutes as monitors said them, in the pollutant's unit."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from lantian.flows.alarm_values import hour_values, minute_values
from lantian.lake.enrol import enrol_rows
from lantian.lake.fine import FineStore
from lantian.lake.said import Said, Value
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import CO, PM25

NOON_S = int(datetime.fromisoformat("2026-08-01T12:00:00+08:00").timestamp())
NOON = NOON_S // 60


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    folder = tmp_path / "lake"
    Lake.init(folder)
    with Lake.open(folder) as held:
        enrol_rows(
            held,
            "devices",
            [{"mn": "A1", "station": "S1", "units": "a34004=ug/m3", "minutes": 10}],
        )
        yield held


def say(lake: Lake, *values: tuple[str, float, int, int, str]) -> None:
    """Factor, number, minutes after noon, span in s, flag."""
    store = FineStore.open(lake.folder)
    said = tuple(
        Value(factor, "", span, NOON_S + 60 * minute, round(number * 1_000_000), None, None, flag)
        for factor, number, minute, span, flag in values
    )
    raw = repr(values).encode()
    store.keep([Said("A1", raw, NOON_S * 1_000_000, "10.0.0.9", values=said)])
    store.close()


def test_minutes_instants_and_means_of_ten_minutes(lake: Lake) -> None:
    say(
        lake,
        ("a34004", 80, 1, 60, "N"),
        ("a34004", 81, 2, 0, ""),
        ("a34004", 82, 3, 60, "D"),  # a fault: it does not count
        ("a34004", 90, 20, 600, "N"),  # stands for minutes 11 to 20
        ("a34004", 70, 60, 3600, "N"),  # an hour is no minute
        ("a34002", 500, 4, 60, "N"),  # another pollutant
    )
    found = minute_values(lake, ["S1", "S2"], PM25, NOON, NOON + 61)
    there = {n: int(v) for n, v in enumerate(found[0]) if v != MISSING}
    assert there == {1: 80_000, 2: 81_000, **dict.fromkeys(range(11, 21), 90_000)}
    assert (found[1] == MISSING).all()
    assert (minute_values(lake, ["S1"], CO, NOON, NOON + 61) == MISSING).all()


def test_a_stretch_within_an_hour_takes_its_minutes_alone(lake: Lake) -> None:
    say(lake, *(("a34004", 50 + n, n, 60, "N") for n in range(1, 30)))
    found = minute_values(lake, ["S1"], PM25, NOON + 10, NOON + 13)
    assert found.tolist() == [[60_000, 61_000, 62_000]]


def test_hours_are_those_of_the_lake(lake: Lake) -> None:
    assert hour_values(lake, ["S1"], PM25, 100, 103).tolist() == [[MISSING] * 3]
