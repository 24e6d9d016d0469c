"""Hours in which a monitor flagged its values: as calibration, as maintenance."""

from collections.abc import Collection

from lantian.lake.gate_ledger import GateLedger

_DAY_S = 86_400
_HOUR_S = 3_600

type Hours = set[tuple[str, int]]


def flagged_hours(ledger: GateLedger, flags: Collection[str], h_from: int, h_to: int) -> Hours:
    """Return hours [h_from, h_to) in which any value of a monitor bears one of the flags.

    Parameters
    ----------
    ledger : GateLedger
    flags : collection of str
        Capital letters; devices write both cases.
    h_from, h_to : int

    Returns
    -------
    set of (identity of the monitor, hour number)
        None for days whose values are no longer kept.
    """
    spelled = sorted({*flags, *(flag.lower() for flag in flags)})
    places = ", ".join("?" * len(spelled))
    first_t, last_t = (h_from - 1) * _HOUR_S, (h_to - 1) * _HOUR_S
    found: Hours = set()
    with ledger.read() as sql:
        for day in range(first_t // _DAY_S, (last_t - 1) // _DAY_S + 1):
            if not ledger.has_day("fine", day):
                continue
            rows = sql.execute(
                f"SELECT DISTINCT o.mn, f.t FROM fine_{day} f JOIN series s ON s.id = f.series "
                f"JOIN source o ON o.id = s.source WHERE f.flag IN ({places}) "
                "AND f.t > ? AND f.t <= ?",
                (*spelled, first_t, last_t),
            )
            found |= {(mn, -(-t // _HOUR_S)) for mn, t in rows}
    return found
