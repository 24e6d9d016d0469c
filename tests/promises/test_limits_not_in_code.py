"""The law stands in the rule books alone: no breakpoint, limit or level colour is in code."""

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from lantian.rules.book import national_shelf
from lantian.rules.clauses import AqiClause, IndexClause, Level, Limit, Threshold

#: Numbers of the calendar and of arithmetic that a book may well hold, too.
COMMON = {*range(-12, 13), 24, 1000, 24_000}
FEWEST = 3


def _values(thing: Any) -> Iterator[Any]:
    """Every dataclass that a clause holds, itself first."""
    if is_dataclass(thing):
        yield thing
        for field in fields(thing):
            yield from _values(getattr(thing, field.name))
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from _values(part)


@pytest.fixture(scope="module")
def clauses() -> list[Any]:
    return [v for b in national_shelf().values() for e in b.entries for v in _values(e.clause)]


@pytest.fixture(scope="module")
def rows(clauses: list[Any]) -> list[tuple[float, ...]]:
    """Every breakpoint row and every row of index values, in units and in thousandths."""
    found: list[tuple[float, ...]] = []
    for clause in clauses:
        if isinstance(clause, AqiClause):
            found += [clause.iaqi, *clause.breakpoints.values()]
    return found + [tuple(1000 * n for n in row) for row in found]


@pytest.fixture(scope="module")
def limits(clauses: list[Any]) -> set[float]:
    """Every number that a comparison in code must not hold."""
    found: set[float] = set()
    for clause in clauses:
        match clause:
            case AqiClause():
                found |= {n for row in clause.breakpoints.values() for n in row}
                found |= {*clause.iaqi, clause.primary_above, clause.exceeding_above}
            case Limit():
                found |= {clause.class1, clause.class2}
            case Threshold():
                found |= {clause.minimum, clause.february or 0}
            case Level():
                found.add(clause.upto)
    return (found | {1000 * n for n in found}) - COMMON


def _number(node: ast.AST) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        below = _number(node.operand)
        return None if below is None else -below
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)
    return None


def _literals(tree: ast.AST) -> Iterator[tuple[int, list[float]]]:
    """Line and numbers of each literal sequence or mapping of numbers."""
    for node in ast.walk(tree):
        parts: list[Any] = []
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = node.elts
        elif isinstance(node, ast.Dict):
            parts = node.values
        numbers = [n for n in map(_number, parts) if n is not None]
        if len(numbers) >= FEWEST:
            yield getattr(node, "lineno", 0), numbers


def _holds(row: tuple[float, ...], run: list[float]) -> bool:
    return any(list(row[i : i + len(run)]) == run for i in range(len(row) - len(run) + 1))


def breakpoints_in(tree: ast.AST, rows: list[tuple[float, ...]]) -> list[int]:
    """Lines of literals that repeat at least three neighbours of a row."""
    return [
        line
        for line, numbers in _literals(tree)
        if any(
            _holds(row, numbers[i : i + FEWEST])
            for row in rows
            for i in range(len(numbers) - FEWEST + 1)
        )
    ]


def comparisons_in(tree: ast.AST, limits: set[float]) -> list[int]:
    """Lines that compare a value with a number of the books.

    0 < p < 100 asks for a percentage, -12 <= h <= 14 for a clock offset and len(text) < 300
    for room on a page: no values of the air.
    """
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and not _is_length(node.left):
            sides = [_number(side) for side in (node.left, *node.comparators)]
            elsewhere = (sides[-1] == 100 and sides[0] in (0, 1)) or (sides[0] or 0) < 0
            if limits.intersection(sides) and not elsewhere:
                found.append(node.lineno)
    return found


def _is_length(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _weights(clauses: list[Any]) -> list[list[float]]:
    rows = [list(map(float, c.weights.values())) for c in clauses if isinstance(c, IndexClause)]
    return [row for row in rows if len(set(row)) > 1]


def test_no_breakpoint_row_is_in_code(modules: list[Path], rows: list[tuple[float, ...]]) -> None:
    assert len(rows) > 20
    found = [f"{p}:{n}" for p in modules for n in breakpoints_in(_tree(p), rows)]
    assert found == []


def test_no_comparison_holds_a_limit(modules: list[Path], limits: set[float]) -> None:
    assert {35, 75, 100, 160, 75_000} <= limits
    found = [f"{p}:{n}" for p in modules for n in comparisons_in(_tree(p), limits)]
    assert found == []


def test_no_weights_are_in_code(modules: list[Path], clauses: list[Any]) -> None:
    weights = _weights(clauses)
    assert weights
    found = [f"{p}:{n}" for p in modules for n, run in _literals(_tree(p)) if run in weights]
    assert found == []


def test_no_level_colour_or_name_is_in_code(modules: list[Path], clauses: list[Any]) -> None:
    levels = [c for c in clauses if isinstance(c, Level)]
    words = {level.hex.lower() for level in levels} | {level.name_zh for level in levels}
    words |= {level.colour_zh for level in levels}
    assert len(words) >= 18
    found = [
        f"{p}:{node.lineno}: {node.value}"
        for p in modules
        for node in ast.walk(_tree(p))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lower() in words
    ]
    assert found == []


@pytest.mark.parametrize(
    "guilty",
    [
        "ROW = np.array([0, 35, 75, 115, 150])",
        "ROW = {'good': 35_000, 'fair': 75_000, 'light': 115_000}",
        "bad = aqi > 100",
        "if mean >= 75_000: pass",
        "whole = hours >= 20",
    ],
)
def test_the_search_finds_what_it_is_for(
    guilty: str, rows: list[tuple[float, ...]], limits: set[float]
) -> None:
    tree = ast.parse(guilty)
    assert breakpoints_in(tree, rows) or comparisons_in(tree, limits)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
