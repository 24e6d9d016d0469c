"""Hearing: one frame becomes what is kept of it, and the answer that it asks for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, NamedTuple

from lantian.gate.roll import Roll, tolerance_of
from lantian.hj212.codes import Way
from lantian.hj212.dialogue import answer, answer_wanted
from lantian.hj212.fault import LENIENT, FrameFault
from lantian.hj212.packet import Packet, decode
from lantian.hj212.reading import Reading, interval, is_number, parse_time, readings
from lantian.lake.device import Device
from lantian.lake.said import MOST, SCALE, Said, Value

#: Uploads whose values are taken.
_UPLOADS: Final = frozenset({"2011", "2021", "2031", "2041", "2051", "2061"})
#: Kinds of one measurement: mean or instant, least, most.
_MEAN: Final = frozenset({"Rtd", "Avg", "ZsRtd", "ZsAvg"})
_LOW: Final = frozenset({"Min", "ZsMin"})
_HIGH: Final = frozenset({"Max", "ZsMax"})
#: A device whose clock is ahead by more would put values into hours that have not been.
_AHEAD: Final = timedelta(minutes=10)
#: What is older was kept by the device and is sent now.
_LATE: Final = timedelta(minutes=10)
#: Older than any device: a clock that lost its battery starts before.
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)

#: Causes for which nothing of a sound frame is taken, and which are not confirmed either:
#: who does not know the password shall not learn that it was heard.
PASSWORD: Final = "password"  # noqa: S105
UNKNOWN: Final = "unknown"
TIME: Final = "time"
AHEAD: Final = "ahead"
LATE: Final = "late"
TEXT: Final = "text"
#: Causes that another roster would mend: who sends such a frame again has it confirmed then.
BY_ROSTER: Final = (UNKNOWN, PASSWORD, *(fault.value for fault in sorted(LENIENT)))


class Heard(NamedTuple):
    """What is kept of a frame, and the bytes to answer once it is; b"" for no answer.

    `packet` is there where a known device sent it with the right password.
    """

    said: Said
    reply: bytes
    packet: Packet | None = None


def hear(frame: bytes, *, peer: str, received_us: int, roll: Roll) -> Heard:
    """Take a frame apart and judge what of it counts.

    Parameters
    ----------
    frame : bytes
    peer : str
        Address that it came from.
    received_us : int
        Microseconds since 1970.
    roll : Roll

    Examples
    --------
    >>> heard = hear(b"##0001A7080", peer="10.0.0.9", received_us=0, roll=Roll())
    >>> heard.said.cause, heard.reply
    ('structure', b'')
    """
    bare = Said("", frame, received_us, peer)
    try:
        packet = decode(frame, tolerance=LENIENT)
    except FrameFault as fault:
        return Heard(bare._replace(cause=fault.fault.value), b"")
    now = _EPOCH + timedelta(microseconds=received_us)
    said = bare._replace(
        mn=packet.mn,
        qn=packet.qn,
        cn=packet.cn,
        st=packet.st,
        version=packet.version,
        faults=tuple(fault.value for fault in packet.faults),
    )
    device = roll.device(packet.mn, now)
    if device is None:
        return Heard(said._replace(cause=UNKNOWN), _reply(packet))
    return _judge(said, packet, device, now + timedelta(hours=roll.offset_h(device.station)))


def _judge(said: Said, packet: Packet, device: Device, now: datetime) -> Heard:
    """Judge a frame of a known device; `now` is its local time."""
    refused = [f.value for f in packet.faults if f not in tolerance_of(device)]
    if refused:
        return Heard(said._replace(cause=refused[0]), b"")
    if device.password and packet.pw != device.password:
        return Heard(said._replace(cause=PASSWORD), b"")
    sent = parse_time(packet.qn)
    if sent is not None:
        off = sent - now
        said = said._replace(clock_ms=off // timedelta(milliseconds=1))
        if off < -_LATE:
            said = said._replace(faults=(*said.faults, LATE))
    if packet.cn in _UPLOADS:
        said = _with_values(said, packet, device, now)
    return Heard(said, _reply(packet), packet)


def _with_values(said: Said, packet: Packet, device: Device, now: datetime) -> Said:
    span = interval(packet, minutes=device.minutes)
    if span is None or span[0] < _FIRST:
        return said._replace(cause=TIME)
    start, end = span
    if end > now + _AHEAD:
        return said._replace(cause=AHEAD)
    utc = end - (now - (_EPOCH + timedelta(microseconds=said.received_us)))
    t = (utc - _EPOCH) // timedelta(seconds=1)
    found, wild = _values(readings(packet), (end - start) // timedelta(seconds=1), t)
    return said._replace(values=found, faults=(*said.faults, TEXT) if wild else said.faults)


def _values(given: Sequence[Reading], span_s: int, t: int) -> tuple[tuple[Value, ...], int]:
    """Values of readings, and how many are no number; mean, least and most stand together."""
    places: dict[tuple[str, str], list[int | None]] = {}
    flags: dict[tuple[str, str], str] = {}
    wild = 0
    for reading in given:
        number = millionths(reading.text)
        if number is None and reading.text:
            wild += 1
        place, kind = _place(reading.kind)
        key = (reading.factor, kind)
        places.setdefault(key, [None, None, None])[place] = number
        flags.setdefault(key, reading.flag)
    values = (
        Value(*key, span_s, t, mean, low, high, flags[key])
        for key, (mean, low, high) in places.items()
        if flags[key] or not mean is low is high is None
    )
    return tuple(values), wild


def _place(kind: str) -> tuple[int, str]:
    """Which of mean, least, most a kind of reading is, and of what."""
    of = "Zs" if kind.startswith("Zs") else ""
    if kind in _MEAN:
        return 0, of
    if kind in _LOW:
        return 1, of
    return (2, of) if kind in _HIGH else (0, kind)


def millionths(text: str) -> int | None:
    """Number of a device in integer millionths; None where it is none or far too large.

    Examples
    --------
    >>> millionths("0.427"), millionths("-100"), millionths("NaN"), millionths("1e30")
    (427000, -100000000, None, None)
    """
    if not is_number(text):
        return None
    number = Decimal(text)
    if abs(number) > MOST // SCALE:
        return None
    return int(_EXACT.to_integral_value(number * SCALE))


def _reply(packet: Packet) -> bytes:
    wanted = answer_wanted(packet, way=Way.UP)
    return b"" if wanted is None else answer(packet, wanted).raw
