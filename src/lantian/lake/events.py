"""What happened at gates and cameras: vehicles that passed, black smoke; nobody's plate."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from lantian.lake.gate_ledger import GateLedger
from lantian.lake.said import Said

#: Seconds of an hour.
_HOUR_S: Final = 3_600


class Counted(NamedTuple):
    """How many events of a sort one source told of in the hour that ends at `h` (UTC)."""

    mn: str
    h: int
    what: str
    sort: str
    number: int


def note_events(ledger: GateLedger, frames: Sequence[tuple[Said, int]]) -> int:
    """Keep the events of frames, inside `write`; return how many were new.

    An event that is told again is the same one: of the same source, second, sort and number.
    """
    return ledger.insert(
        "event (mn, t, what, sort, number, value, frame)",
        [(said.mn, *event, frame) for said, frame in frames for event in said.events],
        "ON CONFLICT DO NOTHING",
    )


def hourly_counts(ledger: GateLedger, *, first_t: int, last_t: int) -> list[Counted]:
    """Count events after one moment and not after another, by source, hour and sort."""
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT mn, (t + {_HOUR_S - 1}) / {_HOUR_S} AS h, what, sort, COUNT(*) FROM event "
            "WHERE t > ? AND t <= ? GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            (first_t, last_t),
        ).fetchall()
    return [Counted(mn, int(h), what, sort, int(n)) for mn, h, what, sort, n in rows]
