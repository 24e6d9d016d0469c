"""A rule book: dated, cited entries read from TOML and refused when they contradict."""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadFile, BadRequest, NoRuleInForce, RuleBookBroken
from lantian.rules.clauses import (
    AdoptionClause,
    AqiClause,
    CalibrationClause,
    EvaluationClause,
    ExceptionalClause,
    IndexClause,
    LevelsClause,
    LimitsClause,
    PlausibleClause,
    QualityClause,
    SetClause,
    Threshold,
)
from lantian.rules.shape import fill

NATIONAL: Final = Path(__file__).parent / "books"

#: What the clauses of each kind of book are; a book names its kind.
KINDS: Final[dict[str, type]] = {
    "adoption": AdoptionClause,
    "aqi": AqiClause,
    "ambient-limits": LimitsClause,
    "calibration": CalibrationClause,
    "completeness": Threshold,
    "composite-index": IndexClause,
    "evaluation": EvaluationClause,
    "exceptional": ExceptionalClause,
    "levels": LevelsClause,
    "plausible": PlausibleClause,
    "quality": QualityClause,
    "sets": SetClause,
}


@dataclass(frozen=True, slots=True)
class Entry[C]:
    """One dated clause with its citation.

    `item` parts a book into series that each have exactly one entry in force;
    `verified` is False where no official text confirmed the clause. `note` is English,
    `note_zh` says the same in Chinese; either is "" where the book has none.
    """

    book: str
    id: str
    item: str
    effective: date
    until: date | None
    source: str
    verified: bool
    note: str
    note_zh: str
    clause: C

    def covers(self, day: date) -> bool:
        """Whether the entry is in force on `day`."""
        return self.effective <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Book[C]:
    """All entries of one book, in order of item and date."""

    id: str
    title_zh: str
    title_en: str
    entries: tuple[Entry[C], ...]
    digest: str

    def at(self, day: date, item: str = "") -> Entry[C]:
        """Return the entry in force on `day`; nothing is extrapolated.

        Raises
        ------
        NoRuleInForce
            If no entry of `item` covers the day.

        Examples
        --------
        >>> book("aqi").at(date(2026, 3, 1)).id
        'HJ633-2026'
        """
        for entry in self.entries:
            if entry.item == item and entry.covers(day):
                return entry
        raise NoRuleInForce(
            f"no entry{f' for {item}' if item else ''} covers {day}",
            where=f"rule book {self.id}",
            fix=f"see: lantian rules show {self.id}",
        )

    def entry(self, name: str) -> Entry[C]:
        """Return the entry of that id.

        Raises
        ------
        BadRequest
            If the book has none; the message lists what there is.

        Examples
        --------
        >>> book("ambient-limits").entry("GB3095-2026-final").effective
        datetime.date(2031, 1, 1)
        """
        for entry in self.entries:
            if entry.id == name:
                return entry
        raise BadRequest(
            f"no entry {name!r} in the rule book {self.id}",
            where="rules",
            fix=f"one of: {', '.join(e.id for e in self.entries)}",
        )


_HEAD: Final = {"id", "kind", "title_zh", "title_en"}
_ENTRY: Final = {"id", "item", "effective", "until", "source", "verified", "note", "note_zh"}
_NEEDED: Final = (("id", str), ("effective", date), ("source", str), ("verified", bool))
_OPTIONAL: Final = (("item", str), ("until", date), ("note", str), ("note_zh", str))


