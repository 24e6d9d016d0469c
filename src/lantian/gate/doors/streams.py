"""Streams: files in DIR/doors that declare what comes through which door and how it is read."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadSetting, RuleBookBroken
from lantian.gate.doors.door import Reader
from lantian.gate.doors.passages import Passages
from lantian.gate.doors.records import Records
from lantian.gate.doors.scans import Scans
from lantian.gate.doors.tracks import Tracks
from lantian.rules.shape import fill

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
#: Folder of the files in a data folder.
DOORS: Final = "doors"
#: What a stream may say of itself beside the table of its door.
_WORDS: Final = frozenset({"title", "door", "reads", "layout", "reading"})


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: its name is that of its file.

    `settings` is the table of its door, which the door reads; `where` names file and table.
    """

    name: str
    title: str
    door: str
    settings: Mapping[str, Any]
    reader: Reader
    where: str

    def settings_as[T](self, shape: type[T]) -> T:
        """Settings of the door as a dataclass.

        Raises
        ------
        BadSetting
            Naming file, key and what to do.
        """
        return shaped(shape, dict(self.settings), self.where)


def _as(shape: type[Reader]) -> Callable[[dict[str, Any], str], Reader]:
    """Make readers of a shape."""
    return lambda table, where: shaped(shape, table, where)


#: What may be read, by the word behind `reads`; each makes its reader of the table `reading`.
READERS: Final[dict[str, Callable[[dict[str, Any], str], Reader]]] = {
    "records": _as(Records),
    "scans": _as(Scans),
    "tracks": _as(Tracks),
    "passages": _as(Passages),
}


def shaped[T](shape: type[T], table: dict[str, Any], where: str) -> T:
    """Make a dataclass of a table, every key and type checked.

    Raises
    ------
    BadSetting
        Naming file, key and what to do.
    """
    try:
        return fill(shape, table, where)
    except RuleBookBroken as error:
        raise BadSetting(error.what, where=error.where, fix=error.fix) from error
    except LookupError as error:
        raise BadSetting(str(error), where=where, fix="改正该值 / correct the value") from error


def load(folder: Path) -> dict[str, Stream]:
    """Read the declared streams of a data folder, by name; none where there is no such folder.

    Raises
    ------
    BadSetting
        Naming the file, the key and what to do.
    """
    return {path.stem: _stream(path) for path in sorted((folder / DOORS).glob("*.toml"))}


def _stream(path: Path) -> Stream:
    file = f"{DOORS}/{path.name}"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(
            f"不是可读的 TOML / cannot be read as TOML: {error}",
            where=file,
            fix="改正该文件 / correct the file",
        ) from error
    if not _NAME.fullmatch(path.stem):
        raise BadSetting(f"{path.stem!r}", where=file, fix=f"文件名 / name: {_NAME.pattern}")
    door = _word(table, "door", file)
    reads = _word(table, "reads", file, "records")
    if reads not in READERS:
        raise BadSetting(f"reads = {reads!r}", where=file, fix=f"one of: {', '.join(READERS)}")
    unknown = sorted(set(table) - _WORDS - {door})
    if unknown:
        known = ", ".join(sorted({*_WORDS, door}))
        raise BadSetting(f"unknown key {', '.join(unknown)}", where=file, fix=f"known: {known}")
    reading = _layout(_word(table, "layout", file, ""), file) | _table(table, "reading", file)
    return Stream(
        path.stem,
        _word(table, "title", file, path.stem),
        door,
        _table(table, door, file),
        READERS[reads](reading, f"{file} [reading]"),
        f"{file} [{door}]",
    )


def layouts() -> dict[str, dict[str, Any]]:
    """Readings that are known by a name, as that of the national feed.

    Examples
    --------
    >>> layouts()["national"]["span_s"]
    3600
    """
    folder = files("lantian.gate.doors") / "layouts"
    return {
        each.name.removesuffix(".toml"): tomllib.loads(each.read_text("utf-8"))
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    }


def _layout(name: str, file: str) -> dict[str, Any]:
    if not name:
        return {}
    known = layouts()
    if name not in known:
        raise BadSetting(f"layout = {name!r}", where=file, fix=f"one of: {', '.join(known)}")
    return known[name]


def _word(table: Mapping[str, Any], key: str, file: str, instead: str | None = None) -> str:
    value = table.get(key, instead)
    if not isinstance(value, str):
        raise BadSetting(f"{key} = {value!r}", where=file, fix=f'写明 / say {key} = "…"')
    return value


def _table(table: Mapping[str, Any], key: str, file: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise BadSetting(f"{key} = {value!r}", where=file, fix=f"一个表 / a table: [{key}]")
    return value
