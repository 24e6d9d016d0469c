"""What happens in the fictional county beside everyday emissions: dust, fireworks, tampering."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from lantian.rules.shape import fill


@dataclass(frozen=True, slots=True)
class Surge:
    """Something that adds to the air of all places; local times, ug/m3 at the peak."""

    kind: Literal["dust", "fireworks"]
    name_zh: str
    name_en: str
    begin: datetime
    peak: datetime
    end: datetime
    so2: float
    pm10: float
    pm25: float

    def __post_init__(self) -> None:
        """Refuse times out of order."""
        if not self.begin < self.peak < self.end:
            raise ValueError(f"{self.name_en}: begin, peak and end are out of order")


@dataclass(frozen=True, slots=True)
class Tampering:
    """Interference with a station: its inlet is given only a share of the true particles.

    `coarse` of what lies between PM2.5 and PM10, `fine` of PM2.5: sprayed water washes the
    large ones out of the air and leaves nearly all of the small. From day `first`, in the
    hours that end after `from_hour` and up to `to_hour` o'clock.
    """

    station: str
    first: date
    from_hour: int
    to_hour: int
    coarse: float
    fine: float
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Events:
    """All of events.toml."""

    surge: tuple[Surge, ...]
    tampering: tuple[Tampering, ...]


def read_events(table: Mapping[str, Any]) -> Events:
    """Events, as declared.

    Raises
    ------
    RuleBookBroken
        On a key or value that does not belong there.
    """
    return fill(Events, dict(table), "events.toml")
