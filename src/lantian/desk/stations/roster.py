"""What the registers say, as rows of the lake's roster: stations by site, places by level."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import F

from lantian.desk.places.queries import holding, outlines, places_on_any_day
from lantian.desk.stations.models import Membership, Site, Station
from lantian.errors import BadRequest

type Span = tuple[date | None, date | None]
type Rows = dict[str, list[dict[str, Any]]]

#: Kinds that stand for a place of a level, the first that it has; others are not counted.
COUNTING: Final[Mapping[str, tuple[str, ...]]] = {
    "province": ("national", "provincial"),
    "city": ("national", "provincial"),
    "county": ("national", "provincial"),
    "township": ("township", "provincial", "national"),
}
#: Levels at which background points are listed, uncounted.
_LISTED: Final = ("city", "county")
_DAY: Final = timedelta(days=1)
#: An open beginning comes first, in every database.
_BY_FIRST: Final = F("first").asc(nulls_first=True)


@dataclass(frozen=True, slots=True)
class Desired:
    """Rows of the roster by station, for the registers `stations` and `places` of the lake."""

    stations: Rows
    places: Rows


@dataclass(frozen=True, slots=True)
class _Stay:
    """A station in a place on days."""

    station: Station
    place: str
    level: str
    background: bool
    span: Span


def desired() -> Desired:
    """Return what the lake's roster should say, by the registers as they stand.

    A station is in a place of a level if that is said expressly; else, for every kind that
    counts at the level, if the place's boundary holds its site, or, where no boundary of
    that level holds it, if the place has none and lies above the station's own place. A
    national station counts for county and above, a provincial one there on days without
    a national one; a township has its own stations, else what stands in it.

    Raises
    ------
    BadRequest
        If two places of a level that stations count for have the same name, by which the
        lake knows them.
    """
    stations = list(Station.objects.select_related("place").order_by("code"))
    sites: dict[int, list[Site]] = {}
    for site in Site.objects.order_by(_BY_FIRST):
        sites.setdefault(site.station_id, []).append(site)
    spans = {s.pk: [_cut(s, site) for site in sites.get(s.pk, [])] for s in stations}
    station_rows = {
        s.code: [
            _station_row(s, site, span)
            for site, span in zip(sites.get(s.pk, []), spans[s.pk], strict=True)
            if span is not None
        ]
        or [_station_row(s, None, (s.first, s.last))]
        for s in stations
    }
    stays = [*_explicit(stations), *_derived(stations, sites)]
    return Desired(station_rows, _place_rows(stays))


def _cut(station: Station, site: Site) -> Span | None:
    return common((station.first, station.last), (site.first, site.last))


def common(one: Span, other: Span) -> Span | None:
    """Days that two spans share; None for no day.

    Examples
    --------
    >>> common((None, date(2020, 6, 1)), (date(2020, 1, 1), None))
    (datetime.date(2020, 1, 1), datetime.date(2020, 6, 1))
    >>> common((None, date(2020, 6, 1)), (date(2020, 7, 1), None)) is None
    True
    """
    first = max((d for d in (one[0], other[0]) if d), default=None)
    last = min((d for d in (one[1], other[1]) if d), default=None)
    return None if first and last and last < first else (first, last)


def without(span: Span, others: Iterable[Span]) -> list[Span]:
    """Days of a span that are in none of the others.

    Examples
    --------
    >>> without((None, None), [(date(2020, 1, 1), date(2020, 12, 31))])
    [(None, datetime.date(2019, 12, 31)), (datetime.date(2021, 1, 1), None)]
    >>> without((date(2020, 2, 1), date(2020, 3, 1)), [(date(2020, 1, 1), None)])
    []
    """
    left = [span]
    for first, last in others:
        before: Span | None = (None, first - _DAY) if first else None
        after: Span | None = (last + _DAY, None) if last else None
        sides = [side for side in (before, after) if side is not None]
        left = [rest for one in left for side in sides if (rest := common(one, side)) is not None]
    return left


def _station_row(station: Station, site: Site | None, span: Span) -> dict[str, Any]:
    return {
        "station": station.code,
        "name": station.name_zh,
        "lon": float(site.lon) if site else None,
        "lat": float(site.lat) if site else None,
        "kind": station.kind,
        "background": int(station.background),
        "from": _iso(span[0]),
        "to": _iso(span[1]),
        "offset_h": station.offset_h,
    }


def _explicit(stations: Sequence[Station]) -> Iterator[_Stay]:
    known = {s.pk: s for s in stations}
    for row in Membership.objects.select_related("place").order_by(_BY_FIRST):
        station = known[row.station_id]
        span = common((station.first, station.last), (row.first, row.last))
        if span is not None:
            background = station.background if row.background is None else row.background
            yield _Stay(station, row.place.name_zh, row.place.level, background, span)


def _derived(stations: Sequence[Station], sites: Mapping[int, list[Site]]) -> Iterator[_Stay]:
    """Stays that follow from where stations stand, at levels of which nothing is said."""
    said = set(Membership.objects.values_list("station", "place__level"))
    places = places_on_any_day()
    names = {p.code: p.name_zh for p in places}
    _refuse_twins(places)
    for level, kinds in COUNTING.items():
        there = [
            s
            for s in stations
            if (s.pk, level) not in said
            and (s.kind in kinds or (s.background and level in _LISTED))
        ]
        found = _at_level(there, sites, [p for p in places if p.level == level])
        counted = [f for f in found if not f[0].background]
        for station, code, span in found:
            better = [
                other_span
                for other, other_code, other_span in counted
                if other_code == code and kinds.index(other.kind) < _rank(station, kinds)
            ]
            for left in without(span, better):
                yield _Stay(station, names[code], level, station.background, left)


def _rank(station: Station, kinds: Sequence[str]) -> int:
    """Place of a station among the kinds that count; a background point yields to none."""
    return 0 if station.background else kinds.index(station.kind)


def _at_level(
    stations: Sequence[Station], sites: Mapping[int, list[Site]], places: Sequence[Any]
) -> list[tuple[Station, str, Span]]:
    """Return station, code of place and days, for the places of one level."""
    each = [(s, site) for s in stations for site in sites.get(s.pk, [])]
    held = holding(outlines(places), [(float(x.lon), float(x.lat)) for _, x in each])
    found = []
    for (station, site), codes in zip(each, held, strict=True):
        above = [p for p in places if station.place.path.startswith(p.path)]
        # On a border two boundaries may hold it: its own place decides.
        mine = [p.code for p in above if p.code in codes]
        chosen = mine or codes[:1] or [p.code for p in above if not p.boundary]
        span = _cut(station, site)
        if chosen and span is not None:
            found.append((station, chosen[0], span))
    return found


def _refuse_twins(places: Iterable[Any]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for place in places:
        if place.level not in COUNTING:
            continue
        other = seen.setdefault((place.level, place.name_zh), place.code)
        if other != place.code:
            raise BadRequest(
                f"{other} 与 {place.code} 同名「{place.name_zh}」 / "
                f"{other} and {place.code} have the same name {place.name_zh}",
                where="places",
                fix="改名以便区分 / rename one of them",
            )


def _place_rows(stays: Iterable[_Stay]) -> Rows:
    """Rows by station, days that follow each other joined."""
    by_stay: dict[tuple[str, str, str, bool], list[Span]] = {}
    for stay in stays:
        key = (stay.station.code, stay.place, stay.level, stay.background)
        by_stay.setdefault(key, []).append(stay.span)
    rows: Rows = {}
    for (code, place, level, background), spans in sorted(by_stay.items()):
        for first, last in joined(spans):
            rows.setdefault(code, []).append(
                {
                    "station": code,
                    "place": place,
                    "level": level,
                    "background": int(background),
                    "from": _iso(first),
                    "to": _iso(last),
                }
            )
    return rows


def joined(spans: Sequence[Span]) -> list[Span]:
    """Join spans where one begins on the day after another ends.

    Examples
    --------
    >>> joined([(date(2020, 1, 5), None), (None, date(2020, 1, 4))])
    [(None, None)]
    """
    found: list[Span] = []
    for first, last in sorted(spans, key=lambda s: s[0] or date.min):
        before = found[-1] if found else None
        if before and before[1] and first and first <= before[1] + _DAY:
            end = None if last is None else max(last, before[1])
            found[-1] = (before[0], end)
        else:
            found.append((first, last))
    return found


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
