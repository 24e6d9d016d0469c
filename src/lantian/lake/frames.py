"""Frames as received: files that only grow, a compressed block for each group of frames.

A block is durable before any row speaks of it. What a crash leaves behind the last block
that the tables know was acknowledged to nobody; it is read again when the gate starts.
"""

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from lantian.errors import LakeBroken
from lantian.lake.database import unwritable

#: Before each block: a sign, its size compressed and not, a check of what is compressed.
_HEAD: Final = struct.Struct("<4sIII")
_SIGN: Final = b"LTF1"
_CODEC: Final = "zstd"
#: Before each frame of a block: its size, and when it was received, microseconds since 1970.
_FRAME: Final = struct.Struct("<IQ")
#: Most bytes of one group uncompressed: what is larger is damaged.
MOST_BLOCK: Final = 64_000_000
#: Frames that one block may hold; the place in it is a frame's number below.
MOST_FRAMES: Final = 4096


#: When a frame was received, microseconds since 1970, and its bytes.
type Received = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Block:
    """Where one group lies: its UTC day names the file."""

    day: int
    start: int
    size: int


class FrameFiles:
    """The frame files of a folder, one for each UTC day.

    Examples
    --------
    >>> import tempfile
    >>> files = FrameFiles(Path(tempfile.mkdtemp()))
    >>> block = files.append(20000, [(1_728_000_000_000_000, b"##0001A7080")])
    >>> files.read(block)
    [(1728000000000000, b'##0001A7080')]
    >>> [b for b, _ in files.behind(20000, 0)] == [block]
    True
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(str(error), str(folder)) from error
        self._open: tuple[int, int] | None = None

    def path(self, day: int) -> Path:
        """File of a UTC day."""
        return self._folder / f"{day}.ltf"

    def days(self) -> list[int]:
        """Days that have a file, in order."""
        return sorted(int(p.stem) for p in self._folder.glob("*.ltf") if p.stem.isdigit())

    def append(self, day: int, frames: Sequence[Received]) -> Block:
        """Write a group behind all others and wait until the disk keeps it.

        Raises
        ------
        LakeBroken
            If the disk is full or not writable; the file is then as it was before.
        """
        body = b"".join(_FRAME.pack(len(frame), at_us) + frame for at_us, frame in frames)
        packed = pa.compress(body, codec=_CODEC, asbytes=True)
        head = _HEAD.pack(_SIGN, len(packed), len(body), _check(packed, len(body)))
        try:
            file = self._file(day)
            start = os.lseek(file, 0, os.SEEK_END)
            try:
                _write(file, head + packed)
                os.fdatasync(file)
            except OSError:
                os.ftruncate(file, start)
                raise
        except OSError as error:
            raise unwritable(str(error), str(self.path(day))) from error
        return Block(day, start, _HEAD.size + len(packed))

    def _file(self, day: int) -> int:
        if self._open is None or self._open[0] != day:
            self.close()
            self._open = day, os.open(self.path(day), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return self._open[1]

    def read(self, block: Block) -> list[Received]:
        """Return the frames of a group.

        Raises
        ------
        LakeBroken
            If they are not there or damaged.
        """
        try:
            with self.path(block.day).open("rb") as file:
                file.seek(block.start)
                found = file.read(block.size)
        except OSError as error:
            raise self._damaged(block) from error
        frames = _frames(found)
        if frames is None:
            raise self._damaged(block)
        return frames

    def behind(self, day: int, start: int) -> Iterator[tuple[Block, list[Received]]]:
        """Walk over the whole groups of a day from a position on; cut off a torn last one."""
        if not self.path(day).is_file():
            return
        size = self.path(day).stat().st_size
        while start < size:
            with self.path(day).open("rb") as file:
                file.seek(start)
                head = file.read(_HEAD.size)
                rest = _size(head)
                frames = None if rest is None else _frames(head + file.read(rest))
            if rest is None or frames is None:
                self._cut(day, start)
                return
            block = Block(day, start, _HEAD.size + rest)
            yield block, frames
            start += block.size

    def _cut(self, day: int, start: int) -> None:
        """Drop what a crash left half-written: nobody was told that it is kept."""
        self.close()
        os.truncate(self.path(day), start)

    def _damaged(self, block: Block) -> LakeBroken:
        return LakeBroken(
            "原始报文缺失或损坏 / frames as received are missing or damaged",
            where=f"{self.path(block.day)}:{block.start}",
            fix="从备份恢复该文件 / restore the file from a backup",
        )

    def close(self) -> None:
        """Close the file that is written to."""
        if self._open is not None:
            os.close(self._open[1])
            self._open = None


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _check(packed: bytes, length: int) -> int:
    """Check of what is compressed and of its length uncompressed: that may be torn as well."""
    return zlib.crc32(packed, length)


def _size(head: bytes) -> int | None:
    """Bytes of a block behind its head; None where that is no head."""
    if len(head) < _HEAD.size:
        return None
    sign, packed, body, _ = _HEAD.unpack(head)
    return packed if sign == _SIGN and body <= MOST_BLOCK else None


def _frames(found: bytes) -> list[Received] | None:
    """Frames of a block with its head; None where it is not whole."""
    if _size(found[: _HEAD.size]) is None:
        return None
    _, size, length, check = _HEAD.unpack(found[: _HEAD.size])
    packed = found[_HEAD.size :]
    if len(packed) != size or _check(packed, length) != check:
        return None
    body = pa.decompress(packed, decompressed_size=length, codec=_CODEC, asbytes=True)
    frames, at = [], 0
    while at < len(body):
        size, received_us = _FRAME.unpack_from(body, at)
        at += _FRAME.size
        frames.append((received_us, body[at : at + size]))
        at += size
    return frames
