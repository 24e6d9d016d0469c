"""One frame for people to read: its bytes with spaces visible, taken apart, without password."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lantian.desk.language import language
from lantian.hj212.codes import data_flag, factor
from lantian.hj212.fault import FIELD, Fault, FrameFault
from lantian.hj212.packet import Packet, decode
from lantian.hj212.reading import interval, parameters, readings
from lantian.hj212.unit import unit_of
from lantian.lake.device import Device
from lantian.lake.monitor import Stored
from lantian.lake.said import SCALE
from lantian.report.language import unit_label

#: Faults that leave something to read.
_READABLE: Final = FIELD | {Fault.LENGTH, Fault.CRC, Fault.CRC_FIELD}
#: What a frame holds that is secret: its password, and a new one that is given.
_SECRET: Final = re.compile(rb"((?:NewPW|PW)=)[^;&]*", re.IGNORECASE)
_FRAME: Final = b"##"
_HIDDEN: Final = rb"\1***"
_SPACES: Final = {" ": "·", "\t": "\\t", "\r": "\\r", "\n": "\\n"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Word:
    """One value of a frame as it is spelled, with the unit that its device has."""

    factor: str
    name: str
    kind: str
    text: str
    unit: str
    flag: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame taken apart; `error` where it is refused, `t` the end of what it covers."""

    fields: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, str], ...]
    words: tuple[Word, ...]
    faults: tuple[str, ...]
    error: str
    t: int | None


def visible(raw: bytes) -> str:
    """Bytes of a frame as text: blanks as signs, the password hidden.

    Examples
    --------
    >>> visible(b"##0020QN=1;PW=123456;MN=A B\\r\\n")
    '##0020QN=1;PW=***;MN=A·B\\\\r\\\\n'
    """
    hidden = _SECRET.sub(_HIDDEN, raw)
    try:
        text = hidden.decode("utf-8")
    except UnicodeDecodeError:
        text = hidden.decode("gbk", "backslashreplace")
    return "".join(_SPACES.get(c, c) if c.isprintable() or c in _SPACES else _code(c) for c in text)


def _code(character: str) -> str:
    return f"\\x{ord(character):02x}"


def decoded(raw: bytes, device: Device | None, *, offset_h: int) -> Decoded:
    """Take a frame apart, as far as it can be read.

    Parameters
    ----------
    raw : bytes
    device : Device or None
        Whose units and interval of minute data hold.
    offset_h : int
        Local time of its station minus UTC.
    """
    if not raw.startswith(_FRAME):  # a message of another door than HJ 212
        return Decoded((), (), (), (), "", None)
    error = ""
    try:
        packet = decode(raw, tolerance=FIELD)
    except FrameFault as fault:
        error = str(fault.what)
        try:
            packet = decode(raw, tolerance=_READABLE)
        except FrameFault:
            return Decoded((), (), (), (), error, None)
    hidden = {"PW", "NewPW"}
    span = interval(packet, minutes=device.minutes if device else 1)
    return Decoded(
        tuple((name, value) for name, value in packet.fields if name not in hidden),
        tuple((n, "***" if n in hidden else v) for n, v in parameters(packet).items()),
        _words(packet, device),
        tuple(fault.value for fault in packet.faults),
        error,
        None if span is None else _seconds(span[1], offset_h),
    )


def _seconds(local: datetime, offset_h: int) -> int:
    utc = local.replace(tzinfo=UTC) - timedelta(hours=offset_h)
    return (utc - _EPOCH) // timedelta(seconds=1)


def _words(packet: Packet, device: Device | None) -> tuple[Word, ...]:
    return tuple(
        Word(
            each.factor,
            factor_name(each.factor),
            each.kind,
            each.text,
            unit_of_factor(each.factor, device),
            each.flag,
        )
        for each in readings(packet)
    )


def factor_name(code: str) -> str:
    """Name of a factor in the page's language; "" for a maker's own."""
    known = factor(code)
    return language().of(known.zh, known.en) if known else ""


def flag_words(flag: str) -> tuple[str, bool]:
    """What a data flag means, and whether values with it count; none means: it counts.

    Examples
    --------
    >>> flag_words("D")[1], flag_words("")
    (False, ('', True))
    """
    known = data_flag(flag)
    if known is None:
        return "", flag == ""
    return language().of(known.zh, known.en), known.counts


def flag_cell(flag: str) -> Any:
    """Cell of a flag; what it means stands there only where the value does not count."""
    if not flag:
        return ""
    meaning, counts = flag_words(flag)
    told = {"text": flag, "tag": "good" if counts else "warn"}
    return (
        told if counts else {**told, "sub": meaning or language().of("不明标记", "no flag known")}
    )


def unit_of_factor(code: str, device: Device | None) -> str:
    """Printed unit of a factor in one device; "" for a maker's own."""
    return unit_label(unit_of(code, device.units if device else {}), language())


def number(millionths: int | None) -> str:
    """Stored number in the device's unit.

    Examples
    --------
    >>> number(427000), number(None), number(35_000_000)
    ('0.427', '', '35')
    """
    if millionths is None:
        return ""
    sign, rest = ("-", -millionths) if millionths < 0 else ("", millionths)
    text = f"{rest // SCALE}.{rest % SCALE:06d}".rstrip("0").rstrip(".")
    return sign + text


def span_words(stored: Stored) -> str:
    """Length of what a stored value covers."""
    lang = language()
    if stored.span_s == 0:
        return lang.of("瞬时", "instant")
    for length, zh, en in ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min")):
        if stored.span_s % length == 0:
            return f"{stored.span_s // length} {lang.of(zh, en)}"
    return f"{stored.span_s} s"


def hours_of(values: Sequence[Stored]) -> list[int]:
    """Hour numbers that values of at most an hour go into, in order."""
    return sorted({-(-v.t // 3_600) for v in values if v.span_s <= 3_600})
