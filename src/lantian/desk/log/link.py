"""One link of the chain: how an entry is spelled, and hashed onto the head before it."""

from hashlib import sha256
from typing import Final

_NUMBERS: Final = ("id", "at_us", "account")
_TEXTS: Final = (
    "actor",
    "origin",
    "request",
    "action",
    "kind",
    "key",
    "before",
    "after",
    "reason",
)


def spelling(vendor: str, table: str) -> str:
    """SQL that spells an entry as one text, for a statement with parameters.

    Numbers end with a comma, texts begin with their length in characters: no two entries
    are spelled alike. The database spells them in half the time that Python takes, each by
    the function that makes the text in one pass; both give the same text.

    Examples
    --------
    >>> spelling("postgresql", "e")[:46]
    "concat(e.id, ',', e.at_us, ',', e.account, ','"
    >>> spelling("sqlite", "e")[:31]
    "printf('%%s,%%s,%%s,%%d:%%s%%d:"
    """
    numbers = [f"{table}.{name}" for name in _NUMBERS]
    texts = [f"{table}.{name}" for name in _TEXTS]
    if vendor == "sqlite":
        form = "%%s," * len(numbers) + "%%d:%%s" * len(texts)
        values = numbers + [f"length({text}), {text}" for text in texts]
        return f"printf('{form}', {', '.join(values)})"
    parts = [f"{n}, ','" for n in numbers] + [f"length({t}), ':', {t}" for t in texts]
    return f"concat({', '.join(parts)})"


def link(previous: str, spelled: str) -> str:
    """Return the head after an entry: SHA-256 of the head before it and the entry's spelling.

    Examples
    --------
    >>> link("0" * 64, "1,0,,1:A")[:16]
    '28dcb92187ee4a88'
    """
    return sha256((previous + spelled).encode()).hexdigest()
