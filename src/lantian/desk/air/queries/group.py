"""Groups of the roster: levels that share an area, the root place, and the stations it owns."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import cos, radians

from lantian.lake.roster import Roster, Station

type Site = tuple[float, float]
type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Group:
    """A root place with what lies in it and beside it.

    Attributes
    ----------
    root : str
        The place that a page is about unless another is asked for.
    levels : tuple of str
        From the root's own level down.
    places : mapping of str to tuple of str
        Places of each level, in the order of the roster.
    stations : tuple of str
        Codes of the stations within the root place, sorted.
    """

    root: str
    levels: tuple[str, ...]
    places: Mapping[str, tuple[str, ...]]
    stations: tuple[str, ...]

    @property
    def ranked_level(self) -> str:
        """Level that is ranked first: the root's own, unless the root stands alone in it."""
        top = self.levels[0]
        if len(self.places[top]) > 1:
            return top
        return max(reversed(self.levels), key=lambda level: len(self.places[level]))

    def level_of(self, place: str) -> str | None:
        """Level of a place of the group, or None."""
        return next((level for level in self.levels if place in self.places[level]), None)


def groups_of(roster: Roster, own: str = "") -> tuple[Group, ...]:
    """Groups of a roster, the one with most stations first.

    `own` is the place that the desk serves: it is the root of its group and that group the
    first, levels above it left out.

    Levels belong together when they share a station or their stations lie in one area. A
    station belongs to the place that counts it, or else to that of the nearest station. Of two
    levels the upper one is that among whose places the stations of the other spread least,
    then that of fewer places. The root is the place of the top level that owns most stations.
    """
    sites = _sites(roster.stations)
    levels: dict[str, dict[str, list[str]]] = {}
    for m in roster.memberships:
        levels.setdefault(m.level, {}).setdefault(m.place, []).append(m.station)
    boxes = {name: _box(sites, _all(places)) for name, places in levels.items()}
    loose = sites.keys() - {m.station for m in roster.memberships}
    found = [_group(names, levels, boxes, sites, loose, own) for names in _together(levels, boxes)]
    return tuple(sorted(found, key=lambda g: (g.root != own, -len(g.stations), g.root)))


def _sites(stations: Iterable[Station]) -> dict[str, Site]:
    """Last known site of each station."""
    return {
        s.station: (s.lon, s.lat)
        for s in sorted(stations, key=lambda s: str(s.first or ""))
        if s.lon is not None and s.lat is not None
    }


def _all(places: Mapping[str, Sequence[str]]) -> set[str]:
    return {station for stations in places.values() for station in stations}


def _box(sites: Mapping[str, Site], stations: Iterable[str]) -> Box | None:
    """Least and greatest longitude and latitude of stations; None where no site is known."""
    known = [sites[s] for s in stations if s in sites]
    if not known:
        return None
    lons, lats = zip(*known, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def _overlap(one: Box | None, other: Box | None) -> bool:
    if one is None or other is None:
        return False
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _together(
    levels: Mapping[str, Mapping[str, Sequence[str]]], boxes: Mapping[str, Box | None]
) -> list[list[str]]:
    """Names of levels, those of one group together."""
    groups = [{name} for name in levels]
    for one, other in combinations(levels, 2):
        if _all(levels[one]) & _all(levels[other]) or _overlap(boxes[one], boxes[other]):
            joined = [g for g in groups if one in g or other in g]
            groups = [g for g in groups if g not in joined]
            groups.append(set().union(*joined))
    return [sorted(g) for g in groups]


type _Levels = Mapping[str, Mapping[str, Sequence[str]]]


def _group(
    names: Sequence[str],
    levels: _Levels,
    boxes: Mapping[str, Box | None],
    sites: Mapping[str, Site],
    loose: Iterable[str],
    own: str,
) -> Group:
    owners = {name: _owners(levels[name]) for name in names}

    def spread(name: str) -> int:
        """Places of a level that the stations of the other levels fall into."""
        return sum(
            len({_owner(s, owners[name], sites) for s in owners[other]})
            for other in names
            if other != name
        )

    order = sorted(names, key=lambda name: (spread(name), len(levels[name]), name))
    above = next((at for at, name in enumerate(order) if own in levels[name]), 0)
    order = order[above:]
    top = owners[order[0]]
    inside = {s for s in loose for n in names if _overlap((*sites[s], *sites[s]), boxes[n])}
    stations = {s for name in names for s in owners[name]} | inside
    belongs = {s: _owner(s, top, sites) for s in stations}
    counted = Counter(belongs.values())
    root = max(levels[order[0]], key=lambda place: (place == own, counted[place]))
    owned = sorted(s for s, place in belongs.items() if place == root)
    return Group(root, tuple(order), {n: tuple(levels[n]) for n in order}, tuple(owned))


def _owners(places: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Place of each station; the first listed, where it counted in several over time."""
    return {s: place for place, stations in reversed(list(places.items())) for s in stations}


def _owner(station: str, owners: Mapping[str, str], sites: Mapping[str, Site]) -> str | None:
    """Place that counts a station, or the place of the nearest one that is counted."""
    return owners.get(station) or _nearest(station, owners, sites)


def _nearest(station: str, owner: Mapping[str, str], sites: Mapping[str, Site]) -> str | None:
    """Place of the nearest station that has an owner."""
    known = [s for s in owner if s in sites]
    if station not in sites or not known:
        return None
    lon, lat = sites[station]
    narrow = cos(radians(lat))

    def away(other: str) -> float:
        x, y = sites[other]
        return ((x - lon) * narrow) ** 2 + (y - lat) ** 2

    return owner[min(known, key=lambda other: (away(other), other))]
