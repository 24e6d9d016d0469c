"""Places in a JSON text: a path of names, into lists as well, and back to what encloses.

`data.list.0.pm25` goes down by names and by numbers in lists; a dot in a name is written `\\.`.
In the path of the records `*` stands for every element. In a record's own paths `^` goes to
what encloses it, and `@key` is the name or number under which it stands there.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

_DOT: Final = re.compile(r"(?<!\\)\.")
_EACH: Final = "*"
_UP: Final = "^"
_KEY: Final = "@key"


class Node(NamedTuple):
    """A record: its content, its name in what encloses it, and that; the body has no such."""

    value: Any
    key: str = ""
    up: "Node | None" = None

    def text(self, path: str) -> str | None:
        """Text at a path; None where there is none.

        Examples
        --------
        >>> site = Node({"id": "S1", "now": {"pm2.5": "35"}})
        >>> site.text("now.pm2\\\\.5"), site.text("now.pm10"), Node({}, "7", site).text("^.id")
        ('35', None, 'S1')
        """
        node: Node = self
        value: Any = self.value
        for name in steps(path):
            if name == _KEY:
                value = node.key
            elif name == _UP:
                if node.up is None:
                    return None
                node = node.up
                value = node.value
            else:
                value = _inside(value, name)
        if isinstance(value, bool):
            return str(value).lower()
        return value if isinstance(value, str) else None


class Row:
    """A row of a table: a path is the name of a column, as it is written."""

    def __init__(self, names: Sequence[str], cells: Sequence[str]) -> None:
        self._cells = dict(zip(names, cells, strict=False))

    def text(self, path: str) -> str | None:
        """Cell of a column.

        Examples
        --------
        >>> Row(["t", "PM2.5"], ["1", "35"]).text("PM2.5")
        '35'
        """
        return self._cells.get(path)


def steps(path: str) -> list[str]:
    """Names of a path."""
    return [name.replace("\\.", ".") for name in _DOT.split(path)] if path else []


def records(body: Any, path: str) -> Iterator[Node]:
    """Walk over the records at a path; a list there is its elements.

    Examples
    --------
    >>> body = {"S1": {"rows": [{"v": "1"}, {"v": "2"}]}, "S2": {"rows": []}}
    >>> [(node.text("v"), node.text("^.@key")) for node in records(body, "*.rows")]
    [('1', 'S1'), ('2', 'S1')]
    """
    return _walk(Node(body), body, steps(path))


def is_there(body: Any, path: str) -> bool:
    """Whether there stands a record or a list at a path; `*` stands for whatever there is.

    Examples
    --------
    >>> is_there({"data": []}, "data"), is_there({"error": "401"}, "data")
    (True, False)
    """
    value = body
    for name in steps(path):
        if name == _EACH:
            break
        value = _inside(value, name)
    return isinstance(value, dict | list)


def _walk(node: Node, value: Any, left: Sequence[str]) -> Iterator[Node]:
    if not left:
        if isinstance(value, list):
            for n, each in enumerate(value):
                yield Node(each, str(n), node)
        elif value is node.value:
            yield node
        elif value is not None:
            yield Node(value, "", node)
    elif left[0] == _EACH:
        for key, each in _elements(value):
            yield from _walk(Node(each, key, node), each, left[1:])
    else:
        yield from _walk(node, _inside(value, left[0]), left[1:])


def _elements(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(n), each) for n, each in enumerate(value))


def _inside(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
        return value[int(name)]
    return None
