"""The national archive: hours and types down, stations across."""

import pytest

from lantian.errors import BadFile

ONE = 433145
HEAD = "date,hour,type,1001A,1003A,1002A\n"


def test_six_types_are_taken_and_the_published_means_left(reading, as_dict) -> None:
    found = reading(
        HEAD
        + "20190601,1,AQI,50,51,52\n"
        + "20190601,1,PM2.5,35,36,\n"
        + "20190601,1,PM2.5_24h,30,31,32\n"
        + "20190601,1,CO,0.8,,\n"
        + "20190601,1,O3_8h_24h,1,2,3\n"
        + "20190602,0,SO2,,,7\n"
    )
    assert found.rows.names == ("1001A", "1002A", "1003A")
    assert as_dict(found.rows) == {
        ("1001A", ONE): {"pm25": 35_000, "co": 800},
        ("1003A", ONE): {"pm25": 36_000},
        ("1002A", ONE + 23): {"so2": 7_000},
    }
    assert found.refused == ()


def test_a_bad_value_is_refused_by_line_and_station(reading) -> None:
    found = reading(HEAD + "20190601,1,PM2.5,35,-3,99999\n20190601,2,O3,abc,1,2\n")
    assert [(r.line, r.raw) for r in found.refused] == [
        (2, "20190601,1,PM2.5,1003A=-3"),
        (2, "20190601,1,PM2.5,1002A=99999"),
        (3, "20190601,2,O3,1001A=abc"),
    ]
    assert len(found.rows) == 3


def test_bad_lines_are_refused_whole(reading) -> None:
    found = reading(
        HEAD
        + "20190601,25,SO2,1,2,3\n20190601,2,PM7,1,2,3\n20190601,3,SO2,1\n20190601,4,SO2,1,2,3\n"
    )
    assert [r.line for r in found.refused] == [2, 3, 4]
    assert found.rows.values[0].tolist() == [1_000, 2_000, 3_000]


def test_a_line_or_a_station_given_twice_passes_through(reading) -> None:
    twice = reading(HEAD + "20190601,1,SO2,1,2,3\n20190601,1,SO2,4,5,6\n20190601,1,NO2,7,8,9\n")
    assert sorted(twice.rows.values[0].tolist()) == [1_000, 2_000, 3_000, 4_000, 5_000, 6_000]
    assert twice.rows.station.tolist() == [0, 2, 1, 0, 2, 1]
    assert twice.rows.line.tolist() == [2, 2, 2, 3, 3, 3]
    station = reading("date,hour,type,1001A,1001A\n20190601,1,SO2,1,2\n")
    assert (station.rows.names, station.rows.values[0].tolist()) == (("1001A",), [1_000, 2_000])


def test_a_file_of_cities_is_refused(reading) -> None:
    with pytest.raises(BadFile, match="北京"):
        reading("date,hour,type,北京,天津\n20190601,1,SO2,1,2\n")


def test_a_day_without_values_says_so(reading) -> None:
    found = reading(HEAD + "20190601,1,SO2,,,\n")
    assert len(found.rows) == 0
    assert "no value" in found.notes[0]
    assert len(reading(HEAD + "20190601,1,AQI,1,2,3\n").rows) == 0
