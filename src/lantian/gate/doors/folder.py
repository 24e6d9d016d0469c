"""The door of a watched folder: files that others put there are kept, then moved aside."""

import asyncio
import errno
import fcntl
import fnmatch
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any, Final, NamedTuple

from lantian.errors import BadSetting
from lantian.gate.doors.door import Reception, Taken
from lantian.gate.doors.message import LARGE, MOST_BYTES, STREAM, BadMessage, Message

NAME: Final = "drop"
TAKEN: Final = "taken"
REFUSED: Final = "refused"
#: A file whose size and time have stood still for so long is whole.
_STILL_S: Final = 3.0
_LOOK_S: Final = 0.5
#: Parts of one file that are on their way at once.
_AT_ONCE: Final = 8
#: Files that are kept together: so many, of so many bytes.
_MOST_TOGETHER: Final = 64
_TOGETHER: Final = 8_000_000
#: Lines of a table are handed in in parts of about so many bytes, each with the header.
_PART: Final = 200_000
#: A folder or disk that fails is tried again after so long.
_AGAIN_S: Final = 10.0
#: Names that are still being written, by habit of the programs that write them.
_UNFINISHED: Final = (".*", "*.tmp", "*.part", "*.filepart", "*.crdownload", "~*")


@dataclass(frozen=True, slots=True)
class Files:
    """Settings of a stream: which files it takes, by patterns of their names.

    `lines`: each is a table of lines under a header, which may be cut into parts.
    """

    files: tuple[str, ...]
    lines: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.files or not all(self.files):
            raise ValueError("files: at least one pattern, as *.csv")
        if any("/" in each for each in self.files):
            raise ValueError("files: patterns of names, without folders")


