"""What can be wrong with a frame, and which of it is put up with."""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Final

from lantian.errors import LantianError


class Fault(StrEnum):
    """One cause for which a frame is refused or, where a device is known for it, counted."""

    #: No `##` and four digits at the start.
    HEAD = "head"
    #: The frame is cut off: no room for data segment and CRC.
    SHORT = "short"
    #: The declared length is not that of the data segment.
    LENGTH = "length"
    #: The last four characters are no hexadecimal number.
    CRC_FIELD = "crc_field"
    #: Neither the standard's CRC nor MODBUS's fits.
    CRC = "crc"
    #: The CRC is MODBUS's, not the standard's.
    MODBUS = "modbus"
    #: The CRC is right and spelled with small letters.
    CRC_CASE = "crc_case"
    #: CR LF is lacking in part or whole.
    END = "end"
    #: The data segment is longer than 1,024 bytes.
    OVERSIZE = "oversize"
    #: The text is GBK, not UTF-8.
    GBK = "gbk"
    #: The text is neither.
    ENCODING = "encoding"
    #: A control character, NUL for one, stands in the data segment.
    CONTROL = "control"
    #: The data segment is not `name=value;…CP=&&…&&`.
    STRUCTURE = "structure"
    #: The data area ends with a separator.
    TRAILING = "trailing"
    #: An item of the data area has no name or no `=`.
    AREA = "area"
    #: Bytes that belong to no frame.
    NOISE = "noise"


type Tolerance = frozenset[Fault]

#: What the standard's text allows; the case of the CRC is not stated, so it is only counted.
STRICT: Final[Tolerance] = frozenset({Fault.CRC_CASE})
#: All that real devices do and that leaves no doubt about what they say.
FIELD: Final[Tolerance] = STRICT | {
    Fault.MODBUS,
    Fault.END,
    Fault.OVERSIZE,
    Fault.GBK,
    Fault.TRAILING,
}
#: As above, and frames whose declared length is wrong while their CRC is right.
LENIENT: Final[Tolerance] = FIELD | {Fault.LENGTH}


class FrameFault(LantianError):
    """A frame is refused; `fault` says why in one word."""

    code: ClassVar[str] = "LT-700"

    def __init__(self, fault: Fault, what: str, *, where: str, fix: str) -> None:
        super().__init__(what, where=where, fix=fix)
        self.fault = fault


#: What is wrong, and what its reader can do.
_MEANINGS: Final = {
    Fault.HEAD: ("no '##' and four digits at the start", "send whole frames"),
    Fault.SHORT: ("the frame is cut off", "send whole frames"),
    Fault.LENGTH: ("the declared length is not that of the data segment", "count its bytes"),
    Fault.CRC_FIELD: ("the CRC is not four hexadecimal digits", "see appendix A"),
    Fault.CRC: ("the CRC is wrong", "see appendix A; look for noise on the line"),
    Fault.MODBUS: ("the CRC is MODBUS's, not the standard's", "mend it or tolerate 'modbus'"),
    Fault.CRC_CASE: ("the CRC has small letters", "spell it with capitals"),
    Fault.END: ("CR LF is lacking at the end", "end with CR LF or tolerate 'end'"),
    Fault.OVERSIZE: ("the data segment is over 1024 bytes", "divide it or tolerate 'oversize'"),
    Fault.GBK: ("the text is GBK, not UTF-8", "send UTF-8 or tolerate 'gbk'"),
    Fault.ENCODING: ("the text is neither UTF-8 nor GBK", "send UTF-8"),
    Fault.CONTROL: ("a control character stands in the text", "send plain text"),
    Fault.STRUCTURE: ("the segment is not 'name=value;...CP=&&...&&'", "see table 3"),
    Fault.TRAILING: ("the data area ends with a separator", "drop it or tolerate 'trailing'"),
    Fault.AREA: ("an item of the data area has no name or no '='", "see 6.3.3"),
    Fault.NOISE: ("bytes that belong to no frame", "send frames only"),
}


def refused(fault: Fault, *, where: str = "frame") -> FrameFault:
    """Error that says what a fault is and what to do about it.

    Examples
    --------
    >>> print(refused(Fault.CRC))
    LT-700 the CRC is wrong [frame] -> see appendix A; look for noise on the line
    """
    what, fix = _MEANINGS[fault]
    return FrameFault(fault, what, where=where, fix=fix)


def refuse_others(faults: Iterable[Fault], tolerance: Tolerance) -> None:
    """Refuse for the first fault that is not tolerated, if there is one.

    Raises
    ------
    FrameFault
    """
    for fault in faults:
        if fault not in tolerance:
            raise refused(fault)
