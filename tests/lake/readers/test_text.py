"""Text files as they come: encodings, mixed and cut ones, lines that are no rows."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.errors import BadFile, LantianError
from lantian.lake.readers import read
from lantian.terms.mark import MISSING

HEAD = "时间,站点名称,SO2\n"
GOOD = HEAD + "2019年6月1日1时,万寿西宫,3\n2019年6月1日2时,定陵,4\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(reading, encoding: str) -> None:
    found = reading(GOOD, encoding=encoding)
    assert found.rows.names == ("万寿西宫", "定陵")
    assert found.rows.values[0].tolist() == [3_000, 4_000]
    assert found.refused == ()


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(reading, separator: str, end: str) -> None:
    found = reading(GOOD.replace(",", separator).replace("\n", end))
    assert found.rows.values[0].tolist() == [3_000, 4_000]
    assert found.notes == ()


def test_lines_of_two_encodings_in_one_file(reading) -> None:
    lines = GOOD.splitlines(keepends=True)
    found = reading(lines[0].encode() + lines[1].encode("gbk") + lines[2].encode())
    assert found.rows.names == ("万寿西宫", "定陵")
    assert found.refused == ()


def test_a_line_in_no_encoding_is_refused_and_the_others_kept(reading) -> None:
    found = reading(GOOD.encode() + b"2019060103,\xff\xfe\x80,5\n" + "2019060104,定陵,6\n".encode())
    assert found.rows.values[0].tolist() == [3_000, 4_000, 6_000]
    assert [(r.line, r.raw) for r in found.refused] == [(4, "2019060103,\\xff\\xfe\\x80,5")]
    assert "UTF-8" in found.refused[0].reason


def test_a_file_cut_in_the_middle_of_a_character(reading) -> None:
    found = reading((GOOD + "2019060103,定陵").encode()[:-1])
    assert found.rows.values[0].tolist() == [3_000, 4_000]
    assert [r.line for r in found.refused] == [4]
    assert "cut off" in found.notes[0]


def test_a_file_cut_in_the_middle_of_a_line(reading) -> None:
    found = reading("time,site,SO2,NO2\n2019060101,A,1,2\n2019060102,A")
    assert found.rows.values[0].tolist() == [1_000]
    assert [(r.line, r.raw) for r in found.refused] == [(3, "2019060102,A")]
    assert "2 cells, not 4" in found.refused[0].reason


def test_ragged_blank_and_damaged_lines_keep_their_numbers(reading) -> None:
    found = reading(
        "time,site,SO2\n"
        "\n"
        "2019060101,A,1\n"
        "2019060102,A,2,9\n"
        "2019060103,A,3,,\n"
        ",,\n"
        '2019060104,"A,4\n'
        "2019060105,\0\0\0,5\n"
        '"2019060106","A","6"\n'
        "2019060107,A,abc\n"
    )
    assert found.rows.values[0].tolist() == [1_000, 3_000, 6_000]
    assert found.rows.line.tolist() == [3, 5, 9]
    assert [r.line for r in found.refused] == [4, 7, 8, 10]
    assert [r.raw for r in found.refused] == [
        "2019060102,A,2,9",
        '2019060104,"A,4',
        "2019060105,\0\0\0,5",
        "2019060107,A,abc",
    ]


def test_lines_are_numbered_the_same_on_the_fast_way(reading) -> None:
    body = "".join(f"20190601{h:02},A,{'?' if h == 7 else h}\n" for h in range(1, 24))
    fast = reading("time,site,SO2\n" + body)
    slow = reading("time,site,SO2\n" + body + "2019060200,A\n")
    assert [r.line for r in fast.refused] == [8]
    assert [r.line for r in slow.refused] == [8, 25]
    assert fast.rows.values.tolist() == slow.rows.values.tolist()
    assert fast.rows.line.tolist() == slow.rows.line.tolist() == [*range(2, 8), *range(9, 25)]


def test_a_header_below_a_title(reading) -> None:
    found = reading(
        "某市空气质量小时报\n2019年6月,,\n时间,站点,SO2\n2019060101,A,?\n2019060102,A,2\n"
    )
    assert found.rows.values[0].tolist() == [2_000]
    assert found.rows.line.tolist() == [5]
    assert [r.line for r in found.refused] == [4]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "empty"),
        (b"  \n", "empty|unknown layout"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"\.xls"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"PAR1garbage", "Parquet"),
        (b"PK\x03\x04garbage", "Excel"),
        (b"\xff\xfea", "UTF-16"),
        (bytes(range(256)) * 4, "unknown layout|not"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(reading, content: bytes, match: str) -> None:
    with pytest.raises(BadFile, match=match):
        reading(content)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(BadFile, match="cannot be opened"):
        read(tmp_path / "none.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_read_in_part_or_refused(write, data) -> None:
    """Bytes lost or changed never give a value that stands in no line of the file."""
    text = "time,site,SO2\n" + "".join(f"20190601{h:02},A,{h}\n" for h in range(1, 24))
    raw = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = write(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    try:
        found = read(path)
    except LantianError:
        return
    raw = path.read_bytes()
    assert all(1 <= r.line <= len(raw.splitlines()) for r in found.refused)
    stands = {float(number) for number in re.findall(rb"\d+(?:\.\d*)?(?:[eE]\d+)?", raw)}
    given_values = found.rows.values[found.rows.values != MISSING]
    assert {value / 1000 for value in given_values.tolist()} <= stands
