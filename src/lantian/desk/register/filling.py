"""Filling a row with values: rules, rights and what would change, before anything is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from lantian.desk.privacy.personal import Personal
from lantian.desk.register.faults import Fault
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Column, Register, Values
from lantian.desk.rights.reach import Reach


def fill(
    register: Register,
    row: Row,
    values: Values,
    *,
    reach: Reach | None,
    permissions: Sequence[str] = (),
) -> list[Fault]:
    """Put values into a row, unsaved, and return everything that is wrong with it.

    Parameters
    ----------
    permissions : sequence of str
        What is needed beside the permission to write, as that to import.
    """
    new = row.pk is None
    full = {c.name: values.get(c.name, c.value(row)) for c in register.edited}
    faults = [
        Fault(c.name, "", "不能为空 / must not be empty", c.kind.allowed)
        for c in register.edited
        if c.needed and _empty(full[c.name])
    ]
    if not new:
        faults += _moved_fixed(register, row, full)
    if full["first"] and full["last"] and full["last"] < full["first"]:
        faults.append(
            Fault(
                "last",
                str(full["last"]),
                "早于生效日期 / before the first day",
                f"不早于 {full['first']} / not before {full['first']}",
            )
        )
    if not faults:
        faults += register.check(full, None if new else row)
    for name, value in full.items():
        setattr(row, name, _stored(register, name, value))
    if not faults:
        faults += _outside(register, row, reach, (register.write, *permissions))
    return faults


def _empty(value: Any) -> bool:
    # A personal text equals no other text, and is false where there is none.
    return value is None or value == "" or (isinstance(value, Personal) and not value)


def _stored(register: Register, name: str, value: Any) -> Any:
    """None stays None where the column may hold it; text without a value is empty."""
    if value is None:
        field = register.model._meta.get_field(name)
        if isinstance(field, models.Field) and not field.null:
            return field.get_default()
    return value


def _moved_fixed(register: Register, row: Row, full: Values) -> list[Fault]:
    return [
        Fault(
            c.name,
            c.kind.spell(full[c.name]),
            "建立后不可更改 / it stays as it was made",
            c.kind.spell(c.value(row)),
        )
        for c in register.edited
        if c.fixed and c.kind.spell(full[c.name]) != c.kind.spell(c.value(row))
    ]


def _outside(
    register: Register, row: Row, reach: Reach | None, permissions: Sequence[str]
) -> list[Fault]:
    if reach is None or all(reach.covers(p, **register.limits.of(row)) for p in permissions):
        return []
    named = (path.partition("__")[0] for path in register.limits.named().values() if path)
    column = next((name for name in named if name in register.by_name), "")
    said = register.by_name[column].kind.spell(getattr(row, column)) if column else ""
    return [
        Fault(
            column,
            said,
            "不在您的管辖范围 / outside of what you may edit",
            "本人管辖的区域与领域 / your own area and subjects",
        )
    ]


def told(register: Register, row: Row) -> dict[str, Any]:
    """Spell a row for the log: what people entered, and its version."""
    spelled = {c.name: _logged(c, row) for c in register.edited}
    spelled["version"] = row.version
    return spelled


def _logged(column: Column, row: Row) -> Any:
    # A personal text prints as its mask, yet two of the same mask are not equal.
    value = column.value(row)
    return value if column.personal else column.kind.spell(value)


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keep of two tellings what differs.

    Examples
    --------
    >>> difference({"a": "1", "b": "2"}, {"a": "1", "b": "3"})
    ({'b': '2'}, {'b': '3'})
    """
    names = [n for n in after if before.get(n) != after[n]]
    return {n: before[n] for n in names if n in before}, {n: after[n] for n in names}
