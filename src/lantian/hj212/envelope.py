"""What stands around a data segment: `##`, length, CRC, line end; and what is wrong with it."""

import re
from typing import Final, NamedTuple

from lantian.hj212 import crc
from lantian.hj212.fault import Fault, Tolerance, refuse_others, refused

#: Longest data segment of the standard, bytes.
MOST_SEGMENT: Final = 1024
_HEAD: Final = re.compile(rb"##[0-9]{4}")
_CRC: Final = re.compile(rb"[0-9A-Fa-f]{4}")
_STARTS: Final = tuple(b"##%04d" % size for size in range(MOST_SEGMENT + 1))
_TAILS: Final = {value: b"%04X\r\n" % value for value in crc.VALUES}
_ENDS: Final = (b"\r\n", b"\n", b"\r", b"")


class Seal(NamedTuple):
    """What stands around the data segment, as spelled, and how its text is encoded."""

    length: str
    check: str
    end: str
    encoding: str


def frame_of(segment: bytes) -> bytes:
    """Frame of a data segment, spelled as the standard has it."""
    return b"##%04d%b%04X\r\n" % (len(segment), segment, crc.standard(segment))


def exact_text(frame: bytes) -> str | None:
    """Text of the data segment of a frame that is spelled just as the standard has it.

    Examples
    --------
    >>> exact_text(b"##0001A7080\\r\\n"), exact_text(b"##0001A7080\\n")
    ('A', None)
    """
    segment = frame[6:-6]
    size = len(frame) - 12
    if (
        0 < size <= MOST_SEGMENT
        and frame.startswith(_STARTS[size])
        and frame.endswith(_TAILS[crc.standard(segment)])
        and segment.isascii()
    ):
        return segment.decode("ascii")
    return None


def examine(frame: bytes, tolerance: Tolerance) -> tuple[str, Seal, str | None, tuple[Fault, ...]]:
    """Text, spelling around it, kind of CRC and faults of a frame that is not quite exact.

    Raises
    ------
    FrameFault
        If it has a fault that is not tolerated, or that leaves nothing to read.
    """
    if _HEAD.match(frame) is None:
        raise refused(Fault.HEAD)
    end = next(end for end in _ENDS if frame.endswith(end))
    body = frame[6 : len(frame) - len(end)]
    segment, check = body[:-4], body[-4:]
    if not segment:
        raise refused(Fault.SHORT)
    faults = [Fault.LENGTH] if int(frame[2:6]) != len(segment) else []
    variant, found = _check(segment, check)
    faults += found
    if end != _ENDS[0]:
        faults.append(Fault.END)
    if len(segment) > MOST_SEGMENT:
        faults.append(Fault.OVERSIZE)
    text, encoding = _text_of(segment)
    if encoding == "gbk":
        faults.append(Fault.GBK)
    refuse_others(faults, tolerance)
    if text is None:
        raise refused(Fault.ENCODING)
    seal = Seal(frame[2:6].decode("ascii"), check.decode("latin-1"), end.decode("ascii"), encoding)
    return text, seal, variant, tuple(faults)


def seal_of(frame: bytes) -> tuple[bool, str | None]:
    """Whether the declared length of a frame is right, and which CRC it has; of any bytes.

    Examples
    --------
    >>> seal_of(b"##0001A7080\\r\\n"), seal_of(b"##0003abFFFF"), seal_of(b"#")
    ((True, 'standard'), (False, None), (False, None))
    """
    body = frame.rstrip(b"\r\n")[6:]
    segment = body[:-4]
    variant, _ = _check(segment, body[-4:])
    return frame.startswith(b"##%04d" % len(segment)), variant


def _check(segment: bytes, check: bytes) -> tuple[str | None, list[Fault]]:
    """Which CRC a segment has, and what is wrong with it."""
    if _CRC.fullmatch(check) is None:
        return None, [Fault.CRC_FIELD]
    case = [] if check == check.upper() else [Fault.CRC_CASE]
    value = int(check, 16)
    if value == crc.standard(segment):
        return "standard", case
    if value == crc.modbus(segment):
        return "modbus", [Fault.MODBUS, *case]
    return None, [Fault.CRC, *case]


def _text_of(segment: bytes) -> tuple[str | None, str]:
    """Text of a segment and its encoding; None where no encoding gives the same bytes back."""
    for encoding in ("utf-8", "gbk"):
        try:
            text = segment.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.encode(encoding) == segment:
            return text, encoding
    return None, ""
