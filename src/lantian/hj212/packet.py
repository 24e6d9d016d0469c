"""A packet: one frame taken apart with order, spelling and faults kept, and put together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from lantian.hj212.area import Layout, layout, refuse_control, split
from lantian.hj212.envelope import Seal, exact_text, examine, frame_of
from lantian.hj212.fault import STRICT, Fault, Tolerance, refuse_others, refused

#: A device repeats its fields in every packet, all but QN, so what they say is kept.
_MOST_KEPT: Final = 8192
_LONGEST_KEPT: Final = 256
_VERSIONS: Final = {0: 2005, 1: 2017, 2: 2025}


@dataclass(frozen=True, slots=True)
class Head:
    """Fields before the data area, in the order received, QN left out where it is first."""

    fields: tuple[tuple[str, str], ...]
    #: None where it is not among them.
    qn: str | None
    st: str
    cn: str
    pw: str
    mn: str
    rf: str
    #: None where the field is missing or no integer from 0 to 255.
    flag: int | None
    pnum: int | None
    pno: int | None
    #: Year of the standard by the version bits of Flag; None without Flag or for other bits.
    version: int | None


class Packet(NamedTuple):
    """One frame taken apart; `encode` puts the very same bytes together again.

    `segment` and `seal` hold all that was received, as spelled; the rest is read from the
    segment. `seal` is None where it is spelled just as the standard has it. A field that is
    missing is "", a number None.
    """

    segment: str
    seal: Seal | None
    crc_variant: str | None
    faults: tuple[Fault, ...]
    qn: str
    head: Head
    layout: Layout
    values: tuple[str, ...]

    @property
    def st(self) -> str:
        """System code."""
        return self.head.st

    @property
    def cn(self) -> str:
        """Command code."""
        return self.head.cn

    @property
    def mn(self) -> str:
        """Identity of the device."""
        return self.head.mn

    @property
    def pw(self) -> str:
        """Password."""
        return self.head.pw

    @property
    def rf(self) -> str:
        """Mark of data sent again (2025)."""
        return self.head.rf

    @property
    def flag(self) -> int | None:
        """Bits of version, division and answer."""
        return self.head.flag

    @property
    def version(self) -> int | None:
        """Year of the standard: 2005, 2017 or 2025."""
        return self.head.version

    @property
    def needs_answer(self) -> bool:
        """Whether the sender waits for an answer."""
        return bool(self.head.flag and self.head.flag & 1)

    @property
    def pnum(self) -> int | None:
        """Number of packets of a divided message."""
        return self.head.pnum

    @property
    def pno(self) -> int | None:
        """Number of this one among them, from 1."""
        return self.head.pno

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Fields before the data area in order, as spelled."""
        first = (("QN", self.qn),) if self.segment.startswith("QN=") else ()
        return first + self.head.fields

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        """Items of the data area in order, as spelled."""
        return tuple(zip(self.names, self.values, strict=True))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the items of the data area, in order."""
        return self.layout.names

    @property
    def declared_length(self) -> int:
        """Length of the data segment that the frame declares, bytes."""
        return int(self.seal.length) if self.seal else len(self.segment)

    @property
    def length_ok(self) -> bool:
        """Whether that is its length."""
        return Fault.LENGTH not in self.faults

    @property
    def crc_ok(self) -> bool:
        """Whether the CRC is the standard's."""
        return self.crc_variant == "standard"

    @property
    def raw(self) -> bytes:
        """The frame, byte for byte as received."""
        return encode(self)


