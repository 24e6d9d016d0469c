"""Whom the gate has heard: when last, how, and what was wrong."""

from dataclasses import dataclass

from lantian.lake.gate_ledger import GateLedger

_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Heard:
    """A monitor as the gate has heard it; times in microseconds since 1970.

    `clock_ms` is by how much its clock was ahead last; `faults` counts causes since a day.
    """

    mn: str
    version: int | None
    st: str
    peer: str
    first_us: int
    last_us: int
    clock_ms: int | None
    faults: dict[str, int]


def heard(ledger: GateLedger, *, faults_since_us: int) -> list[Heard]:
    """Return all who were heard, in order of identity; "" stands for frames that name nobody."""
    with ledger.read() as sql:
        sources = sql.execute(
            "SELECT id, mn, version, st, peer, first_us, last_us, clock_ms FROM source"
        ).fetchall()
        counted = sql.execute(
            "SELECT source, cause, SUM(count) FROM fault WHERE day >= ? "
            "GROUP BY source, cause ORDER BY cause",
            (faults_since_us // _DAY_US,),
        ).fetchall()
    faults: dict[int, dict[str, int]] = {}
    for source, cause, count in counted:
        faults.setdefault(source, {})[cause] = int(count)
    found = [
        Heard(mn, version, st, peer, first_us, last_us, clock_ms, faults.get(source, {}))
        for source, mn, version, st, peer, first_us, last_us, clock_ms in sources
    ]
    return sorted(found, key=lambda each: each.mn)
