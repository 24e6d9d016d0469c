"""What monitors said becomes the hours of their stations: which of it, by which rule, how often."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lantian.flows.gate_hours import Folded, fold_hours
from lantian.lake.device import Device
from lantian.lake.enrol import enrol
from lantian.lake.fine import FineStore
from lantian.lake.rows import HOUR, WEATHER, Reading, Rows
from lantian.lake.said import Said, Value
from lantian.lake.store import Lake
from lantian.terms.hour import hour_number
from lantian.terms.mark import MISSING, Source, is_withdrawn
from lantian.terms.pollutant import POLLUTANTS
from postgres import BOTH

#: The hour that ends 2026-08-01 09:00 in Beijing.
H = hour_number(datetime(2026, 8, 1, 9))
END = H * 3600
PM25, PM10, O3 = "a34004", "a34002", "a05024"
UNITS = {PM25: "ug/m3", PM10: "ug/m3"}


class Bench:
    """A lake, a store beside it, and what is said to it."""

    def __init__(self, lake: Lake, store: FineStore) -> None:
        self.lake, self.store = lake, store
        self.devices = [Device("A1", "S1", "", UNITS, "field", 1, None, None)]
        self._frames = 0

    def say(self, *values: Value, mn: str = "A1") -> None:
        self._frames += 1
        raw = b"frame %d" % self._frames
        self.store.keep([Said(mn, raw, END * 1_000_000, "10.0.0.9", values=values)])

    def minutes(self, count: int, number: float = 10, flag: str = "N", **more: Any) -> None:
        """The first minutes of the hour."""
        self.say(*(value(number, END - 3540 + 60 * n, 60, flag, **more) for n in range(count)))

    def fold(self, until_h: int = H) -> Folded:
        return fold_hours(self.lake, self.store, self.devices, until_h=until_h)

    def hour(self, station: str = "S1", h: int = H) -> dict[str, int]:
        block = self.lake.block([station], h, h + 1).reshape(len(POLLUTANTS))
        return {p.key: int(v) for p, v in zip(POLLUTANTS, block, strict=True) if v != MISSING}

    def weather(self, station: str = "S1") -> dict[str, int]:
        block = self.lake.block([station], H, H + 1, kind=WEATHER).reshape(len(WEATHER.columns))
        return {c: int(v) for c, v in zip(WEATHER.columns, block, strict=True) if v != MISSING}


def value(
    number: float | None, t: int = END, span_s: int = 3600, flag: str = "N", factor: str = PM25,
    kind: str = "",
) -> Value:  # fmt: skip
    millionths = None if number is None else round(number * 1_000_000)
    return Value(factor, kind, span_s, t, millionths, None, None, flag)


@pytest.fixture
def bench(tmp_path: Path, lake_backend: str) -> Iterator[Bench]:
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as lake:
        (tmp_path / "stations.csv").write_text(
            "station,name,lon,lat,offset_h\nS1,一,116,40,8\nS2,二,87,43,6\n", encoding="utf-8"
        )
        enrol(lake, "stations", tmp_path / "stations.csv")
        store = FineStore.open(lake.folder)
        yield Bench(lake, store)
        store.close()


@BOTH
def test_an_hour_of_the_monitor_goes_before_its_minutes(bench: Bench) -> None:
    bench.minutes(60, 10)
    bench.say(value(35.2))
    assert bench.fold() == Folded(1, 1, ())
    assert bench.hour() == {"pm25": 35_200}
    assert bench.fold() == Folded(0, 0, ())


@pytest.mark.parametrize(("count", "found"), [(44, {}), (45, {"pm25": 10_000})])
def test_minutes_give_an_hour_where_there_are_45(bench: Bench, count: int, found: dict) -> None:
    bench.minutes(count)
    assert bench.fold() == Folded(1, len(found), ())
    assert bench.hour() == found


@pytest.mark.parametrize(("count", "found"), [(8, {}), (9, {"pm25": 10_000})])
def test_values_of_five_minutes_count_as_five(bench: Bench, count: int, found: dict) -> None:
    bench.say(*(value(10, END - 300 * n, 300) for n in range(count)))
    bench.fold()
    assert bench.hour() == found


@pytest.mark.parametrize(("minutes", "found"), [(44, {}), (45, {"pm25": 11_000})])
def test_instants_count_by_the_minutes_in_which_they_are(
    bench: Bench, minutes: int, found: dict
) -> None:
    for n in range(minutes):
        bench.say(*(value(number, END - 60 * n - s, 0) for number, s in ((10, 5), (12, 35))))
    bench.fold()
    assert bench.hour() == found


def test_instants_do_not_help_minutes_that_are_too_few(bench: Bench) -> None:
    bench.minutes(44)
    bench.say(*(value(10, END - 60 * n - 30, 0) for n in range(60)))
    bench.fold()
    assert bench.hour() == {}


def test_minutes_whose_flag_does_not_count_are_left_out(bench: Bench) -> None:
    bench.minutes(45, 10)
    bench.say(*(value(900, END - 60 * n, 60, "D") for n in range(15)))
    bench.fold()
    assert bench.hour() == {"pm25": 10_000}
    bench.say(value(900, END - 3540, 60, "d"))  # one of the 45, corrected
    bench.fold()
    assert bench.hour() == {}, "44 give no hour: the one that was made of 45 is withdrawn"
    (change,) = bench.lake.changes(1, None, ["S1"], H, H + 1).revisions
    assert (change.old, change.new, is_withdrawn(change.new_mark)) == (10_000, 10_000, True)
    bench.say(value(12, END - 3540, 60))  # it counts after all
    bench.fold()
    assert bench.hour() == {"pm25": 10_044}


@BOTH
def test_an_hour_that_becomes_too_short_is_taken_from_another_monitor(bench: Bench) -> None:
    bench.devices.append(Device("B2", "S1", "", UNITS, "field", 1, None, None))
    bench.minutes(45, 10)
    bench.fold()
    bench.say(value(30), mn="B2")
    bench.say(value(11), value(None, factor=PM10))
    bench.fold()
    assert bench.hour() == {"pm25": 30_000}
    bench.say(value(None, flag="D"))
    bench.minutes(1, 900, "D")
    bench.fold()
    assert bench.hour() == {"pm25": 30_000}


def test_an_hour_that_the_gate_did_not_give_is_not_withdrawn(bench: Bench) -> None:
    one, six = np.array([0], np.int32), np.full((6, 1), 1_000, np.int32)
    rows = Rows(HOUR, ("S1",), one, one + np.int32(H), six, np.zeros((6, 1), np.bool_))
    bench.lake.add(
        Reading(rows), source="old", sha256="old", layout="file", origin=Source.REALTIME_FILE
    )
    bench.minutes(44)
    assert bench.fold() == Folded(1, 0, ())
    assert bench.hour() == {p.key: 1_000 for p in POLLUTANTS}


@pytest.mark.parametrize(
    ("flag", "counts"),
    [("N", True), ("n", True), ("", True), ("D", False), ("C", False), ("?", False)],
)
def test_an_hour_whose_flag_does_not_count_is_stored_as_withdrawn(
    bench: Bench,
    flag: str,
    counts: bool,  # noqa: FBT001
) -> None:
    bench.say(value(35, flag=flag))
    assert bench.fold().values == 1
    assert bench.hour() == ({"pm25": 35_000} if counts else {})


def test_what_has_no_number_or_another_kind_makes_no_hour(bench: Bench) -> None:
    bench.say(value(None), value(5, kind="Cou"), value(5, kind="Zs"), value(5, span_s=86_400))
    assert bench.fold().values == 0
    assert bench.lake.sequence == 1


def test_units_are_those_of_the_device_else_as_printed(bench: Bench) -> None:
    bench.devices = [Device("A1", "S1", "", {PM25: "mg/m3", O3: "ug/m3"}, "field", 1, None, None)]
    bench.say(
        value(0.0352), value(52_000, factor=PM10), value(120, factor=O3),
        value(0.008, factor="a21026"), value(0.6, factor="a21005"),
    )  # fmt: skip
    assert bench.fold().complaints == ()
    assert bench.hour() == {
        "pm25": 35_200, "pm10": 52_000, "o3": 120_000, "so2": 8_000, "co": 600,
    }  # fmt: skip


def test_codes_of_2005_are_known(bench: Bench) -> None:
    bench.devices = [Device("A1", "S1", "", {"02": "mg/m3"}, "field", 1, None, None)]
    bench.say(value(0.008, factor="02"))
    bench.fold()
    assert bench.hour() == {"so2": 8_000}


def test_a_unit_that_cannot_be_is_complained_of_and_harms_no_other(bench: Bench) -> None:
    bench.say(value(9e6), value(50, factor=PM10))
    bench.devices = [Device("A1", "S1", "", UNITS | {PM25: "g/m3"}, "field", 1, None, None)]
    folded = bench.fold()
    assert (folded.hours, folded.values) == (1, 1)
    (said,) = folded.complaints
    assert said.startswith(f"A1 {PM25}: ")
    assert bench.hour() == {"pm10": 50_000}


def test_factors_that_no_station_hour_has_are_left(bench: Bench) -> None:
    bench.say(value(1, factor="w01018"), value(1, factor="R01"), value(5, factor=PM10))
    assert bench.fold() == Folded(1, 1, ())


def test_the_wind_is_a_mean_over_north(bench: Bench) -> None:
    bench.say(
        *(
            value(number, END - 60 * n, 60, factor="a01008")
            for n, number in enumerate([350, 10] * 15 + [340, 40] * 15)
        ),
        *(value(2, END - 60 * n, 60, factor="a01007") for n in range(60)),
        value(101.3, factor="a01006"), value(-5.5, factor="a01001"), value(61, factor="a01002"),
    )  # fmt: skip
    bench.fold()
    found = bench.weather()
    turns = np.deg2rad([350, 10, 340, 40])
    wanted = np.rad2deg(np.arctan2(np.sin(turns).sum(), np.cos(turns).sum()))
    assert abs(found.pop("wind_from_deg") - 1000 * wanted) <= 1
    assert found == {
        "wind_ms": 2_000,
        "pressure_hpa": 1_013_000,
        "temp_c": -5_500,
        "rh_pct": 61_000,
    }


def test_two_monitors_make_one_station_hour(bench: Bench) -> None:
    bench.devices.append(Device("B2", "S1", "", UNITS, "field", 1, None, None))
    bench.say(value(35))
    bench.say(value(52, factor=PM10), mn="B2")
    assert bench.fold() == Folded(2, 2, ())
    assert bench.hour() == {"pm25": 35_000, "pm10": 52_000}


def test_a_monitor_serves_its_station_on_its_days_by_the_stations_clock(bench: Bench) -> None:
    # H + 15 ends at midnight in Beijing, two hours before S2's.
    moved = date(2026, 8, 2)
    bench.devices = [
        Device("A1", "S1", "", UNITS, "field", 1, None, date(2026, 8, 1)),
        Device("A1", "S2", "", UNITS, "field", 1, moved, None),
    ]
    for h in (H + 15, H + 16, H + 17, H + 18):
        bench.say(value(h - H, h * 3600))
    bench.fold(H + 30)
    assert [bench.hour("S1", H + n) for n in (15, 16)] == [{"pm25": 15_000}, {}]
    assert [bench.hour("S2", H + n) for n in (15, 17, 18)] == [{}, {}, {"pm25": 18_000}]


def test_who_is_on_no_roster_makes_no_hour(bench: Bench) -> None:
    bench.say(value(35), mn="X9")
    assert bench.fold() == Folded(1, 0, ())
    assert bench.hour() == {}


def test_an_hour_that_is_not_over_waits(bench: Bench) -> None:
    bench.say(value(35), value(36, END + 3600))
    assert bench.fold().hours == 1
    assert bench.hour(h=H + 1) == {}
    bench.fold(H + 1)
    assert bench.hour(h=H + 1) == {"pm25": 36_000}


@BOTH
def test_a_correction_that_comes_later_holds_and_what_it_does_not_say_stays(bench: Bench) -> None:
    bench.say(value(35), value(52, factor=PM10))
    bench.fold()
    before = bench.lake.sequence
    bench.say(value(40))
    assert bench.fold().hours == 1
    assert bench.lake.sequence == before + 1
    assert bench.hour() == {"pm25": 40_000, "pm10": 52_000}
    block = bench.lake.block(["S1"], H, H + 1, as_of=before).reshape(6)
    assert 35_000 in block.tolist()


def test_missing_never_blanks_what_is_there(bench: Bench) -> None:
    one, six = np.array([0], np.int32), np.full((6, 1), 1_000, np.int32)
    rows = Rows(HOUR, ("S1",), one, one + np.int32(H), six, np.zeros((6, 1), np.bool_))
    bench.lake.add(
        Reading(rows),
        source="old", sha256="old", layout="gate", origin=Source.GATE,
    )  # fmt: skip
    bench.say(value(35))
    bench.fold()
    assert bench.hour() == {p.key: 1_000 for p in POLLUTANTS} | {"pm25": 35_000}
