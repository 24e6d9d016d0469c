"""What any bytes must survive: every door of the codec opened with them, its laws checked."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from lantian.gate.decode import describe, frame_of_json
from lantian.hj212.cipher import decrypt, encrypt
from lantian.hj212.codes import Way, data_flag, factor
from lantian.hj212.dialogue import answer_wanted, data_answer
from lantian.hj212.envelope import seal_of
from lantian.hj212.fault import LENIENT, STRICT, Fault, FrameFault, Tolerance
from lantian.hj212.joining import Joiner
from lantian.hj212.packet import Packet, decode, encode
from lantian.hj212.reading import data_time, interval, parameters, readings
from lantian.hj212.stream import Splitter

EVERYTHING: Tolerance = frozenset(Fault)
_KEY = b"0" * 16


def survive(data: bytes) -> None:
    """Do all that can be done with bytes; nothing but an error of the codec's own may come."""
    seal_of(data)
    describe(data)
    frame_of_json(data)
    _split(data)
    for tolerance in (STRICT, LENIENT, EVERYTHING):
        with suppress(FrameFault):
            packet = decode(data, tolerance=tolerance)
            assert encode(packet) == packet.raw == data
            assert set(packet.faults) <= tolerance
            _use(packet)
    with suppress(FrameFault):
        assert encrypt(decrypt(data, _KEY), _KEY) == data


def _split(data: bytes) -> None:
    whole, pieces = Splitter(), Splitter()
    found = whole.feed(data)
    later = [one for at in range(0, len(data), 7) for one in pieces.feed(data[at : at + 7])]
    assert found == later
    assert whole.flush() == pieces.flush()
    assert whole.faults == pieces.faults


def _use(packet: Packet) -> None:
    found = readings(packet)
    assert len(found) + len(parameters(packet)) <= len(packet.items)
    for reading in found:
        assert reading.value is None or isinstance(reading.value, Decimal)
        data_flag(reading.flag)
        factor(reading.factor)
    covered = interval(packet, minutes=10)
    if covered is not None:
        assert covered[0] == data_time(packet)
        assert timedelta(0) <= covered[1] - covered[0] <= timedelta(days=1)
    answers = {answer_wanted(packet, way=way) for way in Way}
    assert answers <= {None, "9011", "9013", "9014"}
    joiner = Joiner(patience_s=1)
    messages = joiner.add(packet, now_s=0) + joiner.expired(now_s=1)
    assert [message.packets for message in messages] == [(packet,)]
    with suppress(FrameFault):
        assert data_answer(packet).mn == packet.mn
