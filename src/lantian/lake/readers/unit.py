"""Units of a file's columns: said by its layout, by the user, by the header; never guessed."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from lantian.errors import BadFile, BadRequest
from lantian.lake.readers.cell import Floats
from lantian.lake.readers.columns import Heading
from lantian.terms.pollutant import CO, POLLUTANTS, pollutant

#: Mass units by the names that options use, as ug/m3.
_MASS_UGM3: Final = {"ugm3": 1, "mgm3": 1000}
_HELD: Final = {p.key: "mgm3" if p.unit == "mg/m3" else "ugm3" for p in POLLUTANTS}
#: A median of CO above this many mg/m3 has never been air; it is ug/m3 left unsaid.
_CO_HIGHEST_MEDIAN: Final = 50.0
#: A median of CO below this many ug/m3 has never been a town's air; it is mg/m3.
_CO_LOWEST_MEDIAN: Final = 20.0


def said_units(units: Mapping[str, str]) -> dict[str, str]:
    """Check what the user says of units, as co=ugm3.

    Raises
    ------
    BadRequest
        On an unknown pollutant or unit.

    Examples
    --------
    >>> said_units({"CO": "ugm3"})
    {'co': 'ugm3'}
    """
    said: dict[str, str] = {}
    for name, unit in units.items():
        found = pollutant(name)
        if found is None or unit not in _MASS_UGM3:
            raise BadRequest(
                f"单位说明无法识别 / cannot read the unit {name}={unit}",
                where="--unit",
                fix="写成 / write it as co=ugm3; "
                f"{', '.join(p.key for p in POLLUTANTS)} = {', '.join(_MASS_UGM3)}",
            )
        said[found.key] = unit
    return said


def factor_of(heading: Heading, said: Mapping[str, str], file: str) -> float:
    """Factor from a column's unit to the unit its item is held in.

    Raises
    ------
    BadFile
        If the header states a unit that is not read, or not the one that was said.

    Examples
    --------
    >>> factor_of(Heading(0, "CO", "pollutant", "co"), {"co": "ugm3"}, "a.csv")
    0.001
    """
    stated = heading.unit
    if heading.group == "weather":
        if stated not in {"", heading.role.rsplit("_", 1)[1]}:
            raise _unread(heading, file)
        return 1.0
    if stated and stated not in _MASS_UGM3:
        raise _unread(heading, file)
    unit = said.get(heading.role, "")
    if stated and unit and stated != unit:
        raise BadFile(
            f"列 {heading.name!r} 自带单位，与 {heading.role}={unit} 矛盾 / the column states "
            f"another unit than {heading.role}={unit}",
            where=file,
            fix="去掉 --unit 或改正列名 / leave out --unit or correct the header",
        )
    return mass_factor(heading.role, stated or unit)


def mass_factor(item: str, unit: str) -> float:
    """Factor from a mass unit to the one a pollutant is held in; no unit means that one.

    Examples
    --------
    >>> mass_factor("co", "ugm3"), mass_factor("pm25", "mgm3"), mass_factor("co", "")
    (0.001, 1000.0, 1.0)
    """
    held = _HELD[item]
    return _MASS_UGM3[unit or held] / _MASS_UGM3[held]


def _unread(heading: Heading, file: str) -> BadFile:
    return BadFile(
        f"列 {heading.name!r} 的单位不能读取 / the unit of column {heading.name!r} is not read",
        where=file,
        fix="换算成 ug/m3 或 mg/m3（气象用 m/s、°、℃、%、hPa、mm）/ convert it to ug/m3 or mg/m3 "
        "(weather: m/s, deg, degC, %, hPa, mm)",
    )


def demand_co_said(values: Floats, unit: str, file: str) -> tuple[str, ...]:
    """Refuse CO that must be in ug/m3 although nothing says so.

    Parameters
    ----------
    values : ndarray of float
        CO as the file gives it, NaN where missing.
    unit : str
        Unit that was said, or empty.

    Returns
    -------
    tuple of str
        A note where CO said to be in ug/m3 looks like mg/m3.

    Raises
    ------
    BadFile
        Telling which option to add.
    """
    given = values[~np.isnan(values)]
    median = float(np.median(given)) if given.size else 0.0
    if not unit and median > _CO_HIGHEST_MEDIAN:
        raise BadFile(
            f"{CO.symbol} 的中位数为 {median:g}，像是 ug/m3，但未说明 / the median of CO is "
            f"{median:g}: it looks like ug/m3, but nothing says so",
            where=file,
            fix="加 --unit co=ugm3；若确为 mg/m3，加 --unit co=mgm3 / add --unit co=ugm3, "
            "or --unit co=mgm3 if mg/m3 it is",
        )
    if unit == "ugm3" and 0 < median < _CO_LOWEST_MEDIAN:
        return (
            f"CO 说是 ug/m3，但中位数只有 {median:g}，像是 mg/m3，请核对 / CO is said to be in "
            f"ug/m3, but its median is {median:g}: check whether it is mg/m3",
        )
    return ()
