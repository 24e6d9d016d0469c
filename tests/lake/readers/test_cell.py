"""Cells: numbers, missing marks, withdrawn values."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.lake.readers.cell import Fault, directions, marks, numbers

MISSING_MARKS = ["", " ", "-99", "-999", "-9999", "-99.0", "—", "-", "--", "-;", "NA", "N/A",
                 "null", "NULL", "NaN", "/", "－", "缺测", "H", "RM"]  # fmt: skip


@pytest.mark.parametrize("text", MISSING_MARKS)
def test_missing_marks_give_no_value_and_no_fault(text: str) -> None:
    read = numbers(pa.array([text]))
    assert math.isnan(read.value[0])
    assert (read.withdrawn[0], read.fault[0]) == (False, Fault.NONE)


@pytest.mark.parametrize("text", ["35(H)", "35H", "35 H", "35（H）", "35.0h", "35(RM)", "35 (hsp)"])
def test_a_letter_withdraws_a_value(text: str) -> None:
    read = numbers(pa.array([text]))
    assert (read.value[0], read.withdrawn[0], read.fault[0]) == (35.0, True, Fault.NONE)


def test_a_valid_mark_leaves_the_value() -> None:
    read = numbers(pa.array(["35(N)"]))
    assert (read.value[0], read.withdrawn[0]) == (35.0, False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("35(Q)", Fault.UNKNOWN_MARK),
        ("3 5", Fault.NOT_A_NUMBER),
        ("1,234", Fault.NOT_A_NUMBER),
        ("<1", Fault.NOT_A_NUMBER),
        ("PM10", Fault.NOT_A_NUMBER),
        ("1.2.3", Fault.NOT_A_NUMBER),
    ],
)
def test_what_is_no_number_says_so(text: str, fault: Fault) -> None:
    read = numbers(pa.array([text]))
    assert math.isnan(read.value[0])
    assert read.fault[0] == fault


@given(st.integers(-3_000_000, 3_000_000), st.sampled_from(["{}", " {} ", "{}　"]))
def test_decimals_are_read_exactly(thousandths: int, frame: str) -> None:
    value = thousandths / 1000
    read = numbers(pa.array([frame.format(f"{value:.3f}"), frame.format(f"{value:+.3f}")]))
    if value in {-99, -999}:
        assert np.isnan(read.value).all()
    else:
        assert np.rint(read.value * 1000).tolist() == [thousandths] * 2
    assert not read.fault.any()


@given(st.text(max_size=12))
def test_any_cell_is_read_or_refused(text: str) -> None:
    read = numbers(pa.array([text]))
    assert math.isnan(read.value[0]) or read.fault[0] == Fault.NONE


def test_typed_columns_keep_their_numbers() -> None:
    assert numbers(pa.array([35, None, -999], pa.int16())).value.tolist()[:1] == [35.0]
    assert np.isnan(numbers(pa.array([None, -999, -99], pa.int16())).value).all()
    assert np.isnan(numbers(pa.array([float("nan")], pa.float32())).value).all()


def test_columns_of_marks() -> None:
    read = marks(pa.array(["", "N", "正常", "H", "审核无效", "7"]))
    assert read.withdrawn.tolist() == [False, False, False, True, True, False]
    assert read.fault.tolist() == [0, 0, 0, 0, 0, Fault.UNKNOWN_MARK]


def test_wind_directions() -> None:
    read = directions(pa.array(["N", "NNW", "东北风", "北", "270.5", "静风", "", "UP"]))
    assert read.value[:5].tolist() == [0.0, 337.5, 45.0, 0.0, 270.5]
    assert np.isnan(read.value[5:]).all()
    assert read.fault.tolist() == [0, 0, 0, 0, 0, 0, 0, Fault.NOT_A_NUMBER]
    assert directions(pa.array([90.0])).value.tolist() == [90.0]
