"""Units of factors: as printed, as a device has them, and out of them into thousandths."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from statistics import median
from typing import Final

from lantian.errors import BadRequest
from lantian.hj212.codes import factor
from lantian.terms.pollutant import Pollutant

#: Concentrations by mass, as powers of ten of ug/m3.
_POWERS: Final = {"ng/m3": -3, "ug/m3": 0, "mg/m3": 3, "g/m3": 6}
#: Enough digits that no number of a device is rounded on its way.
_EXACT: Final = Context(prec=200, rounding=ROUND_HALF_EVEN)
_MOST: Final = 2**31 - 1


def unit_of(code: str, own: Mapping[str, str]) -> str:
    """Unit of a factor in one device: its own where it is known, else the printed one.

    Parameters
    ----------
    code : str
        Factor code.
    own : mapping
        Units of the device by factor code. HJ 212-2017 prints ng/m3 for particles, which
        no ambient monitor sends: a device that feeds figures needs its own units here.

    Returns
    -------
    str
        Symbol; "" for a factor that is in no table.

    Examples
    --------
    >>> unit_of("a34004", {}), unit_of("a34004", {"a34004": "ug/m3"}), unit_of("R01", {})
    ('ng/m3', 'ug/m3', '')
    """
    if code in own:
        return own[code]
    known = factor(code)
    return "" if known is None else known.symbol


def thousandths(value: Decimal, unit: str, pollutant: Pollutant) -> int:
    """Concentration in integer thousandths of ug/m3 (CO: of mg/m3), rounded half to even.

    Parameters
    ----------
    value : Decimal
        As the device sent it, in `unit`.
    unit : str
        ng/m3, ug/m3, mg/m3 or g/m3.
    pollutant : Pollutant
        Decides the unit of the result.

    Raises
    ------
    BadRequest
        If the unit is no mass per volume, or the result does not fit into 32 bits.

    Examples
    --------
    >>> from lantian.terms.pollutant import CO, PM25
    >>> thousandths(Decimal("0.035"), "mg/m3", PM25), thousandths(Decimal("0.427"), "mg/m3", CO)
    (35000, 427)
    """
    if unit not in _POWERS:
        raise BadRequest(
            f"unit {unit!r}",
            where=f"value of {pollutant.symbol}",
            fix=f"one of: {', '.join(_POWERS)}",
        )
    power = _POWERS[unit] - _POWERS[pollutant.unit] + 3
    whole = int(_EXACT.to_integral_value(_EXACT.scaleb(value, power)))
    if abs(whole) > _MOST:
        raise BadRequest(
            f"{value} {unit}",
            where=f"value of {pollutant.symbol}",
            fix="look at the unit of the device: the value is too large to be one",
        )
    return whole


def plausible_units(
    values: Sequence[Decimal], pollutant: Pollutant, *, low: float, high: float
) -> tuple[str, ...]:
    """Units in which values of a device can be, going by their median.

    Parameters
    ----------
    values : sequence of Decimal
        Recent values of one factor of one device; zeros say nothing.
    pollutant : Pollutant
    low, high : float
        Range in which a median of the pollutant is plausible, in its own unit (ug/m3, CO
        mg/m3); less than a factor of 1,000 apart, at most one unit fits.

    Returns
    -------
    tuple of str
        Symbols; several where it cannot be told, none where no unit makes sense.

    Examples
    --------
    >>> from lantian.terms.pollutant import PM25
    >>> plausible_units([Decimal("0.031"), Decimal("0.044")], PM25, low=1, high=900)
    ('mg/m3',)
    """
    telling = [value for value in values if value > 0]
    if not telling:
        return tuple(_POWERS)
    middle = float(median(telling))
    return tuple(
        unit
        for unit, power in _POWERS.items()
        if low <= middle * 10.0 ** (power - _POWERS[pollutant.unit]) <= high
    )
