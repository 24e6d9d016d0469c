"""A clock that is eight hours off is noticed; sound clocks are left in peace."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from lantian.lake.audit import audit
from lantian.lake.clock import shift_of
from lantian.lake.part import month_hours

FIRST, _ = month_hours(593)


def course(shift):
    """Twenty days of ozone (ug/m3, thousandths) that peaks at 15:00 plus `shift`."""
    hours = np.arange(FIRST, FIRST + 480)
    ozone = 90_000 + 60_000 * np.cos(((hours + 8) % 24 - 15 - shift) * np.pi / 12)
    return {int(h): [None] * 5 + [int(v)] for h, v in zip(hours, ozone, strict=True)}


def test_a_shift_of_eight_hours_is_said_when_loaded_and_when_checked(lake, put):
    given = {("SOUND", h): v for h, v in course(0).items()}
    given |= {("SHIFTED", h): v for h, v in course(8).items()}
    report = put(given)
    (note,) = report.notes
    assert note.startswith("SHIFTED: ")
    assert "+8 h off" in note
    assert audit(lake).notes == report.notes


def test_nothing_is_said_of_short_or_flat_series(put):
    short = {("A", h): v for h, v in list(course(8).items())[:200]}
    flat = {("B", h): [None] * 5 + [50_000] for h in course(8)}
    assert put(short).notes == ()
    assert put(flat).notes == ()


def test_real_stations_are_not_suspected_and_all_are_when_shifted(shared):
    path = shared / "data/china_sites_2019/hourly_alltypes_focus_2019-01_2019-10.parquet"
    table = pq.read_table(path, columns=["time", "site", "O3"]).to_pandas().dropna()
    hour = table["time"].dt.hour.to_numpy()
    codes, site = np.unique(table["site"].to_numpy().astype(str), return_inverse=True)
    for shift, suspected in ((0, 0.0), (8, 1.0), (-8, 1.0)):
        sums, counts = np.zeros((len(codes), 24), np.int64), np.zeros((len(codes), 24), np.int64)
        ozone = (table["O3"].to_numpy() * 1000).astype(np.int64)
        np.add.at(sums, (site, (hour + shift) % 24), ozone)
        np.add.at(counts, (site, (hour + shift) % 24), 1)
        found = shift_of(sums, counts)
        known = found[~np.isnan(found)]
        assert known.size >= 45
        assert (np.abs(known) > 4.5).mean() == pytest.approx(suspected)
