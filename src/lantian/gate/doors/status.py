"""Status files: what each door or reader does, what not and why, and how well that is proved."""

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final, Literal

from lantian.errors import BadSetting
from lantian.gate.doors.streams import shaped

#: What the grades mean.
GRADES: Final = {
    "A": (
        "与真实对端联测，含断线、重复与强制结束",
        "tested against the real counterpart, with cuts, repeats and kills",
    ),
    "B": ("与自写的对端联测", "tested against a counterpart of our own"),
    "C": ("仅以样例核对", "checked with samples only"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Lack:
    """What is not done, and why."""

    zh: str
    en: str
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True)
class Status:
    """State of one door or reader; its name is that of the file.

    `module` is its adapter beside the file, `use` how it is asked for: a flag, or a word in a
    stream's file.
    """

    zh: str
    en: str
    module: str
    use: str
    grade: Literal["A", "B", "C"]
    does: tuple[Line, ...]
    lacks: tuple[Lack, ...] = field(default=())


def statuses() -> dict[str, Status]:
    """All status files, by name, in order.

    Raises
    ------
    BadSetting
        Naming file and key, where one is not as it must be.

    Examples
    --------
    >>> statuses()["mqtt"].use
    '--mqtt'
    """
    folder = files("lantian.gate.doors")
    found: dict[str, Status] = {}
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.name.endswith(".toml"):
            status = shaped(Status, tomllib.loads(each.read_text("utf-8")), each.name)
            if not (folder / f"{status.module}.py").is_file():
                raise BadSetting(
                    f"module = {status.module!r}", where=each.name, fix="name its adapter"
                )
            found[each.name.removesuffix(".toml")] = status
    return found