def read_book(path: Path) -> Book[Any]:
    """Read one file as a rule book.

    Raises
    ------
    BadFile
        If the file cannot be read.
    RuleBookBroken
        On broken TOML, an unknown kind or key, a missing citation, a duplicate, a gap
        or an overlap; the message names file and entry.
    """
    try:
        raw = path.read_bytes()
        table = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise BadFile(
            f"cannot be read: {error.strerror}", where=str(path), fix="check the path and rights"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleBookBroken(f"not TOML: {error}", where=path.name, fix="mend the file") from error
    head: Any = table.get("book")
    if set(table) != {"book", "entry"} or not _is_head(head) or not _are_entries(table["entry"]):
        raise RuleBookBroken(
            f"needs a [book] with {', '.join(sorted(_HEAD))} and [[entry]] tables, nothing else",
            where=path.name,
            fix="add or remove what differs",
        )
    if head["kind"] not in KINDS:
        raise RuleBookBroken(
            f"unknown kind {head['kind']!r}", where=path.name, fix=f"one of {sorted(KINDS)}"
        )
    entries = [_read_entry(head, number, e, path) for number, e in enumerate(table["entry"], 1)]
    entries.sort(key=lambda e: (e.item, e.effective))
    _refuse_contradictions(entries, path.name)
    return Book(
        head["id"],
        head["title_zh"],
        head["title_en"],
        tuple(entries),
        hashlib.sha256(raw).hexdigest(),
    )


def _is_head(head: Any) -> bool:
    return isinstance(head, dict) and set(head) == _HEAD and {*map(type, head.values())} == {str}


def _are_entries(entries: Any) -> bool:
    return isinstance(entries, list) and bool(entries) and {*map(type, entries)} == {dict}


def _read_entry(head: dict[str, Any], number: int, table: dict[str, Any], path: Path) -> Entry[Any]:
    where = f"{path.name}, entry {number} ({table.get('id', 'no id')})"
    lacking = [key for key, _ in _NEEDED if table.get(key, "") == ""]
    if lacking:
        raise RuleBookBroken(
            f"needs {', '.join(lacking)}", where=where, fix="add what is missing to the entry"
        )
    for key, kind in (*_NEEDED, *_OPTIONAL):
        if key in table and type(table[key]) is not kind:
            raise RuleBookBroken(f"{key} is not a {kind.__name__}", where=where, fix="correct it")
    clause = {k: v for k, v in table.items() if k not in _ENTRY}
    return Entry(
        book=head["id"],
        id=table["id"],
        item=table.get("item", ""),
        effective=table["effective"],
        until=table.get("until"),
        source=table["source"],
        verified=table["verified"],
        note=table.get("note", ""),
        note_zh=table.get("note_zh", ""),
        clause=fill(KINDS[head["kind"]], clause, where),
    )


def _refuse_contradictions(entries: list[Entry[Any]], file: str) -> None:
    ids = [e.id for e in entries]
    for name in ids:
        if ids.count(name) > 1:
            raise RuleBookBroken(f"two entries named {name}", where=file, fix="rename one")
    for entry in entries:
        if entry.until is not None and entry.until < entry.effective:
            raise RuleBookBroken(
                f"{entry.id} ends {entry.until}, before it starts", where=file, fix="correct until"
            )
    for old, new in pairwise(entries):
        if old.item != new.item:
            continue
        if old.until is None or new.effective != old.until + timedelta(days=1):
            word = "overlap" if old.until is None or new.effective <= old.until else "gap"
            raise RuleBookBroken(
                f"{word} between {old.id} and {new.id}",
                where=file,
                fix="make `until` the eve of the next `effective`",
            )


def read_shelf(folders: Iterable[Path]) -> dict[str, Book[Any]]:
    """Read every book in `folders`; a later folder may add names, never replace one.

    A local book of a national kind adds its entries to that kind under its own id,
    as `composite-index:henan` beside `composite-index`.

    Raises
    ------
    BadRequest
        If a folder does not exist.
    RuleBookBroken
        If two books, or two entries of one kind of book, have the same name, or an
        index divides by limits that no book holds.
    """
    shelf: dict[str, Book[Any]] = {}
    named: dict[tuple[type, str], str] = {}
    for folder in folders:
        if not folder.is_dir():
            raise BadRequest(
                f"no folder of rule books {folder}", where="rules", fix="name an existing folder"
            )
        for path in sorted(folder.glob("*.toml")):
            book = read_book(path)
            if book.id in shelf:
                raise RuleBookBroken(
                    f"a second book named {book.id}", where=path.name, fix="give it its own id"
                )
            for entry in book.entries:
                key = (type(entry.clause), entry.id)
                if key in named:
                    raise RuleBookBroken(
                        f"{entry.id} is already an entry of {named[key]}",
                        where=path.name,
                        fix="local books may add names, never override a national entry",
                    )
                named[key] = book.id
            shelf[book.id] = book
    _refuse_unknown_limits(shelf, {name for kind, name in named if kind is LimitsClause})
    return shelf


def _refuse_unknown_limits(shelf: dict[str, Book[Any]], limits: set[str]) -> None:
    for entry in (entry for book in shelf.values() for entry in book.entries):
        if isinstance(entry.clause, IndexClause) and entry.clause.limits not in limits:
            raise RuleBookBroken(
                f"no ambient limits named {entry.clause.limits!r}",
                where=f"rule book {entry.book}, {entry.id}",
                fix=f"one of: {', '.join(sorted(limits))}",
            )


@cache
def national_shelf() -> dict[str, Book[Any]]:
    """Every book that comes with Lantian, by id."""
    return read_shelf([NATIONAL])


def book(name: str) -> Book[Any]:
    """Return one national book by id.

    Raises
    ------
    BadRequest
        If there is none of that name.

    Examples
    --------
    >>> book("completeness").at(date(2019, 6, 1), "daily-mean").clause.minimum
    20
    """
    shelf = national_shelf()
    if name not in shelf:
        raise BadRequest(
            f"no rule book {name!r}", where="rules", fix=f"one of: {', '.join(sorted(shelf))}"
        )
    return shelf[name]
