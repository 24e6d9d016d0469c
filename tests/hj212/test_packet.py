"""A frame taken apart: fields, versions, faults that are put up with, and those that are not."""

import pytest

from hj212.plain import crc, frame, modbus, upload
from lantian.hj212.envelope import seal_of
from lantian.hj212.fault import FIELD, LENIENT, STRICT, Fault, FrameFault
from lantian.hj212.packet import Packet, compose, decode, encode

AREA = "DataTime=20160801085857;a34004-Rtd=35.2,a34004-Flag=N"


def refusal(data: bytes, tolerance: frozenset[Fault] = STRICT) -> Fault:
    with pytest.raises(FrameFault) as caught:
        decode(data, tolerance=tolerance)
    return caught.value.fault


def accepted(data: bytes, *tolerated: Fault) -> Packet:
    """What a frame decodes to with exactly these faults tolerated; without them it is refused."""
    assert refusal(data) in tolerated
    packet = decode(data, tolerance=STRICT | frozenset(tolerated))
    assert set(tolerated) <= set(packet.faults)
    assert encode(packet) == data
    return packet


def test_fields_keep_their_order_and_spelling() -> None:
    data = frame("ST=22;QN=20160801085857223;Zz=1;CN=2011;MN=a;Flag=007;CP=&&&&")
    packet = decode(data)
    assert [name for name, _ in packet.fields] == ["ST", "QN", "Zz", "CN", "MN", "Flag"]
    assert (packet.qn, packet.flag, dict(packet.fields)["Flag"]) == ("20160801085857223", 7, "007")
    assert encode(packet) == data


@pytest.mark.parametrize(
    ("flag", "version", "answer"),
    [
        ("0", 2005, False),
        ("3", 2005, True),
        ("4", 2017, False),
        ("5", 2017, True),
        ("6", 2017, False),
        ("8", 2025, False),
        ("11", 2025, True),
        ("12", None, False),
        ("255", None, True),
        ("256", None, False),
        ("", None, False),
        ("x", None, False),
        ("٥", None, False),
    ],
)
def test_flag_says_version_and_answer(flag: str, version: int | None, *, answer: bool) -> None:
    packet = decode(frame(f"ST=22;CN=2011;Flag={flag};CP=&&&&"), tolerance=FIELD)
    assert (packet.version, packet.needs_answer) == (version, answer)


def test_missing_fields_are_empty() -> None:
    packet = decode(frame("ST=22;CP=&&&&"))
    assert (packet.qn, packet.cn, packet.mn, packet.pw, packet.rf) == ("", "", "", "", "")
    assert (packet.flag, packet.version, packet.pnum, packet.pno) == (None, None, None, None)


def test_numbers_of_divided_packets_may_be_padded() -> None:
    packet = decode(frame("ST=22;CN=2051;PNO=0002;PNUM=0003;Flag=6;CP=&&&&"))
    assert (packet.pnum, packet.pno) == (3, 2)


def test_a_wrong_length_is_put_up_with_where_asked() -> None:
    data = b"##0009" + upload(AREA)[6:]
    packet = accepted(data, Fault.LENGTH)
    assert (packet.length_ok, packet.declared_length, packet.crc_ok) == (False, 9, True)
    assert decode(data, tolerance=LENIENT).faults == (Fault.LENGTH,)
    assert refusal(data, FIELD) is Fault.LENGTH


@pytest.mark.parametrize("end", [b"\n", b"\r", b""])
def test_a_missing_end_is_put_up_with_where_asked(end: bytes) -> None:
    accepted(upload(AREA)[:-2] + end, Fault.END)


def test_gbk_is_put_up_with_where_asked() -> None:
    data = "CN=3020;CP=&&i11001-Info=//清洗,管路//&&".encode("gbk")
    packet = accepted(b"##%04d%b%04X\r\n" % (len(data), data, crc(data)), Fault.GBK)
    assert packet.items == (("i11001-Info", "//清洗,管路//"),)


def test_utf8_is_counted_in_bytes() -> None:
    data = frame("CN=3020;CP=&&i11001-Info=//清洗管路//&&")
    packet = decode(data)
    assert packet.items == (("i11001-Info", "//清洗管路//"),)
    assert encode(packet) == data


def test_a_modbus_crc_is_put_up_with_where_asked() -> None:
    segment = upload(AREA)[6:-6]
    packet = accepted(b"##%04d%b%04x\r\n" % (len(segment), segment, modbus(segment)), Fault.MODBUS)
    assert (packet.crc_variant, packet.crc_ok) == ("modbus", False)


def test_a_trailing_separator_is_put_up_with_where_asked() -> None:
    assert accepted(upload(AREA + ";"), Fault.TRAILING).items == decode(upload(AREA)).items


