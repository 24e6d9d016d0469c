"""Headings of a sheet: which column of the register each one is, or what was meant."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lantian.desk.register.kinds import folded
from lantian.desk.register.spec import Column, Register
from lantian.errors import BadFile
from lantian.terms.coordinates import CoordinateSystem

#: Heading of the column that says in which system a row's coordinates are.
SYSTEM: Final = ("坐标系", "Coordinates")
SYSTEMS: Final[Mapping[str, CoordinateSystem]] = {
    folded(name): system
    for system, names in {
        CoordinateSystem.WGS84: ("WGS84", "WGS-84", "CGCS2000", "国家2000", "天地图"),
        CoordinateSystem.GCJ02: ("GCJ02", "GCJ-02", "高德", "腾讯", "火星坐标"),
        CoordinateSystem.BD09: ("BD09", "BD-09", "百度"),
    }.items()
    for name in names
}
_ASIDE: Final = re.compile(r"[(（\[].*?[)）\]]|[*＊\s]")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each column stands in the sheet; `said` is its heading there."""

    at: Mapping[str, int]
    said: Mapping[str, str]
    system: int | None


def plain(heading: str) -> str:
    """Heading as it is compared: without stars, blanks and what stands in brackets.

    Examples
    --------
    >>> plain("区划代码* (必填)")
    '区划代码'
    """
    return folded(_ASIDE.sub("", heading))


def known_headings(register: Register) -> dict[str, Column]:
    """Every accepted heading of a register, with its column."""
    found: dict[str, Column] = {}
    for column in register.all:
        if not (column.edited or "__" in column.name):
            continue
        for name in (column.zh, column.en, column.name):
            found.setdefault(plain(name), column)
    return found


def read_headings(register: Register, headings: Sequence[str], file: str) -> Headings:
    """Read a row of headings.

    Raises
    ------
    BadFile
        Naming every heading that is unknown (with what may be meant), doubled or absent.
    """
    known = known_headings(register)
    shown_only = {plain(n) for c in register.printed if not c.edited for n in (c.zh, c.en, c.name)}
    systems = {plain(name) for name in SYSTEM} if register.shown else set()
    at: dict[str, int] = {}
    said: dict[str, str] = {}
    wrong: list[str] = []
    system = None
    for place, heading in enumerate(headings):
        name = plain(heading)
        column = known.get(name)
        if name in systems:
            system = place
        elif column is None and name and name not in shown_only:
            wrong.append(_unknown(heading, place, register))
        elif column and column.edited and column.name in at:
            wrong.append(f"「{heading}」重复 / {heading!r} twice")
        elif column and column.edited:
            at[column.name], said[column.name] = place, heading
    absent = [
        c for c in register.edited if (c.needed or c.name in register.key) and c.name not in at
    ]
    wrong += [f"缺少「{c.zh}」列 / no column {c.en!r}" for c in absent]
    if wrong:
        zh = "；".join(w.partition(" / ")[0] for w in wrong)
        en = "; ".join(w.partition(" / ")[2] for w in wrong)
        raise BadFile(
            f"{zh} / {en}",
            where=file,
            fix="表头以模板为准 / the headings are those of the template",
        )
    return Headings(at, said, system)


def _unknown(heading: str, place: int, register: Register) -> str:
    names = [name for column in register.edited for name in (column.zh, column.en)]
    near = difflib.get_close_matches(heading, names, n=1, cutoff=0.5)
    zh, en = f"第 {place + 1} 列「{heading}」", f"column {place + 1} {heading!r}"
    if not near:
        return f"{zh}不认识 / {en} is unknown"
    return f"{zh}不认识，是否为「{near[0]}」 / {en}: did you mean {near[0]!r}"
