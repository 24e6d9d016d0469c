"""Stations of the fictional county: where each stood when, and how its kind measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from lantian.rules.shape import fill


@dataclass(frozen=True, slots=True)
class Site:
    """Where a station stood, degrees, from its first to its last day (None: still)."""

    lon: float
    lat: float
    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Station:
    """A monitoring station.

    Attributes
    ----------
    code, name_zh, name_en : str
    kind : str
        national, provincial, township, micro or background.
    place : str
        Code of the place it stands in and, but for the background, stands for.
    sites : tuple of Site
        One after the other; more than one if it moved.
    weather : bool
        Whether it measures weather, too.
    """

    code: str
    name_zh: str
    name_en: str
    kind: Literal["national", "provincial", "township", "micro", "background"]
    place: str
    sites: tuple[Site, ...]
    weather: bool = False


@dataclass(frozen=True, slots=True)
class Instrument:
    """How the stations of a kind measure.

    `gain`, `noise` and `drift` (a year) are relative standard deviations; `floor_ugm3` is
    absolute noise; `calibration_d` is the days between calibrations; `humid` is the relative
    rise of particles per per cent of humidity above 70; `lost` is the chance of a power cut
    on a day; `service_h` hours a week are without values.
    """

    gain: float
    noise: float
    floor_ugm3: float
    drift: float
    calibration_d: int
    humid: float
    lost: float
    service_h: int


@dataclass(frozen=True, slots=True)
class _Declared:
    """All of stations.toml."""

    station: tuple[Station, ...]
    kind: dict[str, Instrument]


def read_stations(table: Mapping[str, Any]) -> tuple[tuple[Station, ...], dict[str, Instrument]]:
    """Stations and the instruments of their kinds, as declared.

    Raises
    ------
    RuleBookBroken
        On a key or value that does not belong there.
    """
    declared = fill(_Declared, dict(table), "stations.toml")
    return declared.station, declared.kind