def test_a_long_segment_is_put_up_with_where_asked() -> None:
    area = ";".join(f"a{n:05d}-Rtd=1" for n in range(90))
    assert len(accepted(upload(area), Fault.OVERSIZE).items) == 90
    assert decode(frame("CP=&&" + "a=" + "1" * 1015 + "&&")).faults == ()


def test_equal_frames_make_equal_packets_of_any_length() -> None:
    data = upload(";".join(f"a{n:03d}=1" for n in range(300)))
    assert decode(data, tolerance=FIELD) == decode(data, tolerance=FIELD)
    assert decode(data, tolerance=FIELD) != decode(upload("a=1"))


def test_small_letters_of_the_crc_are_only_counted() -> None:
    data = upload(AREA)
    small = data[:-6] + data[-6:].lower()
    assert small != data
    assert decode(small).faults == (Fault.CRC_CASE,)
    assert encode(decode(small)) == small


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.HEAD),
        (b"##", Fault.HEAD),
        (b"##+101" + upload(AREA)[6:], Fault.HEAD),
        (b"#!" + upload(AREA)[2:], Fault.HEAD),
        (b"##0000FFFF\r\n", Fault.SHORT),
        (b"##0101\r\n", Fault.SHORT),
        (upload(AREA)[:-6] + b"GHIJ\r\n", Fault.CRC_FIELD),
        (upload(AREA)[:-6] + b"+0C1\r\n", Fault.CRC_FIELD),
        (upload(AREA).replace(b"35.2", b"35.3"), Fault.CRC),
        (upload("a\x00=1"), Fault.CONTROL),
        (upload("a=1\x7f"), Fault.CONTROL),
        (upload("a"), Fault.AREA),
        (upload("a=1;b"), Fault.AREA),
        (upload("a=1;=2"), Fault.AREA),
        (upload("a=1;;b=2"), Fault.AREA),
        (upload("a=1=2;b"), Fault.AREA),
        (frame("ST=22;CN=2011"), Fault.STRUCTURE),
        (frame("ST=22;CP=&&"), Fault.STRUCTURE),
        (frame("ST=22;CP=&&&"), Fault.STRUCTURE),
        (frame("ST=22;CP=&&a=1"), Fault.STRUCTURE),
        (frame("ST=22;ST=21;CP=&&&&"), Fault.STRUCTURE),
        (frame("QN=1;QN=2;CP=&&&&"), Fault.STRUCTURE),
        (frame("QN=;QN=2;CP=&&&&"), Fault.STRUCTURE),
        (frame("QN=1CP=&&&&"), Fault.STRUCTURE),
        (frame("QN=1\n;CP=&&&&"), Fault.CONTROL),
        (frame("ST=2\x002;CP=&&&&"), Fault.CONTROL),
        (frame("ST=22CP=&&&&"), Fault.STRUCTURE),
        (frame("ST;CP=&&&&"), Fault.STRUCTURE),
        (frame("=22;CP=&&&&"), Fault.STRUCTURE),
    ],
)
def test_what_cannot_be_read_is_refused_for_its_cause(data: bytes, fault: Fault) -> None:
    assert refusal(data, LENIENT) is fault


def test_bytes_of_no_encoding_are_refused() -> None:
    data = b"ST=22;CP=&&a=\xff\xff\x80&&"
    whole = b"##%04d%b%04X\r\n" % (len(data), data, crc(data))
    assert refusal(whole, frozenset(Fault) - {Fault.ENCODING}) is Fault.ENCODING


def test_an_error_says_what_where_and_what_to_do() -> None:
    with pytest.raises(FrameFault) as caught:
        decode(upload(AREA)[:-2])
    assert str(caught.value).startswith("LT-700 CR LF is lacking")
    assert "->" in str(caught.value)


def test_a_value_keeps_what_stands_behind_its_first_sign() -> None:
    assert decode(upload("a=1=2;b=3")).items == (("a", "1=2"), ("b", "3"))


def test_spaces_around_names_as_in_the_standards_own_examples_do_no_harm() -> None:
    data = upload(" DataTime=20160801085857;VaseNo=1 ")
    assert decode(data).names == ("DataTime", "VaseNo")
    assert encode(decode(data)) == data


@pytest.mark.parametrize("value", ["1;b=2", "1,b=2", "&&"])
def test_composing_refuses_a_separator_in_a_value(value: str) -> None:
    if value == "&&":
        assert compose({"ST": "22"}, [[("a", value)]]).items == (("a", value),)
        return
    with pytest.raises(FrameFault):
        compose({"ST": "22"}, [[("a", value)]])


def test_the_seal_of_any_bytes_is_told() -> None:
    data = upload(AREA)
    assert seal_of(data) == seal_of(data[:-2]) == (True, "standard")
    assert seal_of(b"##0009" + data[6:]) == (False, "standard")
    assert seal_of(data.replace(b"35", b"36")) == (True, None)
    assert seal_of(b"\x00") == (False, None)
