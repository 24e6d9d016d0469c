"""One line of JSON for one frame, whatever the bytes."""

import json
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hj212.plain import frame, upload
from lantian.gate.decode import MOST_LINE, describe, frame_of_json, lines, refuse

GOLDEN = Path(__file__).parents[1] / "golden" / "hj212_packets.toml"
PACKETS: list[dict[str, Any]] = tomllib.loads(GOLDEN.read_text("utf-8"))["packet"]
KEYS = ["version", "st", "cn", "mn", "qn", "flag", "length_ok", "crc_ok", "crc_variant", "values"]


def said(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(describe(data.removesuffix(b"\r\n")))
    assert [*found][: len(KEYS)] == KEYS
    return found


@pytest.mark.parametrize("row", PACKETS, ids=[row["id"] for row in PACKETS])
def test_every_packet_found_in_public_is_judged_rightly(row: dict[str, Any]) -> None:
    found = said(row["frame"].encode())
    values = [line.split() for line in row["values"]]
    assert [(v["factor"], v["kind"]) for v in found["values"]] == [(v[0], v[1]) for v in values]
    assert [v["value"] for v in found["values"]] == [float(v[2]) for v in values]
    assert [v["flag"] or "-" for v in found["values"]] == [v[3] for v in values]
    match row["verdict"]:
        case "sound":
            assert (found["length_ok"], found["crc_ok"], found["crc_variant"]) == (
                *(True, True),
                "standard",
            )
            assert "error" not in found
        case "modbus":
            assert (found["crc_ok"], found["crc_variant"]) == (False, "modbus")
            assert "modbus" in found["faults"]
            assert "error" not in found
        case "broken":
            assert found["error"].startswith(f"{row['reason']}: ")
            assert found["length_ok"] == (row["reason"] != "length")
            assert (found["crc_ok"], found["crc_variant"]) == (False, None)


def test_numbers_keep_the_spelling_of_the_device_where_json_allows() -> None:
    line = describe(upload("a-Rtd=0.00;b-Rtd=-100;c-Rtd=1E2;d-Rtd=063;e-Rtd=.5;f-Rtd=+5")[:-2])
    for spelled in ('"value": 0.00,', '"value": -100,', '"value": 1E2,'):
        assert spelled in line
    assert [v["value"] for v in json.loads(line)["values"]] == [0, -100, 100, 63, 0.5, 5]


def test_what_is_no_number_is_a_text() -> None:
    found = said(upload("a-Rtd=NaN;b-Rtd=;c-Info=//清洗//;d-Rtd=1e999;e-Rtd=true"))
    assert [v["value"] for v in found["values"]] == ["NaN", "", "//清洗//", "1e999", "true"]
    assert [v["flag"] for v in found["values"]] == [None] * 5


def test_what_is_no_value_is_a_parameter() -> None:
    found = said(upload("DataTime=20160801085857;RestartTime=1"))
    assert found["values"] == []
    assert found["parameters"] == {"DataTime": "20160801085857", "RestartTime": "1"}


def test_missing_fields_are_null_and_empty_ones_empty() -> None:
    found = said(frame("ST=22;MN=;Flag=x;CP=&&&&"))
    assert [found[key] for key in KEYS[:6]] == [None, "22", None, "", None, "x"]


def test_what_devices_do_and_leaves_no_doubt_is_no_error() -> None:
    data = upload(";".join(f"a{n:05d}-Rtd=1" for n in range(90)) + ";")
    found = said(data[:-6] + data[-6:].lower())
    assert len(found["values"]) == 90
    assert {"oversize", "trailing"} <= set(found["faults"])
    assert "error" not in found


def test_what_is_readable_of_a_broken_frame_is_told() -> None:
    data = upload("a34004-Rtd=35.2").replace(b"35.2", b"99.9")
    found = said(data)
    assert found["error"].startswith("crc: ")
    assert (found["mn"], found["values"][0]["value"]) == ("010000A8900016F000169DC0", 99.9)
    wrong = said(b"##0009" + upload("a34004-Rtd=35.2")[6:])
    assert (wrong["length_ok"], wrong["crc_ok"]) == (False, True)
    assert wrong["values"][0]["value"] == 35.2


@given(st.binary(max_size=120))
def test_any_bytes_make_one_line(data: bytes) -> None:
    line = describe(data)
    assert "\n" not in line
    assert line.isascii()
    found = json.loads(line)
    assert found.get("error") or found["crc_variant"]


@given(
    st.binary(max_size=60) | st.text(max_size=40).map(lambda t: json.dumps({"packet": t}).encode())
)
def test_any_line_of_json_is_a_frame_or_a_reason(line: bytes) -> None:
    found = frame_of_json(line)
    answer = describe(found) if isinstance(found, bytes) else refuse(found)
    assert json.loads(answer).get("error") or json.loads(answer)["crc_variant"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b'{"packet": 5}',
        b'{"packets": "x"}',
        b"\xff\xfe",
        b"\x00",
        b"[" * 100_000,
        b"9" * 5_000,
        b'{"packet": "\xff"}',
    ],
)
def test_what_is_no_json_with_a_packet_is_named(line: bytes) -> None:
    reason = frame_of_json(line)
    assert isinstance(reason, str)
    found = json.loads(refuse(reason))
    assert [*found][: len(KEYS)] == KEYS
    assert found["error"].startswith("json: ")


def test_half_a_surrogate_is_an_error_of_the_frame() -> None:
    found = frame_of_json(b'{"packet": "##0001\\ud8000000"}')
    assert isinstance(found, bytes)
    assert "error" in json.loads(describe(found))


def test_lines_are_cut_at_any_end_and_blank_ones_passed_by() -> None:
    text = b"##a\r\n\r\n##b\n \n\x00\n##c"
    assert list(lines(BytesIO(text))) == [b"##a", b"##b", b"\x00", b"##c"]


@pytest.mark.parametrize("size", [MOST_LINE - 1, MOST_LINE, MOST_LINE + 1, 10_000_000])
def test_a_line_of_any_length_is_one_line(size: int) -> None:
    found = list(lines(BytesIO(b"x" * size + b"\n##b\n")))
    assert [len(found), found[1]] == [2, b"##b"]
    assert len(found[0]) <= MOST_LINE
