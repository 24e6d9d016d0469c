"""Readings: values with their flags and times, numbers as devices spell them, intervals."""

from datetime import datetime
from decimal import Decimal

import pytest

from hj212.plain import upload
from lantian.hj212.packet import decode
from lantian.hj212.reading import (
    Reading,
    data_time,
    interval,
    is_number,
    next_qn,
    parameters,
    parse_time,
    readings,
)


def read(area: str) -> list[Reading]:
    return readings(decode(upload(area)))


def test_one_flag_serves_all_values_of_its_factor() -> None:
    found = read(
        "DataTime=20160801080000;w00000-Cou=63.0,w00000-Min=16.4,w00000-Avg=17.5,"
        "w00000-Max=20.1,w00000-Flag=N;w01001-Avg=7.5,w01001-Flag=d"
    )
    assert [(r.factor, r.kind, r.value, r.flag) for r in found] == [
        ("w00000", "Cou", Decimal("63.0"), "N"),
        ("w00000", "Min", Decimal("16.4"), "N"),
        ("w00000", "Avg", Decimal("17.5"), "N"),
        ("w00000", "Max", Decimal("20.1"), "N"),
        ("w01001", "Avg", Decimal("7.5"), "d"),
    ]


def test_sampling_time_and_further_flag_are_the_factors() -> None:
    (found,) = read(
        "w01018-SampleTime=20160801070000,w01018-Rtd=2.2,w01018-Flag=N,w01018-EFlag=A01"
    )
    assert found == Reading("w01018", "Rtd", "2.2", "N", "A01", "20160801070000")


def test_a_factor_twice_keeps_each_flag_with_its_value() -> None:
    found = read("a-Rtd=1,a-Flag=N;a-Rtd=2,a-Flag=D;b-Rtd=3")
    assert [(r.text, r.flag) for r in found] == [("1", "N"), ("2", "D"), ("3", "")]


def test_a_flag_before_its_value_is_found() -> None:
    assert [(r.text, r.flag) for r in read("a-Flag=B,a-Rtd=-100;b-Rtd=1")] == [
        ("-100", "B"),
        ("1", ""),
    ]


def test_states_folded_values_and_makers_kinds_are_readings() -> None:
    found = read("SB1-RS=1;SB1-RT=2.5;a21002-ZsAvg=9.1;LA-Data=55.1;a-ValidNum=10")
    assert [(r.factor, r.kind) for r in found] == [
        ("SB1", "RS"),
        ("SB1", "RT"),
        ("a21002", "ZsAvg"),
        ("LA", "Data"),
        ("a", "ValidNum"),
    ]


def test_what_is_no_reading_is_a_parameter() -> None:
    packet = decode(upload("DataTime=20160801085857;PolId=w01018;SystemTime=1;SystemTime=2"))
    assert readings(packet) == []
    assert parameters(packet) == {
        "DataTime": "20160801085857",
        "PolId": "w01018",
        "SystemTime": "1",
    }


@pytest.mark.parametrize("text", ["0", "0.00", "-100", "+5", ".5", "5.", "063", "1e3", "1.5E-2"])
def test_what_devices_write_is_a_number(text: str) -> None:
    assert Reading("a", "Rtd", text, "", "", "").value == Decimal(text)


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "NaN", "Infinity", "1_000", "0x1F", "1e999", "٣", "1 ", "1,5", "9" * 31, "--1"],
)
def test_other_text_is_no_number(text: str) -> None:
    assert not is_number(text)
    assert Reading("a", "Rtd", text, "", "", "").value is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20160801085857", datetime(2016, 8, 1, 8, 58, 57)),
        ("2016080108585799", datetime(2016, 8, 1, 8, 58, 57, 990_000)),
        ("20160801085857223", datetime(2016, 8, 1, 8, 58, 57, 223_000)),
        ("20160801", None),
        ("20161301085857", None),
        ("20160801246060", None),
        ("2016080108585x", None),
        ("２０１６０８０１０８５８５７", None),
        ("", None),
    ],
)
def test_times_of_14_16_and_17_digits(text: str, time: datetime | None) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize(
    ("cn", "end"),
    [
        ("2011", datetime(2016, 8, 1)),
        ("2051", datetime(2016, 8, 1, 0, 5)),
        ("2061", datetime(2016, 8, 1, 1)),
        ("2031", datetime(2016, 8, 2)),
        ("2041", datetime(2016, 8, 2)),
    ],
)
def test_data_time_starts_an_interval_but_for_real_time_data(cn: str, end: datetime) -> None:
    packet = decode(upload("DataTime=20160801000000", cn=cn))
    assert data_time(packet) == datetime(2016, 8, 1)
    assert interval(packet, minutes=5) == (datetime(2016, 8, 1), end)


def test_without_a_readable_time_there_is_no_interval() -> None:
    assert interval(decode(upload("a-Rtd=1", cn="2061")), minutes=5) is None
    assert interval(decode(upload("DataTime=99991231235959", cn="2061")), minutes=5) is None


def test_a_qn_is_never_given_twice() -> None:
    now, last, given = datetime(2016, 8, 1, 8, 58, 57, 999_000), "", []
    for _ in range(3):
        last = next_qn(now, last)
        given.append(last)
    assert given == ["20160801085857999", "20160801085858000", "20160801085858001"]
