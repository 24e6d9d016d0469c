"""Stamps in every usual spelling."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.lake.readers.sheet import column
from lantian.lake.readers.stamp import Clock, StampFault, read_clock, read_stamp, stamps
from lantian.terms.hour import hour_number

SPELLINGS = (
    "{0:%Y-%m-%d %H:%M}",
    "{0:%Y-%m-%d %H:%M:%S}",
    "{0:%Y-%m-%dT%H:%M:%S}",
    "{0:%Y-%m-%d %H:%M:%S.000}",
    "{0:%Y/%m/%d %H:%M}",
    "{0.year}/{0.month}/{0.day} {0.hour}:00",
    "{0.year}-{0.month}-{0.day} {0.hour}",
    "{0:%Y.%m.%d} {0.hour}:00:00",
    "{0:%Y%m%d%H}",
    "{0:%Y%m%d%H%M}",
    "{0:%Y%m%d%H%M%S}",
    "{0:%Y%m%d %H}",
    "{0:%Y%m%d} {0.hour}:00",
    "{0.year}年{0.month}月{0.day}日{0.hour}时",
    "{0.year}年{0.month}月{0.day}日 {0.hour}时00分",
    "{0:%Y-%m-%d} {0.hour}时",
    " {0:%Y-%m-%d %H:%M} ",
    "{0:%Y-%m-%d　%H：%M}",
)
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)).map(
    lambda t: t.replace(minute=0, second=0, microsecond=0)
)


@given(MOMENTS, st.sampled_from(SPELLINGS), st.sampled_from([0, 6, 8]))
def test_every_spelling_is_the_same_hour(moment: datetime, spelling: str, offset_h: int) -> None:
    text = spelling.format(moment)
    assert read_stamp(text, offset_h) == (hour_number(moment, offset_h), StampFault.NONE)


@given(MOMENTS)
def test_hour_24_is_hour_0_of_the_next_day(moment: datetime) -> None:
    midnight = moment.replace(hour=0)
    eve = midnight - timedelta(days=1)
    assert read_stamp(f"{eve:%Y-%m-%d} 24:00") == read_stamp(f"{midnight:%Y-%m-%d} 00:00")
    assert read_stamp(f"{eve:%Y%m%d}24") == read_stamp(f"{midnight:%Y%m%d}00")


@given(MOMENTS, st.integers(-11, 12))
def test_a_stated_zone_holds_over_the_files_clock(moment: datetime, zone_h: int) -> None:
    text = f"{moment:%Y-%m-%dT%H:%M:%S}{zone_h:+03d}:00"
    assert read_stamp(text, 8)[0] == hour_number(moment, zone_h)
    assert read_stamp(f"{moment:%Y-%m-%dT%H:00:00}Z", 8)[0] == hour_number(moment, 0)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2019-06-01 01:30", StampFault.NOT_FULL_HOUR),
        ("2019-06-01 01:00:01", StampFault.NOT_FULL_HOUR),
        ("2019-06-01 23:59:59.5", StampFault.NOT_FULL_HOUR),
        ("2019-06-01T01:00:00+05:30", StampFault.NOT_FULL_HOUR),
        ("2019-06-01 24:10", StampFault.NOT_FULL_HOUR),
        ("2019-06-01", StampFault.NO_HOUR),
        ("20190601", StampFault.NO_HOUR),
        ("2019-02-29 01:00", StampFault.NOT_A_STAMP),
        ("2019-06-01 25:00", StampFault.NOT_A_STAMP),
        ("2019-13-01 01:00", StampFault.NOT_A_STAMP),
        ("2019-06-0101:00", StampFault.NOT_A_STAMP),
        ("01/06/2019 01:00", StampFault.NOT_A_STAMP),
        ("43617.0417", StampFault.NOT_A_STAMP),
        ("", StampFault.NOT_A_STAMP),
        ("时间", StampFault.NOT_A_STAMP),
        ("1899-12-31 01:00", StampFault.ABSURD_YEAR),
        ("2919-06-01 01:00", StampFault.ABSURD_YEAR),
    ],
)
def test_what_is_no_hour_says_why(text: str, fault: StampFault) -> None:
    assert read_stamp(text) == (0, fault)


@given(st.text(max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    number, fault = read_stamp(text)
    assert number == 0 or fault is StampFault.NONE
    read_clock(text)


HOUR_ONE = hour_number(datetime(2019, 6, 1, 1))


@pytest.mark.parametrize(
    "columns",
    [
        {"time": ["2019-06-01 01:00"]},
        {"time": [datetime(2019, 6, 1, 1)]},
        {"time": [2019060101]},
        {"date": ["2019-06-01"], "hour": ["1"]},
        {"date": ["20190601"], "hour": ["01:00"]},
        {"date": [20190601], "hour": [1]},
        {"date": [20190601], "hour": [1.0]},
        {"date": [datetime(2019, 6, 1).date()], "hour": [1]},
        {"date": [datetime(2019, 6, 1)], "hour": ["1时"]},
        {"date": ["2019-06-01 00:00:00"], "hour": ["1"]},
        {"date": ["2019-06-01"], "time": ["1:00"]},
        {"date": ["2019-06-01"], "time": ["2019-06-01 01:00"]},
        {"time": ["2019-06-01"], "hour": ["1"]},
        {"time": ["2019-06-01 01:00"], "hour": ["1"]},
        {"date": ["2019-06-01 01:00"]},
        {"year": [2019], "month": [6], "day": [1], "hour": [1]},
        {"year": ["2019"], "month": ["06"], "day": ["1"], "hour": ["1"]},
    ],
)
def test_columns_of_date_and_hour_in_every_usual_cut(columns: dict[str, list[object]]) -> None:
    found = stamps({role: column(pa.array(cells)) for role, cells in columns.items()}, Clock())
    assert (found.h.tolist(), found.fault.tolist()) == ([HOUR_ONE], [0])


def test_moments_with_a_zone_hold_over_the_files_clock() -> None:
    utc = pa.array([datetime(2019, 5, 31, 17)], pa.timestamp("s", tz="UTC"))
    assert stamps({"time": column(utc)}, Clock(offset_h=3)).h.tolist() == [HOUR_ONE]


def test_faults_of_moments_and_of_parts() -> None:
    moments = [datetime(2019, 6, 1, 1, 30), None, datetime(1890, 1, 1), datetime(2019, 6, 1, 1)]
    found = stamps({"time": column(pa.array(moments, pa.timestamp("ms")))}, Clock())
    assert found.fault.tolist() == [
        StampFault.NOT_FULL_HOUR,
        StampFault.NOT_A_STAMP,
        StampFault.ABSURD_YEAR,
        StampFault.NONE,
    ]
    parts = {"year": [2019, 2019], "month": [2, 2], "day": [28, 30], "hour": [25, 1]}
    found = stamps({role: column(pa.array(cells)) for role, cells in parts.items()}, Clock())
    assert found.fault.tolist() == [StampFault.NOT_A_STAMP] * 2


def test_stamps_of_the_hours_beginning_are_one_hour_later() -> None:
    time = {"time": column(pa.array(["2019-06-01 00:00"]))}
    assert stamps(time, Clock(hour_begins=True)).h.tolist() == [HOUR_ONE]
