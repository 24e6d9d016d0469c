"""Results kept in the process: the same inputs give the same result, computed once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

#: Results kept; a ranking of 300 stations over a year takes some megabytes.
_MOST: Final = 96


@dataclass(frozen=True, slots=True)
class Made[T]:
    """A result and when it was computed."""

    value: T
    at: datetime


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: Made[Any] | None = None


class Kept:
    """A small store of results, the least used given up first.

    Of several threads that ask for one result only the first computes it.

    Examples
    --------
    >>> kept = Kept(most=2)
    >>> kept.get("a", lambda: 1).value, kept.get("a", lambda: 2).value
    (1, 1)
    """

    def __init__(self, most: int = _MOST) -> None:
        """Keep at most that many results."""
        self._most = most
        self._own = threading.Lock()
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()

    def get[T](self, key: Hashable, make: Callable[[], T]) -> Made[T]:
        """Return what is kept under `key`, or compute and keep it.

        What `make` raises is raised, and nothing is kept.
        """
        with self._own:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._slots.popitem(last=False)
        with slot.lock:
            if slot.made is None:
                slot.made = Made(make(), datetime.now(UTC))
            return slot.made

    def __len__(self) -> int:
        """Count what is kept."""
        return len(self._slots)


#: What the pages of this process share.
RESULTS: Final = Kept()
