"""Excel and Parquet files."""

from datetime import date, datetime, time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from lantian.errors import BadFile
from lantian.lake.readers import read
from lantian.terms.mark import MISSING

ONE = 433145


def workbook(path, rows, *others):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title in others:
        book.create_sheet(title)
    book.save(path)
    return path


def test_a_workbook_with_title_moments_and_marks(tmp_path, as_dict) -> None:
    path = workbook(
        tmp_path / "六月.xlsx",
        [
            ["某市空气质量小时报"],
            [],
            ["监测时间", "站点编码", "PM2.5(μg/m³)", "CO(mg/m³)", "AQI"],
            [datetime(2019, 6, 1, 1), "1001A", 35, 0.8, 50],
            [datetime(2019, 6, 1, 2), "1001A", "36(H)", "—", None],
            [None, None, None, None, None],
            ["2019/6/1 3:30", "1001A", 37, 0.9, None],
            [datetime(2019, 6, 1, 3, 59, 59, 999_900), "1001A", -1, 1, None],
        ],
    )
    found = read(path)
    assert as_dict(found.rows) == {
        ("1001A", ONE): {"pm25": 35_000, "co": 800},
        ("1001A", ONE + 1): {"pm25": 36_000},
        ("1001A", ONE + 3): {"co": 1_000},
    }
    assert found.rows.withdrawn.sum() == 1
    assert [r.line for r in found.refused] == [7, 8]
    assert found.rows.line.tolist() == [4, 5, 8]
    assert found.refused[0].raw == "2019/6/1 3:30,1001A,37,0.9"


def test_a_workbook_with_days_and_hours_in_two_columns(tmp_path) -> None:
    rows = [
        ["日期", "小时", "站点", "SO2"],
        [date(2019, 6, 1), 1, 1001, 3],
        [date(2019, 6, 1), 24, 1001, 4],
    ]
    found = read(workbook(tmp_path / "a.xlsx", rows))
    assert found.rows.h.tolist() == [ONE, ONE + 23]
    assert found.rows.names == ("1001",)
    clock = [["日期", "时间", "站点", "SO2"], [date(2019, 6, 1), time(1), "A", 3]]
    assert read(workbook(tmp_path / "b.xlsx", clock)).rows.h.tolist() == [ONE]


def test_other_sheets_are_said_not_to_be_read(tmp_path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["时间", "站点", "SO2"], ["2019060101", "A", 1]], "说明")
    assert "说明" in read(path).notes[0]


def test_empty_and_damaged_workbooks(tmp_path) -> None:
    path = workbook(tmp_path / "a.xlsx", [])
    with pytest.raises(BadFile, match="empty"):
        read(path)
    whole = workbook(
        tmp_path / "b.xlsx", [["时间", "站点", "SO2"]] + [["2019060101", "A", 1]] * 500
    )
    path.write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(BadFile, match="not a sound Excel"):
        read(path)


def table(path, **columns):
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(
    "kind", [pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("ns"), pa.string()]
)
@pytest.mark.parametrize(
    "value", [pa.int16(), pa.float32(), pa.float64(), pa.decimal128(9, 3), pa.string()]
)
def test_parquet_of_every_usual_type(tmp_path, kind: pa.DataType, value: pa.DataType) -> None:
    moments = pa.array([datetime(2019, 6, 1, 1), datetime(2019, 6, 1, 2)], pa.timestamp("s"))
    path = table(
        tmp_path / "a.parquet",
        **{
            "time": moments.cast(kind),
            "site": pa.array(["B", "A"]).dictionary_encode(),
            "PM2.5": pa.array([35, None], pa.int16()).cast(value),
            "SO2": pa.array([3, 4], pa.int16()).cast(value),
        },
    )
    rows = read(path).rows
    assert rows.names == ("A", "B")
    assert rows.station.tolist() == [1, 0]
    assert rows.h.tolist() == [ONE, ONE + 1]
    assert rows.values[[3, 0]].tolist() == [[35_000, MISSING], [3_000, 4_000]]


def test_float32_carbon_monoxide_is_exact_to_the_thousandth(tmp_path) -> None:
    tenths = np.arange(1, 500)
    path = table(
        tmp_path / "a.parquet",
        time=pa.array([datetime(2019, 6, 1, 1)] * tenths.size, pa.timestamp("s")),
        site=pa.array(["A"] * tenths.size),
        CO=pa.array((tenths / 10).astype(np.float32)),
    )
    assert read(path).rows.values[4].tolist() == (tenths * 100).tolist()


def test_refusals_of_parquet_give_row_and_cells(tmp_path) -> None:
    path = table(
        tmp_path / "a.parquet",
        time=pa.array([datetime(2019, 6, 1, 1), None], pa.timestamp("ms")),
        site=pa.array(["A", "A"]),
        SO2=pa.array([float("inf"), 1.0]),
        NO2=pa.array([1.0, 1.0]),
    )
    found = read(path)
    assert [(r.line, r.raw) for r in found.refused] == [
        (1, "2019-06-01 01:00:00,A,inf,1"),
        (2, ",A,1,1"),
    ]


def test_cut_parquet_is_refused(tmp_path) -> None:
    path = table(tmp_path / "a.parquet", time=["2019060101"], site=["A"], SO2=[1])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadFile, match="not a sound Parquet"):
        read(path)
