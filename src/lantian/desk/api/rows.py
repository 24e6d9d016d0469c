"""Rows of a register as values of JSON: how they are given, what they are read from."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from lantian.desk.api.interface import Strict
from lantian.desk.register.faults import BadRow, CellFault, Fault
from lantian.desk.register.geometry import Shape
from lantian.desk.register.kinds import (
    Choice,
    Choices,
    Day,
    Flag,
    Kind,
    Number,
    Reference,
    Text,
    find_one,
)
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Column, Register, Values

#: Longest key of a row that is referred to.
_KEY: Final = 150
#: Whole numbers that every reader of JSON keeps.
_WHOLE: Final = 2**53 - 1
DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def listed(register: Register, *, shapes: bool) -> tuple[Column, ...]:
    """Columns that are given; outlines only where asked for, as they are long."""
    return tuple(c for c in register.all if shapes or not isinstance(c.kind, Shape))


def given(register: Register, row: Row, *, shapes: bool) -> dict[str, Any]:
    """Return a row as it is given: number, version, key, columns, what references show.

    Personal columns are masked, whoever asks.
    """
    columns = listed(register, shapes=shapes)
    return {
        "id": row.pk,
        "version": row.version,
        "key": register.key_of(row),
        "title": register.title_of(row),
        **{c.name: _value(c, row) for c in columns},
        "labels": {
            c.name: c.kind.show(c.value(row)) for c in columns if isinstance(c.kind, Reference)
        },
        "changed_at": row.changed_at,
    }


def spelled(register: Register, row: Row) -> list[Any]:
    """Return a row as a line of a table; numbers stay numbers."""
    return [
        row.pk,
        row.version,
        *(_cell(column, row) for column in listed(register, shapes=False)),
    ]


def heads(register: Register) -> list[str]:
    """Names of the columns of `spelled`."""
    return ["id", "version", *(column.name for column in listed(register, shapes=False))]


def _cell(column: Column, row: Row) -> Any:
    value = column.value(row)
    return value if isinstance(column.kind, Number) else column.kind.spell(value)


def _value(column: Column, row: Row) -> Any:
    value, kind = column.value(row), column.kind
    if value is None or value == "":
        return [] if isinstance(kind, Choices) else None
    match kind:
        case Choices():
            return str(value).split()
        case Shape():
            return json.loads(value)
        case Number() | Day() | Flag():
            return value
        case _:
            return kind.spell(value)


def _given_type(kind: Kind) -> Any:
    match kind:
        case Number(places=0):
            return int | None
        case Number():
            return float | None
        case Day():
            return Annotated[str, Field(json_schema_extra={"format": "date"})] | None
        case Flag():
            return bool | None
        case Choices():
            return list[str]
        case Shape():
            return dict[str, Any] | None
        case _:
            return str | None


def row_model(register: Register, name: str, *, shapes: bool) -> type[BaseModel]:
    """Return the schema of a row as it is given."""
    columns: dict[str, Any] = {
        c.name: (_given_type(c.kind), Field(description=_said(c)))
        for c in listed(register, shapes=shapes)
    }
    return create_model(
        name,
        __config__=ConfigDict(protected_namespaces=()),
        id=(int | None, Field(description="null in a dry run that makes a row")),
        version=(int, Field(description="counts the changes; give it in If-Match")),
        key=(str, ...),
        title=(str, ...),
        **columns,
        labels=(dict[str, str], Field(description="what each reference shows")),
        changed_at=(str, Field(json_schema_extra={"format": "date-time"})),
    )


def _said(column: Column) -> str:
    masked = "；掩码 / masked" if column.personal else ""
    values = ""
    if isinstance(column.kind, Choice | Choices):
        values = ": " + ", ".join(f"{key} {zh}" for key, zh, _ in column.kind.options)
    note = f"; {column.note}" if column.note else ""
    return f"{column.zh} / {column.en}{values}{note}{masked}"


def entered(register: Register) -> tuple[Column, ...]:
    """Columns that may be written: not computed ones, and no personal ones.

    A personal column is given masked, so a caller that sends back what it was given would
    overwrite it with its mask.
    """
    return register.sheet


def body_model(register: Register, name: str, *, new: bool) -> type[BaseModel]:
    """Return the schema of a body that makes a row, or that changes some of its columns."""
    columns: dict[str, Any] = {}
    for column in entered(register):
        of = _entered_type(column)
        needed = new and column.needed
        info = Field(... if needed else None, description=_said(column))
        columns[column.name] = (of if column.needed else of | None, info)
    made: type[BaseModel] = create_model(name, __base__=Strict, **columns)
    return made


def _entered_type(column: Column) -> Any:
    kind = column.kind
    match kind:
        case Number(places=0):
            low = -_WHOLE if kind.low is None else int(kind.low)
            high = _WHOLE if kind.high is None else int(kind.high)
            return Annotated[int, Field(strict=True, ge=low, le=high)]
        case Number():
            bounds: dict[str, Any] = {"ge": _bound(kind.low), "le": _bound(kind.high)}
            return Annotated[float, Field(strict=True, allow_inf_nan=False, **bounds)]
        case Day():
            return Annotated[str, Field(pattern=DAY, json_schema_extra={"format": "date"})]
        case Flag():
            return Annotated[bool, Field(strict=True)]
        case Choices():
            return Annotated[list[_one_of(kind)], Field(max_length=len(kind.options))]  # type: ignore[misc]
        case Choice():
            return _one_of(kind)
        case Shape():
            return Annotated[dict[str, Any], Field(description="GeoJSON")]
        case Text():
            least = 1 if column.needed else 0
            return Annotated[str, Field(min_length=least, max_length=kind.longest)]
        case _:
            return Annotated[str, Field(min_length=1, max_length=_KEY)]


def _bound(limit: Any) -> float | None:
    return None if limit is None else float(limit)


def _one_of(kind: Choice) -> Any:
    return Literal[tuple(key for key, _, _ in kind.options)]


def values_of(register: Register, body: Mapping[str, Any]) -> Values:
    """Read the values of a body by the kinds of its columns, as forms and sheets are read.

    Raises
    ------
    BadRow
        With everything that cannot be read.
    """
    found: Values = {}
    faults: list[Fault] = []
    for column in entered(register):
        if column.name not in body:
            continue
        text = _text(column.kind, body[column.name])
        try:
            found[column.name] = _read(column, text) if text else None
        except CellFault as fault:
            faults.append(Fault(column.name, text[:60], fault.wrong, fault.allowed))
    if faults:
        raise BadRow(faults, where=register.kind)
    return found


def _text(kind: Kind, value: Any) -> str:
    """Text of a value, as a person would write it."""
    if value is None:
        return ""
    if isinstance(kind, Flag | Day | Number):
        return kind.spell(value)
    if isinstance(value, list):
        return " ".join(value)
    return json.dumps(value) if isinstance(value, dict) else str(value).strip()


def _read(column: Column, text: str) -> Any:
    if "\0" in text:
        raise CellFault("含有控制字符 / holds control characters", column.kind.allowed)
    return column.kind.read(text, find_one)


def day_of(text: str) -> date:
    """Read a day of an address or body.

    Raises
    ------
    CellFault
        If there is no such day.
    """
    found: date = Day().read(text, find_one)
    return found
