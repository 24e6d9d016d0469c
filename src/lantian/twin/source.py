"""Sources of the fictional county, one source, one file, and how they run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from lantian.errors import BadFile
from lantian.rules.shape import fill
from lantian.terms.credit_code import is_credit_code
from lantian.twin.place import Ring

#: What a source emits, in the order of rates: ozone's place is taken by what makes it.
EMITTED: Final = ("so2", "no2", "pm10", "pm25", "co", "voc")

Category = Literal[
    "enterprise",
    "stack",
    "production_line",
    "construction_site",
    "road_segment",
    "restaurant",
    "kiln",
    "boiler",
    "filling_station",
    "coal_outlet",
    "yard",
    "burning_field",
    "heating_village",
]
Subject = Literal["industry", "dust", "mobile", "living", "agriculture", "heating"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How emission runs: factors of the local hour, the weekday and the month, multiplied.

    `hours` are those that end at 01:00 … 24:00; `weekdays` begin with Monday.
    """

    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    months: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse a profile that leaves an hour, weekday or month out."""
        if [len(self.hours), len(self.weekdays), len(self.months)] != [24, 7, 12]:
            raise ValueError("needs 24 hours, 7 weekdays and 12 months")


@dataclass(frozen=True, slots=True)
class Source:
    """One source.

    Attributes
    ----------
    code, name_zh, name_en : str
    category, subject : str
    place : str
        Township or village that answers for it.
    department : str
        Organisation that supervises it.
    shape : str
        point, line or polygon.
    coordinates : tuple of (lon, lat)
        One point, a line's points or a closed ring.
    rates : dict of str to float
        kg/h of `EMITTED` while its profile is 1; PM10 includes PM2.5.
    profile : str
    stack_m, spread_m : float
        Height of release; size of the cloud as it leaves.
    parent : str
        Code of the enterprise that it belongs to, or "".
    credit_code, permit, contact : str
        Unified credit code, permit number, code of a person; "" where there is none.
    control_zh, control_en : str
        Control device.
    """

    code: str
    name_zh: str
    name_en: str
    category: Category
    subject: Subject
    place: str
    department: str
    coordinates: tuple[tuple[float, ...], ...]
    profile: str
    stack_m: float
    spread_m: float
    shape: Literal["point", "line", "polygon"] = "point"
    rates: dict[str, float] | None = None
    parent: str = ""
    credit_code: str = ""
    permit: str = ""
    contact: str = ""
    control_zh: str = ""
    control_en: str = ""

    def __post_init__(self) -> None:
        """Refuse a wrong credit code, an unknown pollutant, a ring that is open."""
        if self.credit_code and not is_credit_code(self.credit_code):
            raise ValueError(f"{self.code}: {self.credit_code} is no credit code")
        if not set(self.rates or {}) <= set(EMITTED):
            raise ValueError(f"{self.code}: rates are of {', '.join(EMITTED)}")
        if self.shape == "polygon" and self.coordinates[0] != self.coordinates[-1]:
            raise ValueError(f"{self.code}: its ring is open")

    @property
    def emissions(self) -> tuple[float, ...]:
        """Rates in kg/h in the order of `EMITTED`."""
        return _in_order(self.rates or {})

    @property
    def points(self) -> Ring:
        """Points between which its emission is shared: one, or those of its line."""
        if self.shape == "line":
            return tuple((lon, lat) for lon, lat in self.coordinates)
        own = self.coordinates[: -1 if self.shape == "polygon" else None]
        return ((sum(c[0] for c in own) / len(own), sum(c[1] for c in own) / len(own)),)

    @property
    def geojson(self) -> dict[str, Any]:
        """Its place as a GeoJSON geometry."""
        points = [list(point) for point in self.coordinates]
        match self.shape:
            case "point":
                return {"type": "Point", "coordinates": points[0]}
            case "line":
                return {"type": "LineString", "coordinates": points}
            case _:
                return {"type": "Polygon", "coordinates": [points]}


@dataclass(frozen=True, slots=True)
class Emission:
    """What runs by one profile in a neighbouring county whose burden is 1, kg/h."""

    profile: str
    rates: dict[str, float]

    @property
    def emissions(self) -> tuple[float, ...]:
        """Rates in kg/h in the order of `EMITTED`."""
        return _in_order(self.rates)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The emissions of a neighbouring county, mixed over a width of `box_km`."""

    box_km: float
    emissions: tuple[Emission, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of sources.toml."""

    sources: tuple[Source, ...]
    profiles: dict[str, Profile]
    neighbour: Neighbour


def _in_order(rates: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(rates.get(name, 0.0) for name in EMITTED)


def read_sources(table: Mapping[str, Any]) -> Inventory:
    """Sources, profiles and neighbours, as declared; a source takes over what its category says.

    Raises
    ------
    RuleBookBroken
        On a key or value that does not belong there.
    BadFile
        If a category is not described.
    """
    categories = table["category"]
    sources = []
    for number, row in enumerate(table["source"], 1):
        where = f"sources.toml, source {number} ({row.get('code', 'no code')})"
        if row.get("category") not in categories:
            raise BadFile(
                f"no category {row.get('category')!r}",
                where=where,
                fix=f"one of: {', '.join(categories)}",
            )
        sources.append(fill(Source, {**categories[row["category"]], **row}, where))
    profiles = {
        name: fill(Profile, profile, f"sources.toml, profile {name}")
        for name, profile in table["profile"].items()
    }
    return Inventory(
        tuple(sources), profiles, fill(Neighbour, table["neighbour"], "sources.toml, neighbour")
    )
