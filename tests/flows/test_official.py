"""Official tables: the spellings that are read, the kinds of file, and what is refused by name."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from lantian.errors import BadFile
from lantian.flows.official import Published, read_official
from lantian.terms.period import parse_period

JUNE = parse_period("2019-06")


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "official.csv"
        path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_as_offices_print_it(table: Callable[..., Path], encoding: str) -> None:
    path = table(
        "排名,城市,PM2.5月均浓度(μg/m3),PM10,SO2,NO2,CO第95百分位数(mg/m3),O3_8h_90per,综合指数,优良天数,首要污染物",
        "1,甲市,35,70,6,20,0.8,160,3.30,24,PM2.5",
        "2,乙市,—,71.5,,21,1,161,3.4,23,",
        encoding=encoding,
    )
    first, second = read_official(path, JUNE)
    assert (first.place, first.period, first.line) == ("甲市", JUNE, 2)
    assert {item: f.value for item, f in first.figures.items()} == {
        "pm25": 35_000,
        "pm10": 70_000,
        "so2": 6_000,
        "no2": 20_000,
        "co": 800,
        "o3": 160_000,
        "index": 3_300,
        "rank": 1,
        "good_days": 24,
    }
    assert second.figures["pm10"] == Published(71_500, 1)
    assert "pm25" not in second.figures
    assert "so2" not in second.figures


def test_units_that_a_column_states_are_taken(table: Callable[..., Path]) -> None:
    path = table("place,period,co_ugm3,pm25(mg/m3)", "甲市,2019-06,800,0.035")
    (row,) = read_official(path)
    assert (row.figures["co"], row.figures["pm25"]) == (Published(800, 1), Published(35_000, 0))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2019-06", "2019-06"),
        ("2019年6月", "2019-06"),
        ("2019年06月份", "2019-06"),
        ("201906", "2019-06"),
        ("2019年", "2019"),
        ("2019年二季度", "2019-Q2"),
        ("2019年第2季度", "2019-Q2"),
        ("2019-04-01..2019-06-30", "2019-Q2"),
    ],
)
def test_periods_in_their_usual_spellings(
    table: Callable[..., Path], text: str, label: str
) -> None:
    (row,) = read_official(table("地区,时段,综合指数", f"甲市,{text},3.30"))
    assert row.period.label == label


def test_excel_and_parquet_say_the_same(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["2019年6月环境空气质量"])
    sheet.write_row(1, 0, ["地区", "PM2.5", "CO", "综合指数", "排名"])
    sheet.write_row(2, 0, ["甲市", 35, 0.8, 3.3, 1])
    book.close()
    columns = {"地区": ["甲市"], "PM2.5": [35.0], "CO": [0.8], "综合指数": [3.3], "排名": [1]}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    (excel,) = read_official(tmp_path / "t.xlsx", JUNE)
    (parquet,) = read_official(tmp_path / "t.parquet", JUNE)
    assert excel.figures == parquet.figures
    assert excel.figures["index"] == Published(3_300, 1)


def test_the_table_of_our_own_ranking_is_read(table: Callable[..., Path]) -> None:
    path = table(
        "rank,place,index,index_max,so2_ugm3,index_so2,o3_mda8_ugm3,index_o3,index[hj663-2013-C],"
        "good_day_ratio,valid_days,change_pct,rules,note",
        "1,甲市,3.3,1,6,0.1,160,1,3.4,0.8,30,,HJ633-2012,",
    )
    (row,) = read_official(path, JUNE)
    assert sorted(row.figures) == ["index", "o3", "rank", "so2"]


def test_a_period_that_is_asked_for_chooses_its_rows(table: Callable[..., Path]) -> None:
    path = table("place,period,rank", "甲市,2019-05,1", "甲市,2019-06,2")
    (row,) = read_official(path, JUNE)
    assert row.figures["rank"].value == 2
    assert len(read_official(path)) == 2


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (["place,period,PM7", "甲市,2019-06,3"], r"unknown column: 'PM7'.*known columns: place"),
        (["place,period,PM2.5(ppb)", "甲市,2019-06,3"], r"unknown column: 'PM2.5\(ppb\)'"),
        (["period,PM2.5", "2019-06,3"], "no column of places"),
        (["place,PM2.5", "甲市,3"], "no column of periods.*--period"),
        (["place,period", "甲市,2019-06"], "no column to compare"),
        (["place,period,PM2.5,细颗粒物", "甲市,2019-06,3,3"], r"'PM2.5', '细颗粒物'.*pm25"),
        (["place,period,PM2.5", "甲市,2019-06,many"], r"PM2.5 = 'many'.*line 2"),
        (["place,period,PM2.5", "甲市,2019-06,-3"], r"PM2.5 = '-3'"),
        (["place,period,PM2.5", "甲市,2019-06,3.1234"], "more than three decimals"),
        (["place,period,rank", "甲市,2019-06,1.5"], "whole number"),
        (["place,period,rank", "甲市,2019-13,1"], r"'2019-13' is not a period.*line 2"),
        (["place,period,rank", ",2019-06,1"], "place is empty"),
        (["place,period,rank", "甲市,2019-06,1", "甲市,201906,2"], "lines 2 and 3 are both"),
        (["place,period,rank"], "the table has no figures"),
        (["place,period,rank", "甲市,2019-06,—"], "the table has no figures"),
        (["", ""], "the file is empty"),
    ],
)
def test_what_is_wrong_is_named(table: Callable[..., Path], lines: list[str], named: str) -> None:
    with pytest.raises(BadFile, match=named):
        read_official(table(*lines))


def test_a_period_without_rows_is_said(table: Callable[..., Path]) -> None:
    with pytest.raises(BadFile, match="no figure of 2019-06"):
        read_official(table("place,period,rank", "甲市,2019-05,1"), JUNE)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such file"):
        read_official(tmp_path / "none.csv", JUNE)
