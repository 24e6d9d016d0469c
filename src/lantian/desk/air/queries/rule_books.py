"""The rule books as pages show them: entries with citations, what holds on a day, what changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lantian.desk.language import language
from lantian.errors import NoData
from lantian.rules.book import Book, Entry
from lantian.rules.ruleset import RuleSet, Shelf, in_force
from lantian.rules.spelling import differences, spelled

#: The day on which the standards of 2026 took effect, and its eve.
CHANGE: Final = (date(2026, 2, 28), date(2026, 3, 1))


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry: its dates and citation, and each value of its clause under its path."""

    id: str
    book: str
    item: str
    title: str
    effective: date
    until: date | None
    source: str
    verified: bool
    note: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BookShown:
    """A rule book with those of its entries that are asked for."""

    id: str
    title: str
    digest: str
    entries: tuple[EntryShown, ...]
    unverified: int


@dataclass(frozen=True, slots=True)
class Change:
    """What changed between two days in one item of a book."""

    book: str
    item: str
    before: EntryShown | None
    after: EntryShown | None
    values: tuple[tuple[str, str, str], ...]


def set_on(shelf: Shelf, day: date) -> tuple[RuleSet, list[EntryShown]]:
    """Return the rule set in force on a day, with every entry it bundles.

    Raises
    ------
    NoRuleInForce
        If none was.
    """
    chosen = in_force(day, shelf)
    return chosen, [_entry(entry) for entry in chosen.entries()]


def books_on(shelf: Shelf, day: date | None) -> list[BookShown]:
    """All books, with the entries in force on a day, or with every entry."""
    return [_book(book, day) for book in shelf.values()]


def book_of(shelf: Shelf, name: str) -> BookShown:
    """Return one book with every entry.

    Raises
    ------
    NoData
        If there is none of that name.
    """
    if name not in shelf:
        raise NoData(
            f"没有规则册 {name[:40]} / no rule book {name[:40]!r}",
            where="rules",
            fix=f"可选 / one of: {', '.join(shelf)}",
        )
    return _book(shelf[name], None)


def _book(book: Book[Any], day: date | None) -> BookShown:
    entries = tuple(_entry(e) for e in book.entries if day is None or e.covers(day))
    title = language().of(book.title_zh, book.title_en)
    unverified = sum(not e.verified for e in entries)
    return BookShown(book.id, title, book.digest, entries, unverified)


def _entry(entry: Entry[Any]) -> EntryShown:
    lang = language()
    values = spelled(entry.clause)
    title = lang.of(values.pop("title_zh", ""), values.pop("title_en", ""))
    values.pop("title_en", None)
    values.pop("title_zh", None)
    return EntryShown(
        entry.id,
        entry.book,
        entry.item,
        title,
        entry.effective,
        entry.until,
        entry.source,
        entry.verified,
        lang.of(entry.note_zh or entry.note, entry.note),
        tuple(values.items()),
    )


def changes(shelf: Shelf, first: date, last: date) -> tuple[RuleSet, RuleSet, list[Change]]:
    """Compare the rule sets in force on two days.

    Raises
    ------
    NoRuleInForce
        If none was on one of them.
    """
    before, after = in_force(first, shelf), in_force(last, shelf)
    old = {(e.book, e.item): e for e in before.entries()}
    new = {(e.book, e.item): e for e in after.entries()}
    keys = [*old, *(key for key in new if key not in old)]
    found = [
        _change(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)
    ]
    return before, after, found


def _change(key: tuple[str, str], old: Entry[Any] | None, new: Entry[Any] | None) -> Change:
    clauses = (None if entry is None else entry.clause for entry in (old, new))
    rows = tuple((path, was or "", now or "") for path, was, now in differences(*clauses))
    before = None if old is None else _entry(old)
    after = None if new is None else _entry(new)
    return Change(*key, before, after, rows)
