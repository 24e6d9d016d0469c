"""One frame becomes what is kept of it: each cause, each kind of value, clock and answer."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.independent import checksum, pack, unpack
from lantian.gate.hearing import hear, millionths
from lantian.gate.roll import Roll, roll_of
from lantian.lake.device import Device
from lantian.lake.fine import FineStore
from lantian.lake.said import MOST, SCALE, Said, Value

GOLDEN = Path(__file__).parents[1] / "golden" / "hj212_packets.toml"
PACKETS: list[dict[str, Any]] = tomllib.loads(GOLDEN.read_text("utf-8"))["packet"]

#: 2026-08-01 09:00:30 in Beijing.
NOW = datetime(2026, 8, 1, 1, 0, 30, tzinfo=UTC)
NOW_US = round(NOW.timestamp()) * 1_000_000
QN = "20260801090030000"
A1 = Device("A1", "S1", "123456", {}, "field", 10, None, None)


def known(**changes: Any) -> Roll:
    return roll_of([Device(**{f: getattr(A1, f) for f in A1.__slots__} | changes)], {"S2": 6})


ROLL = known()


def frame(area: str, cn: str = "2011", flag: int = 5, **other: str) -> bytes:
    head = {"QN": QN, "ST": "22", "CN": cn, "PW": "123456", "MN": "A1", "Flag": str(flag)} | other
    return pack("".join(f"{k}={v};" for k, v in head.items()) + f"CP=&&{area}&&")


def told(raw: bytes, roll: Roll = ROLL, at_us: int = NOW_US) -> Said:
    return hear(raw, peer="10.0.0.9", received_us=at_us, roll=roll).said


def reply(raw: bytes, roll: Roll = ROLL) -> bytes:
    return hear(raw, peer="10.0.0.9", received_us=NOW_US, roll=roll).reply


REAL = frame("DataTime=20260801090000;a34004-Rtd=35.2,a34004-Flag=N")
#: 09:00:00 in Beijing.
NINE = NOW_US // 1_000_000 - 30


def test_a_sound_frame_is_taken_whole() -> None:
    said = told(REAL)
    assert said == Said(
        "A1", REAL, NOW_US, "10.0.0.9", QN, "2011", "22", 2017, "", (),
        (Value("a34004", "", 0, NINE, 35_200_000, None, None, "N"),), 0,
    )  # fmt: skip
    message = unpack(reply(REAL))
    assert message.fields == {
        "QN": QN, "ST": "91", "CN": "9014", "PW": "123456", "MN": "A1", "Flag": "4",
    }  # fmt: skip


# ---- Causes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (b"", "head"),
        (b"##01", "head"),
        (b"##0000\r\n", "short"),
        (b"##0001A7080", "structure"),
        (pack("QN=1;ST=22"), "structure"),
        (REAL.replace(b"35.2", b"35.3"), "crc"),
        (REAL[:-6] + b"12G4\r\n", "crc_field"),
        (REAL.replace(b"##01", b"##09"), "length"),
        (pack("ST=22;CN=2011;MN=A1;CP=&&a=1\0&&"), "control"),
    ],
)
def test_what_cannot_be_read_is_kept_with_its_cause(raw: bytes, cause: str) -> None:
    said = told(raw, known(tolerance="field"))
    assert (said.cause, said.values, said.raw) == (cause, (), raw)
    assert reply(raw) == b""


def mended(raw: bytes, old: bytes, new: bytes) -> bytes:
    """Replace in a frame's segment and reckon length and CRC anew."""
    return pack(raw[6:-6].replace(old, new).decode())


MODBUS = b"##0077QN=20170516010101001;ST=22;CN=1061;PW=123456;MN=ABCDEFG1234567;Flag=3;CP=&&&&77E5"


def gbk(text: str) -> bytes:
    data = text.encode("gbk")
    return b"##%04d" % len(data) + data + b"%04X\r\n" % checksum(data)