def decode(frame: bytes, *, tolerance: Tolerance = STRICT) -> Packet:
    """Take one frame apart.

    Parameters
    ----------
    frame : bytes
        From `##` to CR LF.
    tolerance : frozenset of Fault
        Faults to put up with; those found are listed in the packet.

    Raises
    ------
    FrameFault
        If the frame has a fault that is not tolerated.

    Examples
    --------
    >>> packet = decode(b"##0087QN=20160801085000001;ST=91;CN=9014;PW=123456;"
    ...     b"MN=010000A8900016F000169DC0;Flag=4;CP=&&&&C241\\r\\n")
    >>> packet.cn, packet.version, packet.crc_variant, packet.needs_answer
    ('9014', 2017, 'standard', False)
    """
    text = exact_text(frame)
    seal: Seal | None = None
    variant: str | None = "standard"
    faults: tuple[Fault, ...] = ()
    if text is None:
        text, seal, variant, faults = examine(frame, tolerance)
    start = text.find("CP=&&")
    if start < 0 or len(text) < start + 7 or not text.endswith("&&"):
        raise refused(Fault.STRUCTURE)
    qn, rest = "", text[:start]
    leads = rest.startswith("QN=")
    if leads:
        # Only QN is new in every packet of a device.
        qn, separator, rest = rest[3:].partition(";")
        if not separator:
            raise refused(Fault.STRUCTURE)
        if not qn.isdigit():
            refuse_control(qn)
    area = text[start + 5 : -2]
    if area.endswith((";", ",")):
        area, faults = area[:-1], (*faults, Fault.TRAILING)
        refuse_others(faults, tolerance)
    names, values = split(area)
    head = _kept_head(rest) if len(rest) <= _LONGEST_KEPT else _head(rest)
    if head.qn is not None:
        if leads:
            raise refused(Fault.STRUCTURE)
        qn = head.qn
    return Packet(text, seal, variant, faults, qn, head, layout(names), values)


def _head(text: str) -> Head:
    """Fields before the data area, read from their text."""
    refuse_control(text)
    if text and not text.endswith(";"):
        raise refused(Fault.STRUCTURE)
    parts = [field.partition("=") for field in text.split(";")[:-1]]
    fields = tuple((name, value) for name, _, value in parts)
    # A space before a name stands in the standard's own examples.
    known = {name.strip(): value for name, value in fields}
    if not all(name and sign for name, sign, _ in parts) or len(known) < len(fields):
        raise refused(Fault.STRUCTURE)
    flag = _number(known.get("Flag", ""), 255)
    return Head(
        fields=fields,
        qn=known.get("QN"),
        st=known.get("ST", ""),
        cn=known.get("CN", ""),
        pw=known.get("PW", ""),
        mn=known.get("MN", ""),
        rf=known.get("RF", ""),
        flag=flag,
        pnum=_number(known.get("PNUM", ""), 9999),
        pno=_number(known.get("PNO", ""), 9999),
        version=None if flag is None else _VERSIONS.get(flag >> 2),
    )


_kept_head = lru_cache(maxsize=_MOST_KEPT)(_head)


def _number(text: str, most: int) -> int | None:
    """Whole number of plain digits from 0 to `most`, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return None
    number = int(text)
    return number if number <= most else None


def encode(packet: Packet) -> bytes:
    """Put a packet together: byte for byte the frame that it was taken from.

    Examples
    --------
    >>> frame = (
    ...     b"##0087QN=20201015123632010;ST=91;CN=9014;PW=123456;"
    ...     b"MN=410183160889201000212505;Flag=4;CP=&&&&f001\\r\\n"
    ... )
    >>> encode(decode(frame)) == frame
    True
    """
    if packet.seal is None:
        return frame_of(packet.segment.encode("ascii"))
    length, check, end, encoding = packet.seal
    return b"".join(
        (
            b"##",
            length.encode("ascii"),
            packet.segment.encode(encoding),
            check.encode("latin-1"),
            end.encode("ascii"),
        )
    )


def compose(
    fields: Mapping[str, str],
    items: Iterable[Iterable[tuple[str, str]]] = (),
    *,
    tolerance: Tolerance = STRICT,
) -> Packet:
    """Make a packet to send, as the standard's text spells it.

    Parameters
    ----------
    fields : mapping
        Fields before the data area, in order: QN, ST, CN, PW, MN, Flag and so on.
    items : iterable of iterables
        Items of the data area; the values of one item stand together.
    tolerance : frozenset of Fault
        Faults that it may have: an answer repeats what the other side sent.

    Raises
    ------
    FrameFault
        If the parts do not make a packet: a separator in a value, a segment over 1,024 bytes.

    Examples
    --------
    >>> made = compose({"ST": "32", "CN": "1062", "Flag": "5"}, [[("RtdInterval", "30")]])
    >>> encode(made)
    b'##0042ST=32;CN=1062;Flag=5;CP=&&RtdInterval=30&&0E40\\r\\n'
    """
    groups = [[f"{name}={value}" for name, value in item] for item in items]
    area = ";".join(",".join(group) for group in groups)
    head = "".join(f"{name}={value};" for name, value in fields.items())
    packet = decode(frame_of(f"{head}CP=&&{area}&&".encode()), tolerance=tolerance)
    if packet.names != tuple(
        name for item in groups for name in (part.partition("=")[0] for part in item)
    ):
        raise refused(Fault.AREA)
    return packet
