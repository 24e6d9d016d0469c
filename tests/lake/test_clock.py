"""A clock that is eight hours off is noticed; sound clocks are left in peace.

Real files with their clocks shifted are in readers/test_real.py.
"""

import re

import numpy as np
import pyarrow.parquet as pq
import pytest

from lantian.flows.add import add_files
from lantian.lake.audit import audit
from lantian.lake.clock import file_note, shift_of, suspicions
from lantian.lake.part import month_hours
from lantian.lake.rows import HOUR, Rows
from lantian.terms.hour import first_hour, local_end
from lantian.terms.mark import MISSING

FIRST, _ = month_hours(593)


def ozone(*, days: int, stations: int, shift_h: int = 0, swing: float = 1.0) -> Rows:
    """Ozone that peaks at 15:00 local, its stamps `shift_h` late."""
    hours = np.arange(days * 24)
    day = 60_000 + swing * 40_000 * np.cos(2 * np.pi * (hours + 1 - 15) / 24)
    h = first_hour(18_000) + hours + shift_h
    values = np.full((6, hours.size * stations), MISSING, np.int32)
    values[5] = np.tile(day.astype(np.int32), stations)
    return Rows(
        HOUR,
        tuple(f"{1001 + s}A" for s in range(stations)),
        np.repeat(np.arange(stations, dtype=np.int32), hours.size),
        np.tile(h.astype(np.int32), stations),
        values,
        np.zeros(values.shape, bool),
    )


@pytest.mark.parametrize(
    ("shift_h", "offset_h", "says"),
    [
        (-8, 8, ("8 h early", "偏早 8 小时", "--clock-offset 0 ")),
        (8, 8, ("8 h late", "偏晚 8 小时", "--clock-offset 16 ")),
        (8, 0, ("8 h late", "偏晚 8 小时", "--clock-offset 8 ")),
    ],
)
def test_a_shifted_file_is_said_with_what_to_do(
    shift_h: int, offset_h: int, says: tuple[str, ...]
) -> None:
    note = file_note(ozone(days=5, stations=20, shift_h=shift_h), offset_h)
    assert note is not None
    assert all(part in note for part in says)


def test_a_shift_that_is_not_near_eight_is_said_as_it_is_seen() -> None:
    note = file_note(ozone(days=30, stations=1, shift_h=12), 8)
    assert note is not None
    assert re.search(r"may be 1[12] h late: ozone peaks at about 3:00", note)
    assert "UTC" not in note


@pytest.mark.parametrize("shift_h", range(-3, 5))
def test_an_hour_or_a_longitude_is_no_alarm(shift_h: int) -> None:
    assert file_note(ozone(days=30, stations=1, shift_h=shift_h), 8) is None


@pytest.mark.parametrize(("days", "stations"), [(5, 20), (20, 1)])
def test_it_speaks_where_there_are_enough_data(days: int, stations: int) -> None:
    assert file_note(ozone(days=days, stations=stations, shift_h=-8), 8) is not None


@pytest.mark.parametrize(("days", "stations"), [(4, 100), (5, 19), (19, 1)])
def test_it_is_silent_where_there_are_too_few_data(days: int, stations: int) -> None:
    assert file_note(ozone(days=days, stations=stations, shift_h=-8), 8) is None


def test_a_flat_day_and_withdrawn_or_absent_ozone_tell_nothing() -> None:
    assert file_note(ozone(days=30, stations=1, shift_h=-8, swing=0.1), 8) is None
    rows = ozone(days=30, stations=1, shift_h=-8)
    rows.withdrawn[5] = True
    assert file_note(rows, 8) is None
    rows.values[5] = MISSING
    assert file_note(rows, 8) is None


