"""Words for levels of places and kinds of stations, as the roster spells them in its own."""

from collections.abc import Mapping
from typing import Final

from lantian.desk.language import language

LEVELS: Final[Mapping[str, tuple[str, str]]] = {
    "province": ("省", "province"),
    "city": ("市", "city"),
    "district": ("区", "district"),
    "county": ("区县", "county"),
    "township": ("乡镇街道", "township"),
    "village": ("村居", "village"),
    "grid": ("网格", "grid"),
    "station": ("站点", "station"),
}
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "national": ("国控", "national"),
    "provincial": ("省控", "provincial"),
    "city": ("市控", "city"),
    "township": ("乡镇站", "township"),
    "micro": ("微站", "micro-station"),
    "background": ("对照点", "background"),
    "mobile": ("移动站", "mobile"),
}


def said(words: Mapping[str, tuple[str, str]], key: str) -> str:
    """Word of a key in the page's language; the key itself where a roster has its own.

    Examples
    --------
    >>> said(LEVELS, "county"), said(KINDS, "roadside")
    ('区县', 'roadside')
    """
    return language().of(*words[key]) if key in words else key
