"""The pollution calendar: places by days, month by month, in the colours of the AQI levels."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from lantian.report.bulletin import Bulletin, CalendarRow, LevelColour
from lantian.report.language import period_label
from lantian.terms.period import Period

#: Inks on a coloured cell; which one is read better depends on the fill.
DARK: Final = "#000000"
LIGHT: Final = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Square:
    """One day of one place: its AQI, fill and ink; no fill where there is no level."""

    text: str
    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class MonthBlock:
    """One calendar month: its label, day numbers, and a row of squares for each place."""

    label: str
    days: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Square, ...]], ...]


def ink_on(fill: str) -> str:
    """Black or white, whichever stands out more on the fill.

    Parameters
    ----------
    fill : str
        Colour as "#00E400".

    Notes
    -----
    Black where the relative luminance of WCAG 2.2 is above 0.3: small figures on pure
    red (0.21) read better in white.

    Examples
    --------
    >>> ink_on("#FFFF00"), ink_on("#FF0000")
    ('#000000', '#FFFFFF')
    """
    parts = [int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return DARK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.3 else LIGHT


def month_blocks(bulletin: Bulletin) -> tuple[MonthBlock, ...]:
    """Cut the calendar of the bulletin into calendar months.

    Returns
    -------
    tuple of MonthBlock
        In order of time; places in the order of the bulletin.
    """
    days = sorted({d.day for row in bulletin.calendar for d in row.days})
    if not days:
        return ()
    months = Period(days[0], days[-1]).months()
    return tuple(_block(bulletin, month) for month in months)


def _block(bulletin: Bulletin, month: Period) -> MonthBlock:
    numbers = range(month.first.day, month.last.day + 1)
    rows = tuple((row.place, _squares(row, month, bulletin.levels)) for row in bulletin.calendar)
    return MonthBlock(period_label(month, bulletin.lang), tuple(str(n) for n in numbers), rows)


def _squares(
    row: CalendarRow, month: Period, levels: tuple[LevelColour, ...]
) -> tuple[Square, ...]:
    known = {d.day: d for d in row.days}
    squares = []
    for number in range(month.first.day, month.last.day + 1):
        found = known.get(date(month.first.year, month.first.month, number))
        if found is None or found.level is None:
            squares.append(Square("" if found is None else found.aqi.text, "", DARK))
        else:
            fill = levels[found.level].hex
            squares.append(Square(found.aqi.text, fill, ink_on(fill)))
    return tuple(squares)