@pytest.mark.parametrize(
    ("raw", "strict", "field", "lenient"),
    [
        (REAL[:-2], "end", "", ""),
        (REAL[:-6] + REAL[-6:].lower(), "", "", ""),
        (mended(REAL, b"=N&&", b"=N;&&"), "trailing", "", ""),
        (REAL.replace(b"##01", b"##09"), "length", "length", ""),
        (gbk(REAL[6:-6].decode().replace("=N&&", "=N;b-Info=清洗&&")), "gbk", "", ""),
    ],
    ids=["end", "crc_case", "trailing", "length", "gbk"],
)
def test_what_is_put_up_with_is_the_devices_own(
    raw: bytes, strict: str, field: str, lenient: str
) -> None:
    for tolerance, cause in (("strict", strict), ("field", field), ("lenient", lenient)):
        roll = known(tolerance=tolerance)
        said = told(raw, roll)
        assert said.cause == cause
        assert said.faults, "it is counted, whether put up with or not"
        assert bool(said.values) == bool(reply(raw, roll)) == (not cause)


def test_modbus_is_counted_and_put_up_with() -> None:
    said = told(MODBUS, known(mn="ABCDEFG1234567"))
    assert (said.cause, said.faults[0]) == ("", "modbus")
    assert told(MODBUS, known(mn="ABCDEFG1234567", tolerance="strict")).cause == "modbus"


def test_who_is_unknown_is_kept_and_answered_but_not_taken() -> None:
    raw = mended(REAL, b"MN=A1", b"MN=X9")
    said = told(raw)
    assert (said.mn, said.cause, said.values, said.cn) == ("X9", "unknown", (), "2011")
    assert unpack(reply(raw))["CN"] == "9014"
    assert told(mended(REAL, b"MN=A1", b"MN=")).cause == "unknown"


def test_a_monitor_is_known_for_its_days_by_its_own_calendar() -> None:
    first = date(2026, 8, 1)
    assert told(REAL, known(first=first)).cause == ""
    assert told(REAL, known(first=first + timedelta(days=1))).cause == "unknown"
    assert told(REAL, known(last=first - timedelta(days=1))).cause == "unknown"
    # Six in the morning in Beijing is the evening before by UTC.
    early = NOW_US - 3 * 3_600_000_000
    raw = frame("DataTime=20260801060000;a34004-Rtd=1", QN="20260801060030000")
    assert told(raw, known(first=first), early).cause == ""
    assert told(raw, known(last=first - timedelta(days=1)), early).cause == "unknown"


@pytest.mark.parametrize("spelled", ["", "12345", "1234567", "654321", "123456 "])
def test_a_wrong_password_is_neither_taken_nor_answered(spelled: str) -> None:
    raw = mended(REAL, b"PW=123456", b"PW=" + spelled.encode())
    assert (told(raw).cause, told(raw).values) == ("password", ())
    assert reply(raw) == b""
    assert told(raw, known(password="")).cause == ""


@pytest.mark.parametrize(
    "spelled",
    [
        "", "2026080109", "20260230090000", "202608010900000", "soon",
        # A clock that lost its battery starts here; in Beijing that is before 1970 by UTC.
        "19700101000000", "19700102000000", "00010101000000", "99991231235959",
    ],
)  # fmt: skip
@pytest.mark.parametrize("cn", ["2011", "2051", "2061", "2031"])
def test_a_time_that_cannot_be_is_said_and_the_frame_confirmed(spelled: str, cn: str) -> None:
    raw = frame(f"DataTime={spelled};a34004-Avg=1", cn)
    said = told(raw)
    assert said.cause in {"time", "ahead"}
    assert said.values == ()
    assert reply(raw)


def test_without_a_time_no_value_is_taken() -> None:
    assert told(frame("a34004-Rtd=1")).cause == "time"


@pytest.mark.parametrize(
    ("cn", "start", "cause"),
    [
        ("2011", "20260801091030", ""),
        ("2011", "20260801091031", "ahead"),
        ("2051", "20260801090030", ""),  # its ten minutes end at 09:10:30
        ("2051", "20260801090031", "ahead"),
        ("2061", "20260801081000", ""),
        ("2061", "20260801090000", "ahead"),
        ("2031", "20260731000000", ""),
        ("2031", "20260801000000", "ahead"),
    ],
)
def test_an_interval_that_is_not_over_is_ahead(cn: str, start: str, cause: str) -> None:
    raw = frame(f"DataTime={start};a34004-Avg=1", cn)
    assert told(raw).cause == cause
    assert reply(raw), "it would be sent for ever"


