"""Shape of a rule: a frozen dataclass filled from a table, every key and type checked."""

from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lantian.errors import RuleBookBroken


def fill[T](shape: type[T], table: dict[str, Any], where: str) -> T:
    """Make a `shape` from a table of a rule book.

    Parameters
    ----------
    shape : type
        A frozen dataclass; nested dataclasses, tuples, mappings and optional fields are read.
    table : dict
        What the book says, as parsed.
    where : str
        Book and entry, for the error.

    Returns
    -------
    object of `shape`

    Raises
    ------
    RuleBookBroken
        On an unknown key, a missing key, a value of another type or a word that the
        field does not allow, or where the shape itself refuses the values.

    Examples
    --------
    >>> from lantian.rules.clauses import Threshold
    >>> fill(Threshold, {"minimum": 20, "unit": "hours"}, "completeness").minimum
    20
    """
    known = {f.name: f for f in fields(shape)}  # type: ignore[arg-type]
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise RuleBookBroken(
            f"unknown key {', '.join(unknown)}", where=where, fix=f"known: {', '.join(known)}"
        )
    lacking = sorted(n for n, f in known.items() if n not in table and _is_needed(f))
    if lacking:
        raise RuleBookBroken(f"missing key {', '.join(lacking)}", where=where, fix="add it")
    hints = get_type_hints(shape)
    values = {k: _read(hints[k], v, f"{where}, {k}") for k, v in table.items()}
    try:
        return shape(**values)
    except ValueError as error:
        raise RuleBookBroken(str(error), where=where, fix="correct the entry") from error


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _read(hint: Any, value: Any, where: str) -> Any:
    """Check one value against its declared type, building what is nested."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in args:
            raise RuleBookBroken(
                f"{value!r} is not allowed", where=where, fix=f"one of: {', '.join(args)}"
            )
        return value
    if origin is UnionType:
        return _read(next(a for a in args if a is not NoneType), value, where)
    if is_dataclass(hint) and isinstance(hint, type):
        return fill(hint, _of(dict, value, where), where)
    if origin is tuple:
        return tuple(
            _read(args[0], v, f"{where}[{i}]") for i, v in enumerate(_of(list, value, where))
        )
    if origin is dict:
        return {k: _read(args[1], v, f"{where}.{k}") for k, v in _of(dict, value, where).items()}
    return _of(hint, value, where)


def _of(kind: type, value: Any, where: str) -> Any:
    """Return `value` where it is exactly of `kind`; a whole number serves as a decimal."""
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise RuleBookBroken(
            f"expected {kind.__name__}, found {value!r}", where=where, fix="correct the value"
        )
    return value
