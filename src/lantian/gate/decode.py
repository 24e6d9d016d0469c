"""One line of JSON for one HJ 212 frame, whatever the bytes: for people and other programs."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO, Final

from lantian.hj212.envelope import seal_of
from lantian.hj212.fault import FIELD, Fault, FrameFault, Tolerance
from lantian.hj212.packet import Packet, decode
from lantian.hj212.reading import Reading, parameters, readings

#: Longest line that is looked at; a frame has 10 kB at most, its JSON six times that.
MOST_LINE: Final = 1 << 17
#: All faults that leave something to read.
_READABLE: Final[Tolerance] = FIELD | {Fault.LENGTH, Fault.CRC, Fault.CRC_FIELD}


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines of a stream without their ends; of one that is too long, only its beginning.

    Blank lines hold no frame and are passed by.
    """
    while line := stream.readline(MOST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(MOST_LINE)):
            pass
        if line.strip(b"\r\n \t"):
            yield line.rstrip(b"\r\n")


def frame_of_json(line: bytes) -> bytes | str:
    """Frame in the `packet` of a JSON line, or why there is none.

    Examples
    --------
    >>> frame_of_json(b'{"packet": "##0001A7080"}'), frame_of_json(b"[]")
    (b'##0001A7080', 'json: no text under "packet"')
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "json: not one JSON object"
    packet = row.get("packet") if isinstance(row, dict) else None
    if not isinstance(packet, str):
        return 'json: no text under "packet"'
    return packet.encode("utf-8", "surrogatepass").rstrip(b"\r\n")


def describe(frame: bytes) -> str:
    """What a frame says, as one line of JSON.

    Parameters
    ----------
    frame : bytes
        Without CR LF.

    Returns
    -------
    str
        Object with `version` (year of the standard or null), `st`, `cn`, `mn`, `qn`, `flag`
        (null where missing), `length_ok`, `crc_ok`, `crc_variant`, `values` (each with
        `factor`, `kind`, `value`, `flag`), `parameters` (items that are no values),
        `faults` (what was put up with), and `error` where the frame is to be refused.

    Examples
    --------
    >>> print(describe(b"##0042ST=32;CN=1062;Flag=5;CP=&&RtdInterval=30&&0E40"))
    ... # doctest: +NORMALIZE_WHITESPACE
    {"version": 2017, "st": "32", "cn": "1062", "mn": null, "qn": null, "flag": 5,
    "length_ok": true, "crc_ok": true, "crc_variant": "standard", "values": [],
    "parameters": {"RtdInterval": "30"}, "faults": []}
    """
    whole = frame + b"\r\n"
    error = ""
    packet: Packet | None = None
    try:
        packet = decode(whole, tolerance=FIELD)
    except FrameFault as fault:
        error = f"{fault.fault}: {fault.what}"
        packet = _readable(whole)
    return _line(packet, seal_of(whole), error)


def refuse(error: str) -> str:
    """Line of JSON for a line that holds no frame at all.

    Examples
    --------
    >>> json.loads(refuse("json: not one JSON object"))["error"]
    'json: not one JSON object'
    """
    return _line(None, (False, None), error)


def _line(packet: Packet | None, seal: tuple[bool, str | None], error: str) -> str:
    length_ok, variant = seal
    return _object(
        [
            *_fields(packet),
            ("length_ok", json.dumps(length_ok)),
            ("crc_ok", json.dumps(variant == "standard")),
            ("crc_variant", json.dumps(variant)),
            *_area(packet),
            *([("error", json.dumps(error))] if error else []),
        ]
    )


def _readable(frame: bytes) -> Packet | None:
    """What can be read of a frame that is refused."""
    try:
        return decode(frame, tolerance=_READABLE)
    except FrameFault:
        return None


def _fields(packet: Packet | None) -> list[tuple[str, str]]:
    given = {} if packet is None else dict(packet.fields)
    flag = None if packet is None or packet.flag is None else packet.flag
    return [
        ("version", json.dumps(packet.version if packet else None)),
        *((name.lower(), json.dumps(given.get(name))) for name in ("ST", "CN", "MN", "QN")),
        ("flag", json.dumps(given.get("Flag") if flag is None else flag)),
    ]


def _area(packet: Packet | None) -> list[tuple[str, str]]:
    found = [] if packet is None else readings(packet)
    return [
        ("values", f"[{', '.join(map(_value, found))}]"),
        ("parameters", json.dumps({} if packet is None else parameters(packet))),
        ("faults", json.dumps([] if packet is None else packet.faults)),
    ]


def _value(reading: Reading) -> str:
    return _object(
        [
            ("factor", json.dumps(reading.factor)),
            ("kind", json.dumps(reading.kind)),
            ("value", _number(reading.text, reading.value)),
            ("flag", json.dumps(reading.flag or None)),
        ]
    )


def _number(text: str, value: Decimal | None) -> str:
    """Number as the device spelled it where JSON allows that, else plainly; text as text."""
    if value is None:
        return json.dumps(text)
    try:
        json.loads(text)
    except ValueError:
        return format(value, "f")
    return text


def _object(pairs: list[tuple[str, str]]) -> str:
    return f"{{{', '.join(f'{json.dumps(name)}: {value}' for name, value in pairs)}}}"
