"""Every clause of every book is cited and dated, and says when nobody could verify it."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lantian.rules.book import Book, Entry, national_shelf

ENTRIES = [(b, e) for b in national_shelf().values() for e in b.entries]


def test_every_file_of_the_shelf_is_read(root: Path) -> None:
    written = {p.name for p in (root / "src/lantian/rules/books").glob("*.toml")}
    assert len(written) == len(national_shelf()) > 0


@pytest.mark.parametrize(
    ("book", "entry"), ENTRIES, ids=[f"{b.id}-{e.item}-{e.id}" for b, e in ENTRIES]
)
def test_an_entry_is_cited_and_dated(book: Book[Any], entry: Entry[Any]) -> None:
    assert re.search(r"\w{2,}", entry.source), "a source names its text"
    assert date(1990, 1, 1) < entry.effective < date(2040, 1, 1)
    assert book.title_zh
    assert book.title_en
    # What no official text confirmed must say on what it rests.
    assert entry.verified or entry.note or entry.source.startswith("project's own")
