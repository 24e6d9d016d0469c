"""Names and sizes: nouns of the field, one subject a module, nothing left unfinished."""

import ast
import re
from pathlib import Path

import pytest

VAGUE = re.compile(r"(utils?|helpers?|commons?|managers?|misc|core|base|stuff|tools?)")
UNFINISHED = re.compile(
    "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error"])
)
MOST_LINES = 400


@pytest.fixture(scope="module")
def code(files: list[Path]) -> list[Path]:
    return [p for p in files if p.suffix == ".py" and "migrations" not in p.parts]


def test_no_name_says_nothing(root: Path, code: list[Path]) -> None:
    parts = {part.removesuffix(".py") for path in code for part in path.relative_to(root).parts}
    assert [part for part in sorted(parts) if VAGUE.fullmatch(part)] == []


def test_no_module_is_too_long(root: Path, code: list[Path]) -> None:
    lines = {str(p.relative_to(root)): p.read_text("utf-8").count("\n") for p in code}
    assert {name: n for name, n in lines.items() if n > MOST_LINES} == {}


def test_every_module_says_first_what_it_is(root: Path, code: list[Path]) -> None:
    silent = []
    for path in code:
        first = path.read_text("utf-8").partition("\n")[0]
        if not first.startswith(('"""', 'r"""')) or ast.get_docstring(_tree(path)) is None:
            silent.append(str(path.relative_to(root)))
    assert silent == []


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def test_every_module_of_the_package_is_ascii_named(root: Path, modules: list[Path]) -> None:
    names = [str(p.relative_to(root)) for p in modules]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9_/.]+", name)] == []


def test_nothing_is_left_unfinished(root: Path, code: list[Path]) -> None:
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in code
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []
