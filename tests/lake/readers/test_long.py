"""Long tables: one row an item."""

import pytest

from lantian.errors import BadFile

ONE = 433145
HEAD = "time,station,pollutant,value,flag,unit\n"


def test_items_of_an_hour_make_one_row(reading, as_dict) -> None:
    found = reading(
        HEAD
        + "2019060101,B,PM2.5,35,,ug/m3\n"
        + "2019060101,A,细颗粒物,36,N,\n"
        + "2019060101,B,CO,800,,μg/m³\n"
        + "2019060101,A,CO,0.9,H,mg/m3\n"
        + "2019060102,A,O3,-99,,\n"
        + "2019060101,A,AQI,50,,\n"
        + "2019060101,A,temp,21.5,,\n"
    )
    assert as_dict(found.rows) == {
        ("A", ONE): {"pm25": 36_000, "co": 900},
        ("B", ONE): {"pm25": 35_000, "co": 800},
    }
    assert as_dict(found.weather) == {("A", ONE): {"temp_c": 21_500}}
    assert (found.rows.line.tolist(), found.weather.line.tolist()) == ([3, 2], [8])
    assert found.rows.withdrawn.sum() == 1
    assert found.rows.withdrawn[4, 0]
    assert found.refused == ()


def test_a_value_given_twice_makes_a_second_row(reading) -> None:
    rows = reading(
        "时间,站点,污染物,浓度\n2019060101,A,SO2,1\n2019060101,A,SO2,2\n2019060101,A,NO2,3\n"
        "2019060101,B,NO2,4\n"
    ).rows
    assert rows.station.tolist() == [0, 0, 1]
    assert rows.values[0].tolist()[:2] == [1_000, 2_000]
    assert rows.values[1].tolist()[0::2] == [3_000, 4_000]
    assert rows.line.tolist() == [2, 3, 5]


def test_each_fault_is_refused_with_its_line_and_cell(reading) -> None:
    found = reading(
        HEAD
        + "2019060101,A,PM7,1,,\n"
        + "2019060101,A,SO2,1,,furlong\n"
        + "2019060101,A,NO2,-4,,\n"
        + "2019060101,A,O3,5,??,\n"
        + "2019060101,,O3,5,,\n"
        + "2019060101,A,PM10,48,,\n"
    )
    assert [r.line for r in found.refused] == [2, 3, 4, 5, 6]
    cells = ["'PM7'", "'furlong'", "'-4'", "'??'", "站点"]
    assert all(c in r.reason for c, r in zip(cells, found.refused, strict=True))
    assert len(found.rows) == 1


def test_co_in_micrograms_must_be_said(reading) -> None:
    text = "time,station,pollutant,value\n2019060101,A,CO,800\n2019060101,A,SO2,8\n"
    with pytest.raises(BadFile, match="--unit co=ugm3"):
        reading(text)
    assert reading(text, units={"co": "ugm3"}).rows.values[4].tolist() == [800]


def test_a_unit_that_is_not_read_is_named(reading) -> None:
    with pytest.raises(BadFile, match="unit"):
        reading(HEAD + "2019060101,A,O3,30,,ppb\n")
