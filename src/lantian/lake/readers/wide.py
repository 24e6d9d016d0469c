"""Wide tables: one row for each station and hour, one column for each item."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from lantian.lake.readers.cell import numbers
from lantian.lake.readers.columns import Heading, Headings
from lantian.lake.readers.humidity import relative_humidity
from lantian.lake.readers.keys import Keyed, keyed, refusals
from lantian.lake.readers.screen import Block, Screened, empty_block, rows_of, screened, with_marks
from lantian.lake.readers.sheet import Sheet, Table
from lantian.lake.readers.stamp import Clock
from lantian.lake.readers.unit import demand_co_said, factor_of
from lantian.lake.rows import HOUR, WEATHER, Reading, Refusal

_TAKEN: Final = frozenset({"stamp", "station", "pollutant", "mark", "weather"})


def read_wide(
    sheet: Sheet, found: Headings, *, file: str, clock: Clock, said: Mapping[str, str]
) -> Reading:
    """Read a wide table.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    found : Headings
        Its header, with a station, a stamp and at least one item.
    file : str
        Name for errors.
    clock : Clock
        How its stamps are meant.
    said : mapping of str to str
        Units that the layout or the user says, by pollutant.

    Returns
    -------
    Reading

    Raises
    ------
    BadFile
        If a unit cannot be read or CO must be in ug/m3 and nothing says so.
    """
    wanted = [h.at for h in found.known if h.group in _TAKEN]
    loaded = keyed(sheet.load(wanted), found, clock)
    refused = list(loaded.refused)
    notes = _check_co(loaded.table, found.of("pollutant"), said, file)
    flags = found.of("mark")
    hours = empty_block(HOUR, len(loaded.table))
    for item, heading in found.of("pollutant").items():
        hours.put(item, _item(loaded, heading, flags.get(item), said, file, refused))
    weather = rows_of(_weather(loaded, found.of("weather"), file, refused), loaded.keys)
    return Reading(
        rows=rows_of(hours, loaded.keys),
        weather=weather if len(weather) else None,
        refused=tuple(refused),
        notes=(*sheet.notes, *notes),
    )


def _check_co(
    table: Table, pollutants: Mapping[str, Heading], said: Mapping[str, str], file: str
) -> tuple[str, ...]:
    if "co" not in pollutants:
        return ()
    heading = pollutants["co"]
    cells = table.cells[heading.at]
    values = cells.spread(numbers(cells.distinct).value)
    return demand_co_said(values, heading.unit or said.get("co", ""), file)


def _item(
    loaded: Keyed,
    heading: Heading,
    flag: Heading | None,
    said: Mapping[str, str],
    file: str,
    refused: list[Refusal],
) -> Screened:
    """One column of values, with the marks beside it, refusals noted."""
    cells = loaded.table.cells[heading.at]
    factor = factor_of(heading, said, file)
    found = screened(cells, heading.role, factor=factor, h=loaded.keys.h)
    refused.extend(refusals(loaded, found, heading.role, cells))
    if flag is None:
        return found
    beside = loaded.table.cells[flag.at]
    marked = with_marks(found, beside)
    refused.extend(refusals(loaded, marked, heading.role, beside))
    return marked


def _weather(
    loaded: Keyed, columns: Mapping[str, Heading], file: str, refused: list[Refusal]
) -> Block:
    """Weather beside the pollutants; humidity comes from the dew point where it must."""
    block = empty_block(WEATHER, len(loaded.table))
    found = {item: _item(loaded, h, None, {}, file, refused) for item, h in columns.items()}
    dew = found.pop("dew_c", None)
    for item, values in found.items():
        block.put(item, values)
    if dew is not None and "temp_c" in found and "rh_pct" not in found:
        rh = relative_humidity(found["temp_c"].values, dew.values)
        nothing = np.zeros(rh.size, bool)
        block.put("rh_pct", Screened(rh, nothing, nothing.astype(np.uint8)))
    return block
