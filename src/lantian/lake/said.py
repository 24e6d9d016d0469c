"""What a monitor said, on its way into the store: one frame and the values in it."""

import hashlib
from functools import lru_cache
from typing import Final, NamedTuple

#: A value's number is kept in millionths of the unit that the device sent.
SCALE: Final = 1_000_000
#: Largest number that is kept as one; a larger is no measurement.
MOST: Final = 9_000_000_000_000


class Value(NamedTuple):
    """One value: of an instant (`span_s` 0) or of the interval of that length that ends at `t`.

    `kind` is "" for what was measured, else the word behind the factor's name (Cou, ZsAvg …).
    `t` counts seconds since 1970; `value`, `low`, `high` are mean or instant, least and most
    in millionths of the device's unit.
    """

    factor: str
    kind: str
    span_s: int
    t: int
    value: int | None
    low: int | None
    high: int | None
    flag: str


class Survey(NamedTuple):
    """A block of arrays: what a lidar, van or drone saw from one moment to another."""

    kind: str
    t_first: int
    t_last: int
    body: bytes


class Event(NamedTuple):
    """Something that happened: a vehicle passed, black smoke was seen.

    `what` and `sort` say what and of which sort; `number` tells those of one second apart;
    `value` is in millionths, None where there is nothing to measure.
    """

    t: int
    what: str
    sort: str
    number: int
    value: int | None


class Said(NamedTuple):
    """One frame as it was heard, and what was read from it.

    `mn` is "" where the frame does not say whose it is. `cause` says why no value of it was
    taken, "" where nothing was wrong; `faults` names what was wrong and put up with.
    `raw` is empty for bytes that belong to no frame: they are counted, not kept.
    `clock_ms` is by how much the device's clock is ahead, None where the frame does not tell.
    A message that speaks of several sources is one frame of each, all with the same bytes.
    """

    mn: str
    raw: bytes
    received_us: int
    peer: str
    qn: str = ""
    cn: str = ""
    st: str = ""
    version: int | None = None
    cause: str = ""
    faults: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    clock_ms: int | None = None
    surveys: tuple[Survey, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def digest(self) -> int:
        """What tells frames apart: 63 bits of a hash of the bytes; the CRC has but 256 values."""
        return _digest(self.raw)


@lru_cache(maxsize=2)  # frames of one message, which may be long, stand one behind the other
def _digest(raw: bytes) -> int:
    return int.from_bytes(hashlib.sha256(raw).digest()[:8]) >> 1


class Kept(NamedTuple):
    """What became of a group: frames kept, frames that were there, values new, same, changed."""

    frames: int
    again: int
    new: int
    same: int
    changed: int
