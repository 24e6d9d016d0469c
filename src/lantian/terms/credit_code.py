"""Unified credit code of an organisation (统一社会信用代码): its check characters."""

from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_BODY, _LENGTH = slice(8, 16), 18


def body_check(body: str) -> str:
    """Check character of the 8 characters of an organisation's code.

    Notes
    -----
    GB 11714-1997: 11 minus the weighted sum modulo 11; 10 is written X, 11 is written 0.

    Examples
    --------
    >>> body_check("M000100Y")
    '4'
    """
    total = sum(w * _LETTERS.index(c) for w, c in zip(_BODY_WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def check_character(first: str) -> str:
    """Check character of the first 17 characters of a credit code.

    Notes
    -----
    GB 32100-2015: weights 3^i modulo 31; 31 minus the weighted sum modulo 31.

    Examples
    --------
    >>> check_character("91350100M000100Y4")
    '3'
    """
    total = sum(pow(3, i, 31) * _ALPHABET.index(c) for i, c in enumerate(first))
    return _ALPHABET[-total % 31]


def is_credit_code(text: str) -> bool:
    """Whether a text is a credit code whose both check characters are right.

    Parameters
    ----------
    text : str
        As written, 18 characters in capitals.

    Examples
    --------
    >>> is_credit_code("91350100M000100Y43"), is_credit_code("91350100M000100Y34")
    (True, False)
    """
    return (
        len(text) == _LENGTH
        and all(c in _ALPHABET for c in text)
        and text[16] == body_check(text[_BODY])
        and text[17] == check_character(text[:17])
    )
