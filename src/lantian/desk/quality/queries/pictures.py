"""Charts of evidence: a station beside its neighbours, and values about a limit."""

from typing import Any, Final

from lantian.desk.language import language
from lantian.desk.observations import lake
from lantian.desk.quality.queries.names import station_names
from lantian.desk.quality.words import BY_KEY
from lantian.flows.quality_neighbours import COARSE, Beside, beside
from lantian.flows.quality_window import Int32s
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import PM10

#: Width of a bar of values about a limit, and how far they go, as shares of the limit.
_STEP: Final = 0.05
_REACH: Final = 8


def neighbours_chart(
    station: str,
    pollutant: str,
    h_from: int,
    h_to: int,
    *,
    marked: tuple[int, int] | None = None,
    also: str = "",
) -> dict[str, Any]:
    """Return data of a chart of hours [h_from, h_to): station, expected value, neighbours.

    Parameters
    ----------
    station, pollutant : str
    h_from, h_to : int
    marked : tuple of int, optional
        First and last hour that are shaded.
    also : str, optional
        A station that is shown whether it correlates or not.
    """
    found = beside(lake(), station, pollutant, h_from, h_to, also=also)
    names, lang = station_names(), language()
    lines = [(names.get(station, station), found.own, True)]
    if (found.expected != MISSING).any():
        lines.append((lang.of("相关站点推算", "expected by neighbours"), found.expected, False))
    lines += [
        (names.get(code, code), values, False)
        for code, values in zip(found.neighbours, found.theirs, strict=True)
    ]
    first = local_end(h_from, found.offset_h)
    return {
        "unit": PM10.unit if pollutant == COARSE else BY_KEY[pollutant].unit,
        "times": {"start": f"{first:%Y-%m-%dT%H:%M}", "step_h": 1, "n": h_to - h_from},
        "series": [{"name": n, "values": plain(v), "own": own} for n, v, own in lines],
        "spans": [] if marked is None else [_span(found, marked)],
    }


def _span(found: Beside, marked: tuple[int, int]) -> dict[str, str]:
    first, last = (local_end(h, found.offset_h) for h in (marked[0] - 1, marked[1]))
    label = language().of("标记时段", "marked")
    return {"from": f"{first:%Y-%m-%dT%H:%M}", "to": f"{last:%Y-%m-%dT%H:%M}", "label": label}


def plain(values: Int32s) -> list[float | None]:
    """Numbers of thousandths, None where there is none."""
    return [None if v == MISSING else v / 1000 for v in values.tolist()]


def limit_chart(values: Int32s, limit: float, unit: str) -> dict[str, Any]:
    """Return data of bars: how many values lie in each twentieth of the limit about it.

    Parameters
    ----------
    values : ndarray of int32
        Thousandths, MISSING where there is none.
    limit : float
    unit : str
    """
    shares = values[values != MISSING] / (1000.0 * limit)
    items = []
    for n in range(-_REACH, _REACH):
        low, high = 1 + n * _STEP, 1 + (n + 1) * _STEP
        # What equals the limit does not exceed it.
        count = int(((shares > low) & (shares <= high)).sum())
        items.append({"name": f"{low * limit:g}–{high * limit:g}", "value": count, "own": n < 0})
    return {"unit": language().of("个", ""), "items": items, "note": f"{limit:g} {unit}"}
