"""Calibrations in the lake: added once, never replaced, on both databases."""

from dataclasses import replace

from lantian.lake.calibration import (
    KeptCalibration,
    keep_calibrations,
    kept_calibrations,
    newest_calibrations,
)
from postgres import BOTH

ONE = KeptCalibration("M1", "pm25", 100, "abc", "", "R1", "{}", "book", "0.1", 3)


@BOTH
def test_a_version_is_kept_once_and_another_is_added(lake_backend, lake) -> None:
    other = replace(ONE, version="def", refused="R2 slope")
    assert keep_calibrations(lake.ledger, [ONE]) == 1
    assert keep_calibrations(lake.ledger, [ONE, other]) == 1
    assert keep_calibrations(lake.ledger, [ONE, other]) == 0
    rows = kept_calibrations(lake.ledger, station="M1", pollutant="pm25")
    assert [replace(row, at="") for row in rows] == [ONE, other]
    assert all(row.at for row in rows)
    assert kept_calibrations(lake.ledger, station="M2") == []


@BOTH
def test_the_newest_of_each_station_and_pollutant(lake_backend, lake) -> None:
    later = replace(ONE, at_h=200, version="def")
    o3 = replace(ONE, pollutant="o3")
    m2 = replace(ONE, station="M2")
    keep_calibrations(lake.ledger, [m2, ONE, o3, later])
    found = [replace(row, at="") for row in newest_calibrations(lake.ledger)]
    assert found == [o3, later, m2]


def test_nothing_to_keep_takes_no_turn_of_the_writer(lake) -> None:
    with lake.ledger.write():
        assert keep_calibrations(lake.ledger, []) == 0
