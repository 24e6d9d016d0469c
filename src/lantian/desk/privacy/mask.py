"""Masks: what of a personal text everybody may see."""

from collections.abc import Callable, Mapping
from typing import Final

_STAR: Final = "*"


def _ends(text: str, head: int, tail: int, stars: int) -> str:
    """Keep both ends; a text too short to hide half of itself is hidden whole."""
    if len(text) < 2 * (head + tail) - 3:
        return _STAR * stars
    return text[:head] + _STAR * stars + text[-tail:]


def _phone(text: str) -> str:
    return _ends(text, 3, 4, 4)


def _id_number(text: str) -> str:
    return _ends(text, 3, 4, 11)


def _bank_account(text: str) -> str:
    return _STAR * 4 + text[-4:] if len(text) >= 12 else _STAR * 4


def _name(text: str) -> str:
    return text[:1] + _STAR if len(text) > 1 else _STAR


def _whole(text: str) -> str:
    return _STAR * 3


RULES: Final[Mapping[str, Callable[[str], str]]] = {
    "phone": _phone,
    "id_number": _id_number,
    "bank_account": _bank_account,
    "name": _name,
    "whole": _whole,
}


def masked(rule: str, text: str) -> str:
    """Return a text with what is personal in it replaced by stars.

    Parameters
    ----------
    rule : str
        phone, id_number, bank_account, name or whole.
    text : str
        Empty stays empty: that there is nothing is no secret.

    Raises
    ------
    KeyError
        If there is no such rule.

    Examples
    --------
    >>> masked("phone", "13800131234"), masked("phone", "5551234")
    ('138****1234', '****')
    >>> masked("id_number", "110101199001011237")
    '110***********1237'
    >>> masked("bank_account", "6222021234567890123"), masked("name", "王小明")
    ('****0123', '王*')
    """
    cut = RULES[rule]
    return cut(text.strip()) if text else ""
