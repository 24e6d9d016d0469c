"""Reading records out of JSON and CSV by a declared mapping of places to factors."""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from lantian.gate.doors.message import SOURCE, SYNTAX, BadMessage, Message, Number, Told
from lantian.gate.doors.places import Node, Row, is_there, records
from lantian.gate.doors.stamp import Time
from lantian.gate.hearing import TEXT, TIME

#: A source of which no declared value is given.
EMPTY: Final = "empty"
_NUMBER: Final = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?")
_MISSING: Final = ("", "-", "--", "—", "-;", "null", "NULL", "None", "NA", "N/A", "nan", "NaN")
#: An identity that is longer is none.
_MOST_NAME: Final = 64
#: Notes of one message; further ones are counted.
_MOST_NOTES: Final = 20


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record says whose it is: at a path, in a level of the topic, or always one.

    `prefix` stands before every identity, so that those of two vendors never meet.
    `known_only` leaves out whoever is not in the register, as in a feed of the whole country.
    """

    path: str = ""
    level: int = 0
    fixed: str = ""
    prefix: str = ""
    known_only: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if sum(map(bool, (self.path, self.level, self.fixed))) != 1 or self.level < 0:
            raise ValueError("source: exactly one of path, level (from 1), fixed")

    def of(self, node: Node | Row, origin: str) -> str:
        """Identity of a record; "" where it says none that could be one."""
        levels = origin.split("/")
        if self.level:
            name = levels[self.level - 1] if self.level <= len(levels) else ""
        else:
            name = self.fixed or (node.text(self.path) or "").strip()
        named = bool(name) and name.isprintable() and len(self.prefix + name) <= _MOST_NAME
        return self.prefix + name if named else ""


@dataclass(frozen=True, slots=True)
class Factor:
    """Where a factor's value stands, and its unit: number × `scale` + `add` is in `unit`.

    `name` is what `item` of the reading must hold, where each record has but one value.
    """

    path: str = ""
    unit: str = ""
    scale: float = 1.0
    add: float = 0.0
    low: str = ""
    high: str = ""
    flag: str = ""
    name: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not (self.path or self.low or self.high or self.flag):
            raise ValueError("a factor needs a path")
        if not (math.isfinite(self.scale) and math.isfinite(self.add)):
            raise ValueError("scale and add: finite numbers")

    def number(self, text: str) -> Decimal | None:
        """Exact number of a text, in `unit`; None where it is none.

        Examples
        --------
        >>> Factor("v", scale=0.001).number("35.5"), Factor("v").number("1_0")
        (Decimal('0.0355'), None)
        """
        if not _NUMBER.fullmatch(text):
            return None
        # The shortest text of a float is what the file says.
        scale, add = (Decimal(repr(each)).normalize() for each in (self.scale, self.add))
        return Decimal(text) * scale + add


@dataclass(frozen=True, slots=True)
class Records:
    """How the records of a stream are read.

    Attributes
    ----------
    factors : mapping
        By factor code.
    source, time
        Whose a record is, and of when.
    span_s : int
        Length of the interval of its values; 0 for an instant.
    format : str
    records : str
        Path to the records in JSON; "" where the body is one, or a list of them.
    item : str
        Path to the name of what is measured, where each record has but one value.
    encoding, delimiter : str
        Of CSV; JSON is UTF-8.
    missing : tuple of str
        Texts that stand for no value.
    """

    factors: dict[str, Factor]
    source: Source
    time: Time
    span_s: int
    format: Literal["json", "csv"] = "json"
    records: str = ""
    item: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    missing: tuple[str, ...] = _MISSING

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.factors:
            raise ValueError("factors: at least one")
        if self.span_s < 0:
            raise ValueError("span_s: 0 or more")
        if len(self.delimiter) != 1:
            raise ValueError("delimiter: one character")
        if self.item and not all(factor.name for factor in self.factors.values()):
            raise ValueError("factors: each needs a name where item is given")
        "".encode(self.encoding)

    def read(self, message: Message) -> tuple[list[Told], list[str]]:
        """Return what a message says of each source, and notes of what was wrong in it."""
        nodes: Iterable[Node | Row] = (
            self._csv(message) if self.format == "csv" else self._json(message)
        )
        found: dict[str, _Found] = {}
        notes = _Notes(1 if self.format == "csv" else 0)
        for n, node in enumerate(nodes, 1):
            mn = self.source.of(node, message.origin)
            each = found.setdefault(mn, _Found())
            if not mn:
                each.faults[SOURCE] = None
                notes.add(n, "没有可用的来源标识 / no identity of a source")
                continue
            self._record(node, each, n, notes)
        told = [each.told(mn, known_only=self.source.known_only) for mn, each in found.items()]
        if told and all(each.cause for each in told):
            raise BadMessage(
                told[0].cause,
                "没有可取的记录 / no record can be taken: " + "; ".join(notes.lines),
                where=f"{message.stream} {message.origin}",
                fix=f"对照 / compare doors/{message.stream}.toml",
            )
        return told, notes.lines

    def _record(self, node: Node | Row, found: "_Found", n: int, notes: "_Notes") -> None:
        stamp = " ".join((node.text(path) or "").strip() for path in self.time.paths)
        t = self.time.end(stamp, self.span_s)
        if t is None:
            found.faults[TIME] = None
            notes.add(n, f"时间不可用 / no such time: {stamp[:40]!r}")
            return
        item = node.text(self.item) if self.item else None
        for code, factor in self.factors.items():
            if factor.name != (item or "") and self.item:
                continue
            number = self._number(code, factor, node, t)
            if number is None:
                found.faults[TEXT] = None
                notes.add(n, f"{code}: 不是数 / no number: {(node.text(factor.path) or '')[:40]!r}")
            elif number.flag or not number.value is number.low is number.high is None:
                found.numbers.append(number)

    def _number(self, code: str, factor: Factor, node: Node | Row, t: int) -> Number | None:
        """Value of a factor in a record; None where there stands something else."""
        numbers: list[Decimal | None] = []
        for path in (factor.path, factor.low, factor.high):
            text = (node.text(path) or "").strip() if path else ""
            number = None if text in self.missing else factor.number(text)
            if number is None and text not in self.missing:
                return None
            numbers.append(number)
        flag = (node.text(factor.flag) or "").strip() if factor.flag else ""
        value, low, high = numbers
        return Number(code, factor.unit, self.span_s, t, value, low, high, flag, factor.kind)

    def _json(self, message: Message) -> Iterator[Node]:
        try:
            # Numbers stay the texts that they are: nothing is rounded on the way.
            body = json.loads(message.body, parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise _syntax("JSON", str(error), message) from error
        if not is_there(body, self.records):
            where = self.records or "正文 / the body"
            raise _syntax("JSON", f"没有记录 / no records at: {where}", message)
        return records(body, self.records)

    def _csv(self, message: Message) -> Iterator[Row]:
        try:
            text = message.body.decode(self.encoding).removeprefix("\ufeff")
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)
            rows = [row for row in lines if any(cell.strip() for cell in row)]
        except (UnicodeDecodeError, csv.Error) as error:
            raise _syntax("CSV", str(error), message) from error
        if not rows:
            raise _syntax("CSV", "空文件 / empty", message)
        names = [name.strip() for name in rows[0]]
        self._demand(names, message)
        for row in rows[1:]:
            yield Row(names, row)

    def _demand(self, names: list[str], message: Message) -> None:
        """Refuse a header without what is declared: the file is of another layout."""
        wanted = {self.source.path, self.item, *self.time.paths} - {""}
        lacking = sorted(wanted - set(names))
        if lacking:
            raise _syntax("CSV", f"缺少列 / no column: {', '.join(lacking)}", message)


@dataclass(slots=True)
class _Found:
    """What was found of one source; faults in order, each once."""

    numbers: list[Number] = field(default_factory=list)
    faults: dict[str, None] = field(default_factory=dict)

    def told(self, mn: str, *, known_only: bool) -> Told:
        cause = "" if self.numbers else next(iter(self.faults), "")
        faults = tuple(fault for fault in self.faults if fault != cause)
        if not (self.numbers or cause):
            faults = (EMPTY,)
        return Told(mn, self.numbers, cause, faults, known_only)


class _Notes:
    """What was wrong, by record; the first ones in words."""

    def __init__(self, header_lines: int) -> None:
        self._first = header_lines
        self.lines: list[str] = []

    def add(self, n: int, what: str) -> None:
        """Note what is wrong with a record."""
        if len(self.lines) < _MOST_NOTES:
            self.lines.append(f"{n + self._first}: {what}")
        elif len(self.lines) == _MOST_NOTES:
            self.lines.append("…")


def _syntax(kind: str, said: str, message: Message) -> BadMessage:
    return BadMessage(
        SYNTAX,
        f"不是可读的 {kind} / cannot be read as {kind}: {said[:200]}",
        where=f"{message.stream} {message.origin}",
        fix=f"对照 / compare doors/{message.stream}.toml",
    )
