"""What a simulated monitor says of an interval: a usual day, or the fictional county's air."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Final, Protocol

from lantian.terms.hour import BEIJING_H, hour_number
from lantian.terms.mark import MISSING
from lantian.twin.county import county
from lantian.twin.grid_network import monitor, with_grid
from lantian.twin.monitor import Int32s
from lantian.twin.simulation import simulate, weather_rows

#: Factors of an air station in its own units, in the order of `POLLUTANTS`, with a usual level.
_AIR: Final = {
    "a21026": 9.0,
    "a21004": 30.0,
    "a34002": 90.0,
    "a34004": 45.0,
    "a21005": 0.7,
    "a05024": 80.0,
}
#: Weather as the lake has it, with what one of the lake's units is in the device's.
_WEATHER: Final = {
    "a01007": (2.0, 1.0),
    "a01008": (180.0, 1.0),
    "a01001": (12.0, 1.0),
    "a01002": (60.0, 1.0),
    "a01006": (101.3, 0.1),
}
UNITS: Final = "a05024=ug/m3 a21004=ug/m3 a21005=mg/m3 a21026=ug/m3 a34002=ug/m3 a34004=ug/m3"
#: Monitors of a simulation have been there as long as anybody may ask.
_ALWAYS: Final = date(2020, 1, 1)
#: Hours of a county kept: back-fill asks for old ones again and again.
_HOURS_KEPT: Final = 96
#: Share by which the minutes of an hour swing about its mean.
_SWING: Final = 0.15
#: The station whose monitor is not there in some minutes of each hour.
_FAILING: Final = "990101M03"
_SILENT: Final = range(10, 40)

type Values = Sequence[tuple[str, float]]


class Voice(Protocol):
    """Speaks for all monitors of a simulation, by their number; times are local."""

    def mn(self, number: int) -> str:
        """Identity of a monitor."""

    def speaks(self, number: int, now: datetime, /) -> bool:
        """Whether a monitor is there at all."""

    def values(self, number: int, start: datetime, span: timedelta) -> Values:
        """Factors and what was measured; the same interval has the same values each time."""


class UsualDay:
    """A day that is like another, for any number of monitors.

    Examples
    --------
    >>> voice = UsualDay("SIM", 1)
    >>> voice.mn(3)
    'SIM00003'
    >>> len(voice.values(3, datetime(2026, 11, 22, 8), timedelta(minutes=1)))
    11
    """

    def __init__(self, prefix: str, seed: int) -> None:
        self._prefix = prefix
        self._seed = seed

    def mn(self, number: int) -> str:
        """Prefix and number."""
        return f"{self._prefix}{number:05d}"

    def speaks(self, _number: int, _now: datetime, /) -> bool:
        """Monitors of a usual day are always there."""
        return True

    def values(self, number: int, start: datetime, span: timedelta) -> Values:
        """A course of the day with noise."""
        swing = 1 + 0.4 * math.sin(2 * math.pi * (start.hour + start.minute / 60 - 7) / 24)
        noise = Random(f"{self._seed}{self.mn(number)}{start}{span}")  # noqa: S311
        usual = _AIR | {factor: level for factor, (level, _) in _WEATHER.items()}
        return [(f, max(v * swing * (1 + 0.1 * noise.gauss()), 0)) for f, v in usual.items()]


class CountyAir:
    """The fictional county's own air, monitor by monitor.

    Minutes swing about the value of their hour so that the hour's mean is that value, and an
    hour that is folded out of them equals the simulated one. One monitor falls silent for half
    of every hour, so that its minutes are missing and asked for.

    Parameters
    ----------
    devices : int
        How many; what the county's stations do not make up, a grid of micro-stations does.

    Examples
    --------
    >>> air = CountyAir(300)
    >>> air.mn(0), air.mn(299)
    ('QL9901A', 'QL990101G257')
    >>> start = datetime(2026, 11, 22, 8)
    >>> minutes = [start + timedelta(minutes=m) for m in range(60)]
    >>> of = lambda at, span: dict(air.values(1, at, span))["a34004"]
    >>> hour = of(start, timedelta(hours=1))
    >>> abs(sum(of(at, timedelta(minutes=1)) for at in minutes) / 60 - hour) < 1e-3
    True
    """

    def __init__(self, devices: int) -> None:
        self.county = with_grid(county(), devices - len(county().stations), _ALWAYS)
        self._order = {s.code: i for i, s in enumerate(self.county.stations)}
        self._weather = {s.code for s in self.county.stations if s.weather}
        self._hour = lru_cache(_HOURS_KEPT)(self._simulated)

    def mn(self, number: int) -> str:
        """Identity by the station's code."""
        return monitor(self.county.stations[number])

    def speaks(self, number: int, now: datetime, /) -> bool:
        """One of them falls silent for half of every hour."""
        return self.county.stations[number].code != _FAILING or now.minute not in _SILENT

    def values(self, number: int, start: datetime, span: timedelta) -> Values:
        """What the station reports of the hour of the interval; nothing where it does not."""
        code = self.county.stations[number].code
        hour = start.replace(minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(hours=1)
        pollutants, stations, weather = self._hour(hour_number(hour))
        air = pollutants[:, self._order[code]]
        if span < timedelta(hours=1):
            turn = math.sin(2 * math.pi * (start.minute + 0.5) / 60 + number)
        else:
            turn = 0.0
        found = [
            (factor, round(v / 1000 * (1 + _SWING * turn), 4))
            for factor, v in zip(_AIR, air.tolist(), strict=True)
            if v != MISSING
        ]
        if code in self._weather:
            row = stations.index(code)
            found += [
                (factor, round(v / 1000 * scale, 4))
                for (factor, (_, scale)), v in zip(
                    _WEATHER.items(), weather[: len(_WEATHER), row].tolist(), strict=True
                )
                if v != MISSING
            ]
        return found

    def _simulated(self, h: int) -> tuple[Int32s, tuple[str, ...], Int32s]:
        simulation = simulate(self.county, h, h + 1)
        codes, weather = weather_rows(simulation)
        return simulation.values[:, :, 0], codes, weather[:, :, 0]


def local_now(utc: datetime) -> datetime:
    """Local time as monitors tell it, without a zone."""
    return utc.replace(tzinfo=None) + timedelta(hours=BEIJING_H)
