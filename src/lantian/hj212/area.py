"""Data area of a packet: its items in order, and what each name stands for."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, Final

from lantian.hj212.fault import Fault, refused

#: Names that follow a factor and describe its values, in small letters.
FLAG: Final = "flag"
EXTRA_FLAG: Final = "eflag"
SAMPLE_TIME: Final = "sampletime"
_BESIDE: Final = (FLAG, EXTRA_FLAG, SAMPLE_TIME)

#: A device repeats its names in every packet, so what they say is kept: of so many kinds of
#: packet, each with so many separators or names at most. Longer ones are read anew.
_MOST_KEPT: Final = 2048
_LONGEST_KEPT: Final = 256
#: What a plain area may hold beside its separators: printable ASCII, no `/`.
_PLAIN: Final = bytes(sorted({*range(0x20, 0x7F)} - {*b"=;,/"}))
#: Separators of a plain area: one `=` in each item, one `;` or `,` between two.
_REGULAR: Final = re.compile(rb"(?:=[;,])*=")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
#: An item whose value may be a text between `//`, which holds anything (tables C.40, C.41).
_ITEM: Final = re.compile(r"([^=;,]+)=(//(?:(?!//).)*//(?=[;,]|\Z)|[^;,]*)(?:[;,]|\Z)")

type Pick = Callable[[tuple[str, ...]], Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the names of an area say, the same for every packet of a device's kind.

    The picks take the values, with one empty text behind the last, and give those of each
    reading: its own, its flag, its further flag, its sampling time.
    """

    #: Without spaces around them, which the standard's own examples have.
    names: tuple[str, ...]
    factors: tuple[str, ...]
    kinds: tuple[str, ...]
    texts: Pick = field(compare=False)
    flags: Pick = field(compare=False)
    extra_flags: Pick = field(compare=False)
    sample_times: Pick = field(compare=False)
    #: Items that are no reading: name and place of the value.
    plain: tuple[tuple[str, int], ...]


def split(area: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and values of a data area, in order; it must not end with a separator.

    A value may be a text between `//` with separators in it.

    Raises
    ------
    FrameFault
        If an item has no `=`, or on a control character.

    Examples
    --------
    >>> split("DataTime=20160801085857;w01001-Rtd=7.1,w01001-Flag=N")
    (('DataTime', 'w01001-Rtd', 'w01001-Flag'), ('20160801085857', '7.1', 'N'))
    """
    if not area:
        return (), ()
    marks = area.encode().translate(None, _PLAIN)
    if len(marks) <= _LONGEST_KEPT and _is_regular(marks):
        parted = tuple(area.replace(";", "=").replace(",", "=").split("="))
        return parted[::2], parted[1::2]
    refuse_control(area)
    items: list[tuple[str, str]] = []
    at = 0
    while at < len(area):
        match = _ITEM.match(area, at)
        if match is None:
            raise refused(Fault.AREA, where="CP")
        items.append((match[1], match[2]))
        at = match.end()
    return tuple(name for name, _ in items), tuple(value for _, value in items)


@lru_cache(maxsize=_MOST_KEPT)
def _is_regular(marks: bytes) -> bool:
    """Whether an area with these separators can be cut at each of them."""
    return _REGULAR.fullmatch(marks) is not None


def refuse_control(text: str) -> None:
    """Refuse a text with control characters: no device means them, and NUL breaks databases.

    Raises
    ------
    FrameFault
    """
    if _CONTROL.search(text):
        raise refused(Fault.CONTROL)


def layout(names: tuple[str, ...]) -> Layout:
    """What the names of an area say.

    Raises
    ------
    FrameFault
        If a name is empty.
    """
    return _kept(names) if len(names) <= _LONGEST_KEPT else _laid_out(names)


def _laid_out(names: tuple[str, ...]) -> Layout:
    names = tuple(name.strip() for name in names)
    if "" in names:
        raise refused(Fault.AREA, where="CP")
    parts = [name.rpartition("-") for name in names]
    own = [i for i, (factor, _, kind) in enumerate(parts) if factor and kind]
    values = [i for i in own if parts[i][2].lower() not in _BESIDE]
    beside: dict[tuple[str, str], list[int]] = {}
    for i in own:
        beside.setdefault((parts[i][0], parts[i][2].lower()), []).append(i)

    def places(kind: str) -> list[int]:
        return [_nearest(beside.get((parts[i][0], kind), []), i) for i in values]

    read = set(own)
    return Layout(
        names=names,
        factors=tuple(parts[i][0].rstrip("-") for i in values),
        kinds=tuple(parts[i][2] for i in values),
        texts=_pick(values),
        flags=_pick(places(FLAG)),
        extra_flags=_pick(places(EXTRA_FLAG)),
        sample_times=_pick(places(SAMPLE_TIME)),
        plain=tuple((name, i) for i, name in enumerate(names) if i not in read),
    )


_kept = lru_cache(maxsize=_MOST_KEPT)(_laid_out)


def _nearest(places: list[int], own: int) -> int:
    """Place of the flag of a value: the next one behind it, else the last before it."""
    if not places:
        return -1
    return places[min(bisect_right(places, own), len(places) - 1)]


def _pick(places: list[int]) -> Pick:
    if all(place == -1 for place in places):
        return _nothing
    if len(places) == 1:
        (only,) = places
        return lambda values: (values[only],)
    return itemgetter(*places)


def _nothing(_values: tuple[str, ...]) -> Iterable[str]:
    return repeat("")
