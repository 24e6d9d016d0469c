"""Laws of the codec: what goes in comes out, and no bytes raise anything but its own error."""

from contextlib import suppress
from datetime import timedelta
from time import process_time

from hypothesis import example, given
from hypothesis import strategies as st

from hj212 import plain
from lantian.hj212 import area, packet
from lantian.hj212.cipher import decrypt
from lantian.hj212.codes import Way
from lantian.hj212.dialogue import answer_wanted
from lantian.hj212.envelope import seal_of
from lantian.hj212.fault import LENIENT, STRICT, Fault, FrameFault
from lantian.hj212.packet import compose, decode, encode
from lantian.hj212.reading import data_time, interval, parameters, readings
from lantian.hj212.stream import Splitter

NAMES = st.text("abcXYZ0123456789_", min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_characters=";,=&", exclude_categories=["C"]), max_size=9)
FIELDS = st.dictionaries(NAMES.filter(lambda name: name != "CP"), TEXTS, max_size=8)
ITEMS = st.lists(
    st.lists(st.tuples(NAMES, TEXTS.filter(lambda text: "//" not in text)), min_size=1, max_size=4),
    max_size=8,
)
SOUND = plain.upload("DataTime=20160801085857;a34004-Rtd=35.2,a34004-Flag=N;SB1-RS=1")
EVERYTHING = frozenset(Fault)


@given(FIELDS, ITEMS)
def test_what_is_composed_decodes_to_itself(
    fields: dict[str, str], items: list[list[tuple[str, str]]]
) -> None:
    packet = compose(fields, items)
    assert packet.fields == tuple(fields.items())
    assert packet.items == tuple(value for item in items for value in item)
    assert packet.raw == plain.frame(packet.segment)
    assert decode(packet.raw) == packet


@given(st.binary(max_size=200), st.sampled_from([STRICT, LENIENT, EVERYTHING]))
@example(b"##0001" + b"\xff" * 9, EVERYTHING)
@example(b"##0000\xff\xff\xff\xff\r\n", EVERYTHING)
def test_any_bytes_are_decoded_or_refused(data: bytes, tolerance: frozenset[Fault]) -> None:
    survive(data, tolerance)


@given(
    st.sampled_from([SOUND, plain.frame("CP=&&a=//b,c//;d=&&"), plain.frame("PNO=1;CP=&&&&")]),
    st.lists(st.tuples(st.integers(0, 200), st.binary(max_size=3), st.integers(0, 9)), max_size=5),
    st.sampled_from([STRICT, LENIENT, EVERYTHING]),
)
def test_a_damaged_frame_is_decoded_or_refused(
    data: bytes, cuts: list[tuple[int, bytes, int]], tolerance: frozenset[Fault]
) -> None:
    for at, put, out in cuts:
        data = data[:at] + put + data[at + out :]
    survive(data, tolerance)


@given(st.binary(max_size=80))
def test_any_data_segment_with_a_right_seal_is_decoded_or_refused(inner: bytes) -> None:
    segment = b"ST=22;CP=&&" + inner + b"&&"
    survive(b"##%04d%b%04X\r\n" % (len(segment), segment, plain.crc(segment)), EVERYTHING)


def survive(data: bytes, tolerance: frozenset[Fault]) -> None:
    """Do all that can be done with bytes: accepted ones come back, others are refused."""
    seal_of(data)
    for found in Splitter().feed(data):
        assert len(found) > 0
    try:
        packet = decode(data, tolerance=tolerance)
    except FrameFault:
        pass
    else:
        assert encode(packet) == data
        assert set(packet.faults) <= tolerance
        assert all(reading.value is None or reading.text for reading in readings(packet))
        assert len(readings(packet)) + len(parameters(packet)) <= len(packet.items)
        assert len(packet.names) == len(packet.values)
        covered = interval(packet, minutes=10)
        assert covered is None or covered[0] == data_time(packet)
        assert covered is None or timedelta(0) <= covered[1] - covered[0] <= timedelta(days=1)
        assert all(answer_wanted(packet, way=way) != "" for way in Way)
    with suppress(FrameFault):
        decrypt(data, b"0" * 16)


def test_hostile_packets_cost_little_time_and_are_not_kept() -> None:
    """Ten thousand bytes of the worst kinds: each is read in far less than a second."""
    worst = [
        ",".join(["a-Flag=N"] * 550 + ["a-Rtd=1"] * 550),
        ";".join(f"a{n}=1" for n in range(1200)),
        ",".join(["a=//x"] * 1600),
        "a=" + "//" * 4000,
        "a=" + "=" * 9000,
        "a-Rtd=" + "9" * 9000,
    ]
    before = (area._kept.cache_info().currsize, packet._kept_head.cache_info().currsize)
    for text in worst:
        for data in (plain.upload(text), plain.frame(f"PW={text[:9000]};CP=&&&&")):
            start = process_time()
            survive(data, EVERYTHING)
            assert process_time() - start < 0.5
    after = (area._kept.cache_info().currsize, packet._kept_head.cache_info().currsize)
    assert after[0] <= before[0] + 3
    assert after[1] <= before[1] + 1
