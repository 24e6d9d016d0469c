"""Spelling of a clause: each of its values under its path, for people to read and compare."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from lantian.rules.clauses import Level, Limit


def spelled(clause: object) -> dict[str, str]:
    """Return each value of a clause under its path, in the words of the book.

    Examples
    --------
    >>> from lantian.rules.clauses import Limit
    >>> spelled(Limit("PM2.5", "year", 10, 25, "ug/m3"))
    {'[PM2.5 year]': 'class 1: 10, class 2: 25 ug/m3'}
    """
    return dict(_leaves("", clause))


def differences(old: object | None, new: object | None) -> list[tuple[str, str | None, str | None]]:
    """Return path, value before and value after, where two clauses differ.

    None stands for what one of them does not say.

    Examples
    --------
    >>> from lantian.rules.clauses import Limit
    >>> differences(None, Limit("PM2.5", "year", 10, 25, "ug/m3"))
    [('[PM2.5 year]', None, 'class 1: 10, class 2: 25 ug/m3')]
    """
    was, now = ({} if one is None else spelled(one) for one in (old, new))
    paths = [*was, *(path for path in now if path not in was)]
    return [(p, was.get(p), now.get(p)) for p in paths if was.get(p) != now.get(p)]


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Limit):
        row = f"{path}[{value.pollutant} {value.averaging}]"
        yield row, f"class 1: {value.class1:g}, class 2: {value.class2:g} {value.unit}"
    elif is_dataclass(value):
        prefix = f"{path}[{value.grade_zh}]." if isinstance(value, Level) else path
        for field in fields(value):
            yield from _leaves(f"{prefix}{field.name}", getattr(value, field.name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}", inner)
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for row in value:
            yield from _leaves(path, row)
    elif value is not None:
        yield path, " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