def course(shift):
    """Twenty days of ozone (ug/m3, thousandths) that peaks at 15:00 plus `shift`."""
    hours = np.arange(FIRST, FIRST + 480)
    ozone = 90_000 + 60_000 * np.cos(((hours + 8) % 24 - 15 - shift) * np.pi / 12)
    return {int(h): [None] * 5 + [int(v)] for h, v in zip(hours, ozone, strict=True)}


def test_a_check_names_the_station_that_is_eight_hours_off(lake, put):
    given = {("SOUND", h): v for h, v in course(0).items()}
    given |= {("SHIFTED", h): v for h, v in course(8).items()}
    put(given)
    (note,) = audit(lake).notes
    assert note.startswith("SHIFTED: ")
    assert "偏晚 8 小时" in note
    assert "8 h late (UTC and Beijing time confused?): ozone peaks at about 23:00" in note


def test_a_check_says_nothing_of_short_or_flat_series(lake, put):
    put({("A", h): v for h, v in list(course(8).items())[:479]})
    put({("B", h): [None] * 5 + [50_000] for h in course(8)})
    assert audit(lake).notes == ()


def test_a_shifted_file_is_said_once_when_loaded_and_its_stations_when_checked(lake, tmp_path):
    file = tmp_path / "utc.csv"
    file.write_text(
        "time,site,O3\n"
        + "".join(
            f"{local_end(h):%Y-%m-%d %H:00},{name},{v[5] / 1000}\n"
            for name in ("A", "B")
            for h, v in course(-8).items()
        )
    )
    said = []
    (report,) = add_files(lake, [file], progress=said.append).reports
    (note,) = report.notes
    assert "--clock-offset 0" in note
    assert sum("ozone" in line for line in said) == 1
    assert [n.split(": ")[0] for n in audit(lake).notes] == ["A", "B"]


@pytest.fixture(scope="module")
def spells(shared):
    """Mean days of spells of 22 days at single stations: sums and counts by hour."""
    path = shared / "data/china_sites_2019/hourly_alltypes_focus_2019-01_2019-10.parquet"
    table = pq.read_table(path, columns=["time", "site", "O3"]).to_pandas().dropna()
    codes, site = np.unique(table["site"].to_numpy().astype(str), return_inverse=True)
    spell = table["time"].dt.day_of_year.to_numpy() // 22
    hour = table["time"].dt.hour.to_numpy()
    sums = np.zeros((len(codes), spell.max() + 1, 24), np.int64)
    counts = np.zeros_like(sums)
    np.add.at(sums, (site, spell, hour), (table["O3"].to_numpy() * 1000).astype(np.int64))
    np.add.at(counts, (site, spell, hour), 1)
    return sums, counts


@pytest.mark.parametrize(("shift_h", "suspected"), [(0, 0.0), (8, 1.0), (-8, 1.0)])
def test_real_stations_are_not_suspected_and_all_are_when_shifted(spells, shift_h, suspected):
    sums, counts = (np.roll(a, shift_h, axis=-1).sum(axis=1) for a in spells)
    found = shift_of(sums, counts)
    known = found[~np.isnan(found)]
    assert known.size >= 45
    assert (np.abs(known) > 4.5).mean() == pytest.approx(suspected)
    names = tuple(f"S{s}" for s in range(len(sums)))
    assert len(suspicions(names, sums, counts)) == known.size * suspected


@pytest.mark.parametrize("shift_h", [0, 8, -8])
def test_spells_of_three_weeks_are_judged_as_well(spells, shift_h):
    sums, counts = (np.roll(a, shift_h, axis=-1).reshape(-1, 24) for a in spells)
    whole = counts.sum(axis=1) >= 480
    assert whole.sum() >= 50
    said = suspicions(tuple("S" * len(sums)), sums, counts)
    if shift_h == 0:
        assert said == []
    else:
        way = "late" if shift_h > 0 else "early"
        named = sum(f"8 h {way}" in sentence for sentence in said)
        assert len(said) >= 0.95 * whole.sum()
        assert named >= 0.99 * len(said)
