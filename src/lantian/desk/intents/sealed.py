"""Secrets in the body of an intent: sealed in the desk's tables, masked in its log."""

from collections.abc import Mapping
from typing import Any, Final

from lantian.desk.privacy.cipher import decrypt
from lantian.desk.privacy.declared import declared_fields
from lantian.desk.privacy.personal import Personal

_SEALED: Final = "sealed"
_FIELD: Final = "field"
_MASK: Final = "***"
#: What fields.toml calls this machine among those that may use a field.
_MACHINE: Final = "intents"


def seal(value: Personal) -> dict[str, str]:
    """Return what stands for an encrypted text in the body of an intent.

    Raises
    ------
    ValueError
        If its field is not declared for intents.
    """
    if _MACHINE not in declared_fields()[value.label].used_by:
        raise ValueError(f"{value.label} is not declared for {_MACHINE}")
    return {_SEALED: value.sealed, _FIELD: value.label}


def masked(body: Any) -> Any:
    """Return plain values with a mask for each sealed one.

    Examples
    --------
    >>> masked({"rows": [{"mn": "A", "password": {"sealed": "1:xyz", "field": "a.B.c"}}]})
    {'rows': [{'mn': 'A', 'password': '***'}]}
    """
    return _mapped(body, lambda _: _MASK)


def opened(body: Any) -> Any:
    """Return plain values with each sealed one decrypted, for the lake alone.

    Raises
    ------
    CipherBroken
        If one was altered, or its key is gone.
    """
    return _mapped(body, lambda sealed: decrypt(sealed[_SEALED], sealed[_FIELD]))


def _mapped(body: Any, change: Any) -> Any:
    if isinstance(body, Mapping):
        if body.keys() == {_SEALED, _FIELD}:
            return change(body)
        return {name: _mapped(value, change) for name, value in body.items()}
    if isinstance(body, list):
        return [_mapped(value, change) for value in body]
    return body
