"""Cells of values: numbers, missing marks, marks that withdraw a value, wind sectors."""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lantian.lake.readers.columns import CELL, SECTORS

type Floats = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]
type Codes = npt.NDArray[np.uint8]


class Fault(IntEnum):
    """Why a value is not taken in."""

    NONE = 0
    NOT_A_NUMBER = 1
    BELOW = 2
    ABOVE = 3
    NO_BOUND = 4
    UNKNOWN_MARK = 5
    UNKNOWN_UNIT = 6
    UNKNOWN_POLLUTANT = 7


_MISSING: Final = frozenset(CELL["missing"])
_CODES: Final = np.array(CELL["missing_codes"], np.float64)
_VALID: Final = frozenset(CELL["valid_marks"])
_WITHDRAWN: Final = frozenset(CELL["withdrawn_marks"])
_CALM: Final = frozenset(CELL["calm"])
_PLAIN: Final = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_MARKED: Final = re.compile(r"([+-]?\d+(?:\.\d*)?)\s*\(?\s*([a-z]{1,3})\s*\)?")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What distinct cells hold: a number or NaN, whether it is withdrawn, a fault."""

    value: Floats
    withdrawn: Flags
    fault: Codes


def numbers(distinct: pa.Array) -> Numbers:
    """Read distinct cells as numbers; missing marks and codes become NaN.

    Examples
    --------
    >>> read = numbers(pa.array(["35", "-99", "—", "35(H)", "abc"]))
    >>> read.value.tolist(), read.withdrawn.tolist(), read.fault.tolist()
    ([35.0, nan, nan, 35.0, nan], [False, False, False, True, False], [0, 0, 0, 0, 1])
    """
    withdrawn = np.zeros(len(distinct), bool)
    fault = np.zeros(len(distinct), np.uint8)
    if pa.types.is_string(distinct.type):
        text = pc.utf8_trim_whitespace(distinct)
        plain = pc.match_substring_regex(text, _PLAIN)
        # A copy: what Arrow hands over cannot be written to.
        value = np.array(_to_floats(pc.if_else(plain, text, None)))
        for at in np.flatnonzero(~np.asarray(plain)):
            value[at], withdrawn[at], fault[at] = _read(text[int(at)].as_py())
    else:
        value = np.array(_to_floats(distinct))
    value[np.isin(value, _CODES)] = np.nan
    return Numbers(value, withdrawn, fault)


def _to_floats(cells: pa.Array) -> Floats:
    floats: Floats = pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False)
    return floats


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _read(text: str) -> tuple[float, bool, Fault]:
    """Read a cell that is no plain number."""
    folded = _folded(text)
    if folded in _MISSING or folded in _WITHDRAWN:
        return np.nan, False, Fault.NONE
    match = _MARKED.fullmatch(folded)
    if match is None:
        return _with_sign(folded)
    if match[2] in _VALID:
        return float(match[1]), False, Fault.NONE
    if match[2] in _WITHDRAWN:
        return float(match[1]), True, Fault.NONE
    return np.nan, False, Fault.UNKNOWN_MARK


def _with_sign(folded: str) -> tuple[float, bool, Fault]:
    """Read the spellings of a number that the fast way leaves: +35, 35., .5, full width."""
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", folded):
        return float(folded), False, Fault.NONE
    return np.nan, False, Fault.NOT_A_NUMBER


def marks(distinct: pa.Array) -> Numbers:
    """Read distinct cells of a column of marks: which withdraw the value beside them.

    Examples
    --------
    >>> read = marks(pa.array(["", "N", "H", "??"]))
    >>> read.withdrawn.tolist(), read.fault.tolist()
    ([False, False, True, False], [0, 0, 0, 5])
    """
    folded = [_folded(str(c)) for c in pc.fill_null(pc.cast(distinct, pa.string()), "").to_pylist()]
    withdrawn = np.array([f in _WITHDRAWN for f in folded], bool)
    stands = np.array([f in _VALID or f in _MISSING for f in folded], bool)
    fault = np.where(withdrawn | stands, Fault.NONE, Fault.UNKNOWN_MARK).astype(np.uint8)
    return Numbers(np.full(len(folded), np.nan), withdrawn, fault)


def directions(distinct: pa.Array) -> Numbers:
    """Read distinct cells of a wind direction, as degrees or as one of 16 sectors.

    Examples
    --------
    >>> directions(pa.array(["NNW", "东北风", "180", "C"])).value.tolist()
    [337.5, 45.0, 180.0, nan]
    """
    read = numbers(distinct)
    if pa.types.is_string(distinct.type):
        for at, text in enumerate(distinct.to_pylist()):
            folded = _folded(text)
            sector = SECTORS.get(folded, SECTORS.get(folded.removesuffix("风")))
            if sector is not None or folded in _CALM:
                read.value[at] = np.nan if sector is None else sector
                read.fault[at] = Fault.NONE
    return read
