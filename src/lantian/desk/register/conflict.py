"""Two editors of one row: what each of them changed, put together field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lantian.desk.register.spec import Register


@dataclass(frozen=True, slots=True)
class Line:
    """One field in which what was seen, what stands now and what is sent are not all equal."""

    label: Any
    seen: str
    theirs: str
    yours: str
    both_changed: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """Fields that differ, and the texts of the form that holds both editors' work.

    Where both changed a field, the form holds what the second editor sent.
    """

    lines: tuple[Line, ...]
    together: dict[str, str]


def merged(
    register: Register,
    seen: Mapping[str, str],
    yours: Mapping[str, str],
    theirs: Mapping[str, str],
) -> Merged:
    """Put two editors' work on a row together.

    Parameters
    ----------
    seen : mapping
        Spellings as the second editor opened them.
    yours, theirs : mapping
        As the second editor sent them; as they stand now.
    """
    lines, together = [], {}
    for column in register.edited:
        name = column.name
        was, mine, now = seen.get(name, ""), yours.get(name, ""), theirs.get(name, "")
        mine_changed, theirs_changed = mine != was, now != was
        together[name] = mine if mine_changed and not column.fixed else now
        if theirs_changed or mine_changed:
            show = column.kind.reshow
            clash = mine_changed and theirs_changed and mine != now
            lines.append(Line(column.label, show(was), show(now), show(mine), clash))
    return Merged(tuple(lines), together)