class FolderDoor:
    """Looks into a folder, takes what is whole, and moves it aside once it is kept.

    Between keeping and moving a crash may come: the file is then taken again, and what it
    says is there already. Nothing that stands in the folder is ever deleted.

    Parameters
    ----------
    folder : Path
    streams : mapping of str to Files
    reception : Reception
    say : callable
    """

    def __init__(
        self,
        folder: Path,
        streams: Mapping[str, Files],
        reception: Reception,
        say: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._streams = streams
        self._reception = reception
        self._say = say
        self._seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        self._complaint = ""

    @property
    def name(self) -> str:
        """Its name."""
        return NAME

    async def open(self) -> str:
        """Make the folders of what is done."""
        # Who opens a file while it is looked at whether someone has it open sends this signal.
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        try:
            for name in (TAKEN, REFUSED):
                (self._folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(
                f"不可写 / not writable ({error.strerror})",
                where="--drop",
                fix="另选目录或改权限 / another folder, or other permissions",
            ) from error
        return f"目录 / folder {self._folder}"

    async def run(self, stop: asyncio.Event) -> None:
        """Take files until told to stop."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                pause_s = _LOOK_S
                try:
                    for some in _together(await asyncio.to_thread(self._whole)):
                        await self._take(some, stopping)
                        if stop.is_set():
                            break
                    self._complaint = ""
                except OSError as error:  # the disk, or a folder of the network, is away
                    self._complain(str(error))
                    pause_s = _AGAIN_S
                await asyncio.wait((stopping,), timeout=pause_s)
        finally:
            stopping.cancel()

    def _whole(self) -> list[tuple[Path, int]]:
        """Files that have stood still, with their sizes, in order of their names."""
        now = time.monotonic()
        seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        whole = []
        for entry in sorted(os.scandir(self._folder), key=lambda each: each.name):
            if not entry.is_file(follow_symlinks=False) or _matches(entry.name, _UNFINISHED):
                continue
            info = entry.stat(follow_symlinks=False)
            mark = _mark(info)
            before, since = self._seen.get(entry.name, (mark, now))
            seen[entry.name] = (mark, since if before == mark else now)
            # After a new start the file's own time tells; where clocks differ it may not.
            still_s = max(now - since, time.time() - info.st_mtime)
            if before == mark and still_s >= _STILL_S and not _is_written(entry.path):
                whole.append((Path(entry.path), info.st_size))
        self._seen = seen
        return whole

    async def _take(self, paths: Sequence[Path], stopping: asyncio.Future[Any]) -> None:
        """Keep some files together, and move aside those that are kept."""
        kept = await asyncio.gather(
            *(self._keep(path, stopping) for path in paths), return_exceptions=True
        )
        done = [each for each in kept if isinstance(each, _Done)]
        if done:
            await asyncio.to_thread(self._move, done)
        for each in kept:
            if isinstance(each, BaseException):
                raise each

    async def _keep(self, path: Path, stopping: asyncio.Future[Any]) -> "_Done | None":
        """Keep a file; None where the gate ends before it is kept, or it has grown meanwhile."""
        stream = next((n for n, s in self._streams.items() if _matches(path.name, s.files)), "")
        try:
            if not stream:
                raise _no_stream(path)
            body, mark = await asyncio.to_thread(_read, path)
        except BadMessage as problem:
            self._reception.counts[(NAME, stream, problem.cause)] += 1
            return _Done(path, REFUSED, str(problem))
        received_us = time.time_ns() // 1000
        parts = enumerate(_parts(body) if self._streams[stream].lines else (body,))
        problems: list[str] = []
        notes: list[str] = []
        refused = True
        for some in batched(parts, _AT_ONCE):
            taken: list[Taken] = []
            for n, part in some:
                origin = path.name if n == 0 else f"{path.name}#{n}"
                message = Message(NAME, stream, origin, part, received_us, path.name)
                taken.append(await self._reception.take(message))
            kept = asyncio.gather(*(each.done for each in taken))
            await asyncio.wait((kept, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not kept.done():
                return None
            problems += [str(each.heard.problem) for each in taken if each.heard.problem]
            notes += [note for each in taken for note in each.heard.notes]
            refused = refused and all(each.heard.problem for each in taken)
        if _mark(path.stat()) != mark:  # it has grown, or another took its name
            return None
        return _Done(path, REFUSED if refused else TAKEN, "\n".join((*problems, *notes)))

    def _move(self, done: Sequence["_Done"]) -> None:
        """Move files aside, with what is to be said of them, under names of their own."""
        folders = {self._folder}
        for path, where, said in done:
            folder = self._folder / where / time.strftime("%Y-%m-%d")
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / path.name
            n = 0
            while target.exists():
                n += 1
                target = folder / f"{path.stem}.{n}{path.suffix}"
            if said:
                word = "reason" if where == REFUSED else "notes"
                target.with_name(f"{target.name}.{word}.txt").write_text(said + "\n", "utf-8")
                self._say(f"{path.name} → {where}: {said.partition(chr(10))[0]}")
            path.rename(target)
            folders.add(folder)
        for folder in folders:
            _settle(folder)

    def _complain(self, what: str) -> None:
        if self._complaint != what:
            self._complaint = what
            self._say(f"--drop: {what}")


class _Done(NamedTuple):
    """A file that is dealt with: where it goes, and what is to be said of it."""

    path: Path
    where: str
    said: str


def _together(files: Sequence[tuple[Path, int]]) -> Iterator[list[Path]]:
    """Files that may be read at once, by number and size.

    Examples
    --------
    >>> paths = [Path("a"), Path("b"), Path("c")]
    >>> [len(some) for some in _together(list(zip(paths, (9, 20_000_000, 5))))]
    [2, 1]
    """
    some: list[Path] = []
    total = 0
    for path, size in files:
        some.append(path)
        total += size
        if len(some) >= _MOST_TOGETHER or total >= _TOGETHER:
            yield some
            some, total = [], 0
    if some:
        yield some


def _settle(folder: Path) -> None:
    """Wait until the disk keeps the names of a folder."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, each) for each in patterns)


def _is_written(path: str) -> bool:
    """Whether someone has a file open to write to it, as far as the system tells."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        # Another's file, or a folder of the network: then only its standing still tells.
        return error.errno == errno.EAGAIN
    finally:
        os.close(number)
    return False


def _mark(info: os.stat_result) -> tuple[int, int, int]:
    """What tells whether a file is still the same."""
    return info.st_ino, info.st_size, info.st_mtime_ns


def _read(path: Path) -> tuple[bytes, tuple[int, int, int]]:
    if path.stat().st_size > 50 * MOST_BYTES:
        raise BadMessage(
            LARGE,
            "文件过大 / the file is too large",
            where=path.name,
            fix=f"每个至多 / at most {50 * MOST_BYTES // 1_000_000} MB",
        )
    with path.open("rb") as file:
        mark = _mark(os.fstat(file.fileno()))
        return file.read(), mark


def _parts(body: bytes) -> Iterator[bytes]:
    """Cut a table between lines, each part under the header; one that is short stays as it is.

    A line that ends inside quotes is not cut off from its next.

    Examples
    --------
    >>> list(_parts(b"a,b\\n1,2\\n"))
    [b'a,b\\n1,2\\n']
    """
    if len(body) <= _PART:
        yield body
        return
    header, *lines = body.splitlines(keepends=True)
    part, size, quotes = [header], 0, 0
    for line in lines:
        part.append(line)
        size += len(line)
        quotes += line.count(b'"')
        if size >= _PART and quotes % 2 == 0:
            yield b"".join(part)
            part, size = [header], 0
    if size:
        yield b"".join(part)


def _no_stream(path: Path) -> BadMessage:
    return BadMessage(
        STREAM,
        "没有声明这种文件 / no stream is declared for such a file",
        where=path.name,
        fix='在 doors/*.toml 中声明 / declare it: door = "drop", [drop] files = ["…"]',
    )
