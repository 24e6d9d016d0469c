"""The door of a watched folder: files that others put there are kept, then moved aside."""

import asyncio
import fnmatch
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lantian.errors import BadSetting
from lantian.gate.doors.door import Reception, Taken
from lantian.gate.doors.message import LARGE, MOST_BYTES, STREAM, BadMessage, Message

NAME: Final = "drop"
TAKEN: Final = "taken"
REFUSED: Final = "refused"
#: A file whose size and time have stood still for so long is whole.
_STILL_S: Final = 2.0
_LOOK_S: Final = 0.5
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
                    for path in await asyncio.to_thread(self._whole):
                        if stop.is_set() or not await self._take(path, stopping):
                            break
                    self._complaint = ""
                except OSError as error:  # the disk, or a folder of the network, is away
                    self._complain(str(error))
                    pause_s = _AGAIN_S
                await asyncio.wait((stopping,), timeout=pause_s)
        finally:
            stopping.cancel()

    def _whole(self) -> list[Path]:
        """Files that have stood still, in order of their names."""
        now = time.monotonic()
        seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        whole = []
        for entry in sorted(os.scandir(self._folder), key=lambda each: each.name):
            if not entry.is_file(follow_symlinks=False) or _matches(entry.name, _UNFINISHED):
                continue
            info = entry.stat(follow_symlinks=False)
            mark = (info.st_ino, info.st_size, info.st_mtime_ns)
            before, since = self._seen.get(entry.name, (mark, now))
            seen[entry.name] = (mark, since if before == mark else now)
            if before == mark and now - since >= _STILL_S:
                whole.append(Path(entry.path))
        self._seen = seen
        return whole

    async def _take(self, path: Path, stopping: asyncio.Future[bool]) -> bool:
        """Keep a file and move it aside; False where the gate ends before it is kept."""
        stream = next((n for n, s in self._streams.items() if _matches(path.name, s.files)), "")
        try:
            if not stream:
                raise _no_stream(path)
            body = await asyncio.to_thread(_read, path)
        except BadMessage as problem:
            self._reception.counts[(NAME, stream, problem.cause)] += 1
            await asyncio.to_thread(self._move, path, REFUSED, str(problem))
            return True
        received_us = time.time_ns() // 1000
        taken: list[Taken] = []
        for n, part in enumerate(_parts(body) if self._streams[stream].lines else (body,)):
            origin = path.name if n == 0 else f"{path.name}#{n}"
            message = Message(NAME, stream, origin, part, received_us, path.name)
            taken.append(await self._reception.take(message))
        done = asyncio.gather(*(each.done for each in taken))
        await asyncio.wait((done, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            return False
        problems = [str(each.heard.problem) for each in taken if each.heard.problem]
        notes = [note for each in taken for note in each.heard.notes]
        where = REFUSED if len(problems) == len(taken) else TAKEN
        await asyncio.to_thread(self._move, path, where, "\n".join((*problems, *notes)))
        return True

    def _move(self, path: Path, where: str, said: str) -> None:
        """Move a file aside, with what is to be said of it, under a name of its own."""
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
        _settle(folder)
        _settle(self._folder)

    def _complain(self, what: str) -> None:
        if self._complaint != what:
            self._complaint = what
            self._say(f"--drop: {what}")


def _settle(folder: Path) -> None:
    """Wait until the disk keeps the names of a folder."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, each) for each in patterns)


def _read(path: Path) -> bytes:
    if path.stat().st_size > 50 * MOST_BYTES:
        raise BadMessage(
            LARGE,
            "文件过大 / the file is too large",
            where=path.name,
            fix=f"每个至多 / at most {50 * MOST_BYTES // 1_000_000} MB",
        )
    return path.read_bytes()


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
