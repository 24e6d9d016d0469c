"""MAP.md leads from a term to its file: every path is there, every module is named."""

import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def named(root: Path) -> set[str]:
    text = (root / "MAP.md").read_text(encoding="utf-8")
    return {word for word in re.findall(r"`([^`\s]+)`", text) if "/" in word or "." in word}


def test_every_path_of_the_map_exists(root: Path, named: set[str]) -> None:
    assert len(named) > 30
    assert [path for path in sorted(named) if not list(root.glob(path))] == []


def test_the_map_names_every_module(root: Path, named: set[str], modules: list[Path]) -> None:
    rooms = {str(path.relative_to(root)) for path in modules if path.name != "__init__.py"}
    assert sorted(rooms - named) == []


def test_the_map_names_every_rule_book(root: Path, named: set[str]) -> None:
    books = {str(p.relative_to(root)) for p in (root / "src/lantian/rules/books").glob("*.toml")}
    assert books
    assert sorted(books - named) == []
