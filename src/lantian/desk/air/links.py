"""Addresses of derivations: from a figure's key to the page that shows how it was made."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from lantian.report.figure import Figure
from lantian.terms.period import parse_period

type Query = Mapping[str, object]


def asked(address: str, query: Query) -> str:
    """Address with those parts of a query that are not empty.

    Examples
    --------
    >>> asked("/air/", {"level": "city", "as_of": None})
    '/air/?level=city'
    """
    kept = {k: v for k, v in query.items() if v not in (None, "", False)}
    return f"{address}?{urlencode(kept, doseq=True)}" if kept else address


@lru_cache(maxsize=2048)
def _at(route: str, *names: str) -> str:
    """Address of a route; the figures of a row of a table share one."""
    return reverse(route, args=names)


def place_why(place: str, period: str, query: Query) -> str:
    """Address of the derivation of a place's period."""
    return asked(_at("air:why-place", place, period), query)


def why(figure: Figure, query: Query) -> str:
    """Address of a figure's derivation; "" for one without a number, or one that has none.

    Parameters
    ----------
    figure : Figure
        Its key begins with `place/NAME/PERIOD`, `station/CODE/DAY` or `hour/NAME/END`; the
        end of the key tells of a figure of the year before.
    query : mapping
        What else the derivation must know, as level, variant, rules.
    """
    if figure.value is None:
        return ""
    kind, _, rest = figure.key.partition("/")
    parts = rest.split("/")
    match kind:
        case "place" if len(parts) > 1:
            period = parts[1]
            if parts[-1] == "before":
                period = parse_period(period).year_earlier().label
            return place_why(parts[0], period, query)
        case "station" if len(parts) > 1:
            return asked(_at("air:why-station", *parts[:2]), query)
        case "hour" if len(parts) > 1:
            return asked(_at("air:why-hour", *parts[:2]), {})
        case _:
            return ""
