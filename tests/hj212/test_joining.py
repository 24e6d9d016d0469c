"""Long messages divided and joined, with waiting bounded in time and number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hj212.plain import frame
from lantian.errors import BadRequest
from lantian.hj212.joining import Joiner, Message, divide
from lantian.hj212.packet import Packet, decode

STAMP = ("DataTime", "20160801080000")
FIELDS = {"QN": "20160801085857534", "ST": "32", "CN": "2061", "PW": "123456", "MN": "A"}


def items(count: int) -> list[list[tuple[str, str]]]:
    return [[(f"w{n:05d}-Avg", f"{n}.5"), (f"w{n:05d}-Flag", "N")] for n in range(count)]


def part(pno: int, pnum: int = 3, mn: str = "A", stamp: str = "20160801080000") -> Packet:
    return decode(
        frame(
            f"QN=2016080108585753{pno};ST=32;CN=2061;MN={mn};Flag=6;PNUM={pnum};PNO={pno};"
            f"CP=&&DataTime={stamp};w0000{pno}-Avg=1&&"
        )
    )


@given(st.integers(0, 150), st.sampled_from(["4", "5", "8", "9"]))
def test_what_is_divided_fits_and_says_the_same(count: int, flag: str) -> None:
    packets = divide(FIELDS | {"Flag": flag}, STAMP, items(count))
    assert all(len(p.segment) <= 1024 for p in packets)
    assert all(p.items[0] == STAMP for p in packets)
    said = [item for p in packets for item in p.items[1:]]
    assert said == [value for item in items(count) for value in item]
    if len(packets) > 1:
        assert [p.pno for p in packets] == list(range(1, len(packets) + 1))
        assert {p.pnum for p in packets} == {len(packets)}
        assert {p.flag for p in packets} == {int(flag) + 2}
        assert len({p.qn for p in packets}) == len(packets)
    else:
        assert (packets[0].flag, packets[0].pnum) == (int(flag), None)


@given(st.permutations([1, 2, 3]), st.integers(0, 2))
def test_parts_join_in_any_order_with_repeats(order: list[int], again: int) -> None:
    joiner = Joiner(patience_s=10)
    found: list[Message] = []
    for pno in [*order[:2], order[again % 2], order[2]]:
        found += joiner.add(part(pno), now_s=0)
    assert found == [Message((part(1), part(2), part(3)), ())]
    assert joiner.expired(now_s=1e9) == []


def test_messages_of_others_and_of_other_hours_stay_apart() -> None:
    joiner = Joiner(patience_s=10)
    strangers = [part(2, mn="B"), part(2, stamp="20160801090000"), part(2, pnum=2)]
    for packet in [part(1, pnum=2), *strangers[:2]]:
        assert joiner.add(packet, now_s=0) == []
    assert joiner.add(strangers[2], now_s=0) == [Message((part(1, pnum=2), part(2, pnum=2)), ())]


def test_what_does_not_come_in_time_is_given_up_and_named() -> None:
    joiner = Joiner(patience_s=10)
    joiner.add(part(2), now_s=100)
    assert joiner.expired(now_s=109.9) == []
    assert joiner.expired(now_s=110) == [Message((part(2),), (1, 3))]
    assert joiner.expired(now_s=999) == []


def test_the_oldest_gives_way_when_there_are_too_many() -> None:
    joiner = Joiner(patience_s=10, most=2)
    for mn in ("A", "B"):
        assert joiner.add(part(1, mn=mn), now_s=0) == []
    assert joiner.add(part(1, mn="C"), now_s=0) == [Message((part(1, mn="A"),), (2, 3))]


@pytest.mark.parametrize("numbers", ["", "PNUM=2;", "PNO=1;", "PNUM=2;PNO=3;", "PNUM=0;PNO=0;"])
def test_a_packet_without_sense_in_its_numbers_stands_alone(numbers: str) -> None:
    packet = decode(frame(f"ST=22;CN=2011;MN=A;Flag=6;{numbers}CP=&&a-Rtd=1&&"))
    assert Joiner(patience_s=1).add(packet, now_s=0) == [Message((packet,), ())]


def test_what_cannot_be_divided_is_refused() -> None:
    with pytest.raises(BadRequest, match="an item of"):
        divide(FIELDS | {"Flag": "4"}, STAMP, [[("i11001-Info", "x" * 940)]])
    with pytest.raises(BadRequest, match="QN"):
        divide(FIELDS | {"QN": "1", "Flag": "4"}, STAMP, items(90))
    with pytest.raises(BadRequest, match="Flag"):
        divide(FIELDS, STAMP, items(90))
