"""Sizes and names of the desk that is measured: known to its makers and to its readers."""

from typing import Final

STATIONS: Final = 300
COUNTIES: Final = 25
#: The goal is set for three years; the fourth gives an export its ten million rows.
YEARS: Final = 4
SOURCES: Final = 5_000
PEOPLE: Final = 500
#: Password of every account here, for a desk that listens to this machine only.
PASSWORD: Final = "benchmark-of-a-desk"


def codes() -> list[str]:
    """Codes of the stations, sorted as the lake sorts them."""
    return sorted(f"{1001 + n}A" for n in range(STATIONS))


def county(number: int) -> str:
    """Name of a county."""
    return f"测试{number + 1:02d}县"
