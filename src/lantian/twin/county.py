"""The fictional county: everything declared of it, read once and checked for loose ends."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadFile
from lantian.twin.event import Surge, Tampering, read_events
from lantian.twin.office import (
    Assignment,
    Duty,
    Goal,
    Organisation,
    Person,
    Post,
    Rotation,
    read_offices,
)
from lantian.twin.place import Place, read_places
from lantian.twin.source import Neighbour, Profile, Source, read_sources
from lantian.twin.station import Instrument, Station, read_stations

QINGLAN: Final = Path(__file__).parent / "qinglan"


@dataclass(frozen=True, slots=True)
class County:
    """A fictional county and its neighbours.

    Attributes
    ----------
    code, title_zh, title_en : str
        Code of the county among `places`, and how it is named: always as fictional.
    places : tuple of Place
        From the province down to the villages.
    stations : tuple of Station
    instruments : dict of str to Instrument
        By kind of station.
    sources : tuple of Source
    profiles : dict of str to Profile
    neighbour : Neighbour
        What each neighbouring county emits, times its burden.
    organisations, people, posts, duties, assignments : tuple
    rotation : Rotation
    goals : tuple of Goal
    surges, tampering : tuple
    """

    code: str
    title_zh: str
    title_en: str
    places: tuple[Place, ...]
    stations: tuple[Station, ...]
    instruments: dict[str, Instrument]
    sources: tuple[Source, ...]
    profiles: dict[str, Profile]
    neighbour: Neighbour
    organisations: tuple[Organisation, ...]
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    duties: tuple[Duty, ...]
    assignments: tuple[Assignment, ...]
    rotation: Rotation
    goals: tuple[Goal, ...]
    surges: tuple[Surge, ...]
    tampering: tuple[Tampering, ...]

    def place(self, code: str) -> Place:
        """Return the place of a code.

        Examples
        --------
        >>> county().place("990101001").name_zh
        '谷雨街道'
        """
        return next(p for p in self.places if p.code == code)

    def counties(self) -> tuple[Place, ...]:
        """All counties of the city, this one first."""
        return tuple(p for p in self.places if p.level == "county")


@cache
def county() -> County:
    """Return the fictional county 青岚县 that comes with Lantian.

    Examples
    --------
    >>> qinglan = county()
    >>> qinglan.title_zh, len(qinglan.counties()), len(qinglan.stations)
    ('青岚县（虚构）', 12, 43)
    """
    return read_county(QINGLAN)


def read_county(folder: Path) -> County:
    """Read a county from the five files of its folder.

    Raises
    ------
    BadFile
        If a file is missing or no TOML, or names what is declared nowhere.
    RuleBookBroken
        On a key or value that does not belong there.
    """
    table = {name: _load(folder / f"{name}.toml") for name in _FILES}
    places = read_places(table["places"])
    stations, instruments = read_stations(table["stations"])
    inventory = read_sources(table["sources"])
    offices = read_offices(table["offices"])
    events = read_events(table["events"])
    found = County(
        code=table["places"]["county"][0]["code"],
        title_zh=table["places"]["title_zh"],
        title_en=table["places"]["title_en"],
        places=places,
        stations=stations,
        instruments=instruments,
        sources=inventory.sources,
        profiles=inventory.profiles,
        neighbour=inventory.neighbour,
        organisations=offices.organisation,
        people=offices.person,
        posts=offices.post,
        duties=offices.duty,
        assignments=offices.assignment,
        rotation=offices.rotation,
        goals=offices.target,
        surges=events.surge,
        tampering=events.tampering,
    )
    loose = sorted(set(_loose_ends(found)))
    if loose:
        raise BadFile(
            f"named but declared nowhere, or declared twice: {'; '.join(loose)}",
            where=str(folder),
            fix="declare or correct them",
        )
    return found


_FILES: Final = ("places", "stations", "sources", "offices", "events")


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFile(
            f"cannot be read: {error.strerror}", where=str(path), fix="check the path and rights"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"not TOML: {error}", where=str(path), fix="mend the file") from error


def _loose_ends(c: County) -> Iterator[str]:
    """Codes that lead nowhere or to two things, as `thing code`."""
    known = {
        "place": [p.code for p in c.places],
        "station": [s.code for s in c.stations],
        "source": [s.code for s in c.sources],
        "organisation": [o.code for o in c.organisations],
        "person": [p.code for p in c.people],
        "duty": [d.code for d in c.duties],
        "profile": list(c.profiles),
        "kind": list(c.instruments),
    }
    for thing, codes in known.items():
        yield from (f"{thing} {code}" for code in codes if codes.count(code) > 1)
    for thing, code in _references(c):
        if code and code not in known[thing]:
            yield f"{thing} {code}"


def _references(c: County) -> Iterator[tuple[str, str]]:
    """Every code that one declaration takes from another; "" where it leaves it out."""
    for s in c.sources:
        yield from (("place", s.place), ("source", s.parent), ("person", s.contact))
        yield from (("organisation", s.department), ("profile", s.profile))
    yield from (("profile", e.profile) for e in c.neighbour.emissions)
    for station in c.stations:
        yield from (("place", station.place), ("kind", station.kind))
    for o in c.organisations:
        yield from (("place", o.place), ("organisation", o.parent))
    for p in c.posts:
        yield from (("person", p.person), ("organisation", p.organisation), ("place", p.area))
    for d in c.duties:
        yield from (("organisation", d.organisation), ("person", d.person))
    for a in c.assignments:
        yield from (("person", a.person), ("place", a.place))
    for team in c.rotation.teams:
        yield from (("person", code) for code in (team.leader, team.deputy, team.officer))
    yield from (("place", g.place) for g in c.goals)
    yield from (("station", t.station) for t in c.tampering)
