"""The gate's clock: it goes on evenly where the machine's jumps, until monitors side with that."""

import time
from collections.abc import Callable
from statistics import median
from typing import Final, NamedTuple

#: What is less is the machine's clock being kept right.
_JUMP_US: Final = 5_000_000
#: Monitors whose clocks decide, and how long is waited where there are fewer.
_VOTES: Final = 3
_PATIENCE_US: Final = 600_000_000


class Shift(NamedTuple):
    """A jump of the machine's clock that the gate took: until then it told these times."""

    by_us: int
    since_us: int
    until_us: int


def _wall_us() -> int:
    return time.time_ns() // 1000


def _even_us() -> int:
    return time.monotonic_ns() // 1000


class Clock:
    """Time of the gate in microseconds since 1970.

    Where the machine's clock jumps by more than five seconds, this one goes on as before until
    three monitors are nearer to the jumped one, or ten minutes have passed with fewer than
    three heard. So a clock set wrong by hours loses no hour, and one set right is followed.

    Examples
    --------
    >>> wall, even = [1_000_000_000], [0]
    >>> clock = Clock(lambda: wall[0], lambda: even[0])
    >>> wall[0], even[0] = 1_000_000_000 - 3_600_000_000, 2_000_000
    >>> clock.look(), clock.now_us(), clock.off_us
    (None, 1002000000, -3602000000)
    >>> for mn in "ABC":
    ...     clock.hear(mn, -3_601_000)
    >>> clock.look(), clock.now_us()
    (Shift(by_us=-3602000000, since_us=1000000000, until_us=1002000000), -2600000000)
    """

    def __init__(
        self, wall_us: Callable[[], int] = _wall_us, even_us: Callable[[], int] = _even_us
    ) -> None:
        self._wall_us, self._even_us = wall_us, even_us
        self._ahead_us = wall_us() - even_us()
        self._since_us = wall_us()
        self._jumped_us: int | None = None
        #: How far the machine's clock has jumped from this one; 0 where it has not.
        self.off_us = 0
        #: By how much the clock of a monitor is ahead of this one, microseconds.
        self._monitors: dict[str, int] = {}

    def now_us(self) -> int:
        """Return the time."""
        even, wall = self._even_us() + self._ahead_us, self._wall_us()
        return wall if abs(wall - even) <= _JUMP_US else even

    def hear(self, mn: str, clock_ms: int | None) -> None:
        """Note by how much a monitor's clock was ahead; it counts while there is a jump."""
        if self._jumped_us is not None and clock_ms is not None:
            self._monitors[mn] = clock_ms * 1000

    def look(self) -> Shift | None:
        """Follow the machine's clock, or judge its jump; return the jump where it is taken."""
        even_us = self._even_us()
        off_us = self._wall_us() - even_us - self._ahead_us
        if abs(off_us) <= _JUMP_US:
            self._ahead_us += off_us
            self._jumped_us, self.off_us = None, 0
            return None
        if self._jumped_us is None or abs(off_us - self.off_us) > _JUMP_US:
            self._jumped_us = even_us
            self._monitors.clear()
        self.off_us = off_us
        if not self._agreed(even_us - self._jumped_us):
            return None
        shift = Shift(off_us, self._since_us, even_us + self._ahead_us)
        self._ahead_us += off_us
        self._since_us = even_us + self._ahead_us
        self._jumped_us, self.off_us = None, 0
        return shift

    def _agreed(self, waited_us: int) -> bool:
        if len(self._monitors) < _VOTES:
            return waited_us >= _PATIENCE_US
        usual = median(self._monitors.values())
        return abs(usual - self.off_us) < abs(usual)