# ---- Values --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cn", "start", "span_s", "end"),
    [
        ("2011", "20260801085959", 0, "20260801085959"),
        ("2051", "20260801084000", 600, "20260801085000"),
        ("2061", "20260801080000", 3600, "20260801090000"),
        ("2031", "20260731000000", 86400, "20260801000000"),
    ],
)
def test_a_value_stands_at_the_end_of_its_interval(
    cn: str, start: str, span_s: int, end: str
) -> None:
    at = datetime.strptime(end, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    for station, offset_h in (("S1", 8), ("S2", 6)):
        (value,) = told(
            frame(f"DataTime={start};a34004-Avg=1", cn, QN=""),
            known(station=station),
            NOW_US + (8 - offset_h) * 3_600_000_000,
        ).values
        assert value.span_s == span_s
        assert value.t == at.timestamp() - offset_h * 3600


def test_least_mean_and_most_stand_together() -> None:
    said = told(
        frame(
            "DataTime=20260801080000;w00000-Cou=63.0,w00000-Min=16.4,w00000-Avg=17.5,"
            "w00000-Max=20.1,w00000-Flag=N;w01001-Min=7.1,w01001-Flag=D",
            "2061",
        )
    )
    assert [v[:2] + v[4:] for v in said.values] == [
        ("w00000", "Cou", 63_000_000, None, None, "N"),
        ("w00000", "", 17_500_000, 16_400_000, 20_100_000, "N"),
        ("w01001", "", None, 7_100_000, None, "D"),
    ]


def test_values_turned_to_standard_conditions_stand_apart() -> None:
    said = told(
        frame(
            "DataTime=20260801084000;a21026-Min=1,a21026-Avg=2,a21026-Max=3,a21026-ZsMin=4,"
            "a21026-ZsAvg=5,a21026-ZsMax=6,a21026-Flag=N",
            "2051",
        )
    )
    assert [v[:2] + v[4:] for v in said.values] == [
        ("a21026", "", 2 * SCALE, SCALE, 3 * SCALE, "N"),
        ("a21026", "Zs", 5 * SCALE, 4 * SCALE, 6 * SCALE, "N"),
    ]
    (real,) = told(frame("DataTime=20260801090000;a21026-ZsRtd=7")).values
    assert (real.kind, real.value) == ("Zs", 7 * SCALE)


def test_what_is_no_number_is_counted_and_keeps_its_flag() -> None:
    said = told(
        frame("DataTime=20260801090000;a-Rtd=NaN,a-Flag=D;b-Rtd=,b-Flag=B;c-Rtd=--;d-Rtd=1e99")
    )
    assert [(v.factor, v.value, v.flag) for v in said.values] == [
        ("a", None, "D"),
        ("b", None, "B"),
    ]
    assert said.faults == ("text",)


@given(st.decimals(-9_000_000, 9_000_000, allow_nan=False, places=8))
def test_numbers_are_kept_in_millionths_half_to_even(number: Decimal) -> None:
    found = millionths(f"{number:f}")
    assert found == round(number * SCALE)
    assert abs(found) <= MOST


def test_what_is_too_large_is_no_measurement() -> None:
    assert [millionths(t) for t in ("9000000", "-9000000", "9000001", "1e30", "0x1", "１")] == [
        MOST, -MOST, None, None, None, None,
    ]  # fmt: skip
    assert [millionths(t) for t in ("0.0000005", "0.0000015", "-0.0000005")] == [0, 2, 0]


@pytest.mark.parametrize("row", PACKETS, ids=[row["id"] for row in PACKETS])
def test_packets_found_in_public_give_their_values(row: dict[str, Any]) -> None:
    raw = row["frame"].encode() + b"\r\n"
    bare = told(raw)
    if row["verdict"] == "broken":
        # With the length put up with until the device is known, its CRC is what is wrong.
        assert bare.cause == ("crc" if row["reason"] == "length" else row["reason"])
        return
    sent = bare.qn.ljust(17, "0") if bare.qn else "20210305003817000"
    at = datetime.strptime(sent[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(hours=8)
    roll = known(mn=bare.mn, password="", tolerance="field", minutes=1)
    said = told(raw, roll, round(at.timestamp()) * 1_000_000 + 60_000_000)
    assert (said.mn, said.cause) == (bare.mn, "time" if row["id"] == "5" else "")
    if said.cn not in {"2011", "2021", "2031", "2041", "2051", "2061"}:
        assert said.values == ()
        return
    wanted = [line.split() for line in row["values"]]
    found = [(v.factor, v.value, v.flag or "-") for v in said.values]
    assert found == [(w[0], round(Decimal(w[2]) * SCALE), w[3]) for w in wanted]


# ---- Clock and lateness --------------------------------------------------------------------


@pytest.mark.parametrize("ahead_s", [-36_000, -601, -600, -3, 0, 5, 28_800])
def test_the_clock_is_measured_and_lateness_counted(ahead_s: int) -> None:
    sent = NOW + timedelta(hours=8, seconds=ahead_s, milliseconds=7)
    said = told(frame("DataTime=20260801080000;a34004-Avg=1", "2061", QN=f"{sent:%Y%m%d%H%M%S}007"))
    assert said.clock_ms == ahead_s * 1000 + 7
    assert said.faults == (("late",) if ahead_s < -600 else ())
    assert said.values


def test_a_frame_without_qn_tells_no_clock() -> None:
    said = told(frame("DataTime=20260801090000;a34004-Rtd=1", QN=""))
    assert (said.clock_ms, said.faults, len(said.values)) == (None, (), 1)


# ---- Answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "version", "back"), [(1, 2005, "0"), (5, 2017, "4"), (9, 2025, "8")]
)
def test_the_answer_is_of_the_version_that_asked(flag: int, version: int, back: str) -> None:
    raw = frame("DataTime=20260801090000;a34004-Rtd=1", flag=flag)
    assert told(raw).version == version
    message = unpack(reply(raw))
    assert (message["Flag"], message["ST"], message["CN"], message.items) == (
        back,
        "91",
        "9014",
        [],
    )


def test_who_asks_for_no_answer_gets_none() -> None:
    for flag in (0, 4, 8):
        assert reply(frame("DataTime=20260801090000;a34004-Rtd=1", flag=flag)) == b""
    assert reply(frame("QnRtn=1", "9011")) == b""
    assert unpack(reply(frame("PolId=w01018", "1013")))["CN"] == "9013"


def test_a_part_is_answered_by_its_own_qn() -> None:
    raw = frame("DataTime=20260801080000;a34004-Avg=1", "2061", flag=7, PNUM="2", PNO="1")
    assert unpack(reply(raw))["QN"] == QN
    assert len(told(raw).values) == 1


#: Digits of times, real and not; texts as they may stand in a frame.
TIMES = st.from_regex(r"\A[0-9]{14}\Z") | st.datetimes().map(
    lambda t: f"{t:%Y%m%d%H%M%S}".zfill(14)
)
WORDS = st.text(st.characters(exclude_characters=";,&=", exclude_categories=("C",)), max_size=12)


@given(
    TIMES, TIMES, st.sampled_from(["2011", "2031", "2051", "2061", "1013"]), WORDS, WORDS, WORDS,
    st.integers(0, 300),
)  # fmt: skip
def test_whatever_is_heard_can_be_kept(
    tmp_path_factory: pytest.TempPathFactory,
    at: str,
    qn: str,
    cn: str,
    factor: str,
    text: str,
    spelled: str,
    flag: int,
) -> None:
    raw = frame(f"DataTime={at};a34004-Avg=1;{factor}-Rtd={text},{factor}-Flag={spelled}", cn,
                flag, QN=qn + "000", ST=spelled[:2])  # fmt: skip
    folder = tmp_path_factory.getbasetemp() / "heard"
    folder.mkdir(exist_ok=True)
    store = FineStore.open(folder)
    try:
        kept = store.keep([told(raw), told(raw, known(mn="other"))])
        assert kept.frames + kept.again == 2
    finally:
        store.close()


@given(st.binary(max_size=200))
def test_any_bytes_become_something_that_can_be_kept(data: bytes) -> None:
    said = told(data)
    assert said.cause
    assert said.raw == data
