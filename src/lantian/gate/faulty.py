"""Faults of real lines and devices, planted into sound frames: for simulation and tests."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

#: What is sent instead of a frame, piece by piece; a pause may come between two pieces.
type Pieces = list[bytes]
type Planter = Callable[[bytes, Random], Pieces]

_MOST_NOISE: Final = 2_000


def _split(frame: bytes, random: Random) -> Pieces:
    at = random.randrange(1, len(frame))
    return [frame[:at], frame[at:]]


def _twice(frame: bytes, _: Random) -> Pieces:
    return [frame + frame]


def _crc(frame: bytes, _: Random) -> Pieces:
    wrong = f"{int(frame[-6:-2], 16) ^ 0x0100:04X}".encode()
    return [frame[:-6] + wrong + b"\r\n"]


def _length(frame: bytes, random: Random) -> Pieces:
    declared = int(frame[2:6]) + random.choice((-9, -1, 1, 40))
    return [b"##%04d" % max(declared, 0) + frame[6:]]


def _cut(frame: bytes, random: Random) -> Pieces:
    return [frame[: random.randrange(8, len(frame) - 7)] + b"\r\n"]


def _nul(frame: bytes, random: Random) -> Pieces:
    at = random.randrange(6, len(frame) - 7)
    return [frame[:at] + b"\0" + frame[at + 1 :]]


def _noise(frame: bytes, random: Random) -> Pieces:
    return [random.randbytes(random.randrange(1, _MOST_NOISE)).replace(b"#", b"+") + b"\r\n", frame]


#: Faults by name; `split` and `twice` harm nothing, the others cost the frame or come beside it.
FAULTS: Final[Mapping[str, Planter]] = {
    "split": _split,
    "twice": _twice,
    "crc": _crc,
    "length": _length,
    "cut": _cut,
    "nul": _nul,
    "noise": _noise,
}
#: Faults after which the frame still counts once.
HARMLESS: Final = frozenset({"split", "twice", "noise"})


def plant(frame: bytes, name: str, random: Random) -> Pieces:
    """Return what is sent instead of a sound frame.

    Examples
    --------
    >>> plant(b"##0001A7080\\r\\n", "crc", Random(0))
    [b'##0001A7180\\r\\n']
    """
    return FAULTS[name](frame, random)
