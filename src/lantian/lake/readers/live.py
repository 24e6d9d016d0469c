"""The live feed: which of its two ozone columns is the hour, told by what they must obey."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lantian.errors import BadFile
from lantian.lake.readers.cell import numbers
from lantian.lake.readers.columns import Heading, Headings
from lantian.lake.readers.sheet import Sheet


def straight_ozone(sheet: Sheet, found: Headings, file: str) -> tuple[Headings, tuple[str, ...]]:
    """Point ozone at the column of the hour.

    The feed gives the hour and the highest hour of the last 24, and archives of it exist
    with the two names exchanged. The highest can never lie below the hour, so the values
    say which is which; with values that fit neither way the file is refused.

    Parameters
    ----------
    sheet : Sheet
    found : Headings
    file : str

    Returns
    -------
    (Headings, tuple of str)
        The header to read by, and a note where the names were exchanged.

    Raises
    ------
    BadFile
        If each column lies above the other somewhere.
    """
    hour = found.of("pollutant").get("o3")
    top = next((h for h in found.known if h.name.strip().lower() == "o3_24h"), None)
    if hour is None or top is None:
        return found, ()
    named, other = _values(sheet, hour, top)
    there = np.isfinite(named) & np.isfinite(other)
    above, below = (named > other)[there].any(), (named < other)[there].any()
    if not above:
        return found, ()
    if below:
        raise BadFile(
            "o3 与 o3_24h 互有高低，无法判断哪一列是小时值 / o3 and o3_24h lie above each other "
            "in turn, so it cannot be told which is the hour",
            where=file,
            fix="删去 24 小时最大值列，或改正后重载 / drop the 24-hour maximum, or correct it",
        )
    known = tuple(
        replace(h, at=top.at, name=top.name)
        if h is hour
        else replace(h, at=hour.at, name=hour.name)
        if h is top
        else h
        for h in found.known
    )
    note = (
        "o3 列处处不低于 o3_24h：两列名互换，小时值取自 o3_24h / the column o3 is nowhere below "
        "o3_24h: their names are exchanged, the hour is taken from o3_24h"
    )
    return replace(found, known=known), (note,)


def _values(
    sheet: Sheet, hour: Heading, top: Heading
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Both ozone columns as numbers; NaN where there is none."""
    table = sheet.load([hour.at, top.at])
    cells = [table.cells[h.at] for h in (hour, top)]
    first, second = (c.spread(numbers(c.distinct).value) for c in cells)
    return first, second
