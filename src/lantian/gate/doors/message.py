"""A message as a door received it, what is read from it, and how both become frames."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, NamedTuple

from lantian.errors import LantianError
from lantian.gate.hearing import AHEAD, TEXT, TIME, UNKNOWN
from lantian.gate.roll import Roll
from lantian.hj212.unit import unit_of
from lantian.lake.device import Device
from lantian.lake.said import MOST, SCALE, Event, Said, Survey, Value

#: A message that is longer is not taken.
MOST_BYTES: Final = 4_000_000
#: Before the bytes of a message in the frame files: this sign, its origin as JSON, a line end.
_SIGN: Final = b"LTD1 "
#: What is stamped later than this after it was received is of another clock.
_AHEAD_S: Final = 600
#: What is stamped earlier than 2000 is no measurement.
_FIRST_T: Final = 946_684_800
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)

#: Causes for which nothing of a message, or of one source in it, is taken.
STREAM: Final = "stream"
SYNTAX: Final = "syntax"
SOURCE: Final = "source"
LARGE: Final = "large"
#: Causes that another declaration would mend, of messages that name nobody.
UNREADABLE: Final = (STREAM, SYNTAX, SOURCE, TIME, TEXT)
#: A number in a unit that cannot be turned into that of the device.
UNIT: Final = "unit"

#: Powers of ten, or multiples, by unit within one dimension.
_DIMENSIONS: Final[tuple[dict[str, Decimal], ...]] = tuple(
    {unit: Decimal(size) for unit, size in sizes.items()}
    for sizes in (
        {"ng/m3": "0.001", "ug/m3": "1", "mg/m3": "1000", "g/m3": "1000000"},
        {"Pa": "0.001", "hPa": "0.1", "kPa": "1"},
        {"%": "1", "1": "100"},
        {"m/s": "1", "km/h": "0.2777777777777777777777777778"},
        {"W": "0.001", "kW": "1", "MW": "1000"},
        {"Wh": "0.001", "kWh": "1", "MWh": "1000"},
    )
)


class BadMessage(LantianError):
    """A message cannot be read as its stream declares; `cause` names why in one word."""

    code = "LT-720"

    def __init__(self, cause: str, what: str, *, where: str, fix: str) -> None:
        super().__init__(what, where=where, fix=fix)
        self.cause = cause


class Message(NamedTuple):
    """One message as received.

    `stream` is the name of the file that declares how it is read, `origin` its topic, file
    name or path: with the bytes it is all that reading needs, also years later. `door` and
    `peer` say by which way it came, and from whom.
    """

    door: str
    stream: str
    origin: str
    body: bytes
    received_us: int
    peer: str


class Number(NamedTuple):
    """One value of an instant (`span_s` 0) or of the interval of that length that ends at `t`.

    `unit` is the unit of `value`, `low` and `high`; "" where it is the device's own.
    """

    factor: str
    unit: str
    span_s: int
    t: int
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    flag: str = ""
    kind: str = ""


class Told(NamedTuple):
    """What a message says of one source.

    `cause` says why nothing of it is to be taken, `faults` what was wrong with a part of it.
    `known_only`: it is left out where the roster does not know the source.
    """

    mn: str
    numbers: Sequence[Number] = ()
    cause: str = ""
    faults: tuple[str, ...] = ()
    known_only: bool = False
    surveys: tuple[Survey, ...] = ()
    events: tuple[Event, ...] = ()


def wrap(message: Message) -> bytes:
    """Bytes under which a message is kept: its origin, then its own, as received.

    Examples
    --------
    >>> wrap(Message("mqtt", "vendor", "air/7", b'{"v": 1}', 0, ""))
    b'LTD1 {"door":"mqtt","stream":"vendor","origin":"air/7"}\\n{"v": 1}'
    """
    head = {"door": message.door, "stream": message.stream, "origin": message.origin}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    return _SIGN + text.encode("utf-8", "surrogateescape") + b"\n" + message.body


def unwrap(raw: bytes, received_us: int) -> Message | None:
    """Return the message that is kept under bytes; None where they are a frame of HJ 212.

    Examples
    --------
    >>> unwrap(wrap(Message("drop", "vendor", "a.csv", b"x", 5, "")), 5).body
    b'x'
    >>> unwrap(b"##0001A7080", 5) is None
    True
    """
    if not raw.startswith(_SIGN):
        return None
    head, _, body = raw[len(_SIGN) :].partition(b"\n")
    told = json.loads(head.decode("utf-8", "surrogateescape"))
    return Message(told["door"], told["stream"], told["origin"], body, received_us, "")


def said_of(message: Message, told: Iterable[Told], roll: Roll) -> list[Said]:
    """Judge what was read from a message: one frame for each source, all with the same bytes.

    Values of a source that the roster does not know are not taken; the frame is kept, and
    they are once it does. Numbers are converted from their units into those that the roster
    names for the device.
    """
    bare = Said(
        "", wrap(message), message.received_us, f"{message.door}:{message.peer}", st=message.door
    )
    judged = (_judge(bare._replace(mn=each.mn, faults=each.faults), each, roll) for each in told)
    return [said for said in judged if said is not None]


def refused(message: Message, cause: str) -> Said:
    """Return what is kept of a message of which nothing can be read."""
    raw = wrap(message) if len(message.body) <= MOST_BYTES else b""
    peer = f"{message.door}:{message.peer}"
    return Said("", raw, message.received_us, peer, st=message.door, cause=cause)


def _judge(said: Said, told: Told, roll: Roll) -> Said | None:
    if told.cause:
        return said._replace(cause=told.cause)
    device = roll.device(told.mn, _EPOCH + timedelta(microseconds=said.received_us))
    if device is None:
        return None if told.known_only else said._replace(cause=UNKNOWN)
    latest_t = said.received_us // 1_000_000 + _AHEAD_S
    faults = dict.fromkeys(told.faults)
    values: dict[tuple[str, str, int, int], Value] = {}
    for number in told.numbers:
        value = _value(number, device, latest_t)
        if isinstance(value, str):
            faults[value] = None
        else:
            values[value[:4]] = value
    surveys = tuple(each for each in told.surveys if _FIRST_T <= each.t_first <= latest_t)
    events = tuple(each for each in told.events if _FIRST_T <= each.t <= latest_t)
    if (len(surveys), len(events)) != (len(told.surveys), len(told.events)):
        faults[TIME] = None
    taken = values or surveys or events
    cause = next(iter(faults), "") if told.numbers and not taken else ""
    left = tuple(fault for fault in faults if fault != cause)
    found = tuple(values.values())
    return said._replace(values=found, surveys=surveys, events=events, cause=cause, faults=left)


def _value(number: Number, device: Device, latest_t: int) -> Value | str:
    """Value in the device's unit, or why it cannot be taken."""
    if number.t > latest_t:
        return AHEAD
    if number.t < _FIRST_T:
        return TIME
    times = ratio(number.unit, unit_of(number.factor, device.units))
    if times is None:
        return UNIT
    given = (number.value, number.low, number.high)
    value, low, high = (millionths(each, times) for each in given)
    if value is low is high is None and not number.flag:
        return TEXT
    return Value(number.factor, number.kind, number.span_s, number.t, value, low, high, number.flag)


def ratio(unit: str, other: str) -> Decimal | None:
    """What one of a unit is in another; None where they are not of one dimension.

    Examples
    --------
    >>> ratio("ug/m3", "mg/m3"), ratio("hPa", "kPa"), ratio("degC", "degC"), ratio("%", "Pa")
    (Decimal('0.001'), Decimal('0.1'), Decimal('1'), None)
    """
    if "" in (unit, other) or unit == other:
        return Decimal(1)
    for sizes in _DIMENSIONS:
        if unit in sizes and other in sizes:
            return _EXACT.divide(sizes[unit], sizes[other])
    return None


def millionths(number: Decimal | None, times: Decimal) -> int | None:
    """Number in integer millionths, rounded half to even; None where it is far too large.

    Examples
    --------
    >>> millionths(Decimal("0.427"), Decimal(1000)), millionths(Decimal("1e30"), Decimal(1))
    (427000000, None)
    """
    if number is None or not number.is_finite() or number.adjusted() > 12:
        return None
    result = _EXACT.multiply(_EXACT.multiply(number, times), SCALE)
    return None if abs(result) > MOST else int(_EXACT.to_integral_value(result))
