"""Where the roster's places lie in the register of places: paths for rights, outlines for maps."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely

from lantian.desk.air.queries.ground import Ground
from lantian.desk.places.queries import on, outlines
from lantian.desk.rights.reach import EVERYWHERE


def areas(ground: Ground, day: date) -> Mapping[str, str]:
    """Path of each place and station of the group in view.

    A station has the path of the lowest place that counts it, or that of the root. What the
    register does not know has the path of everything, so that only who may act everywhere
    acts on it.
    """
    levels = ground.group.levels
    names = [name for level in levels for name in ground.group.places[level]]
    paths = dict(on(day).filter(name_zh__in=names).values_list("name_zh", "path"))
    found = {name: paths.get(name, EVERYWHERE) for name in names}
    depth = {level: n for n, level in enumerate(levels)}
    counted = [m for m in ground.roster.memberships if m.level in depth and m.place in paths]
    for m in sorted(counted, key=lambda m: depth[m.level]):
        found[m.station] = paths[m.place]
    for station in ground.group.stations:
        found.setdefault(station, found[ground.root])
    return found


def shapes(ground: Ground, day: date) -> list[dict[str, Any]]:
    """Outlines of the places in view as GeoJSON features; the lowest level that has any."""
    for level in reversed(ground.group.levels):
        names = ground.group.places[level]
        known = list(on(day).filter(name_zh__in=names))
        drawn = outlines(known)
        if drawn:
            return [
                {
                    "type": "Feature",
                    "properties": {"name": place.name_zh, "own": place.name_zh == ground.root},
                    "geometry": shapely.geometry.mapping(drawn[place.code]),
                }
                for place in known
                if place.code in drawn
            ]
    return []
