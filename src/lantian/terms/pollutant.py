"""The six pollutants of the index and the day values made from them, in block order."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pollutant:
    """One pollutant: its symbol in texts, its key in names, its unit at the edges."""

    symbol: str
    key: str
    zh: str
    en: str
    unit: str

    @property
    def column(self) -> str:
        """Name of its column of concentrations, with the unit.

        Examples
        --------
        >>> PM25.column, CO.column
        ('pm25_ugm3', 'co_mgm3')
        """
        return f"{self.key}_{'mgm3' if self.unit == 'mg/m3' else 'ugm3'}"


SO2: Final = Pollutant("SO2", "so2", "二氧化硫", "sulphur dioxide", "ug/m3")
NO2: Final = Pollutant("NO2", "no2", "二氧化氮", "nitrogen dioxide", "ug/m3")
PM10: Final = Pollutant("PM10", "pm10", "可吸入颗粒物", "inhalable particles", "ug/m3")
PM25: Final = Pollutant("PM2.5", "pm25", "细颗粒物", "fine particles", "ug/m3")
CO: Final = Pollutant("CO", "co", "一氧化碳", "carbon monoxide", "mg/m3")
O3: Final = Pollutant("O3", "o3", "臭氧", "ozone", "ug/m3")

#: Order of the first axis of every block of hours.
POLLUTANTS: Final = (SO2, NO2, PM10, PM25, CO, O3)


@dataclass(frozen=True, slots=True)
class DayItem:
    """One value of a day: a 24-hour mean, the ozone 8-hour maximum or 1-hour maximum."""

    key: str
    pollutant: Pollutant

    @property
    def column(self) -> str:
        """Name of its column of concentrations, with the unit.

        Examples
        --------
        >>> [item.column for item in DAY_ITEMS[3:]]
        ['pm25_ugm3', 'co_mgm3', 'o3_mda8_ugm3', 'o3_max1h_ugm3']
        """
        return f"{self.key}_{'mgm3' if self.pollutant.unit == 'mg/m3' else 'ugm3'}"


#: Order of the first axis of every block of days.
DAY_ITEMS: Final = (
    DayItem("so2", SO2),
    DayItem("no2", NO2),
    DayItem("pm10", PM10),
    DayItem("pm25", PM25),
    DayItem("co", CO),
    DayItem("o3_mda8", O3),
    DayItem("o3_max1h", O3),
)

#: Items that evaluation of a period uses: one for each pollutant, in block order.
PERIOD_ITEMS: Final = DAY_ITEMS[:6]

_BY_NAME: Final = {name: p for p in POLLUTANTS for name in (p.symbol, p.key, p.symbol.lower())}


def pollutant(name: str) -> Pollutant | None:
    """Pollutant of a symbol or key in any case, or None where the name is another's.

    Examples
    --------
    >>> pollutant("pm2.5") is PM25, pollutant("NOx") is None
    (True, True)
    """
    return _BY_NAME.get(name.lower())
