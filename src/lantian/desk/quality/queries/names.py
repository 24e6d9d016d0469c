"""Stations as the pages name them: code with name, and the area in which each may be reviewed."""

from lantian.desk.observations import lake
from lantian.desk.rights.reach import EVERYWHERE, Reach
from lantian.desk.stations.queries import stations_by_code
from lantian.flows.grounds import offsets_of
from lantian.flows.review import OWN
from lantian.terms.hour import BEIJING_H


def station_names() -> dict[str, str]:
    """Code, and name where there is one, of each station that has hours."""
    held = {s.station: s.name for s in lake().roster().stations if s.name}
    return {code: f"{held[code]} {code}" if code in held else code for code in lake().stations()}


def within(reach: Reach, permission: str) -> set[str]:
    """Stations with hours over which somebody holds a permission.

    A station that the register does not know counts as lying everywhere.
    """
    known = stations_by_code()
    return {
        code
        for code in lake().stations()
        if reach.covers(
            permission, area=known[code].path if code in known else EVERYWHERE, subject="air"
        )
    }


def offset_of(station: str) -> int:
    """Local time minus UTC of a station."""
    return offsets_of(lake().roster()).get(station, BEIJING_H)


def is_own_station(station: str) -> bool:
    """Whether a station's figures are the county's own, so that an approved review changes them."""
    return any(s.station == station and s.kind in OWN for s in lake().roster().stations)
