"""Frames out of a stream of bytes, whatever the pieces in which it arrives."""

import re
from collections import Counter
from typing import Final, NamedTuple

from lantian.hj212.fault import Fault

#: Longest frame: four digits declare at most 9,999 bytes; room for a wrong length.
MOST_FRAME: Final = 10_240
#: Bytes around a data segment before its end: `##`, length, CRC.
_AROUND: Final = 10
_START: Final = re.compile(rb"##[0-9]{4}")
_START_BYTES: Final = 6
#: What may be the first bytes of a frame whose rest has not arrived.
_BEGINNING: Final = re.compile(rb"(?:##[0-9]{0,3}|#)\Z")
#: Bytes that stand between frames for nothing: ends of lines, and spaces.
_BLANK: Final = b"\r\n \t"


class Lost(NamedTuple):
    """Bytes that belong to no frame, or to one that is too long to be one."""

    fault: Fault
    size: int


class Splitter:
    """Cuts one connection's stream into frames.

    What is cut out starts with `##` and four digits; whether it is right is for `decode` to
    say. A frame ends where its declared length says so; where no line end stands there, at
    the next line end or at the next frame. Memory is bounded: of what is no frame only the
    size is kept.

    Parameters
    ----------
    trusts_length : bool
        Look for no line end inside of the declared length: for devices that encrypt, whose
        bytes may be any. A wrong length then costs the frames that it reaches over.

    Examples
    --------
    >>> splitter = Splitter()
    >>> splitter.feed(b"noise##0001A7080\\r")
    [Lost(fault=<Fault.NOISE: 'noise'>, size=5)]
    >>> splitter.feed(b"\\n##00")
    [b'##0001A7080\\r\\n']
    """

    def __init__(self, *, trusts_length: bool = False) -> None:
        self._trusts_length = trusts_length
        self._held = bytearray()
        self._lost = 0
        self._cause = Fault.NOISE
        #: How often each cause was found; `decode` finds more.
        self.faults: Counter[Fault] = Counter()

    def feed(self, data: bytes) -> list[bytes | Lost]:
        """Take the next bytes; return what became complete, in order.

        The same stream gives the same list in whatever pieces it is fed.
        """
        held, found = self._held, list[bytes | Lost]()
        held += data
        at = 0
        while (start := self._next_start(at, found)) is not None:
            size = _size(held, start, trusts_length=self._trusts_length)
            if size is None and len(held) - start < MOST_FRAME:
                at = start
                break
            if size is None:
                # As much as cannot hold the start of another frame; the rest is noise.
                size = MOST_FRAME - _START_BYTES + 1
                self._lose(Fault.OVERSIZE, size)
            else:
                found.append(bytes(held[start : start + size]))
            at = start + size
        else:
            at = self._drop_noise(at)
        del held[:at]
        return found

    @property
    def lacks_end(self) -> bool:
        """Whether what is held is a whole frame but for its line end, which may never come.

        Examples
        --------
        >>> splitter = Splitter()
        >>> splitter.feed(b"##0001A7080"), splitter.lacks_end, splitter.flush()
        ([], True, [b'##0001A7080'])
        """
        held = self._held
        return bool(_START.match(held)) and len(held) >= _AROUND + int(held[2:_START_BYTES])

    def flush(self) -> list[bytes | Lost]:
        """Give out what is held: the stream has ended, or paused for long.

        A frame whose CR LF never comes is given out so.
        """
        found: list[bytes | Lost] = []
        if _START.match(self._held):
            found.append(bytes(self._held))
        elif self._held:
            self._lose(Fault.NOISE, self._noise(0, len(self._held)))
        self._held.clear()
        self._tell_lost(found)
        return found

    def _next_start(self, at: int, found: list[bytes | Lost]) -> int | None:
        """Place of the next frame, telling what was lost before it."""
        match = _START.search(self._held, at)
        if match is None:
            return None
        start = match.start()
        self._lose(Fault.NOISE, self._noise(at, start))
        self._tell_lost(found)
        return start

    def _drop_noise(self, at: int) -> int:
        """Pass by all that cannot begin a frame."""
        held = self._held
        tail = max(at, len(held) - _START_BYTES + 1)
        match = _BEGINNING.search(held, tail)
        end = match.start() if match else len(held)
        self._lose(Fault.NOISE, self._noise(at, end))
        return end

    def _noise(self, start: int, end: int) -> int:
        """Size of noise from `start` to `end`: line ends and spaces after a frame are none."""
        between = self._held[start:end]
        return len(between if self._lost else between.lstrip(_BLANK))

    def _lose(self, cause: Fault, size: int) -> None:
        if self._lost == 0:
            self._cause = cause
        self._lost += size

    def _tell_lost(self, found: list[bytes | Lost]) -> None:
        if self._lost:
            found.append(Lost(self._cause, self._lost))
            self.faults[self._cause] += 1
            self._lost = 0


def _size(held: bytearray, start: int, *, trusts_length: bool) -> int | None:
    """Size of the frame at `start`, line end included; None while it cannot be known."""
    end = start + _AROUND + int(held[start + 2 : start + _START_BYTES])
    line = held.find(b"\n", end if trusts_length else start + _START_BYTES, end + 2)
    if line == end or (line == end + 1 and held[end] == ord("\r")):
        return line + 1 - start
    if line < 0:
        if len(held) < end + 2:
            return None
        if held.startswith(b"##", end):
            return end - start
        line = held.find(b"\n", end, start + MOST_FRAME)
    return _cut(held, start, line)


def _cut(held: bytearray, start: int, line: int) -> int | None:
    """Size of a frame whose declared length is wrong: up to the next frame or line end."""
    stop = min(len(held), start + MOST_FRAME) if line < 0 else line + 1
    other = _START.search(held, start + _START_BYTES, stop)
    if other is not None:
        return other.start() - start
    return None if line < 0 else stop - start
